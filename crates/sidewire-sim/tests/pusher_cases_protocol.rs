//! The cases of the pusher-js protocol and its smaller parts with our behaviour: rows PR, EV, TO, CF and FB of
//! wire.md §6.6. TO1 is tested with CM21 in `pusher_cases_connection.rs`.

#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test helpers outside of #[test] functions: a panic is a failed test"
)]

mod bench;
mod common;

use bench::{Bench, CHANNEL, EMPTY_PAGE, SIGNATURE};
use common::{complete, connected, opens, since, sound};
use sidewire_core::{
    Command, Config, ConfigError, ConfigInput, Effect, Engine, Event, FallbackReason, Input, ProblemCode,
    Seed, SessionId, SocketEvent, Status, Timestamp,
};
use sidewire_sim::action::{Fault, Path};

// PR1: data that is text but no JSON costs a read, not the connection
#[test]
fn data_may_be_an_object_or_json_in_a_string_and_plain_text_is_told() {
    let mut bench = Bench::connected();
    let event = |data: &str| format!(r#"{{"event":"new_message","channel":"{CHANNEL}","data":{data}}}"#);
    bench.frame(&event(r#"{"message":{"messageId":"a","content":"1","timestamp":1}}"#));
    bench.frame(&event(r#""{\"message\":{\"messageId\":\"b\",\"content\":\"2\",\"timestamp\":2}}""#));
    assert_eq!((bench.ids("s0"), bench.problems()), (vec!["a".to_owned(), "b".to_owned()], vec![]));
    let reads = bench.requests("/messages").len();

    bench.frame(&event(r#""plain text""#));
    assert_eq!(bench.problems()[0].0, ProblemCode::MalformedEvent);
    assert_eq!(bench.requests("/messages").len(), reads + 1, "what it meant is read");
    assert_eq!(bench.engine.status(), Status::Connected);
}

// PR2: nothing of ours needs the sender's id; it must do no harm
#[test]
fn a_frame_with_a_user_id_is_taken_like_any_other() {
    let mut bench = Bench::connected();
    bench.frame(&format!(
        r#"{{"event":"new_message","channel":"{CHANNEL}","user_id":"u1","data":{{"message":{{"messageId":"a","content":"1"}}}}}}"#
    ));

    assert_eq!((bench.ids("s0"), bench.problems()), (vec!["a".to_owned()], vec![]));
}

// PR3: with a sentence instead of the raw text, which may hold people's words
#[test]
fn broken_json_is_a_typed_problem_and_the_connection_survives() {
    for text in ["", "{", "[1]", "7", r#"{"event":7}"#, r#"{"event":"new_message","data":"#] {
        let mut bench = Bench::connected();
        bench.frame(text);

        let (code, detail) = bench.problems()[0];
        assert_eq!((code, detail.starts_with("frame ")), (ProblemCode::MalformedFrame, true), "{text}");
        bench.push("s0", "a", "");
        assert_eq!((bench.ids("s0"), bench.closes().len()), (vec!["a".to_owned()], 0), "{text}");
    }
}

// PR4: the field has a default
#[test]
fn a_handshake_without_activity_timeout_counts_with_30_seconds() {
    let mut bench = Bench::started();
    bench.handshake("");
    bench.pass(29_999);
    assert_eq!((bench.engine.socket_id(), bench.sent("pusher:ping").len()), (Some("12.34"), 0));
    bench.pass(1);

    assert_eq!(bench.sent("pusher:ping"), [31_000]);
}

// PR5: frames before the handshake are no handshake; the deadline ends the socket
#[test]
fn a_first_frame_of_another_event_completes_nothing() {
    let mut bench = Bench::new();
    bench.command(Command::Connect);
    bench.socket(SocketEvent::Opened);
    for event in ["weird", "pusher:pong", "pusher_internal:subscription_succeeded"] {
        bench.frame(&format!(r#"{{"event":"{event}","channel":"{CHANNEL}","data":"{{}}"}}"#));
    }
    assert_eq!((bench.engine.socket_id(), bench.engine.status()), (None, Status::Connecting));
    bench.pass(8000);

    assert_eq!(bench.closes(), [9000]);
}

// PR6: an error frame is told; the close that follows decides
#[test]
fn errors_in_place_of_a_handshake_follow_the_table_of_close_codes() {
    let (refused, wait, quick) = (375_000, 2000, 1150);
    let cases = [
        (4000, refused),
        (4001, refused),
        (4099, refused),
        (4100, wait),
        (4199, wait),
        (4200, quick),
        (4299, quick),
        (4300, wait),
        (4399, wait),
    ];
    for (code, pause) in cases {
        let mut bench = Bench::new();
        bench.command(Command::Connect);
        bench.socket(SocketEvent::Opened);
        bench.frame(&format!(r#"{{"event":"pusher:error","data":{{"code":{code},"message":"no"}}}}"#));
        assert_eq!(bench.problems()[0], (ProblemCode::ServerError, format!("{code}: no").as_str()));
        bench.close(code);
        bench.pass(400_000);

        assert_eq!(bench.opens()[1], 1000 + pause, "{code}");
    }
}

// PR7: 1001 invites to come back
// Faults 12 to 14 and 19.
#[test]
fn ordinary_close_codes_are_retried() {
    for (code, wait) in [(1000, 2000), (1001, 1150), (1005, 2000), (3999, 2000)] {
        assert_eq!(retried_after(code), wait, "{code}");
    }
}

// PR8
// Fault 15.
#[test]
fn protocol_close_codes_are_retried_after_a_wait() {
    for code in [1002, 1003, 1004] {
        assert_eq!(retried_after(code), 2000, "{code}");
    }
}

fn retried_after(code: u16) -> u64 {
    let mut bench = Bench::connected();
    let lost = bench.now;
    bench.close(code);
    bench.pass(10_000);
    bench.opens()[1] - lost
}

// PR9: ours are there for 1000 and 1001 as well
#[test]
fn a_close_keeps_its_code_and_its_reason() {
    for code in [1000, 1001, 1006, 4100] {
        let mut bench = Bench::connected();
        let reason = format!("because {}", "\u{e9}".repeat(200));
        bench.socket(SocketEvent::Closed { code, reason: reason.clone() });

        let close = bench.last_close().unwrap();
        assert_eq!(close.code, code);
        assert!(close.reason.len() <= 123 && reason.starts_with(&close.reason), "{}", close.reason);
    }
}

// EV1: the host may do anything between two events
#[test]
fn commands_given_while_events_are_told_neither_lose_nor_repeat_any() {
    let mut bench = Bench::connected();
    let engine = &mut bench.engine;
    let now = Timestamp::from_millis(bench.now);
    let frame = format!(
        r#"{{"event":"new_message","channel":"{CHANNEL}","data":{{"message":{{"messageId":"a","content":"1"}}}}}}"#
    );
    engine.handle_input(now, Input::Socket(bench_socket(), SocketEvent::Frame(frame.as_bytes())));
    assert!(matches!(engine.poll_event(), Some(Event::NewMessage { .. })));
    engine.handle_input(now, Input::Command(Command::StopSync));
    engine.handle_input(now, Input::Command(Command::StartSync(SessionId::parse("s1").unwrap())));

    let rest: Vec<Event> = std::iter::from_fn(|| engine.poll_event()).collect();
    let statuses = rest.iter().filter_map(|event| match event {
        Event::StatusChanged(change) => Some((change.previous, change.current)),
        _ => None,
    });
    let chain = [(Status::Connected, Status::Disconnected), (Status::Disconnected, Status::Connecting)];
    assert_eq!(statuses.collect::<Vec<_>>(), chain);
    let changed = rest
        .iter()
        .filter(|event| matches!(event, Event::TimelineChanged { session, .. } if session.as_str() == "s0"));
    assert_eq!(changed.count(), 1);
    let closed = std::iter::from_fn(|| engine.poll_effect());
    assert_eq!(closed.filter(|effect| matches!(effect, Effect::CloseSocket { .. })).count(), 1);
}

const fn bench_socket() -> sidewire_core::ConnectionId {
    sidewire_core::ConnectionId::from_raw(1)
}

// CF1: no key is polling with a reason; what contradicts itself is a typed error
#[test]
fn a_configuration_is_valid_or_a_typed_error() {
    let api = || ConfigInput { api_base: Some("http://127.0.0.1:3000".to_owned()), ..ConfigInput::default() };
    let mut engine = Engine::new(Config::build(api()).unwrap(), Seed(1), Timestamp::ZERO);
    engine.handle_input(Timestamp::ZERO, Input::Command(Command::SetToken { present: true }));
    engine.handle_input(Timestamp::ZERO, Input::Command(Command::StartSync(SessionId::parse("s0").unwrap())));
    assert_eq!(engine.fallback_reason(), Some(FallbackReason::NotConfigured));

    let empty = Config::build(ConfigInput::default()).unwrap();
    let mut engine = Engine::new(empty, Seed(1), Timestamp::ZERO);
    engine.handle_input(Timestamp::ZERO, Input::Command(Command::Connect));
    assert_eq!((engine.status(), engine.poll_effect()), (Status::Failed, None));

    let key = |key: &str| ConfigInput { key: Some(key.to_owned()), ..api() };
    let cases = [
        (key("a b"), ConfigError::BadKey),
        (key("a/../b"), ConfigError::BadKey),
        (
            ConfigInput { url: Some("ws://push.example:3005".to_owned()), ..key("k") },
            ConfigError::Cleartext { setting: "url" },
        ),
        (
            ConfigInput { url: Some("push.example".to_owned()), ..key("k") },
            ConfigError::BadUrl { setting: "url" },
        ),
        (
            ConfigInput { channel_prefix: Some("presence-".to_owned()), ..key("k") },
            ConfigError::BadChannelPrefix,
        ),
    ];
    for (input, expected) in cases {
        assert_eq!(Config::build(input).unwrap_err(), expected);
    }
}

// FB1: polling covers, and the WebSocket is tried again
// Fault 7.
#[test]
fn two_short_unclean_connections_lead_to_polling_and_back() {
    let mut world = connected();
    let start = world.now;
    world.fault(Fault::Cut);
    world.run_for(2100);
    world.fault(Fault::Cut);
    world.fault(Fault::Dials(Path::Refused));
    world.run_for(12_000);
    assert!(world.engine.is_polling());
    world.say(0);
    world.run_for(3100);
    assert!(complete(&world, 0));

    world.fault(Fault::Dials(Path::Good));
    assert!(world.run_while(45_000, |world| world.engine.status() == Status::Connected));
    assert!(since(&opens(&world), start).len() >= 3);
    sound(&world);
}

// PR5, CH1: the answers of one socket are nothing to the next
// Fault 99.
#[test]
fn a_signature_that_was_asked_for_another_socket_is_not_used() {
    let mut bench = Bench::started();
    bench.handshake("");
    let old = bench.requests("/pusher/auth").pop().unwrap();
    bench.close(1006);
    bench.pass(2000);
    bench.handshake("");
    let response = sidewire_core::HttpResponse { status: 200, retry_after: None, body: SIGNATURE.as_bytes() };
    bench.feed(Input::Response(old.1, Ok(response)));
    assert_eq!(bench.sent("pusher:subscribe"), [0; 0]);

    bench.reply("/messages", 200, EMPTY_PAGE);
    bench.reply("/pusher/auth", 200, SIGNATURE);
    assert_eq!(bench.sent("pusher:subscribe").len(), 1);
}
