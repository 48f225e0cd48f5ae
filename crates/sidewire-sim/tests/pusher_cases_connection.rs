//! The cases of the pusher-js connection manager with our behaviour: rows CM and CN of wire.md §6.6.

#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test helpers outside of #[test] functions: a panic is a failed test"
)]

mod bench;

use bench::Bench;
use sidewire_core::{
    Command, ConnectionId, Duration, Effect, Event, FallbackReason, Input, Outgoing, Policy, ProblemCode,
    SessionId, SocketEvent, Status, WallTime,
};

// CM1
#[test]
fn a_new_engine_is_disconnected_and_has_neither_socket_nor_timer() {
    let bench = Bench::new();

    assert_eq!(bench.engine.status(), Status::Disconnected);
    assert_eq!((bench.effects.len(), bench.engine.poll_timeout()), (0, None));
}

// CM2: the first connection has 8 s
#[test]
fn connecting_opens_one_socket_with_a_deadline() {
    let mut bench = Bench::new();
    bench.command(Command::Connect);

    assert_eq!(bench.engine.status(), Status::Connecting);
    assert_eq!(bench.opens(), [1000]);
    assert_eq!(bench.engine.poll_timeout().map(sidewire_core::Timestamp::as_millis), Some(9000));
}

// CM3
#[test]
fn connecting_while_connecting_does_nothing() {
    let mut bench = Bench::new();
    bench.command(Command::Connect);
    let (effects, events) = (bench.effects.len(), bench.events.len());
    bench.command(Command::Connect);

    assert_eq!((bench.effects.len(), bench.events.len()), (effects, events));
}

// CM4: a send goes by REST, so it needs no socket; none is written into one that is not open
// Fault 48.
#[test]
fn a_send_while_connecting_goes_by_rest_and_puts_nothing_into_the_socket() {
    let mut bench = Bench::started();
    let client_message_id = bench.engine.mint_client_message_id(WallTime::from_millis(5));
    let (session, content) = (SessionId::parse("s0").unwrap(), "hello".to_owned());
    let wall = WallTime::from_millis(5);
    bench.command(Command::Send(Outgoing {
        session,
        client_message_id,
        content,
        wall,
        url: None,
        domain: None,
    }));
    bench.socket(SocketEvent::Opened);

    assert_eq!(bench.requests("/interact").len(), 1);
    assert_eq!(bench.ids("s0").len(), 1, "and is shown at once");
    assert_eq!(bench.frames(), []);
}

// CM5
#[test]
fn stopping_while_connecting_aborts_the_try_for_good() {
    let mut bench = Bench::new();
    bench.command(Command::Connect);
    bench.stop();
    assert_eq!((bench.closes(), bench.engine.status()), (vec![1000], Status::Disconnected));
    assert_eq!(bench.engine.poll_timeout(), None);
    let told = bench.events.len();

    bench.handshake("");
    bench.close(1006);
    bench.pass(600_000);

    assert_eq!((bench.events.len(), bench.opens().len()), (told, 1));
}

// CM6: 8 s instead of 10, and the try is given up for the next one
#[test]
fn a_connection_that_takes_8_seconds_is_fallback_and_tries_go_on() {
    let mut bench = Bench::new();
    bench.command(Command::Connect);
    bench.pass(7999);
    assert_eq!((bench.engine.status(), bench.closes()), (Status::Connecting, vec![]));
    bench.pass(2001);

    assert_eq!(bench.engine.fallback_reason(), Some(FallbackReason::AttemptsExhausted));
    assert_eq!((bench.closes(), bench.opens()), (vec![9000], vec![1000, 11_000]));
}

// CM7: probes after 300 to 450 s
#[test]
fn a_first_connection_refused_by_a_40xx_close_is_only_probed() {
    let mut bench = Bench::new();
    bench.command(Command::Connect);
    bench.socket(SocketEvent::Opened);
    bench.close(4001);
    assert_eq!(bench.engine.fallback_reason(), Some(FallbackReason::Refused));
    bench.pass(374_999);
    assert_eq!(bench.opens().len(), 1);
    bench.pass(1);

    assert_eq!(bench.opens().len(), 2);
}

// CM8
// Faults 5, 6 and 22.
#[test]
fn a_first_connection_put_off_by_41xx_or_nothing_waits_and_says_so() {
    for code in [4100, 1006] {
        let mut bench = Bench::new();
        bench.command(Command::Connect);
        bench.socket(SocketEvent::Opened);
        bench.close(code);

        assert_eq!(bench.waits(), [2000], "{code}");
        bench.pass(2000);
        assert_eq!(bench.opens(), [1000, 3000], "{code}");
    }
}

// CM9: soon instead of at once, and once only (I1)
// Faults 23 and 24.
#[test]
fn a_first_connection_sent_back_by_42xx_returns_soon_but_once() {
    let mut bench = Bench::new();
    bench.command(Command::Connect);
    for expected in [1150, 2000] {
        let before = bench.now;
        bench.socket(SocketEvent::Opened);
        bench.close(4200);
        bench.pass(2000);
        assert_eq!(bench.opens().last(), Some(&(before + expected)));
        bench.now = *bench.opens().last().unwrap();
    }
}

// CM10: an unreadable handshake is told; the deadline of the connection ends the socket
#[test]
fn a_bad_handshake_is_told_and_the_next_try_follows() {
    for frame in ["junk", r#"{"event":"pusher:connection_established","data":"{}"}"#] {
        let mut bench = Bench::new();
        bench.command(Command::Connect);
        bench.socket(SocketEvent::Opened);
        bench.frame(frame);
        assert_eq!(bench.problems()[0].0, ProblemCode::MalformedFrame);

        bench.pass(10_000);
        assert_eq!((bench.closes(), bench.opens()), (vec![9000], vec![1000, 11_000]), "{frame}");
    }
}

// CM11
#[test]
fn once_connected_the_socket_id_is_known_and_the_deadline_is_gone() {
    let mut bench = Bench::new();
    bench.command(Command::Connect);
    bench.handshake("");
    assert_eq!(bench.engine.socket_id(), Some("12.34"));
    bench.pass(29_000);

    assert_eq!((bench.closes().len(), bench.opens().len()), (0, 1));
    assert_eq!(bench.engine.status(), Status::Connected);
}

// CM12
#[test]
fn connecting_while_connected_does_nothing() {
    let mut bench = Bench::connected();
    let (effects, events) = (bench.effects.len(), bench.events.len());
    bench.command(Command::Connect);
    bench.start("s0");

    assert_eq!((bench.effects.len(), bench.events.len()), (effects, events));
}

// CM13
#[test]
fn after_stopping_the_socket_is_closed_and_its_frames_are_not_told() {
    let mut bench = Bench::connected();
    bench.stop();
    assert_eq!((bench.closes().len(), bench.engine.poll_timeout()), (1, None));
    let told = bench.events.len();
    bench.push("s0", "late", "");

    assert_eq!(bench.events.len(), told);
}

// CM14: told at once, tried after 2 s
#[test]
fn a_lost_socket_is_told_at_once_and_tried_after_2_seconds() {
    let mut bench = Bench::connected();
    let lost = bench.now;
    bench.close(1006);
    assert_eq!(bench.statuses().last(), Some(&(lost, Status::Reconnecting)));
    bench.pass(2000);

    assert_eq!(bench.opens().last(), Some(&(lost + 2000)));
}

// CM15
#[test]
fn silence_brings_exactly_one_ping() {
    let mut bench = Bench::connected();
    let start = bench.now;
    bench.pass(39_999);

    assert_eq!(bench.sent("pusher:ping"), [start + 30_000]);
}

// CM16: after a wait, not at once
#[test]
fn a_ping_without_an_answer_ends_the_socket() {
    let mut bench = Bench::connected();
    let start = bench.now;
    bench.pass(40_000);
    assert_eq!(bench.closes(), [start + 40_000]);
    assert_eq!(bench.engine.status(), Status::Reconnecting);
    bench.pass(2000);

    assert_eq!(bench.opens().last(), Some(&(start + 42_000)));
}

// CM17
#[test]
fn any_frame_after_a_ping_is_an_answer() {
    for frame in [r#"{"event":"pusher:pong","data":{}}"#, r#"{"event":"x"}"#, "not even JSON"] {
        let mut bench = Bench::connected();
        let start = bench.now;
        bench.pass(39_000);
        bench.frame(frame);
        bench.pass(30_000);

        assert_eq!(bench.closes(), [0; 0], "{frame}");
        assert_eq!(bench.sent("pusher:ping"), [start + 30_000, start + 69_000], "{frame}");
    }
}

// CM18
// Fault 46.
#[test]
fn a_ping_of_the_server_is_answered_with_a_pong() {
    let mut bench = Bench::connected();
    bench.frame(r#"{"event":"pusher:ping","data":{}}"#);

    assert_eq!(bench.frames().last().unwrap().1, r#"{"event":"pusher:pong","data":{}}"#);
}

// CM19
// Fault 50.
#[test]
fn going_offline_asks_the_socket_at_once() {
    let mut bench = Bench::connected();
    let start = bench.now;
    bench.command(Command::SetOnline(false));
    assert_eq!(bench.sent("pusher:ping"), [start]);
    assert_eq!(bench.engine.status(), Status::Connected, "the event may be wrong");
    bench.pass(5000);

    assert_eq!(bench.closes(), [start + 5000]);
    assert_eq!(bench.engine.fallback_reason(), Some(FallbackReason::Offline));
}

// CM20: a try that is under way goes on; a wait ends at once, every 5 s at most
#[test]
fn being_online_again_ends_the_wait() {
    let mut bench = Bench::connected();
    bench.close(1006);
    let lost = bench.now;
    bench.command(Command::SetOnline(false));
    bench.pass(500);
    bench.command(Command::SetOnline(true));
    assert_eq!(bench.opens().last(), Some(&(lost + 500)));
    let tries = bench.opens().len();
    bench.command(Command::SetOnline(false));
    bench.command(Command::SetOnline(true));
    assert_eq!(bench.opens().len(), tries, "it is connecting already");

    bench.close(1006);
    bench.command(Command::SetOnline(false));
    bench.command(Command::SetOnline(true));
    assert_eq!(bench.opens().len(), tries, "not twice in 5 s");
}

// CM21, TO1
#[test]
fn the_smaller_of_our_and_the_servers_silence_counts() {
    let cases = [(30, "10", 10), (30, "120", 30), (20, "25", 20), (30, "1", 5), (30, "30", 30)];
    for (ours, server, expected) in cases {
        let policy = Policy { ping_after: Duration::from_secs(ours), ..Policy::default() };
        let mut bench = Bench::with(policy);
        bench.command(Command::Connect);
        bench.handshake(&format!(r#",\"activity_timeout\":{server}"#));
        bench.pass(39_000);

        assert_eq!(bench.sent("pusher:ping").first(), Some(&(1000 + expected * 1000)), "{ours} {server}");
    }
}

// CM22
#[test]
fn a_close_after_connecting_is_told_with_its_code_and_mapped() {
    let cases = [
        (4001, Status::Fallback, 375_000),
        (4000, Status::Fallback, 375_000),
        (4100, Status::Reconnecting, 2000),
        (4200, Status::Reconnecting, 1150),
    ];
    for (code, status, wait) in cases {
        let mut bench = Bench::connected();
        let lost = bench.now;
        bench.close(code);
        let close = bench.last_close().unwrap();
        assert_eq!((close.code, close.reason.as_str()), (code, "so it is"));
        assert_eq!(bench.engine.status(), status, "{code}");
        bench.pass(400_000);

        assert_eq!(bench.opens()[1], lost + wait, "{code}");
        let hosts = bench.effects.iter().filter_map(|(_, effect)| match effect {
            Effect::OpenSocket { url, .. } => Some(url.starts_with("ws://127.0.0.1:3005/")),
            _ => None,
        });
        assert!(hosts.into_iter().all(|same| same), "4000 changes no scheme (I12)");
    }
}

// CN1: as a problem; the socket stays until it is closed
// Fault 26.
#[test]
fn an_error_frame_is_told_and_does_not_end_the_connection() {
    let mut bench = Bench::connected();
    bench.frame(r#"{"event":"pusher:error","data":{"code":4301,"message":"too fast"}}"#);

    assert_eq!(bench.problems(), [(ProblemCode::ServerError, "4301: too fast")]);
    assert_eq!((bench.engine.status(), bench.closes().len()), (Status::Connected, 0));
}

// CN2
// Faults 11 and 30.
#[test]
fn a_socket_that_ends_without_words_is_closed_and_no_problem() {
    let mut bench = Bench::connected();
    bench.socket(SocketEvent::Closed { code: 1006, reason: String::new() });

    assert_eq!(bench.problems(), []);
    assert_eq!(bench.last_close().map(|close| close.code), Some(1006));
    let told = bench.events.iter().filter(|(_, event)| matches!(event, Event::StatusChanged(_))).count();
    bench.feed(Input::Socket(
        ConnectionId::from_raw(1),
        SocketEvent::Closed { code: 1006, reason: String::new() },
    ));
    assert_eq!(bench.statuses().len(), told, "told once");
}
