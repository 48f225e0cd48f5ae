//! Stored messages: snapshots over restarts. Rows E10, E13, H5 and M23 of docs/features.md.

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

use bench::{Bench, CHANNEL};
use keeping::{Host, OUTBOX, SNAPSHOT, WALL, closed, message, page, s0};
use sidewire_core::{
    CallId, Command, Effect, Freshness, HttpFailure, Input, Policy, ProblemCode, StorageCall, StorageFailure,
    WallTime, json,
};

// E10, E13, M23
#[test]
fn stored_messages_are_shown_before_any_answer_and_the_log_is_read_on_from_there() {
    let mut host = closed().restarted();
    host.start("s0");
    assert_eq!(host.bench.ids("s0"), ["m1", "m2", "m3", "m4", "m5"]);
    assert_eq!(host.urls(), ["limit=50&changedSince=5"]);
    assert_eq!(host.bench.engine.freshness(), Freshness::CatchingUp);
    host.reply("/messages", &page(6..=7, 7, false));

    assert_eq!(host.bench.ids("s0").len(), 7);
    let load = host.bench.engine.load_state();
    assert_eq!((load.loading, load.has_older), (false, Some(false)));
    assert_eq!(host.codes(), []);
}

// An edit that a snapshot missed is in the newest page, at least
#[test]
fn without_a_change_counter_the_newest_page_is_read_again_behind_the_stored_messages() {
    let plain =
        |n: u64| format!(r#"{{"messageId":"m{n}","content":"c","timestamp":{n},"sequenceNumber":{n}}}"#);
    let first = format!(
        r#"{{"messages":[{}],"hasMore":true,"lastSequenceNumber":5}}"#,
        [3, 4, 5].map(plain).join(",")
    );
    let mut host = Host::new(BTreeMap::new());
    host.join(&first);
    host.command(Command::SetVisible(false));
    let mut host = host.restarted();
    host.start("s0");
    assert_eq!((host.bench.ids("s0").len(), host.urls()), (3, vec!["limit=50".to_owned()]));
    host.reply(
        "/messages",
        &first.replace(r#""content":"c","timestamp":4"#, r#""content":"edited","timestamp":4,"updatedAt":9"#),
    );

    assert!(host.bench.raws("s0")[1].contains("edited"));
    assert_eq!(host.bench.engine.load_state().has_older, Some(true));
    assert_eq!(host.bench.engine.timeline(&s0()).unwrap().floor(), Some(3));
}

// E13
#[test]
fn a_snapshot_holds_what_the_messages_alone_do_not_tell() {
    let mut host = Host::new(BTreeMap::new());
    host.join(&page([11, 12].into_iter(), 12, true));
    host.command(Command::LoadOlder(CallId::from_raw(1)));
    host.reply("beforeSequence", &page([5, 8].into_iter(), 12, true));
    // An unnumbered one, and one whose number only its envelope tells.
    host.bench.push("s0", "loose", r#","timestamp":12"#);
    host.bench.frame(&format!(
        r#"{{"event":"new_message","channel":"{CHANNEL}","data":{{"sequenceNumber":13,"message":{{"messageId":"m13","content":"c"}}}}}}"#
    ));
    host.command(Command::SetVisible(false));
    let before = host.bench.ids("s0");
    let value = json::parse(host.values[SNAPSHOT].as_bytes()).unwrap();
    let names: Vec<_> = value.fields().map(|(name, _)| name.as_str().unwrap().into_owned()).collect();
    let all = ["v", "owner", "seen", "floor", "revision", "logTime", "hasOlder", "gaps", "messages"];
    assert_eq!(names, all);
    let number = |name| value.get(name).and_then(json::Json::as_integer);
    assert_eq!((number("v"), number("floor"), number("seen").is_some()), (Some(1), Some(5), true));

    let mut host = host.restarted();
    host.start("s0");

    assert_eq!(host.bench.ids("s0"), before);
    let timeline = host.bench.engine.timeline(&s0()).unwrap();
    assert_eq!(timeline.gaps().collect::<Vec<_>>(), [(6, 7), (9, 10)]);
    assert_eq!(
        (timeline.floor(), timeline.prefix(), timeline.highest_sequence()),
        (Some(5), Some(13), Some(13))
    );
    host.reply("/messages", &page([].into_iter(), 13, false));
    assert_eq!(host.bench.engine.load_state().has_older, Some(true));
}

// E13: written together, and in time
#[test]
fn changes_are_stored_two_seconds_after_the_last_one_and_fifteen_after_the_first() {
    let mut host = Host::new(BTreeMap::new());
    host.join(&page(1..=2, 2, false));
    let from = host.bench.now;
    host.pass(5000);
    assert_eq!(host.saves(SNAPSHOT), [from + 2000]);
    let from = host.bench.now;
    for n in 3..=33 {
        host.bench.push("s0", &format!("m{n}"), &format!(r#","sequenceNumber":{n}"#));
        host.pass(1000);
    }
    host.pass(5000);

    let later: Vec<_> = host.saves(SNAPSHOT)[1..].iter().map(|at| at - from).collect();
    assert_eq!(later, [15_000, 30_000, 32_000]);
}

#[test]
fn what_changed_is_stored_at_once_when_the_page_is_hidden_the_session_left_or_everything_stopped() {
    let ends: [fn(&mut Host); 4] = [
        |host| host.command(Command::SetVisible(false)),
        |host| host.start("s1"),
        |host| host.command(Command::LeaveSession),
        |host| host.command(Command::StopSync),
    ];
    for end in ends {
        let mut host = Host::new(BTreeMap::new());
        host.join(&page(1..=2, 2, false));
        assert_eq!(host.saves(SNAPSHOT).len(), 0);
        end(&mut host);
        assert_eq!(host.saves(SNAPSHOT), [host.bench.now]);
        assert!(host.values[SNAPSHOT].contains("\"m2\""));
    }
}

// 141: corrupt, older, newer
#[test]
fn a_stored_value_that_cannot_be_read_is_told_forgotten_and_harms_nothing() {
    let good = closed().values[SNAPSHOT].clone();
    for bad in [
        "",
        "null",
        "[]",
        "garbage",
        r#"{"v":1}"#,
        &good.chars().take(200).collect::<String>(),
        &good.replace(r#""v":1"#, r#""v":2"#),
        &good.replace(r#""v":1"#, r#""v":"one""#),
        &good.replace(r#""owner":"ann","#, ""),
        &good.replace(r#""messageId":"m3","#, ""),
        &good.replace(r#""messages":["#, r#""messages":[7,"#),
    ] {
        for key in [SNAPSHOT, OUTBOX] {
            let mut host = Host::new(BTreeMap::from([(key.to_owned(), bad.to_owned())]));
            host.start("s0");
            assert_eq!(host.codes(), [ProblemCode::BadState], "{key} {bad}");
            assert_eq!((host.bench.ids("s0").len(), host.values.len()), (0, 0), "{key} {bad}");
            host.reply("/messages", &page(1..=2, 2, false));
            assert_eq!(host.bench.ids("s0"), ["m1", "m2"]);
        }
    }
}

// S3, 87: another user's data
#[test]
fn what_another_person_stored_is_never_shown_nor_sent_and_forgotten() {
    let mut host = closed();
    host.send("a");
    let mut other = Host::silent(Policy::default(), host.values);
    other.sign_in("bob");
    other.start("s0");

    assert_eq!((other.bench.ids("s0").len(), other.values.len()), (0, 0));
    assert_eq!(other.urls(), ["limit=50"]);
    other.pass(5000);
    assert_eq!(other.bench.requests("/agent/interact").len(), 0);
}

#[test]
fn signing_out_forgets_every_session_and_a_write_on_its_way_as_well() {
    let mut host = closed();
    host.values.insert("sidewire:snapshot:other".to_owned(), "{}".to_owned());
    host.values.insert("sidewire:outbox:other".to_owned(), "{}".to_owned());
    host.values.insert("accessToken".to_owned(), "not ours".to_owned());
    host.mood = |call, _| (!matches!(call, StorageCall::Save { .. })).then_some(Ok(()));
    host.send("a");
    let (id, call) = host.calls().pop().unwrap();
    assert!(matches!(&call, StorageCall::Save { key, .. } if key == OUTBOX));
    host.mood = |_, _| Some(Ok(()));
    host.command(Command::SetToken { present: false });
    assert_eq!(host.values.keys().collect::<Vec<_>>(), ["accessToken"]);

    // Slow as it is, it lands in the end.
    host.answer(id, &call);
    assert!(host.values.contains_key(OUTBOX));
    host.work();

    assert_eq!(host.values.keys().collect::<Vec<_>>(), ["accessToken"]);
    assert_eq!(host.bench.ids("s0").len(), 0);
}

#[test] // Fault 87.
fn another_person_without_a_sign_out_sees_nothing_of_the_one_before() {
    let mut host = closed();
    assert_eq!(host.bench.ids("s0").len(), 5);
    host.sign_in("bob");

    assert_eq!(host.bench.ids("s0").len(), 0);
    assert!(!host.values.values().any(|value| value.contains("ann")), "{:?}", host.values);
}

#[test]
fn another_name_for_the_same_person_keeps_what_is_shown_and_stores_it_under_that_name() {
    let mut host = closed();
    host.send("a");
    host.command(Command::SetOwner { owner: "ann, renewed".to_owned(), renewed: true });
    host.command(Command::SetToken { present: true });
    host.pass(3000);

    assert_eq!(host.bench.ids("s0").len(), 6);
    assert!(
        host.values.values().all(|value| value.contains(r#""owner":"ann, renewed""#)),
        "{:?}",
        host.values
    );
    assert_eq!(host.values.len(), 2);
}

#[test]
fn without_an_owner_or_without_a_store_nothing_is_kept() {
    let mut bench = Bench::connected();
    bench.command(Command::SetOwner { owner: "ann".to_owned(), renewed: false });
    bench.command(Command::SetVisible(false));
    assert!(!bench.effects.iter().any(|(_, effect)| matches!(effect, Effect::Storage { .. })));

    let mut host = Host::silent(Policy::default(), BTreeMap::new());
    host.command(Command::SetToken { present: true });
    host.join(&page(1..=2, 2, false));
    host.command(Command::SetVisible(false));
    assert_eq!(host.calls(), []);
}

// A write that never resolves blocks nothing
#[test]
fn a_store_that_never_answers_delays_the_first_page_by_300_ms_and_nothing_else() {
    let mut host = Host::silent(Policy::default(), closed().values);
    host.mood = |_, _| None;
    host.sign_in("ann");
    host.start("s0");
    let from = host.bench.now;
    assert!(host.bench.engine.is_restoring());
    assert_eq!(host.urls().len(), 0);
    host.pass(300);
    assert_eq!(host.urls(), ["limit=50"]);
    host.reply("/messages", &page(1..=2, 2, false));
    host.send("a");
    assert_eq!(host.bench.requests("/agent/interact").len(), 1);
    host.pass(60_000);

    assert_eq!(host.codes(), [ProblemCode::StorageFailed]);
    assert_eq!(host.bench.requests("/messages")[0].0 - from, 300);
    // What comes too late means nothing.
    let (id, call) =
        host.calls().into_iter().find(|(_, call)| matches!(call, StorageCall::Load { .. })).unwrap();
    let rows = host.bench.ids("s0");
    host.answer(id, &call);
    assert_eq!(host.bench.ids("s0"), rows);
}

/// Snapshots of five sessions, seen one after the other.
fn five_sessions() -> BTreeMap<String, String> {
    let mut host = closed();
    for session in ["s1", "s2", "s3", "s4"] {
        host.bench.now += 1000;
        host.start(session);
        host.reply(&format!("/{session}/messages"), &page(1..=2, 2, false).replace("s0", session));
        host.command(Command::SetVisible(false));
    }
    host.values
}

// Item 5: only so many sessions
#[test]
fn the_session_seen_longest_ago_is_forgotten_when_there_is_one_too_many() {
    assert_eq!(five_sessions().len(), 5);
    let mut host = Host::new(five_sessions());
    host.start("s5");
    host.reply("/s5/messages", &page(1..=2, 2, false).replace("s0", "s5"));
    host.pass(5000);

    let keys: Vec<_> = host.values.keys().map(|key| key.rsplit(':').next().unwrap()).collect();
    assert_eq!(keys, ["s1", "s2", "s3", "s4", "s5"], "their age stands in the values alone");
    assert_eq!(host.codes(), []);
}

#[test]
fn a_full_store_forgets_the_oldest_session_first_and_says_so_once() {
    let mut host = Host::new(five_sessions());
    host.mood = |call, _| match call {
        StorageCall::Save { .. } => Some(Err(StorageFailure::Quota)),
        _ => Some(Ok(())),
    };
    host.start("s4");
    host.reply("/s4/messages", &page(3..=3, 3, false).replace("s0", "s4"));
    host.pass(2100);
    assert_eq!(host.values.len(), 4);
    assert!(!host.values.contains_key(SNAPSHOT), "s0 was seen longest ago");
    host.mood = |_, _| Some(Ok(()));
    host.pass(5000);

    assert!(host.values["sidewire:snapshot:s4"].contains("\"m3\""), "there is room now");
    assert_eq!(host.codes(), [ProblemCode::StorageFull]);
}

#[test]
fn of_a_long_session_the_newest_messages_are_kept_and_older_ones_are_known_to_be_there() {
    let mut host = Host::with(Policy { keep_messages: 3, ..Policy::default() }, BTreeMap::new());
    host.join(&page(1..=9, 9, false));
    host.command(Command::SetVisible(false));
    let mut host = host.restarted();
    host.start("s0");
    assert_eq!(host.bench.ids("s0"), ["m7", "m8", "m9"]);
    host.reply("/messages", &page([].into_iter(), 9, false));

    assert_eq!(host.bench.engine.load_state().has_older, Some(true));
    assert_eq!(host.bench.engine.timeline(&s0()).unwrap().floor(), Some(7));
    let none = Policy { keep_messages: 0, ..Policy::default() };
    let mut host = Host::with(none, BTreeMap::new());
    host.join(&page(1..=9, 9, false));
    host.command(Command::SetVisible(false));
    assert_eq!(host.values.len(), 0);
}

// A stand-in could never be told from what it stands for
#[test]
fn a_message_too_large_to_be_shown_ends_what_is_stored() {
    let large = message(2).replace("c2", &"x".repeat(300 << 10));
    let mut host = Host::new(BTreeMap::new());
    host.join(&format!(
        r#"{{"messages":[{},{large},{}],"hasMore":false,"lastSequenceNumber":3,"revision":3}}"#,
        message(1),
        message(3)
    ));
    host.command(Command::SetVisible(false));
    let mut host = host.restarted();
    host.start("s0");

    assert_eq!(host.bench.ids("s0"), ["m3"]);
    assert!(
        host.values[SNAPSHOT].contains(r#""floor":3"#)
            && host.values[SNAPSHOT].contains(r#""hasOlder":true"#)
    );
}

#[test]
fn what_nobody_looked_at_for_thirty_days_is_forgotten() {
    let days = |days: u64| {
        let mut host = Host::silent(Policy::default(), closed().values);
        host.bench.feed(Input::Wall(WallTime::from_millis(WALL + days * 24 * 3_600_000)));
        host.sign_in("ann");
        host.start("s0");
        (host.bench.ids("s0").len(), host.values.len())
    };

    assert_eq!(days(29), (5, 1));
    assert_eq!(days(31), (0, 0));
}

// 106: newest first
#[test]
fn stored_messages_from_long_ago_give_way_to_the_newest_page_and_unsent_ones_stay() {
    let mut host = closed();
    host.send("a");
    host.bench.fail("/agent/interact", HttpFailure::Network);
    let mut host = host.restarted();
    host.start("s0");
    host.bench.fail("/agent/interact", HttpFailure::Network);
    assert_eq!(host.bench.ids("s0").len(), 6);
    let life = host.bench.engine.timeline_life();
    host.reply("/messages", &page(6..=55, 900, true));

    assert_eq!(host.bench.ids("s0"), ["a"], "800 messages are not worth reading page by page");
    assert_ne!(host.bench.engine.timeline_life(), life);
    assert_eq!(host.urls(), ["limit=50&changedSince=5", "limit=50"]);
    host.reply("/messages", &page(851..=900, 900, true));
    assert_eq!(host.bench.ids("s0").len(), 51);
    assert_eq!(host.bench.engine.load_state().has_older, Some(true));
    assert_eq!(host.bench.ids("s0").last().map(String::as_str), Some("a"));
}

// A little is read on
#[test]
fn a_few_pages_behind_are_read_one_after_the_other() {
    let mut host = closed().restarted();
    host.start("s0");
    host.reply("/messages", &page(6..=55, 120, true).replace(r#""revision":120}"#, r#""revision":55}"#));

    assert_eq!(host.bench.ids("s0").len(), 55);
    assert_eq!(host.urls().last().unwrap(), "limit=50&changedSince=55");
}
