//! Own messages on their way: rows G14, M6 to M8 and O6 of docs/features.md.

#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test helpers outside of #[test] functions: a panic is a failed test"
)]

mod common;

use common::{connected, connected_with, ids, sound};
use sidewire_core::timeline::EchoState;
use sidewire_core::{
    ClientMessageId, ConnectionId, Effect, HttpResponse, Input, RequestId, SendState, SessionId, SocketEvent,
    Timeline, WallTime, json,
};
use sidewire_sim::action::{Fault, Mode, UserAction};
use sidewire_sim::log::Draft;
use sidewire_sim::{World, WorldConfig};

// G14, M7, M8
#[test]
fn a_send_is_shown_at_once_and_its_copy_takes_its_place() {
    let mut world = connected();
    let sent = world.send(0, "hello");
    assert_eq!(ids(&world, 0).len(), 4);
    world.run_for(1000);

    assert_eq!(ids(&world, 0), ["m0-0", "m0-1", "m0-2", "m0-3"]);
    assert_eq!(world.sent[sent].state, SendState::Sent);
    sound(&world);
}

// M6, M7, O6
#[test]
fn a_send_whose_reply_is_lost_is_not_stored_twice_by_a_retry() {
    let mut world = connected();
    world.fault(Fault::Interact(Mode::ResetAfter));
    world.fault(Fault::LosePublishes(1000));
    let sent = world.send(0, "hello");
    world.run_for(40_000);
    assert!(matches!(world.sent[sent].state, SendState::Failed(_)));

    world.heal();
    world.user(UserAction::RetryAll);
    world.run_for(1000);

    assert_eq!(ids(&world, 0), ["m0-0", "m0-1", "m0-2", "m0-3"]);
    assert_eq!(world.sent[sent].state, SendState::Sent);
    sound(&world);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Echo,
    Reply,
    Push,
    Poll,
}

/// Every order of the four ways.
fn orders() -> Vec<Vec<Way>> {
    let all = [Way::Echo, Way::Reply, Way::Push, Way::Poll];
    let mut orders: Vec<Vec<Way>> = vec![Vec::new()];
    for _ in 0..4 {
        let longer = |order: &Vec<Way>| {
            let rest: Vec<Way> = all.into_iter().filter(|way| !order.contains(way)).collect();
            let order = order.clone();
            rest.into_iter().map(move |way| [order.clone(), vec![way]].concat())
        };
        orders = orders.iter().flat_map(longer).collect();
    }
    orders
}

// O6, E1, E4
#[test]
fn an_own_message_is_one_bubble_in_all_24_orders_of_echo_reply_push_and_poll() {
    assert_eq!(orders().len(), 24);
    let text = r#"{"messageId":"m9","role":"user","content":"hi","timestamp":5,"sequenceNumber":1,"clientMessageId":"c1"}"#;
    for order in orders() {
        let mut timeline = Timeline::new(SessionId::parse("s0").unwrap());
        let (key, stored) =
            (ClientMessageId::from_text("c1").unwrap(), json::parse(text.as_bytes()).unwrap());
        for way in &order {
            match way {
                Way::Echo => timeline.add_echo(&key, "hi", WallTime::from_millis(9)),
                Way::Reply => drop(timeline.merge_reply(&key, stored)),
                Way::Push => drop(timeline.merge(stored, None)),
                Way::Poll => drop(timeline.merge_from_log(stored, None)),
            }
            assert_eq!(timeline.len(), 1, "{order:?} at {way:?}");
        }
        assert_eq!(timeline.row(0).unwrap().id, "m9", "{order:?}");
        assert_eq!(timeline.echo_state(&key), None::<EchoState>);
    }
}

// O6, M8: the same through the engine, for every order that a network can bring about
#[test]
fn an_own_message_is_one_bubble_through_the_engine_in_every_order_after_the_send() {
    for echoes_ids in [true, false] {
        for order in orders().into_iter().filter(|order| order[0] == Way::Echo) {
            let mut world = connected_with(WorldConfig { echoes_ids, ..WorldConfig::default() });
            world.fault(Fault::Interact(Mode::Hang));
            world.fault(Fault::Messages(Mode::Hang));
            let (stored, reply, poll) = send_by_hand(&mut world);
            for way in &order[1..] {
                deliver(&mut world, *way, &stored, (reply, poll));
                assert_eq!(ids(&world, 0).len(), 4, "{order:?} at {way:?}");
            }
            assert_eq!(ids(&world, 0), ["m0-0", "m0-1", "m0-2", "m0-3"], "{order:?}");
            assert_eq!(world.sent[0].state, SendState::Sent, "{order:?}");
            sound(&world);
        }
    }
}

/// Sends, stores the copy, asks for a page; returns the copy and the ids of the two requests in flight.
fn send_by_hand(world: &mut World) -> (String, RequestId, RequestId) {
    let sent = world.send(0, "hi");
    let reply = last_request(world);
    world.user(UserAction::Refresh);
    let poll = last_request(world);
    assert_ne!(reply, poll);
    let origin = world.sent[sent].id.as_str().to_owned();
    let draft = Draft { role: "user", content: "hi", status: "sent", origin: Some(&origin), numbered: true };
    let index = world.log.append(world.now, 0, draft);
    (world.log.sessions[0].messages()[index].latest().json.clone(), reply, poll)
}

fn last_request(world: &World) -> RequestId {
    let mut effects = world.trace.effects.iter().rev();
    let found = effects.find_map(|(_, effect)| match effect {
        Effect::Request { request, .. } => Some(*request),
        _ => None,
    });
    found.unwrap()
}

fn deliver(world: &mut World, way: Way, stored: &str, (reply, poll): (RequestId, RequestId)) {
    let (request, body) = match way {
        Way::Echo => return,
        Way::Push => {
            let frame = format!(
                r#"{{"event":"new_message","channel":"private-session-s0","data":{{"message":{stored}}}}}"#
            );
            let connection = ConnectionId::from_raw(1);
            world.feed(&Input::Socket(connection, SocketEvent::Frame(frame.as_bytes())));
            return;
        }
        Way::Reply => (reply, format!(r#"{{"taskId":"t","message":{stored}}}"#)),
        Way::Poll => (poll, format!(r#"{{"messages":[{stored}],"hasMore":false,"revision":4}}"#)),
    };
    let answer = HttpResponse { status: 200, retry_after: None, body: body.as_bytes() };
    world.feed(&Input::Response(request, Ok(answer)));
}
