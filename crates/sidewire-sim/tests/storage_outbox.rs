//! Unsent messages over restarts. Rows M6, M7 and O6 of docs/features.md.

#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::panic,
    reason = "test helpers outside of #[test] functions: a panic is a failed test"
)]

mod bench;
mod keeping;

use std::collections::BTreeMap;

use keeping::{Host, OUTBOX, SNAPSHOT, closed, key, page, s0, stored_ids};
use sidewire_core::timeline::EchoState;
use sidewire_core::{Body, Command, Policy, ProblemCode, SendFailure, StorageCall, StorageFailure};

// M6: persisted until acknowledged
#[test]
fn own_messages_are_stored_at_once_and_until_they_are_acknowledged() {
    let mut host = Host::new(BTreeMap::new());
    host.join(&page(1..=2, 2, false));
    host.send("a");
    assert_eq!(stored_ids(&host), ["a"], "on the wire, and stored");
    host.send("b");
    host.send("c");
    assert_eq!(stored_ids(&host), ["a", "b", "c"]);
    host.bench.reply("/agent/interact", 400, "{}");
    host.work();
    assert_eq!(stored_ids(&host), ["arejected", "b", "c"]);
    host.reply("/agent/interact", "{}");
    assert_eq!(stored_ids(&host), ["arejected", "c"]);
    host.command(Command::CancelSend(s0(), key("a")));
    host.reply("/agent/interact", "{}");

    assert!(!host.values.contains_key(OUTBOX));
}

// M6, M7: the panel is closed, the host killed, the browser restarted
#[test]
fn after_a_restart_unsent_messages_leave_in_order_under_their_ids_and_failed_ones_wait_for_the_user() {
    let mut host = closed();
    for id in ["a", "b", "c"] {
        host.send(id);
        host.bench.now += 10;
    }
    host.bench.reply("/agent/interact", 413, "{}");
    host.work();
    let mut host = host.restarted();
    host.start("s0");

    assert_eq!(host.bench.ids("s0"), ["m1", "m2", "m3", "m4", "m5", "a", "b", "c"]);
    let echo = |host: &Host, id: &str| host.bench.engine.timeline(&s0()).unwrap().echo_state(&key(id));
    assert_eq!(echo(&host, "a"), Some(EchoState::Failed(SendFailure::Rejected)));
    assert_eq!((echo(&host, "b"), echo(&host, "c")), (Some(EchoState::Pending), Some(EchoState::Queued)));
    let (.., http) = host.bench.requests("/agent/interact").pop().unwrap();
    assert_eq!(http.idempotency_key, Some(key("b")));
    let Some(Body::Json(body)) = http.body else { panic!("no body") };
    assert_eq!(
        body,
        r#"{"sessionId":"s0","content":"text of b","clientMessageId":"b","url":"https://a.example/"}"#
    );
    host.reply("/agent/interact", "{}");
    host.reply("/agent/interact", "{}");
    assert_eq!(stored_ids(&host), ["arejected"]);
    host.command(Command::RetrySend(s0(), key("a")));
    assert_eq!(host.bench.requests("/agent/interact").pop().unwrap().2.idempotency_key, Some(key("a")));
}

// M6: a session that nobody looks at
#[test]
fn unsent_messages_of_sessions_that_are_not_shown_leave_as_well() {
    let mut host = closed();
    host.send("a");
    let mut host = host.restarted();
    host.start("s1");

    assert_eq!(host.bench.requests("/agent/interact").len(), 1);
    host.reply("/agent/interact", "{}");
    assert!(!host.values.contains_key(OUTBOX));
}

// O6: the answer was lost with the host
#[test]
fn a_message_that_was_stored_by_the_server_before_the_host_was_killed_is_one_bubble() {
    let mut host = closed();
    host.send("a");
    let copy = r#"{"messageId":"m6","role":"user","content":"text of a","timestamp":6,"sequenceNumber":6,"revision":6,"clientMessageId":"a"}"#;
    let mut host = host.restarted();
    host.start("s0");
    assert_eq!(host.bench.ids("s0").len(), 6);
    host.reply(
        "/messages",
        &format!(r#"{{"messages":[{copy}],"hasMore":false,"lastSequenceNumber":6,"revision":6}}"#),
    );
    assert_eq!(host.bench.ids("s0"), ["m1", "m2", "m3", "m4", "m5", "m6"]);
    host.reply("/agent/interact", &format!(r#"{{"message":{copy}}}"#));

    assert_eq!(host.bench.ids("s0"), ["m1", "m2", "m3", "m4", "m5", "m6"]);
    assert!(!host.values.contains_key(OUTBOX));
}

#[test]
fn what_an_earlier_run_left_unsent_is_not_written_over_before_it_was_read() {
    let mut host = closed();
    host.send("a");
    let mut host = Host::silent(Policy::default(), host.values);
    host.mood = |call, _| Some(if *call == StorageCall::Keys { Err(StorageFailure::Failed) } else { Ok(()) });
    host.sign_in("ann");
    host.start("s0");
    host.send("b");
    assert_eq!(stored_ids(&host), ["a"]);
    assert_eq!(host.codes(), [ProblemCode::StorageFailed], "told once");

    host.mood = |_, _| Some(Ok(()));
    host.pass(30_000);
    assert_eq!(host.bench.ids("s0").len(), 7);
    let ids = stored_ids(&host);
    assert!(ids.contains(&"a".to_owned()) && ids.contains(&"b".to_owned()), "{ids:?}");
}

// Own messages never go for lack of room
#[test]
fn an_unsent_message_makes_room_for_itself_even_of_the_session_shown() {
    let mut host = closed();
    host.mood = |call, values| match call {
        StorageCall::Save { .. } if values.contains_key(SNAPSHOT) => Some(Err(StorageFailure::Quota)),
        StorageCall::Save { key, .. } if key == SNAPSHOT => Some(Err(StorageFailure::Quota)),
        _ => Some(Ok(())),
    };
    host.send("a");
    host.pass(100);
    assert!(!host.values.contains_key(SNAPSHOT), "the only thing that could go");

    assert_eq!(stored_ids(&host), ["a"]);
    let mut stuck = Host::new(BTreeMap::new());
    stuck.join(&page(1..=2, 2, false));
    stuck.mood = |call, _| match call {
        StorageCall::Save { .. } => Some(Err(StorageFailure::Quota)),
        _ => Some(Ok(())),
    };
    stuck.send("b");
    stuck.pass(29_000);
    assert!(stuck.saves(OUTBOX).len() <= 2, "{:?}", stuck.saves(OUTBOX));
    stuck.mood = |_, _| Some(Ok(()));
    stuck.pass(2000);
    assert_eq!(stored_ids(&stuck), ["b"], "tried again after 30 s");
}

// Seed 46172
#[test]
fn what_is_stored_by_the_server_before_an_old_first_page_comes_stays_on_screen() {
    let mut host = closed().restarted();
    host.start("s0");
    host.send("a");
    host.reply(
        "/agent/interact",
        r#"{"message":{"messageId":"own","sessionId":"s0","role":"user","content":"text of a","clientMessageId":"a","sequenceNumber":901}}"#,
    );
    assert_eq!(host.bench.ids("s0").last().map(String::as_str), Some("own"));
    host.reply("/messages", &page(6..=55, 900, true));

    assert_eq!(host.bench.ids("s0"), ["own"], "of the old view only what is newer than the page stays");
    host.reply("/messages", &page(851..=900, 900, true));
    assert_eq!(host.bench.ids("s0").len(), 51);
    assert_eq!(host.bench.ids("s0").last().map(String::as_str), Some("own"));
}
