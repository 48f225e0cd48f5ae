//! The queue of own messages: waiting, trying again, giving up, taking back. Rows M6, M7 and I7 of docs/features.md.

#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test helpers outside of #[test] functions: a panic is a failed test"
)]

mod bench;
mod common;

use bench::Bench;
use common::{connected, ids, requests, sound};
use sidewire_core::timeline::EchoState;
use sidewire_core::{
    ClientMessageId, Command, Event, HttpFailure, Outgoing, ProblemCode, SendFailure, SendState, SessionId,
    Status, WallTime,
};
use sidewire_sim::World;
use sidewire_sim::action::{Fault, Mode, UserAction};
use sidewire_sim::rest::Endpoint;

const PATH: &str = "/agent/interact";

fn s0() -> SessionId {
    SessionId::parse("s0").unwrap()
}

fn key(text: &str) -> ClientMessageId {
    ClientMessageId::from_text(text).unwrap()
}

fn send(bench: &mut Bench, id: &str) {
    bench.command(Command::Send(Outgoing {
        session: s0(),
        client_message_id: key(id),
        content: format!("text of {id}"),
        wall: WallTime::from_millis(1_790_000_000_000),
        url: None,
        domain: None,
    }));
}

/// When each try left, and under which id.
fn tries(bench: &Bench) -> Vec<(u64, String)> {
    let sends = bench.requests(PATH).into_iter();
    sends.map(|(at, _, http)| (at, http.idempotency_key.unwrap().as_str().to_owned())).collect()
}

fn echo(bench: &Bench, id: &str) -> Option<EchoState> {
    bench.engine.timeline(&s0()).unwrap().echo_state(&key(id))
}

fn told(bench: &Bench, id: &str) -> Vec<SendState> {
    let told = bench.events.iter().filter_map(|(_, event)| match event {
        Event::SendChanged { client_message_id, state, .. } if client_message_id.as_str() == id => {
            Some(*state)
        }
        _ => None,
    });
    told.collect()
}

fn stored(id: &str, number: u64) -> String {
    format!(
        r#"{{"message":{{"messageId":"m{number}","role":"user","content":"text of {id}","sequenceNumber":{number},"timestamp":{number},"clientMessageId":"{id}"}}}}"#
    )
}

// M6, I7
#[test]
fn a_send_that_is_put_off_stays_queued_and_leaves_with_the_same_id_when_the_time_is_up() {
    for (header, wait) in
        [("7", 7000), ("Tue, 22 Sep 2026 13:33:30 GMT", 10_000), ("0", 1000), ("9999999", 600_000)]
    {
        let mut bench = Bench::connected();
        // 13:33:20 on that day.
        bench.feed(sidewire_core::Input::Wall(WallTime::from_millis(1_790_084_000_000)));
        send(&mut bench, "a");
        let begun = bench.now;
        bench.reply_later(PATH, 503, Some(header), "{}");
        assert_eq!(echo(&bench, "a"), Some(EchoState::Queued), "{header}");
        keep_alive(&mut bench, wait - 1);
        assert_eq!(tries(&bench).len(), 1, "{header}");
        keep_alive(&mut bench, 1);

        assert_eq!(tries(&bench), [(begun, "a".to_owned()), (begun + wait, "a".to_owned())], "{header}");
        assert_eq!(echo(&bench, "a"), Some(EchoState::Pending));
        bench.reply(PATH, 200, &stored("a", 1));
        assert_eq!((echo(&bench, "a"), told(&bench, "a")), (None, vec![SendState::Pending, SendState::Sent]));
    }
}

/// Lets time pass in steps, with every ping answered and every read empty.
fn keep_alive(bench: &mut Bench, millis: u64) {
    let until = bench.now + millis;
    while bench.now < until {
        bench.pass((until - bench.now).min(5000));
        bench.frame(r#"{"event":"pusher:pong"}"#);
        bench.reply("/messages", 200, bench::EMPTY_PAGE);
    }
}

// I7: what one session was told holds for the endpoint; what the user does passes no closed door
#[test]
fn retry_after_on_a_send_holds_for_every_session_and_for_what_the_user_presses() {
    let mut world = connected();
    world.fault(Fault::Interact(Mode::Status(429, Some("20"))));
    world.send(0, "first");
    world.run_for(100);
    world.heal();
    let from = world.now;
    world.send(1, "elsewhere");
    world.send(0, "second");
    world.user(UserAction::Visible(true));
    world.run_for(19_800);
    assert_eq!(sends(&world).into_iter().filter(|(at, _)| *at > from).count(), 0);
    world.run_for(500);

    assert!(world.sent.iter().all(|sent| sent.state == SendState::Sent));
    assert_eq!(texts(&world, 0), ["first", "second"]);
    sound(&world);
}

fn sends(world: &World) -> Vec<(u64, String)> {
    let sends = requests(world).into_iter().filter_map(|(at, endpoint)| match endpoint {
        Endpoint::Interact { content, .. } => Some((at, content)),
        _ => None,
    });
    sends.collect()
}

/// What the user wrote, in the order of the log.
fn texts(world: &World, session: usize) -> Vec<&str> {
    let own = world.log.sessions[session].messages().iter().filter(|message| message.origin.is_some());
    own.map(sidewire_sim::log::Stored::content).collect()
}

// M6, M7
#[test]
fn a_send_that_brings_nothing_is_tried_five_times_with_growing_pauses_and_then_failed() {
    for (status, failure) in [(None, SendFailure::Network), (Some(500), SendFailure::Server)] {
        let mut bench = Bench::connected();
        send(&mut bench, "a");
        let begun = bench.now;
        for _ in 0..6 {
            match status {
                None => bench.fail(PATH, HttpFailure::Network),
                Some(status) => bench.reply(PATH, status, "{}"),
            }
            keep_alive(&mut bench, 20_000);
        }

        let at: Vec<_> = tries(&bench).iter().map(|(at, _)| at - begun).collect();
        assert_eq!(at, [0, 2000, 24_000, 48_000, 76_000], "answers come every 20 s, then a pause follows");
        assert_eq!(echo(&bench, "a"), Some(EchoState::Failed(failure)));
        assert_eq!(told(&bench, "a"), [SendState::Pending, SendState::Failed(failure)]);
        bench.command(Command::RetrySend(s0(), key("a")));
        assert_eq!(tries(&bench).len(), 6);
        assert!(tries(&bench).iter().all(|(_, id)| id == "a"));
    }
}

// Fault 94.
#[test]
fn the_pauses_between_tries_double_from_two_seconds_and_five_for_a_429() {
    for (status, pauses) in [(500, [2000, 4000, 8000, 16_000]), (429, [5000, 10_000, 20_000, 30_000])] {
        let mut bench = Bench::connected();
        send(&mut bench, "a");
        for pause in pauses {
            let before = bench.now;
            bench.reply(PATH, status, "{}");
            keep_alive(&mut bench, pause);
            assert_eq!(tries(&bench).last().unwrap().0 - before, pause, "{status}");
        }
    }
}

// M6: the order is the user's
#[test]
fn what_waits_behind_a_message_that_failed_fails_with_it_and_a_retry_keeps_the_order() {
    let mut world = connected();
    world.fault(Fault::Interact(Mode::Reset));
    for content in ["first", "second", "third"] {
        world.send(0, content);
    }
    world.run_for(1000);
    assert!(world.sent.iter().all(|sent| sent.state == SendState::Pending));
    world.run_for(40_000);
    assert!(world.sent.iter().all(|sent| sent.state == SendState::Failed(SendFailure::Network)));
    assert!(sends(&world).iter().all(|(_, content)| content == "first"), "the others waited for it");

    world.heal();
    world.user(UserAction::RetryAll);
    world.run_for(1000);

    assert_eq!(texts(&world, 0), ["first", "second", "third"]);
    assert_eq!(ids(&world, 0).len(), 6);
    sound(&world);
}

#[test]
fn a_message_that_the_server_refuses_fails_at_once_and_the_next_one_leaves() {
    for (status, failure) in [
        (400, SendFailure::Rejected),
        (409, SendFailure::Rejected),
        (413, SendFailure::Rejected),
        (403, SendFailure::Forbidden),
        (404, SendFailure::Forbidden),
    ] {
        let mut bench = Bench::connected();
        send(&mut bench, "a");
        send(&mut bench, "b");
        bench.reply(PATH, status, "{}");

        assert_eq!(echo(&bench, "a"), Some(EchoState::Failed(failure)));
        assert_eq!(tries(&bench).last().unwrap().1, "b");
        assert_eq!((echo(&bench, "b"), bench.now - tries(&bench)[0].0), (Some(EchoState::Pending), 0));
    }
}

// M6: offline
#[test]
fn without_a_network_messages_stay_queued_and_leave_in_order_when_it_is_back() {
    let mut world = connected();
    world.fault(Fault::Dials(sidewire_sim::action::Path::Refused));
    world.user(UserAction::Online(false));
    world.fault(Fault::Cut);
    world.run_for(100);
    world.send(0, "first");
    world.send(0, "second");
    world.run_for(600_000);
    assert_eq!(sends(&world), []);
    assert!(world.sent.iter().all(|sent| sent.state == SendState::Pending));
    let id = world.session(0).unwrap().clone();
    let timeline = world.engine.timeline(&id).unwrap();
    assert!(timeline.echoes().all(|(_, state)| state == EchoState::Queued));

    world.heal();
    world.user(UserAction::Online(true));
    world.run_for(200);

    assert_eq!(texts(&world, 0), ["first", "second"]);
    sound(&world);
}

// M6: cancel
#[test]
fn a_message_is_taken_back_while_it_is_queued_or_failed_but_not_on_the_wire() {
    let mut bench = Bench::connected();
    for id in ["a", "b", "c"] {
        send(&mut bench, id);
    }
    assert!(!bench.engine.can_cancel(&s0(), &key("a")), "it is on the wire");
    bench.command(Command::CancelSend(s0(), key("a")));
    assert_eq!(echo(&bench, "a"), Some(EchoState::Pending));

    assert!(bench.engine.can_cancel(&s0(), &key("b")));
    bench.command(Command::CancelSend(s0(), key("b")));
    assert_eq!(
        (echo(&bench, "b"), told(&bench, "b")),
        (None, vec![SendState::Pending, SendState::Cancelled])
    );

    bench.reply(PATH, 400, "{}");
    assert_eq!(tries(&bench).last().unwrap().1, "c");
    assert!(bench.engine.can_cancel(&s0(), &key("a")), "it failed");
    bench.command(Command::CancelSend(s0(), key("a")));
    assert_eq!(bench.ids("s0"), ["c"]);
    bench.command(Command::RetrySend(s0(), key("a")));
    bench.command(Command::CancelSend(s0(), key("unknown")));
    assert_eq!(tries(&bench).len(), 2);
}

#[test]
fn a_message_taken_back_after_a_lost_answer_shows_its_copy_once_it_turns_out_to_be_stored() {
    let mut bench = Bench::connected();
    send(&mut bench, "a");
    bench.fail(PATH, HttpFailure::Network);
    bench.command(Command::CancelSend(s0(), key("a")));
    assert_eq!(bench.ids("s0"), Vec::<String>::new());

    bench.push("s0", "m1", r#","role":"user","sequenceNumber":1,"clientMessageId":"a""#);

    assert_eq!(bench.ids("s0"), ["m1"]);
}

// M8, O6
#[test]
fn a_copy_that_comes_while_the_message_waits_for_another_try_settles_it() {
    let mut bench = Bench::connected();
    send(&mut bench, "a");
    bench.fail(PATH, HttpFailure::Timeout);
    bench.push("s0", "m1", r#","role":"user","sequenceNumber":1,"clientMessageId":"a""#);
    keep_alive(&mut bench, 60_000);

    assert_eq!(tries(&bench).len(), 1);
    assert_eq!(
        (bench.ids("s0"), told(&bench, "a")),
        (vec!["m1".to_owned()], vec![SendState::Pending, SendState::Sent])
    );
}

#[test]
fn a_page_of_something_in_between_is_no_acknowledgement() {
    for (body, taken) in
        [("<html>please sign in to the hotel</html>", false), ("\"ok\"", false), ("", true), ("{}", true)]
    {
        let mut bench = Bench::connected();
        send(&mut bench, "a");
        bench.reply(PATH, 200, body);

        assert_eq!(told(&bench, "a").contains(&SendState::Sent), taken, "{body}");
        let problems: Vec<_> = bench.problems().into_iter().map(|(code, _)| code).collect();
        assert_eq!(problems, if taken { vec![] } else { vec![ProblemCode::RequestFailed] });
        keep_alive(&mut bench, 2000);
        assert_eq!(tries(&bench).len(), if taken { 1 } else { 2 });
    }
}

// A12, M6
#[test]
fn stopping_keeps_what_is_not_sent_and_the_next_start_sends_it_under_the_same_id() {
    let mut bench = Bench::connected();
    send(&mut bench, "a");
    send(&mut bench, "b");
    bench.stop();
    assert_eq!((echo(&bench, "a"), echo(&bench, "b")), (Some(EchoState::Queued), Some(EchoState::Queued)));
    assert_eq!((bench.engine.status(), bench.engine.poll_timeout()), (Status::Disconnected, None));
    bench.start("s0");
    bench.reply(PATH, 200, &stored("a", 1));
    bench.reply(PATH, 200, &stored("b", 2));

    let order: Vec<_> = tries(&bench).into_iter().map(|(_, id)| id).collect();
    assert_eq!(order, ["a", "a", "b"]);
    assert_eq!(bench.ids("s0"), ["m1", "m2"]);
}

// What the user does ends a pause of our own
#[test]
fn a_new_message_or_the_network_coming_back_ends_the_pause_between_tries() {
    let again: [fn(&mut Bench); 4] = [
        |bench| send(bench, "b"),
        |bench| {
            bench.command(Command::SetOnline(false));
            bench.command(Command::SetOnline(true));
        },
        |bench| {
            bench.command(Command::SetVisible(false));
            bench.command(Command::SetVisible(true));
        },
        |bench| bench.command(Command::SetToken { present: true }),
    ];
    for hasten in again {
        let mut bench = Bench::connected();
        send(&mut bench, "a");
        bench.fail(PATH, HttpFailure::Network);
        assert_eq!(tries(&bench).len(), 1);
        hasten(&mut bench);
        assert_eq!(tries(&bench).len(), 2);
        assert_eq!(tries(&bench)[1].1, "a");
    }
}

// L8
#[test]
fn signed_out_everything_unsent_fails_together_and_no_pause_or_network_is_waited_for() {
    for offline in [false, true] {
        let mut bench = Bench::connected();
        send(&mut bench, "old");
        bench.command(Command::SetToken { present: false });
        bench.command(Command::StopSync);
        bench.command(Command::SetOnline(!offline));
        for number in 0..40 {
            send(&mut bench, &format!("unsent {number}"));
        }
        let before = tries(&bench).len();

        bench.command(Command::StartSync(s0()));

        for number in 0..40 {
            let id = format!("unsent {number}");
            let failed = SendState::Failed(SendFailure::Unauthorized);
            assert_eq!(told(&bench, &id), [SendState::Pending, failed], "{id}, offline: {offline}");
        }
        assert_eq!(tries(&bench).len(), before, "nothing is sent");
        bench.command(Command::RetrySend(s0(), key("unsent 7")));
        assert_eq!(told(&bench, "unsent 7").len(), 4, "a retry is answered at once as well");
    }
}
