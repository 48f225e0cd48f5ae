//! Timers of the store end: found by the fuzz target `core_sequence`. `Desk::wait` fails when one stays due.

#![allow(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod desk;

use desk::Desk;
use sidewire_core::{Command, Effect, Input, SessionId, StorageAnswer, StorageCall};

fn owned() -> Desk {
    let mut desk = Desk::at_rest(true);
    desk.give(Input::Command(Command::SetOwner { owner: "me".to_owned(), renewed: false }));
    desk.start();
    desk
}

/// The store has nothing, and takes everything.
fn answer_store(desk: &mut Desk) {
    while let Some(at) = desk.effects.iter().position(|effect| matches!(effect, Effect::Storage { .. })) {
        let Effect::Storage { id, call } = desk.effects.remove(at) else { return };
        let answer = match call {
            StorageCall::Keys => StorageAnswer::Keys(&[]),
            StorageCall::Load { .. } => StorageAnswer::Value(None),
            StorageCall::Save { .. } | StorageCall::Remove { .. } => StorageAnswer::Done,
        };
        desk.give(Input::Storage(id, Ok(answer)));
    }
}

#[test]
fn a_session_that_is_left_before_its_snapshot_came_leaves_no_timer_that_stays_due() {
    let mut desk = owned();

    desk.give(Input::Command(Command::StartSync(SessionId::parse("s2").unwrap())));
    desk.wait(5000);

    assert!(desk.engine.poll_timeout().is_some_and(|at| at.as_millis() > desk.now));
}

#[test]
fn a_log_that_is_cut_while_a_change_waits_to_be_stored_leaves_no_timer_that_stays_due() {
    let mut desk = owned();
    answer_store(&mut desk);
    desk.answer(
        "/messages",
        200,
        r#"{"messages":[{"messageId":"a","content":"x","sequenceNumber":9}],"lastSequenceNumber":9}"#,
    );
    let shorter = r#"{"messages":[],"lastSequenceNumber":4}"#;
    let shown = desk.engine.shown().cloned().unwrap();
    for _ in 0..2 {
        desk.give(Input::Command(Command::Refresh(shown.clone())));
        desk.push(r#"{"messageId":"b","content":"y","sequenceNumber":10}"#);
        desk.answer("/messages", 200, shorter);
        answer_store(&mut desk);
        desk.now += 15_000;
    }

    // The first page of the log read anew is not answered.
    desk.wait(5000);

    assert!(desk.engine.poll_timeout().is_some_and(|at| at.as_millis() > desk.now));
}
