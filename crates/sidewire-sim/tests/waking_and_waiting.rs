//! Waking up, hidden pages and servers that ask for patience: rows O7, M12, I7 and A17 of docs/features.md.

#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test helpers outside of #[test] functions: a panic is a failed test"
)]

mod bench;

use bench::{Bench, CHANNEL, EMPTY_PAGE, SIGNATURE};
use sidewire_core::{Command, FallbackReason, Input, Policy, Status, WallTime, WhileHidden};

/// 1994-11-06 08:49:07 UTC.
const WALL: u64 = 784_111_747_000;

fn tell_wall(bench: &mut Bench, wall: u64) {
    bench.feed(Input::Wall(WallTime::from_millis(wall)));
}

/// Pings and reads made so far.
fn asked(bench: &Bench) -> (usize, usize) {
    (bench.sent("pusher:ping").len(), bench.requests("/messages").len())
}

// O7
// Faults 121 and 122.
#[test]
fn a_wall_clock_that_ran_ahead_means_sleep_and_asks_socket_and_log() {
    for slept in [5000, 3_600_000] {
        let mut bench = Bench::connected();
        tell_wall(&mut bench, WALL);
        bench.pass(1000);
        let (pings, reads) = asked(&bench);
        tell_wall(&mut bench, WALL + 1000 + slept);

        assert_eq!(asked(&bench), (pings + 1, reads + 1), "{slept}");
        let woke = bench.now;
        bench.pass(5000);
        assert_eq!(bench.closes(), [woke + 5000], "{slept}");
    }
}

// O7
// Fault 123.
#[test]
fn a_timer_that_fires_5_seconds_late_means_sleep_and_asks_socket_and_log() {
    for late in [5000, 600_000] {
        let mut bench = Bench::connected();
        let (pings, reads) = asked(&bench);
        bench.now = bench.engine.poll_timeout().unwrap().as_millis() + late;
        bench.feed(Input::Timeout);

        assert_eq!(asked(&bench), (pings + 1, reads + 1), "{late}");
        let woke = bench.now;
        bench.pass(5000);
        assert_eq!(bench.closes(), [woke + 5000], "{late}");
    }
}

// O7
// Fault 120.
#[test]
fn a_wall_clock_set_back_a_little_late_timer_and_a_slow_clock_mean_nothing() {
    let mut bench = Bench::connected();
    tell_wall(&mut bench, WALL);
    let before = asked(&bench);
    for wall in [WALL - 3_600_000, WALL - 3_600_000, WALL - 3_595_001] {
        tell_wall(&mut bench, wall);
        assert_eq!(asked(&bench), before, "{wall}");
    }
    bench.pass(10_000);
    tell_wall(&mut bench, WALL - 3_595_001);
    assert_eq!(asked(&bench), before, "it stood still");

    bench.now = bench.engine.poll_timeout().unwrap().as_millis() + 4999;
    bench.feed(Input::Timeout);
    assert_eq!(asked(&bench), (before.0 + 1, before.1), "that ping was due");
    let due = bench.now;
    bench.pass(9999);
    assert_eq!(bench.closes(), [0; 0]);
    bench.pass(1);
    assert_eq!(bench.closes(), [due + 10_000], "and has its 10 s");
}

// O7, F9
#[test]
fn waking_up_in_fallback_tries_push_and_reads_at_once() {
    let mut bench = Bench::connected();
    for _ in 0..4 {
        bench.close(1006);
        bench.pass(8000);
    }
    bench.close(1006);
    bench.reply("/messages", 200, EMPTY_PAGE);
    assert_eq!(bench.engine.fallback_reason(), Some(FallbackReason::AttemptsExhausted));
    tell_wall(&mut bench, WALL);
    let (tries, reads) = (bench.opens().len(), bench.requests("/messages").len());
    tell_wall(&mut bench, WALL + 60_000);

    assert_eq!(bench.opens().len(), tries + 1);
    assert_eq!(bench.requests("/messages").len(), reads + 1);
}

// O7: nothing is woken that was stopped
#[test]
fn waking_up_after_stopping_does_nothing() {
    let mut bench = Bench::connected();
    tell_wall(&mut bench, WALL);
    bench.stop();
    let effects = bench.effects.len();
    tell_wall(&mut bench, WALL + 60_000);

    assert_eq!((bench.effects.len(), bench.engine.poll_timeout()), (effects, None));
}

// M12
#[test]
fn a_hidden_page_may_wait_with_its_tries_until_it_is_looked_at() {
    let mut bench = Bench::with(Policy { while_hidden: WhileHidden::Pause, ..Policy::default() });
    bench.start("s0");
    bench.join();
    bench.command(Command::SetVisible(false));
    bench.close(1006);
    bench.pass(600_000);
    assert_eq!(bench.opens().len(), 1);
    bench.command(Command::SetVisible(true));
    assert_eq!(bench.opens(), [1000, bench.now]);

    let mut bench = Bench::connected();
    bench.command(Command::SetVisible(false));
    bench.close(1006);
    bench.pass(2000);
    assert_eq!(bench.opens().len(), 2, "unless told so it goes on");
}

// M12: a socket that works is kept, hidden or not
#[test]
fn a_page_that_is_hidden_keeps_the_socket_it_has() {
    let mut bench = Bench::with(Policy { while_hidden: WhileHidden::Pause, ..Policy::default() });
    bench.start("s0");
    bench.join();
    bench.command(Command::SetVisible(false));
    bench.pass(29_000);
    bench.push("s0", "a", "");

    assert_eq!((bench.engine.status(), bench.ids("s0").len()), (Status::Connected, 1));
}

/// What a server may say, and how long it then hears nothing of us in seconds; 2 where our own pause counts.
const PATIENCE: [(u16, Option<&str>, u64); 10] = [
    (503, Some("30"), 30),
    (429, Some("30"), 30),
    (500, Some(" 7 "), 7),
    (503, Some("Sun, 06 Nov 1994 08:49:37 GMT"), 30),
    (429, None, 5),
    (503, None, 2),
    (503, Some("soon"), 2),
    (503, Some("0"), 2),
    (503, Some("86400"), 600),
    (503, Some("Sun, 06 Nov 1994 08:49:00 GMT"), 2),
];

// I7
#[test]
fn the_messages_endpoint_is_left_alone_as_long_as_it_says() {
    for (status, told, seconds) in PATIENCE {
        let mut bench = Bench::new();
        tell_wall(&mut bench, WALL);
        bench.start("s0");
        bench.reply_later("/messages", status, told, "{}");
        bench.pass(700_000);

        let again = bench.requests("/messages")[1].0;
        assert_eq!(again, 1000 + seconds * 1000, "{status} {told:?}");
    }
}

// I7
// Fault 93.
#[test]
fn the_authorisation_endpoint_is_left_alone_as_long_as_it_says() {
    for (status, told, seconds) in PATIENCE {
        let mut bench = Bench::new();
        tell_wall(&mut bench, WALL);
        bench.start("s0");
        bench.handshake("");
        bench.reply("/messages", 200, EMPTY_PAGE);
        bench.reply_later("/pusher/auth", status, told, "{}");
        for _ in 0..700 {
            bench.pass(1000);
            bench.frame(r#"{"event":"pusher:pong"}"#);
        }

        let again = bench.requests("/pusher/auth")[1].0;
        assert_eq!(again, 1000 + seconds * 1000, "{status} {told:?}");
    }
}

// I7: neither a switch nor another socket shortens it
#[test]
fn patience_with_the_authorisation_endpoint_outlives_a_switch_and_a_socket() {
    let mut bench = Bench::started();
    bench.handshake("");
    bench.reply_later("/pusher/auth", 503, Some("30"), "{}");
    bench.start("s1");
    bench.pass(1000);
    bench.close(1006);
    bench.pass(2000);
    bench.handshake("");
    bench.pass(26_999);
    assert_eq!(bench.requests("/pusher/auth").len(), 1);
    bench.pass(1);

    assert_eq!(bench.requests("/pusher/auth")[1].0, 31_000);
}

// A17
// Fault 17.
#[test]
fn a_close_with_1013_is_given_at_least_5_seconds() {
    let mut bench = Bench::connected();
    for expected in [5000, 5000, 8000] {
        let lost = bench.now;
        bench.close(1013);
        bench.pass(expected);
        assert_eq!(bench.opens().last(), Some(&(lost + expected)));
    }
    assert_eq!(bench.waits(), [5000, 5000, 8000]);
}

// B5, CH5: an endpoint that never answers is asked ever more seldom, up to two minutes
// Faults 95 and 96.
#[test]
fn an_authorisation_endpoint_without_answers_is_asked_ever_more_seldom() {
    let mut bench = Bench::started();
    bench.handshake("");
    let mut asked = Vec::new();
    for _ in 0..9 {
        asked.push(bench.requests("/pusher/auth").last().unwrap().0);
        let tries = bench.requests("/pusher/auth").len();
        bench.fail("/pusher/auth", sidewire_core::HttpFailure::Timeout);
        while bench.requests("/pusher/auth").len() == tries {
            bench.pass(1000);
            bench.frame(r#"{"event":"pusher:pong"}"#);
        }
    }
    let pauses: Vec<_> = asked.windows(2).map(|pair| (pair[1] - pair[0]) / 1000).collect();
    assert_eq!(pauses, [2, 4, 8, 16, 32, 64, 120, 120]);

    bench.reply("/messages", 200, EMPTY_PAGE);
    bench.reply("/pusher/auth", 200, SIGNATURE);
    bench.acknowledge(CHANNEL);
    bench.reply("/messages", 200, EMPTY_PAGE);
    assert_eq!(bench.engine.status(), Status::Connected);
}
