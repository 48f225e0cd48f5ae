//! Small scopes hold, whatever the server tells and however it pages.
#![allow(clippy::unwrap_used, reason = "test helpers outside of #[test] functions: a panic is a failed test")]

use sidewire_model::{Dialect, Outcome, Scope, Setup, check};

fn explored(setup: Setup) -> Outcome {
    let outcome = check(setup, 1, None).unwrap();
    let first =
        outcome.violations.first().map(|v| format!("{}: {}\n{}", v.rule, v.detail, v.path.join("\n")));
    assert_eq!(first, None);
    assert!(outcome.complete);
    outcome
}

const SMALL: Scope = Scope { messages: 1, faults: 1, actions: 1, timers: 0 };

// Fault 128.
#[test]
fn every_interleaving_of_a_small_scope_holds() {
    let outcome = explored(Setup { scope: SMALL, ..Setup::default() });

    assert!(outcome.states > 5_000 && outcome.generated > outcome.states, "{}", outcome.states);
}

#[test]
fn leaving_every_channel_at_once_holds_as_well() {
    explored(Setup { scope: SMALL, warm: 0, ..Setup::default() });
}

#[test]
fn a_server_without_revisions_or_numbers_is_read_just_as_well() {
    for dialect in [Dialect::Sequences, Dialect::Times] {
        explored(Setup { scope: SMALL, dialect, ..Setup::default() });
    }
}

#[test]
fn pages_of_one_message_chain_up_to_the_end() {
    let scope = Scope { messages: 2, faults: 0, actions: 1, timers: 0 };

    explored(Setup { scope, page: 1, ..Setup::default() });
    // By time a page begins with what is known, so one message a page would never get on.
    explored(Setup { scope, page: 2, dialect: Dialect::Times, ..Setup::default() });
}

// Fault 124.
#[test]
fn timers_that_fire_before_anything_arrives_hold() {
    let scope = Scope { messages: 1, faults: 0, actions: 0, timers: 2 };

    explored(Setup { scope, ..Setup::default() });
}

#[test]
fn an_acknowledgement_later_than_its_deadline_holds() {
    let scope = Scope { messages: 1, faults: 0, actions: 1, timers: 3 };

    explored(Setup { scope, ..Setup::default() });
}

#[test]
fn the_same_scope_gives_the_same_states_on_two_threads() {
    let setup = Setup { scope: SMALL, ..Setup::default() };

    assert_eq!(explored(setup).states, check(setup, 2, None).unwrap().states);
}

#[test]
fn a_run_that_is_cut_off_is_not_complete() {
    let outcome = check(Setup::default(), 1, Some(1_000)).unwrap();

    assert!(!outcome.complete && outcome.violations.is_empty());
}

#[test]
fn more_messages_than_a_view_can_count_are_refused() {
    let scope = Scope { messages: 9, ..Scope::default() };

    assert!(check(Setup { scope, ..Setup::default() }, 1, None).is_err());
}
