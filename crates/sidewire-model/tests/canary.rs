//! Planted mistakes: the checker has to find each, with a path that leads there.

use sidewire_model::{Mistake, Outcome, Rule, Scope, Setup, check};

/// Explores a scope with a mistake planted outside the engine.
fn found(mistake: Mistake, scope: Scope) -> (Rule, Outcome) {
    let setup = Setup { scope, mistake, warm: 0, ..Setup::default() };
    let outcome = check(setup, 1, None).unwrap();
    assert!(!outcome.complete, "{mistake:?} was not noticed");
    let rule = outcome.violations.first().unwrap().rule;
    (rule, outcome)
}

fn scope(messages: u8, faults: u8, actions: u8, timers: u8) -> Scope {
    Scope { messages, faults, actions, timers }
}

#[test]
fn a_server_that_acknowledges_nothing_never_settles() {
    let (rule, outcome) = found(Mistake::NoAcknowledgement, scope(0, 0, 0, 0));

    assert_eq!(rule, Rule::Settles);
    assert!(outcome.violations[0].detail.contains("status fallback"), "{:?}", outcome.violations);
}

#[test]
fn a_catch_up_swallowed_after_the_second_acknowledgement_is_found() {
    let (rule, outcome) = found(Mistake::NoCatchUpAfterSecondAck, scope(1, 0, 1, 0));

    assert!(matches!(rule, Rule::Honest | Rule::Settles), "{rule}");
    let path = outcome.violations[0].path.join("\n");
    assert!(path.contains("message in B") && path.contains("StartSync(B)"), "{path}");
}

#[test]
fn a_swallowed_catch_up_makes_connected_a_lie() {
    let setup = Setup {
        scope: scope(1, 0, 1, 0),
        mistake: Mistake::NoCatchUpAfterSecondAck,
        liveness: false,
        ..Setup::default()
    };

    let outcome = check(setup, 1, None).unwrap();

    assert_eq!(outcome.violations.first().map(|violation| violation.rule), Some(Rule::Honest));
}

#[test]
fn a_subscription_that_outlives_its_session_is_found() {
    let (rule, outcome) = found(Mistake::DeafToUnsubscribe, scope(0, 0, 1, 0));

    assert_eq!(rule, Rule::Settles);
    assert!(outcome.violations[0].detail.contains("channel A: engine false, server true"));
}

#[test]
fn a_socket_that_outlives_its_close_is_found() {
    let (rule, _) = found(Mistake::ClosesNothing, scope(0, 0, 1, 0));

    assert!(matches!(rule, Rule::Stopped | Rule::SignedOut), "{rule}");
}

#[test]
fn messages_of_another_session_are_found() {
    let setup = Setup {
        scope: scope(1, 0, 0, 0),
        mistake: Mistake::MixedSessions,
        liveness: false,
        ..Setup::default()
    };

    let outcome = check(setup, 1, None).unwrap();

    assert_eq!(outcome.violations.first().map(|violation| violation.rule), Some(Rule::Isolated));
}
