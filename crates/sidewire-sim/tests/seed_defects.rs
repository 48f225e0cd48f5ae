//! The defects of the seeds' listings, each pinned by a test: S1 to S16 of anchors.md §6, and by their number in
//! trust.md §6 (`T1` to `T16`).

#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test helpers outside of #[test] functions: a panic is a failed test"
)]

mod bench;
mod common;

use bench::{Bench, CHANNEL, EMPTY_PAGE, SIGNATURE};
use common::{complete, connected, connected_with, fetches, ids, opens, requests, since, sound, world};
use sidewire_core::{
    Command, Config, ConfigInput, ConnectionId, Effect, Engine, FallbackReason, HttpResponse, Input, Policy,
    ProblemCode, Seed, SessionId, SocketEvent, Status, Timeline, Timestamp, json,
};
use sidewire_sim::WorldConfig;
use sidewire_sim::action::{Fault, Mode, Path};
use sidewire_sim::log::ServerKind;
use sidewire_sim::rest::Endpoint;

// S1, T7
#[test]
fn ten_minutes_of_silence_are_polled_about_39_times() {
    let mut world = world();
    world.fault(Fault::Dials(Path::BlackHole));
    world.start(0);
    world.run_for(600_000);

    assert!((35..=42).contains(&fetches(&world).len()), "{}", fetches(&world).len());
    sound(&world);
}

// S2, T3
#[test]
fn what_was_stored_during_an_outage_is_read_from_the_servers_own_time() {
    for skew in [-600_000, 0, 600_000] {
        let config = WorldConfig { kind: ServerKind::Times, skew, ..WorldConfig::default() };
        let mut world = connected_with(config);
        let first = requests(&world).into_iter().find_map(|(_, endpoint)| match endpoint {
            Endpoint::Messages { cursor, .. } => Some(cursor),
            _ => None,
        });
        assert_eq!(first, Some(sidewire_sim::log::Cursor::Newest), "no clock of ours in the first question");
        world.fault(Fault::Dials(Path::Refused));
        world.fault(Fault::Cut);
        world.run_for(1000);
        world.say(0);
        world.run_for(10_000);

        assert!(world.engine.is_polling() && complete(&world, 0), "{skew}");
        sound(&world);
    }
}

// S3. Fault 115.
#[test]
fn polls_never_overlap_however_slow_the_server_is() {
    for slow in [10_000, 20_000] {
        let mut world = world();
        world.fault(Fault::Dials(Path::BlackHole));
        world.fault(Fault::Messages(Mode::Slow(slow)));
        world.start(0);
        world.run_for(120_000);

        let asked = fetches(&world);
        assert!(asked.len() >= 3 && asked.windows(2).all(|pair| pair[1] - pair[0] >= slow.min(15_000)));
        sound(&world);
    }
}

// S4, T2. Fault 114.
#[test]
fn a_late_answer_for_the_session_that_was_left_is_dropped() {
    let mut bench = Bench::started();
    let old = bench.requests("/session/s0/messages")[0].1;
    bench.start("s1");
    let page = r#"{"messages":[{"messageId":"a","content":"1"}],"hasMore":false}"#;
    let answer = HttpResponse { status: 200, retry_after: None, body: page.as_bytes() };
    bench.feed(Input::Response(old, Ok(answer)));

    assert_eq!((bench.ids("s0"), bench.ids("s1")), (vec![], vec![]));
    assert_eq!(bench.engine.counters().frames_stale, 1);
}

// S5, T9. Fault 80.
#[test]
fn a_poll_brings_the_new_status_of_a_known_message() {
    let mut world = connected();
    world.fault(Fault::Dials(Path::Refused));
    world.fault(Fault::Cut);
    world.run_for(20_000);
    assert!(world.engine.is_polling());
    world.log.update(world.now, 0, 1, "failure", "changed");
    world.run_for(4000);

    let timeline = world.engine.timeline(world.session(0).unwrap()).unwrap();
    assert_eq!(timeline.row(1).unwrap().status, "failure");
    sound(&world);
}

// S6, T1: one with a number and a late time, one with neither order, one without a number
#[test]
fn three_messages_have_one_order_however_they_come() {
    let texts = [
        r#"{"messageId":"a","content":"","timestamp":30,"sequenceNumber":1}"#,
        r#"{"messageId":"b","content":"","timestamp":20}"#,
        r#"{"messageId":"c","content":"","timestamp":10,"sequenceNumber":2}"#,
    ];
    let mut orders = std::collections::BTreeSet::new();
    for order in [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]] {
        let mut timeline = Timeline::new(SessionId::parse("s0").unwrap());
        for index in order {
            timeline.merge(json::parse(texts[index].as_bytes()).unwrap(), None);
        }
        orders.insert(timeline.rows(0..3).map(|row| row.id.to_owned()).collect::<String>());
    }

    assert_eq!(orders.len(), 1, "{orders:?}");
}

// S7
#[test]
fn two_starts_in_one_tick_open_one_socket() {
    let mut bench = Bench::new();
    bench.command(Command::Connect);
    bench.start("s0");
    bench.start("s1");
    bench.command(Command::Connect);

    assert_eq!(bench.opens().len(), 1);
}

// S8, T4
#[test]
fn a_timeout_and_the_close_event_behind_it_are_one_failure() {
    let mut bench = Bench::started();
    let closed = || SocketEvent::Closed { code: 1006, reason: String::new() };
    bench.pass(8000);
    bench.feed(Input::Socket(ConnectionId::from_raw(1), closed()));
    assert_eq!(bench.waits(), [2000]);
    bench.pass(2000);
    // A minute-late close of the first socket must not touch its successor.
    bench.feed(Input::Socket(ConnectionId::from_raw(1), closed()));
    bench.join();

    assert_eq!((bench.engine.status(), bench.opens().len()), (Status::Connected, 2));
    assert_eq!(bench.waits(), [2000]);
}

// S9
#[test]
fn a_server_that_flaps_gets_few_sockets_and_polling_takes_over() {
    let mut world = connected();
    let start = world.now;
    while world.now < start + 120_000 {
        world.fault(Fault::Cut);
        world.run_for(100);
        world.run_while(60_000, |world| world.engine.status() == Status::Connected);
        world.run_for(1000);
    }

    assert!(since(&opens(&world), start).len() <= 8, "{:?}", since(&opens(&world), start));
    let told = common::statuses(&world);
    let exhausted = (Status::Fallback, Some(FallbackReason::AttemptsExhausted));
    assert!(told.iter().any(|told| (told.1, told.2) == exhausted));
    sound(&world);
}

// S10, T6
#[test]
fn fallback_is_not_final() {
    let mut world = connected();
    world.fault(Fault::Dials(Path::Refused));
    world.fault(Fault::Cut);
    world.run_for(300_000);
    assert_eq!(world.engine.status(), Status::Fallback);
    world.fault(Fault::Dials(Path::Good));

    assert!(world.run_while(90_000, |world| world.engine.status() == Status::Connected));
    sound(&world);
}

// S11
#[test]
fn leaving_and_disconnecting_sends_the_frame_before_the_close() {
    let mut bench = Bench::with(Policy { warm_channels: 0, ..Policy::default() });
    bench.start("s0");
    bench.join();
    bench.command(Command::LeaveSession);
    bench.stop();
    bench.start("s0");

    let order = bench.effects.iter().filter_map(|(_, effect)| match effect {
        Effect::SendFrame { text, .. } => Some(if text.contains("unsubscribe") { 'u' } else { 's' }),
        Effect::CloseSocket { .. } => Some('c'),
        _ => None,
    });
    assert_eq!(order.collect::<String>(), "suc");
}

// S12
#[test]
fn only_the_configured_host_and_port_are_ever_dialled() {
    let key = || ConfigInput { key: Some("k".to_owned()), ..ConfigInput::default() };
    let own = |host: &str, port| ConfigInput { ws_host: Some(host.to_owned()), ws_port: port, ..key() };
    let cases = [
        (key(), "ws://127.0.0.1:3005/app/k?"),
        (own("push.example", None), "wss://push.example:3005/app/k?"),
        (own("push.example", Some(443)), "wss://push.example:443/app/k?"),
        (ConfigInput { url: Some("wss://h:1".to_owned()), ..own("other", Some(2)) }, "wss://h:1/app/k?"),
    ];
    for (input, expected) in cases {
        let input = ConfigInput { policy: Policy { jitter: 0, ..Policy::default() }, ..input };
        let mut engine = Engine::new(Config::build(input).unwrap(), Seed(1), Timestamp::ZERO);
        engine.handle_input(Timestamp::ZERO, Input::Command(Command::SetToken { present: true }));
        engine.handle_input(Timestamp::ZERO, Input::Command(Command::Connect));
        let mut dialled = 0;
        while let Some(at) = engine.poll_timeout().filter(|at| at.as_millis() < 600_000) {
            while let Some(effect) = engine.poll_effect() {
                if let Effect::OpenSocket { url, .. } = effect {
                    assert!(url.starts_with(expected), "{url}");
                    dialled += 1;
                }
            }
            engine.handle_input(at, Input::Timeout);
        }
        assert!(dialled > 5, "{dialled}");
    }
}

// S13
#[test]
fn a_403_at_subscribe_is_a_typed_failure_and_the_next_request_takes_the_new_token() {
    let mut bench = Bench::started();
    bench.handshake("");
    bench.reply("/messages", 200, EMPTY_PAGE);
    bench.reply("/pusher/auth", 403, "{}");
    assert_eq!(bench.engine.fallback_reason(), Some(FallbackReason::AuthFailed));
    bench.command(Command::SetToken { present: true });

    let tokens: Vec<_> = bench.requests("/pusher/auth").into_iter().map(|(_, _, http)| http.token).collect();
    assert_eq!(tokens.len(), 2);
    assert!(tokens[1] > tokens[0]);
    bench.reply("/messages", 200, EMPTY_PAGE);
    bench.reply("/pusher/auth", 200, SIGNATURE);
    bench.acknowledge(CHANNEL);
    bench.reply("/messages", 200, EMPTY_PAGE);
    assert_eq!(bench.engine.status(), Status::Connected);
}

// S14, T8. Fault 106.
#[test]
fn more_than_a_page_missed_during_an_outage_is_read_to_its_end() {
    for kind in [ServerKind::Revisions, ServerKind::Sequences, ServerKind::Times] {
        let mut world = connected_with(WorldConfig { kind, ..WorldConfig::default() });
        world.fault(Fault::Dials(Path::Refused));
        world.fault(Fault::Cut);
        world.run_for(500);
        for _ in 0..170 {
            world.say(0);
            world.run_for(10);
        }
        world.run_for(15_000);

        assert_eq!(ids(&world, 0).len(), 173, "{kind:?}");
        sound(&world);
    }
}

// S15
#[test]
fn what_is_stored_between_the_first_page_and_the_subscription_is_not_lost() {
    for at in (10..130).step_by(5) {
        let mut world = world();
        world.start(0);
        world.run_for(at);
        world.say(0);
        world.run_for(1000);

        assert!(complete(&world, 0), "stored {at} ms after the start");
        assert_eq!(world.engine.status(), Status::Connected);
        sound(&world);
    }
}

// S16, T14
#[test]
fn an_error_is_told_whatever_its_words_are() {
    let mut bench = Bench::connected();
    let words = "WebSocket is already in CLOSING or CLOSED state.";
    bench.frame(&format!(r#"{{"event":"pusher:error","data":{{"code":null,"message":"{words}"}}}}"#));

    assert_eq!(bench.problems(), [(ProblemCode::ServerError, format!("no code: {words}").as_str())]);
}

// T5
#[test]
fn a_wait_for_the_next_try_ends_with_stopping() {
    let mut bench = Bench::connected();
    bench.close(1006);
    bench.stop();
    assert_eq!(bench.engine.poll_timeout(), None);
    bench.now += 10_000;
    bench.feed(Input::Timeout);

    assert_eq!(bench.opens().len(), 1);
}

// T10
#[test]
fn a_message_without_a_session_belongs_to_its_channel_only() {
    let mut bench = Bench::connected();
    bench.start("s1");
    bench.push("s0", "a", "");
    assert_eq!((bench.ids("s0"), bench.ids("s1")), (vec!["a".to_owned()], vec![]));
    bench.frame(r#"{"event":"new_message","data":{"message":{"messageId":"b","content":"1"}}}"#);

    assert_eq!((bench.ids("s0").len(), bench.ids("s1").len()), (1, 0), "no channel, no session");
    assert_eq!(bench.engine.counters().events_foreign, 1);
}

// T11
#[test]
fn an_older_or_thinner_version_overwrites_nothing() {
    let mut bench = Bench::connected();
    bench.push("s0", "a", r#","status":"success","revision":5,"updatedAt":50"#);
    let newest = bench.raws("s0");
    let reads = bench.requests("/messages").len();
    bench.push("s0", "a", r#","status":"pending","revision":4,"updatedAt":40"#);
    assert_eq!(bench.raws("s0"), newest);

    bench.frame(&format!(
        r#"{{"event":"message_update","channel":"{CHANNEL}","data":{{"message":{{"messageId":"a","revision":6}}}}}}"#
    ));
    assert_eq!(bench.raws("s0"), newest);
    assert_eq!(bench.requests("/messages").len(), reads + 1, "what it hints at is read");
}

// T12
#[test]
fn a_close_with_1000_by_the_server_is_a_loss_like_any_other() {
    let mut bench = Bench::connected();
    bench.close(1000);
    assert_eq!(bench.engine.status(), Status::Reconnecting);
    bench.pass(2000);

    assert_eq!(bench.opens().len(), 2);
}

// T13
#[test]
fn no_address_frame_or_body_has_a_place_for_the_token() {
    let mut world = connected();
    world.send(0, "hello");
    world.fault(Fault::Cut);
    world.run_for(100_000);

    let all = format!("{:?}", world.trace.effects).to_lowercase();
    for word in ["bearer", "authorization", "access_token", "token=", "jwt"] {
        assert!(!all.contains(word), "{word}");
    }
    sound(&world);
}

// T15
#[test]
fn more_pings_never_move_the_deadline_of_the_first() {
    let mut bench = Bench::connected();
    let start = bench.now;
    bench.pass(30_000);
    for _ in 0..8 {
        bench.pass(1000);
        bench.command(Command::SetVisible(false));
        bench.command(Command::SetVisible(true));
    }
    bench.pass(60_000);

    assert_eq!(bench.sent("pusher:ping")[0], start + 30_000);
    assert_eq!(bench.closes()[0], start + 36_000, "5 s after the first look, not after the last");
}

// T16
#[test]
fn codes_4001_to_4004_are_the_push_servers_and_touch_no_token() {
    for code in 4001..=4004 {
        let mut bench = Bench::connected();
        bench.close(code);

        assert_eq!(bench.engine.fallback_reason(), Some(FallbackReason::Refused), "{code}");
        assert!(!bench.effects.iter().any(|(_, effect)| matches!(effect, Effect::RenewToken)));
        assert_eq!(bench.ids("s0"), [""; 0]);
        bench.pass(7000);
        assert!(bench.engine.is_polling(), "{code}");
    }
}
