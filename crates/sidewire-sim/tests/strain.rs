//! Servers under strain: who is slow gets time, who is busy gets silence. Rows B7 and I7 of docs/features.md.

#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "test helpers outside of #[test] functions: a panic is a failed test"
)]

mod bench;

use bench::{Bench, CHANNEL, EMPTY_PAGE, SIGNATURE};
use sidewire_core::{Command, Config, ConfigInput, HttpFailure, Policy, Status};

/// Seconds that each request with `part` in its address is waited for.
fn patience(bench: &Bench, part: &str) -> Vec<u64> {
    bench.requests(part).iter().map(|(.., http)| http.timeout.as_secs()).collect()
}

/// When requests with `part` in their address were made.
fn times(bench: &Bench, part: &str) -> Vec<u64> {
    bench.requests(part).iter().map(|(at, ..)| *at).collect()
}

/// Lets the last request with `part` in its address run into its time-out. The socket stays alive meanwhile.
fn time_out(bench: &mut Bench, part: &str) {
    let (made, _, http) = bench.requests(part).pop().expect("a request");
    let due = made + http.timeout.as_millis();
    live_until(bench, due);
    bench.fail(part, HttpFailure::Timeout);
}

/// Time passes, and the push server answers pings.
fn live_until(bench: &mut Bench, until: u64) {
    while bench.now < until {
        bench.pass(1000.min(until - bench.now));
        bench.frame(r#"{"event":"pusher:pong"}"#);
    }
}

fn live(bench: &mut Bench, millis: u64) {
    let until = bench.now + millis;
    live_until(bench, until);
}

/// Until there is one more request with `part` in its address.
fn live_until_asked(bench: &mut Bench, part: &str) {
    let before = bench.requests(part).len();
    for _ in 0..400 {
        live(bench, 500);
        if bench.requests(part).len() > before {
            return;
        }
    }
    panic!("{part} is not asked again");
}

// B7, 96: an endpoint that hangs is given up, and given four times as long the next time
#[test]
fn a_server_that_lets_requests_time_out_is_given_more_time() {
    let mut bench = Bench::started();
    bench.handshake("");
    bench.reply("/messages", 200, EMPTY_PAGE);
    for _ in 0..3 {
        time_out(&mut bench, "/pusher/auth");
        live_until_asked(&mut bench, "/pusher/auth");
    }

    assert_eq!(patience(&bench, "/pusher/auth"), [8, 32, 60, 60]);
}

// I7: what one request found out counts for the others
#[test]
fn a_read_after_a_signature_that_timed_out_is_waited_for_longer_too() {
    let mut bench = Bench::started();
    bench.handshake("");
    bench.reply("/messages", 200, EMPTY_PAGE);
    time_out(&mut bench, "/pusher/auth");
    live_until_asked(&mut bench, "/pusher/auth");
    bench.reply("/pusher/auth", 200, SIGNATURE);
    bench.acknowledge(CHANNEL);

    assert_eq!(patience(&bench, "/messages").last(), Some(&60));
}

// B7: as long again as was waited in vain
#[test]
fn after_a_time_out_the_endpoint_is_left_alone_for_as_long_as_it_was_waited_for() {
    let mut bench = Bench::started();
    bench.handshake("");
    bench.reply("/messages", 200, EMPTY_PAGE);
    for waited in [8, 32, 60] {
        time_out(&mut bench, "/pusher/auth");
        let given_up = bench.now;
        live_until_asked(&mut bench, "/pusher/auth");

        let asked = times(&bench, "/pusher/auth").pop();
        assert_eq!(asked, Some(given_up + waited * 1000));
    }
}

// O7, 121: a request given up by a machine that slept says nothing about the server
#[test]
fn a_time_out_noticed_after_sleep_costs_neither_patience_nor_a_long_pause() {
    let mut bench = Bench::started();
    bench.handshake("");
    bench.reply("/messages", 200, EMPTY_PAGE);
    bench.now += 3_600_000;
    bench.frame(r#"{"event":"pusher:pong"}"#);
    bench.fail("/pusher/auth", HttpFailure::Timeout);
    let woke = bench.now;
    live_until_asked(&mut bench, "/pusher/auth");

    assert_eq!(times(&bench, "/pusher/auth").pop(), Some(woke + 2000));
    assert_eq!(patience(&bench, "/pusher/auth"), [8, 8]);
}

/// Live once, then cut; the socket is back after 2 s, and a signature is under way.
fn authorising_again() -> Bench {
    let mut bench = Bench::connected();
    bench.close(1006);
    bench.pass(2000);
    bench.handshake("");
    bench
}

// F1: push brings what a poll would bring
#[test]
fn a_poll_waits_for_a_signature_that_is_under_way() {
    let mut bench = authorising_again();
    let reads = bench.requests("/messages").len();
    live(&mut bench, 7999);
    assert_eq!(bench.requests("/messages").len(), reads);

    bench.reply("/pusher/auth", 200, SIGNATURE);
    bench.acknowledge(CHANNEL);
    assert_eq!(bench.requests("/messages").len(), reads + 1, "the catch-up");
    bench.reply("/messages", 200, EMPTY_PAGE);
    assert_eq!(bench.engine.status(), Status::Connected);
}

// F1: but not for ever
#[test]
fn polling_covers_although_signatures_hang_for_good() {
    let mut bench = authorising_again();
    let cut = bench.now;
    let mut polls = Vec::new();
    while bench.now < cut + 200_000 {
        live(&mut bench, 100);
        for (made, _, http) in bench.requests("/pusher/auth").into_iter().rev().take(1) {
            if bench.now >= made + http.timeout.as_millis() {
                bench.fail("/pusher/auth", HttpFailure::Timeout);
            }
        }
        if bench.requests("/messages").len() > polls.len() + 2 {
            polls.push(bench.now);
            let page = format!(
                r#"{{"messages":[{{"messageId":"m{0}","content":"news","timestamp":{0}}}],"revision":{0}}}"#,
                polls.len()
            );
            bench.reply("/messages", 200, &page);
        }
    }

    assert!(polls[0] <= cut + 28_000, "{polls:?}");
    // The idle interval, and a signature is left 11 s; what is answered is not put off.
    assert!(polls.windows(2).all(|pair| pair[1] - pair[0] <= 41_000), "{polls:?}");
    assert!(polls.len() >= 5, "{polls:?}");
}

// F1: one thing at a time, as long as nothing at all is answered
#[test]
fn a_server_that_answers_nothing_is_asked_for_one_thing_at_a_time() {
    let mut bench = authorising_again();
    for _ in 0..3 {
        time_out(&mut bench, "/pusher/auth");
        if bench.requests("/messages").len() > 2 {
            bench.fail("/messages", HttpFailure::Timeout);
        }
        live_until_asked(&mut bench, "/pusher/auth");
    }
    bench.fail("/messages", HttpFailure::Timeout);
    let reads = bench.requests("/messages").len();
    time_out(&mut bench, "/pusher/auth");
    live_until_asked(&mut bench, "/pusher/auth");
    assert_eq!(bench.requests("/messages").len(), reads);

    bench.reply("/pusher/auth", 500, "{}");
    live(&mut bench, 60_000);
    assert!(bench.requests("/messages").len() > reads, "any answer ends that");
}

// I7, 93: a 503 is about the server, a 429 about the endpoint
#[test]
fn a_503_silences_what_nobody_asked_for_at_every_endpoint_and_a_429_does_not() {
    for (status, silent) in [(503, true), (429, false)] {
        let mut bench = authorising_again();
        bench.reply_later("/pusher/auth", status, Some("40"), "{}");
        let (told, reads) = (bench.now, bench.requests("/messages").len());
        live_until(&mut bench, told + 39_999);

        assert_eq!(bench.requests("/messages").len() == reads, silent, "{status}");
        live_until(&mut bench, told + 40_000);
        assert_eq!(times(&bench, "/pusher/auth").pop(), Some(told + 40_000), "{status}");
    }
}

// I7: what the user asks for is another matter, and nobody is silenced for more than a minute
#[test]
fn the_word_of_another_endpoint_binds_no_user_and_nobody_longer_than_a_minute() {
    let mut bench = authorising_again();
    bench.reply_later("/pusher/auth", 503, Some("600"), "{}");
    let (told, reads) = (bench.now, bench.requests("/messages").len());
    bench.command(Command::Refresh(sidewire_core::SessionId::parse("s0").expect("an id")));
    assert_eq!(bench.requests("/messages").len(), reads + 1);
    bench.reply("/messages", 200, EMPTY_PAGE);
    live_until(&mut bench, told + 59_999);
    assert_eq!(bench.requests("/messages").len(), reads + 1);

    live_until(&mut bench, told + 60_000);
    assert_eq!(bench.requests("/messages").len(), reads + 2);
    assert_eq!(bench.requests("/pusher/auth").len(), 2, "the endpoint itself is left alone");
}

// I7: slots are kept; the same wait for everybody is not
#[test]
fn who_is_told_the_same_wait_twice_comes_back_with_a_spread() {
    let mut bench = authorising_again();
    let mut pauses = Vec::new();
    for told in ["10", "20", "20", "7"] {
        bench.reply_later("/pusher/auth", 503, Some(told), "{}");
        let at = bench.now;
        live_until_asked(&mut bench, "/pusher/auth");
        pauses.push(times(&bench, "/pusher/auth").pop().expect("asked") - at);
    }

    // Without jitter the spread is the middle of 0 to half of what was told. The pause of our own is 8 s at most.
    assert_eq!(pauses, [10_000, 20_000, 25_000, 8000]);
}

// I7, design: one budget for reads and signatures
#[test]
fn signatures_and_reads_draw_from_one_budget() {
    let policy =
        Policy { rest_burst: 3, switch_debounce: sidewire_core::Duration::ZERO, ..Policy::default() };
    let mut bench = Bench::with(policy);
    bench.start("s0");
    bench.join();
    // The signature and the catch-up drew two of three; the first page was asked for by the user.
    for session in ["s1", "s2"] {
        bench.start(session);
        bench.reply("/messages", 200, EMPTY_PAGE);
    }
    assert_eq!(bench.requests("/pusher/auth").len(), 2);
    bench.pass(2000);

    assert_eq!(bench.requests("/pusher/auth").len(), 3);
}

// CH4, 42: an acknowledgement of old proves nothing new
#[test]
fn an_acknowledgement_that_comes_again_does_not_forgive_refusals() {
    let mut bench = Bench::connected();
    let mut asked = 1;
    for session in ["s1", "s2", "s3"] {
        bench.pass(1000);
        bench.start(session);
        asked += 1;
        assert_eq!(bench.requests("/pusher/auth").len(), asked, "{session}");
        bench.reply("/pusher/auth", 403, "{}");
        bench.acknowledge(CHANNEL);
    }
    let refused = bench.now;
    bench.start("s4");
    bench.pass(29_000);
    assert_eq!(bench.requests("/pusher/auth").len(), asked, "30 s of silence after three refusals");

    live_until(&mut bench, refused + 31_000);
    assert_eq!(bench.requests("/pusher/auth").len(), asked + 1);
}

// I7: signatures from elsewhere are another server's matter
#[test]
fn a_signer_on_another_host_is_judged_apart() {
    let input = ConfigInput {
        key: Some("dev-key".to_owned()),
        api_base: Some("http://127.0.0.1:3000/v1".to_owned()),
        auth_endpoint: Some("http://127.0.0.1:4000/sign".to_owned()),
        policy: Policy { jitter: 0, ..Policy::default() },
        ..ConfigInput::default()
    };
    let mut bench = Bench::of(Config::build(input).expect("a good configuration"));
    bench.start("s0");
    bench.handshake("");
    bench.reply("/messages", 200, EMPTY_PAGE);
    bench.reply_later("/sign", 503, Some("40"), "{}");
    let (told, reads) = (bench.now, bench.requests("/messages").len());
    live_until(&mut bench, told + 20_000);

    assert!(bench.requests("/messages").len() > reads, "reads go on");
    assert_eq!(bench.requests("/sign").len(), 1);
}
