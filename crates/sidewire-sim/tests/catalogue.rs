//! Faults that no other test is about: sockets that misbehave in their own ways, clocks and timers, bounds. The numbers
//! are those of the catalogue of faults, see `tools/scripts/lib/faults.mjs`.

#![allow(clippy::unwrap_used, reason = "test helpers outside of #[test] functions: a panic is a failed test")]

mod bench;

use bench::{Bench, CHANNEL, EMPTY_PAGE};
use sidewire_core::{
    Config, ConfigInput, FallbackReason, Input, Policy, ProblemCode, SocketEvent, Status, Timestamp,
};

const MIB: usize = 1 << 20;

/// Loses the socket, and has it back after the wait that was told; the wait in milliseconds.
fn lost_and_back(bench: &mut Bench) -> u64 {
    bench.close(1006);
    let waited = bench.waits().pop().unwrap();
    bench.pass(waited);
    bench.handshake("");
    bench.reply("/pusher/auth", 200, bench::SIGNATURE);
    bench.acknowledge(CHANNEL);
    bench.reply("/messages", 200, EMPTY_PAGE);
    assert_eq!(bench.engine.status(), Status::Connected);
    waited
}

/// Time passes while the server says something now and then.
fn stay_connected(bench: &mut Bench, millis: u64) {
    let until = bench.now + millis;
    while bench.now < until {
        bench.pass(1000.min(until - bench.now));
        bench.frame(r#"{"event":"pusher:pong"}"#);
        bench.reply("/messages", 200, EMPTY_PAGE);
    }
}

// A10, M11, fault 52: the count of tries begins anew after 30 s of stable connection, and not before
#[test]
fn thirty_seconds_of_connection_reset_the_count_of_tries_and_less_does_not() {
    for (stable, next) in [(29_000, 4000), (30_000, 2000)] {
        let mut bench = Bench::connected();
        stay_connected(&mut bench, 60_000);
        assert_eq!(lost_and_back(&mut bench), 2000);
        stay_connected(&mut bench, stable);

        assert_eq!(lost_and_back(&mut bench), next, "after {stable} ms");
    }
}

// F10
#[test]
fn the_chosen_intervals_are_those_that_are_polled_at() {
    let seconds = sidewire_core::Duration::from_secs;
    let policy = Policy {
        jitter: 0,
        poll_active: seconds(7),
        poll_idle: seconds(50),
        idle_after: seconds(60),
        ..Policy::default()
    };
    let input =
        ConfigInput { api_base: Some("http://127.0.0.1:3000".to_owned()), policy, ..ConfigInput::default() };
    let mut bench = Bench::of(Config::build(input).unwrap());
    bench.start("s0");
    bench.reply("/messages", 200, EMPTY_PAGE);
    let mut asked = 1;
    while bench.now < 250_000 {
        bench.pass(1000);
        if bench.requests("/messages").len() > asked {
            asked += 1;
            bench.reply("/messages", 200, EMPTY_PAGE);
        }
    }

    let times: Vec<u64> = bench.requests("/messages").iter().skip(1).map(|(at, ..)| *at).collect();
    let gaps: Vec<u64> = times.windows(2).map(|pair| (pair[1] - pair[0]) / 1000).collect();
    assert_eq!(bench.engine.fallback_reason(), Some(FallbackReason::NotConfigured));
    assert!(gaps.iter().take(5).all(|gap| (7..=8).contains(gap)), "{gaps:?}");
    assert!(gaps.iter().rev().take(3).all(|gap| (50..=51).contains(gap)), "{gaps:?}");
}

// Faults 2, 3 and 4: nothing comes, no answer comes, or no handshake comes: 8 s for all of it together
#[test]
fn socket_and_handshake_together_have_eight_seconds() {
    for upgraded in [false, true] {
        let mut bench = Bench::started();
        bench.pass(4000);
        if upgraded {
            bench.socket(SocketEvent::Opened);
        }
        bench.pass(3999);
        assert_eq!(bench.closes(), [] as [u64; 0], "upgraded {upgraded}");
        bench.pass(1);

        assert_eq!(bench.closes(), [9000], "upgraded {upgraded}");
    }
}

// Fault 9: what we send arrives, and nothing comes back
#[test]
fn a_socket_that_carries_only_one_way_is_given_up_after_its_ping() {
    let mut bench = Bench::connected();
    bench.pass(30_000);
    assert_eq!(bench.sent("pusher:ping").len(), 1);
    bench.pass(10_000);

    assert_ne!(bench.engine.status(), Status::Connected);
    assert_eq!(bench.closes().len(), 1);
}

// Faults 10, 40 and 41: the close that comes a minute after a socket was given up is nobody's
#[test]
fn the_close_of_a_socket_that_was_given_up_changes_nothing() {
    let mut bench = Bench::connected();
    let old = bench.connection();
    bench.pass(40_000);
    bench.pass(2000);
    bench.handshake("");
    let (status, waits) = (bench.engine.status(), bench.waits().len());
    let closed = SocketEvent::Closed { code: 1006, reason: String::new() };
    bench.feed(Input::Socket(old, closed));
    bench.feed(Input::Socket(old, SocketEvent::Frame(b"{}")));

    assert_eq!((bench.engine.status(), bench.waits().len()), (status, waits));
    assert_eq!(bench.engine.counters().frames_stale, 2);
}

// Faults 18 and 20: no close code changes the scheme or the host
#[test]
fn neither_a_tls_failure_nor_a_4000_leads_to_another_address() {
    for code in [1015, 4000] {
        let mut bench = Bench::connected();
        bench.close(code);
        bench.pass(900_000);

        let urls: Vec<&str> = bench.effects.iter().filter_map(|(_, effect)| url(effect)).collect();
        assert!(urls.len() > 1, "{code}");
        assert!(urls.iter().all(|url| *url == urls[0]), "{code}: {urls:?}");
    }
}

fn url(effect: &sidewire_core::Effect) -> Option<&str> {
    if let sidewire_core::Effect::OpenSocket { url, .. } = effect { Some(url) } else { None }
}

// Fault 29
#[test]
fn a_binary_frame_is_counted_and_harms_nothing() {
    let mut bench = Bench::connected();
    let before = bench.engine.counters().frames_malformed;
    bench.socket(SocketEvent::BinaryFrame);

    assert_eq!(bench.engine.counters().frames_malformed, before + 1);
    assert_eq!((bench.engine.status(), bench.closes().len()), (Status::Connected, 0));
}

// Fault 31, S14: a frame that is too large is not looked at; the log has what was in it
#[test]
fn a_frame_of_more_than_a_mebibyte_is_read_from_the_log_instead() {
    let mut bench = Bench::connected();
    let reads = bench.requests("/messages").len();
    let frame = format!(
        r#"{{"event":"new_message","channel":"{CHANNEL}","data":{{"message":{{"messageId":"m1","content":"{}"}}}}}}"#,
        "x".repeat(MIB)
    );
    bench.frame(&frame);

    assert_eq!(bench.problems().last().map(|told| told.0), Some(ProblemCode::TooLarge));
    assert_eq!(bench.requests("/messages").len(), reads + 1);
    assert!(bench.ids("s0").is_empty());
    let largest = frame.len() - MIB;
    let fits = frame.replacen(&"x".repeat(largest), "", 1);
    assert_eq!(fits.len(), MIB);
    bench.frame(&fits);
    assert_eq!(bench.ids("s0"), ["m1"]);
}

// Faults 37 and 38
#[test]
fn events_of_channels_that_nobody_watches_are_counted_and_dropped() {
    let mut bench = Bench::connected();
    bench.push("s7", "m1", "");

    assert_eq!(bench.engine.counters().events_foreign, 1);
    assert!(bench.ids("s0").is_empty() && bench.ids("s7").is_empty());
}

// Fault 43
#[test]
fn a_subscription_without_an_answer_is_covered_by_polling_and_made_again() {
    let mut bench = Bench::started();
    bench.handshake("");
    bench.reply("/messages", 200, EMPTY_PAGE);
    bench.reply("/pusher/auth", 200, bench::SIGNATURE);
    let subscribed = bench.sent("pusher:subscribe").len();
    bench.pass(9999);
    assert_eq!(bench.sent("pusher:subscribe").len(), subscribed);
    let mut opens = bench.opens().len();
    for _ in 0..40 {
        bench.pass(500);
        if bench.opens().len() > opens {
            opens += 1;
            bench.handshake("");
        }
        bench.reply("/pusher/auth", 200, bench::SIGNATURE);
    }

    assert!(bench.sent("pusher:subscribe").len() > subscribed);
    assert!(bench.requests("/messages").len() > 1, "polled meanwhile");
}

// Fault 45
#[test]
fn a_second_handshake_on_one_socket_keeps_the_first_ones_id() {
    let mut bench = Bench::connected();
    let id = bench.engine.socket_id().map(str::to_owned);
    bench.frame(r#"{"event":"pusher:connection_established","data":"{\"socket_id\":\"99.99\"}"}"#);

    assert_eq!(bench.engine.socket_id().map(str::to_owned), id);
    assert_eq!(bench.engine.status(), Status::Connected);
}

// Faults 49 and 53: as long as anything arrives, however late, the socket lives
#[test]
fn bytes_that_trickle_in_keep_a_socket_alive() {
    let mut bench = Bench::connected();
    for _ in 0..20 {
        bench.pass(39_000);
        bench.frame(r#"{"event":"weather","channel":"c","data":"{}"}"#);
    }

    assert_eq!((bench.closes().len(), bench.opens().len()), (0, 1));
}

// Fault 125
#[test]
fn a_timer_that_fires_early_or_twice_brings_about_nothing() {
    let mut bench = Bench::connected();
    let due = bench.engine.poll_timeout().unwrap().as_millis();
    let effects = bench.effects.len();
    bench.now = due - 1;
    bench.feed(Input::Timeout);
    bench.feed(Input::Timeout);
    assert_eq!(bench.effects.len(), effects);

    bench.now = due;
    bench.feed(Input::Timeout);
    let effects = bench.effects.len();
    bench.feed(Input::Timeout);
    assert_eq!(bench.effects.len(), effects);
}

// Fault 127: what a host makes of NaN or a negative time is 0; what it makes of infinity is the end of time
#[test]
fn a_clock_that_goes_back_stands_still_and_one_at_the_end_of_time_fires_each_timer_once() {
    let mut bench = Bench::connected();
    let deadline = bench.engine.poll_timeout();
    bench.engine.handle_input(Timestamp::ZERO, Input::Timeout);
    assert_eq!(bench.engine.poll_timeout(), deadline);

    let mut steps = 0;
    let end = Timestamp::from_millis(u64::MAX);
    while bench.engine.poll_timeout().is_some_and(|at| at < end) && steps < 100 {
        bench.engine.handle_input(end, Input::Timeout);
        steps += 1;
    }
    assert!(steps < 100, "{steps}");
}
