//! Going on after a restart, and holes that nobody can fill: rows H5, M3, M4 and O4 of docs/features.md.

#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test helpers outside of #[test] functions: a panic is a failed test"
)]

mod bench;
mod common;

use bench::{Bench, EMPTY_PAGE};
use common::{complete, connected, sound, world};
use sidewire_core::{Cause, Command, Event, Freshness, Input, ProblemCode, SessionId, Status, WallTime};

// H5
#[test]
fn a_restart_from_a_record_shows_the_same_session_and_catches_up() {
    let record = connected().engine.persist();
    let mut world = world();
    world.say(0);
    world.host.wanted = true;
    world.host.shown = Some(0);
    world.feed(&Input::Command(Command::Restore(record)));
    world.run_for(1000);

    assert_eq!(world.engine.shown().map(SessionId::as_str), Some("s0"));
    assert_eq!(world.engine.status(), Status::Connected);
    assert!(complete(&world, 0));
    sound(&world);
}

// H5
#[test]
fn a_record_holds_the_session_and_when_it_was_connected_last() {
    let mut bench = Bench::new();
    assert_eq!(
        bench.engine.persist(),
        r#"{"v":1,"sessionId":null,"lastConnectedAt":null,"wasConnected":false}"#
    );
    bench.start("s0");
    bench.join();
    bench.feed(Input::Wall(WallTime::from_millis(500_000)));
    bench.pass(10_000);
    bench.feed(Input::Wall(WallTime::from_millis(510_000)));
    assert_eq!(
        bench.engine.persist(),
        r#"{"v":1,"sessionId":"s0","lastConnectedAt":510000,"wasConnected":true}"#
    );
    bench.close(1006);
    bench.pass(1000);
    let record = bench.engine.persist();
    assert_eq!(record, r#"{"v":1,"sessionId":"s0","lastConnectedAt":510000,"wasConnected":false}"#);

    let mut next = Bench::new();
    next.command(Command::Restore(record.clone()));
    assert_eq!(next.engine.persist(), record, "a second restart loses nothing");
    next.join();
    assert_eq!((next.engine.status(), next.problems()), (Status::Connected, vec![]));
}

// H5
#[test]
fn a_record_without_a_session_only_connects() {
    let mut bench = Bench::new();
    bench.command(Command::Restore(r#"{"v":1,"sessionId":null}"#.to_owned()));

    assert_eq!((bench.engine.status(), bench.engine.shown()), (Status::Connecting, None));
    assert_eq!((bench.opens().len(), bench.requests("").len()), (1, 0));
}

// H5, K11
#[test]
fn an_unknown_version_or_garbage_is_a_fresh_start_told_once() {
    let records = [
        "",
        "garbage",
        "null",
        "[]",
        "{}",
        r#"{"v":2,"sessionId":"s0"}"#,
        r#"{"v":"one","sessionId":"s0"}"#,
        r#"{"v":1}"#,
        r#"{"v":1,"sessionId":7}"#,
        r#"{"v":1,"sessionId":"a b"}"#,
        r#"{"v":1,"sessionId":"s0""#,
    ];
    for record in records {
        let mut bench = Bench::new();
        bench.command(Command::Restore(record.to_owned()));
        let codes: Vec<_> = bench.problems().into_iter().map(|(code, _)| code).collect();
        assert_eq!(codes, [ProblemCode::BadState], "{record}");
        assert_eq!((bench.engine.status(), bench.effects.len()), (Status::Disconnected, 0), "{record}");

        bench.start("s0");
        bench.join();
        assert_eq!((bench.engine.status(), bench.problems().len()), (Status::Connected, 1), "{record}");
    }
}

/// Subscribed, with messages 1 to 3 of a log that has numbers; then number 6 is pushed.
fn with_a_hole() -> Bench {
    let mut bench = Bench::started();
    let message =
        |n: u64| format!(r#"{{"messageId":"m{n}","content":"c","timestamp":{n},"sequenceNumber":{n}}}"#);
    let messages = [1, 2, 3].map(message).join(",");
    bench.join_with(&format!(r#"{{"messages":[{messages}],"hasMore":false,"lastSequenceNumber":3}}"#));
    assert_eq!((bench.engine.status(), bench.engine.freshness()), (Status::Connected, Freshness::Fresh));
    bench.push("s0", "m6", r#","timestamp":6,"sequenceNumber":6"#);
    bench
}

fn gaps(bench: &Bench) -> Vec<(u64, u64)> {
    bench.engine.timeline(&SessionId::parse("s0").unwrap()).unwrap().gaps().collect()
}

fn discontinuities(bench: &Bench) -> Vec<(u64, u64, u64)> {
    let told = bench.events.iter().filter_map(|(at, event)| match event {
        Event::Discontinuity { from, to, .. } => Some((*at, *from, *to)),
        _ => None,
    });
    told.collect()
}

/// Lets so many seconds pass; the server answers every read with nothing new, and every ping.
fn nothing_comes(bench: &mut Bench, seconds: u64) {
    for _ in 0..seconds * 10 {
        bench.pass(100);
        bench.reply("/messages", 200, EMPTY_PAGE);
    }
    bench.frame(r#"{"event":"pusher:pong"}"#);
}

// M3, M4, O4
#[test]
fn a_hole_that_five_reads_do_not_fill_is_told_listed_and_shown() {
    let mut bench = with_a_hole();
    assert_eq!(bench.engine.freshness(), Freshness::CatchingUp);
    let reads = bench.requests("/messages").len();
    nothing_comes(&mut bench, 20);

    assert_eq!(discontinuities(&bench).iter().map(|told| (told.1, told.2)).collect::<Vec<_>>(), [(4, 5)]);
    let tried = bench.requests("/messages").split_off(reads);
    assert_eq!(tried.len(), 5);
    assert!(tried.iter().all(|(.., http)| http.url.ends_with("&afterSequence=3")));
    assert!(discontinuities(&bench)[0].0 > tried[4].0);
    assert_eq!((gaps(&bench), bench.engine.freshness()), (vec![(4, 5)], Freshness::Gap));
    assert_eq!(bench.engine.status(), Status::Connected, "what comes next is shown all the same");
    bench.push("s0", "m7", r#","timestamp":7,"sequenceNumber":7"#);
    assert_eq!(bench.ids("s0"), ["m1", "m2", "m3", "m6", "m7"]);
    assert_eq!(discontinuities(&bench).len(), 1);
}

// M4, O4
#[test]
fn a_late_arrival_fills_a_told_gap_and_the_view_is_fresh_again() {
    let mut bench = with_a_hole();
    nothing_comes(&mut bench, 20);
    bench.push("s0", "m5", r#","timestamp":5,"sequenceNumber":5"#);
    assert_eq!(
        (gaps(&bench), bench.engine.freshness()),
        (vec![(4, 5)], Freshness::Gap),
        "in part is not enough"
    );
    bench.push("s0", "m4", r#","timestamp":4,"sequenceNumber":4"#);

    assert_eq!((gaps(&bench), bench.engine.freshness()), (vec![], Freshness::Fresh));
    assert_eq!(bench.ids("s0"), ["m1", "m2", "m3", "m4", "m5", "m6"]);
    assert_eq!(discontinuities(&bench).len(), 1);
}

// M3: late frames fill most holes by themselves
#[test]
fn a_hole_that_fills_within_its_wait_costs_no_read() {
    let mut bench = with_a_hole();
    let reads = bench.requests("/messages").len();
    bench.pass(300);
    bench.push("s0", "m4", r#","timestamp":4,"sequenceNumber":4"#);
    bench.push("s0", "m5", r#","timestamp":5,"sequenceNumber":5"#);
    bench.pass(20_000);

    assert_eq!(bench.requests("/messages").len(), reads);
    assert_eq!((discontinuities(&bench), bench.engine.freshness()), (vec![], Freshness::Fresh));
}

// O4
#[test]
fn every_change_of_freshness_tells_its_cause() {
    let mut bench = with_a_hole();
    nothing_comes(&mut bench, 20);
    bench.push("s0", "m4", r#","timestamp":4,"sequenceNumber":4"#);
    bench.push("s0", "m5", r#","timestamp":5,"sequenceNumber":5"#);
    bench.close(1006);
    bench.pass(2000);
    bench.join();
    bench.pass(40_000);
    bench.stop();

    let told = bench.events.iter().filter_map(|(_, event)| match event {
        Event::FreshnessChanged { freshness, cause } => Some((*freshness, *cause)),
        _ => None,
    });
    let expected = [
        (Freshness::CatchingUp, Cause::Command),
        (Freshness::Stale, Cause::Environment),
        (Freshness::CatchingUp, Cause::Environment),
        (Freshness::Fresh, Cause::CaughtUp),
        (Freshness::CatchingUp, Cause::Environment),
        (Freshness::Gap, Cause::Environment),
        (Freshness::Fresh, Cause::Environment),
        (Freshness::Stale, Cause::SocketClosed),
        (Freshness::CatchingUp, Cause::Environment),
        (Freshness::Fresh, Cause::CaughtUp),
        (Freshness::Stale, Cause::HeartbeatTimeout),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    assert_eq!(bench.engine.freshness_since().1, Some(Cause::HeartbeatTimeout));
}
