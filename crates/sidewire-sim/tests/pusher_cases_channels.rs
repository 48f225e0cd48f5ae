//! The cases of pusher-js channels and their authorisation with our behaviour: rows CH, PU and AU of wire.md §6.6.
//!
//! Rows without a test of their own:
//! AU2 (static and provider headers): the engine writes no header, the driver sets one, `Authorization`, and the
//! wasm crate's tests read it. AU5 (custom handler): there is none; the token provider is what hosts bring, and it
//! is asynchronous (`warm_and_renewal.rs`). Of AU1, the extra parameters: there are none; the order of the form's
//! fields and their escapes are tested.

#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test helpers outside of #[test] functions: a panic is a failed test"
)]

mod bench;
mod common;

use bench::{Bench, CHANNEL, EMPTY_PAGE, SIGNATURE};
use common::{connected, frames, sound};
use sidewire_core::{Body, Command, Event, FallbackReason, Freshness, Policy, ProblemCode, Status};
use sidewire_sim::action::{Fault, UserAction};

/// Without warm channels: leaving a session leaves its channel.
fn cold() -> Bench {
    let mut bench = Bench::with(Policy { warm_channels: 0, ..Policy::default() });
    bench.start("s0");
    bench
}

// CH1
#[test]
fn before_the_handshake_nothing_is_authorised_or_subscribed() {
    let mut bench = Bench::started();
    bench.socket(sidewire_core::SocketEvent::Opened);

    assert_eq!((bench.requests("/pusher/auth").len(), bench.frames().len()), (0, 0));
    assert_eq!((bench.engine.status(), bench.engine.socket_id()), (Status::Connecting, None));
}

// CH2
#[test]
fn a_signature_goes_into_the_subscribe_frame_and_the_status_waits_for_the_answer() {
    let mut bench = Bench::started();
    bench.handshake("");
    bench.reply("/messages", 200, EMPTY_PAGE);
    bench.reply("/pusher/auth", 200, SIGNATURE);

    let expected =
        r#"{"event":"pusher:subscribe","data":{"auth":"dev-key:ab","channel":"private-session-s0"}}"#;
    assert_eq!(bench.frames(), [(1000, expected)]);
    assert_eq!(bench.engine.status(), Status::Connecting);
}

// CH3
#[test]
fn an_acknowledgement_and_its_catch_up_make_one_success() {
    let mut bench = Bench::connected();
    let told = bench.statuses();
    assert_eq!(told, [(1000, Status::Connecting), (1000, Status::Connected)]);

    bench.acknowledge(CHANNEL);
    bench.reply("/messages", 200, EMPTY_PAGE);
    assert_eq!(bench.engine.status(), Status::Connected);
    assert_eq!(bench.sent("pusher:subscribe").len(), 1);
}

// CH4: the server is told at once, not when it answers
#[test]
fn a_subscription_cancelled_before_its_answer_is_left_and_is_no_success() {
    let mut bench = cold();
    bench.handshake("");
    bench.reply("/messages", 200, EMPTY_PAGE);
    bench.reply("/pusher/auth", 200, SIGNATURE);
    bench.command(Command::LeaveSession);
    assert_eq!(bench.sent("pusher:unsubscribe").len(), 1);
    let (told, reads) = (bench.events.len(), bench.requests("/messages").len());
    bench.acknowledge(CHANNEL);

    assert_eq!((bench.events.len(), bench.requests("/messages").len()), (told, reads));
    bench.push("s0", "a", "");
    assert_eq!(bench.ids("s0"), [""; 0]);
}

// CH5, AU4
// Fault 95.
#[test]
fn an_authorisation_error_is_told_with_its_status() {
    for (status, reason) in [(403, Some(FallbackReason::AuthFailed)), (404, None), (500, None)] {
        let mut bench = Bench::started();
        bench.handshake("");
        bench.reply("/pusher/auth", status, "{}");

        let (code, detail) = bench.problems()[0];
        assert_eq!(
            (code, detail),
            (ProblemCode::RequestFailed, format!("authorisation answered {status}").as_str())
        );
        assert_eq!(bench.engine.fallback_reason(), reason, "{status}");
        assert_eq!((bench.closes().len(), bench.sent("pusher:subscribe").len()), (0, 0));
    }
}

// CH6
// Fault 44.
#[test]
fn subscribing_again_sends_nothing() {
    let mut bench = Bench::connected();
    let effects = bench.effects.len();
    bench.start("s0");

    assert_eq!(bench.effects.len(), effects);
}

// CH7
#[test]
fn leaving_a_session_sends_one_unsubscribe_frame() {
    let mut bench = cold();
    bench.join();
    bench.command(Command::LeaveSession);

    let left = r#"{"event":"pusher:unsubscribe","data":{"channel":"private-session-s0"}}"#;
    assert_eq!(bench.frames().last().unwrap().1, left);
    assert_eq!(bench.sent("pusher:unsubscribe").len(), 1);
}

// CH8
#[test]
fn internal_events_are_not_the_applications() {
    let mut bench = Bench::connected();
    let told = bench.events.len();
    for name in
        ["pusher_internal:member_added", "pusher_internal:x", "pusher:cache_miss", "pusher:new_message"]
    {
        bench.frame(&format!(r#"{{"event":"{name}","channel":"{CHANNEL}","data":"{{}}"}}"#));
    }

    assert_eq!(bench.events.len(), told);
}

// CH9: names that we do not know are dropped without a word, whatever they mean elsewhere
#[test]
fn event_names_of_javascript_are_names_like_any_other() {
    let mut bench = Bench::connected();
    let told = bench.events.len();
    for name in ["toString", "__proto__", "constructor", "hasOwnProperty", "length", "ereignis"] {
        bench.frame(&format!(r#"{{"event":"{name}","channel":"{CHANNEL}","data":{{"a":1}}}}"#));
    }

    assert_eq!(bench.events.len(), told);
    assert_eq!(bench.engine.counters().frames_malformed, 0);
}

// CH10: client events do not exist here, with or without the prefix
#[test]
fn nothing_but_the_four_frames_of_the_protocol_is_ever_sent() {
    let mut world = connected();
    for round in 0..20 {
        world.send(0, r#"{"event":"client-x"}"#);
        world.start(round % 2);
        world.fault(if round % 5 == 0 { Fault::Cut } else { Fault::LosePublishes(100) });
        world.run_for(7000);
    }

    let known = ["pusher:subscribe", "pusher:unsubscribe", "pusher:ping", "pusher:pong"];
    let fits = |text: &str| known.iter().any(|name| text.starts_with(&format!(r#"{{"event":"{name}""#)));
    assert!(frames(&world).iter().all(|(_, text)| fits(text)));
    sound(&world);
}

// CH11
#[test]
fn a_lost_connection_loses_every_subscription() {
    let mut bench = Bench::connected();
    bench.close(1006);
    assert_eq!((bench.engine.status(), bench.engine.freshness()), (Status::Reconnecting, Freshness::Stale));
    bench.pass(2000);
    bench.handshake("");

    assert_eq!(bench.requests("/pusher/auth").len(), 2, "the old signature is of no use");
    assert_eq!(bench.engine.status(), Status::Reconnecting);
}

// PU1
#[test]
fn after_a_reconnect_every_wanted_channel_is_joined_again() {
    let mut world = connected();
    world.start(1);
    world.run_for(1000);
    world.fault(Fault::Cut);
    world.run_for(100);
    assert_eq!(world.push.channels(), [""; 0]);
    world.run_for(5000);

    assert_eq!(world.push.channels(), ["private-session-s0", "private-session-s1"]);
    sound(&world);
}

// PU2
// Fault 38.
#[test]
fn a_frame_for_one_channel_reaches_that_session_only() {
    let mut world = connected();
    world.start(1);
    world.run_for(1000);
    let (first, second) = (common::ids(&world, 0), common::ids(&world, 1));
    world.say(0);
    world.run_for(100);
    assert_eq!((common::ids(&world, 0).len(), common::ids(&world, 1)), (first.len() + 1, second));

    let mut bench = Bench::connected();
    bench.push("other", "a", "");
    assert_eq!(bench.ids("s0"), [""; 0]);
    assert_eq!(bench.engine.counters().events_foreign, 1);
    sound(&world);
}

// PU3: with the pause of fast switching in between
#[test]
fn leaving_and_returning_before_the_answer_makes_one_subscribe_frame() {
    let mut bench = cold();
    bench.handshake("");
    let first = bench.requests("/pusher/auth").pop().unwrap().1;
    bench.command(Command::LeaveSession);
    bench.start("s0");
    bench.pass(200);
    bench.reply("/messages", 200, EMPTY_PAGE);
    let late = sidewire_core::HttpResponse { status: 200, retry_after: None, body: SIGNATURE.as_bytes() };
    bench.feed(sidewire_core::Input::Response(first, Ok(late)));
    bench.reply("/pusher/auth", 200, SIGNATURE);
    bench.acknowledge(CHANNEL);
    bench.reply("/messages", 200, EMPTY_PAGE);

    assert_eq!((bench.sent("pusher:subscribe").len(), bench.sent("pusher:unsubscribe").len()), (1, 0));
    assert_eq!(bench.engine.status(), Status::Connected);
}

// AU1
#[test]
fn the_form_names_socket_and_channel_in_this_order_and_escaped() {
    let mut bench = Bench::new();
    bench.start("a=b;c,d@e.f");
    bench.handshake("");

    let (_, _, http) = bench.requests("/pusher/auth").pop().unwrap();
    let form = "socket_id=12.34&channel_name=private-session-a%3Db%3Bc%2Cd%40e.f";
    assert_eq!(http.body, Some(Body::Form(form.to_owned())));
    assert_eq!(http.url, "http://127.0.0.1:3000/api/pusher/auth");
}

// AU3
// Fault 97.
#[test]
fn an_unusable_200_is_told_and_asked_again_after_a_pause() {
    for body in ["", "{", "null", "<html>", r#"{"auth":7}"#, r#"{"auth":""}"#, r#"{"token":"x"}"#] {
        let mut bench = Bench::started();
        bench.handshake("");
        bench.reply("/messages", 200, EMPTY_PAGE);
        bench.reply("/pusher/auth", 200, body);
        assert_eq!(bench.problems()[0].0, ProblemCode::BadAuthAnswer, "{body}");
        assert!(bench.problems()[0].1.contains("200"), "{body}");
        bench.pass(2000);
        assert_eq!(bench.requests("/pusher/auth").len(), 2, "{body}");

        bench.reply("/pusher/auth", 200, SIGNATURE);
        bench.acknowledge(CHANNEL);
        bench.reply("/messages", 200, EMPTY_PAGE);
        assert_eq!((bench.engine.status(), bench.closes().len()), (Status::Connected, 0), "{body}");
    }
}

// CH3, CH6: what the application hears of all this
#[test]
fn pressing_start_three_times_tells_connected_once() {
    let mut world = connected();
    for _ in 0..3 {
        world.user(UserAction::Start(0));
        world.run_for(500);
    }

    let told = world.trace.events.iter().filter(
        |(_, event)| matches!(event, Event::StatusChanged(change) if change.current == Status::Connected),
    );
    assert_eq!(told.count(), 1);
    sound(&world);
}
