//! The hub's behaviour in time and in bulk; frame by frame it is checked by the conformance suite of the backend.

use sidewire_hub::{App, Client, Hub, HubConfig, Output, Publication, signing};

const A: Client = Client(1);
const B: Client = Client(2);
const CHANNEL: &str = "private-session-1";

fn config() -> HubConfig {
    HubConfig::with_app(App::new("dev-app", "dev-key", "dev-secret"))
}

fn outputs(hub: &mut Hub) -> Vec<Output> {
    std::iter::from_fn(|| hub.poll_output()).collect()
}

fn texts(hub: &mut Hub) -> Vec<String> {
    let text = |output| match output {
        Output::Send { client, text } => format!("{} {text}", client.0),
        Output::Close { client, code, .. } => format!("{} close {code}", client.0),
        Output::Drop { client } => format!("{} drop", client.0),
    };
    outputs(hub).into_iter().map(text).collect()
}

/// Opens a socket and returns its id.
fn open(hub: &mut Hub, now_ms: u64, client: Client) -> String {
    assert_eq!(hub.open(now_ms, client, "/app/dev-key?protocol=7"), Ok(()));
    let text = texts(hub).concat();
    let start = text.split("socket_id\\\":\\\"").nth(1).unwrap_or_default();
    start.split('\\').next().unwrap_or_default().to_owned()
}

fn subscribe(hub: &mut Hub, now_ms: u64, client: Client, socket_id: &str) {
    let auth = signing::channel_signature("dev-key", "dev-secret", socket_id, CHANNEL);
    let frame = format!(r#"{{"event":"pusher:subscribe","data":{{"channel":"{CHANNEL}","auth":"{auth}"}}}}"#);
    hub.receive(now_ms, client, &frame);
    let acknowledged =
        r#"{"event":"pusher_internal:subscription_succeeded","channel":"private-session-1","data":"{}"}"#;
    assert_eq!(texts(hub), [format!("{} {acknowledged}", client.0)]);
}

fn publish(hub: &mut Hub, now_ms: u64, data: &str, key: Option<&str>) {
    let channels = [CHANNEL.to_owned()];
    let event =
        Publication { name: "e", channels: &channels, data, except_socket_id: None, idempotency_key: key };
    assert!(hub.publish(now_ms, "dev-app", &event));
}

#[test]
fn a_silent_client_is_pinged_after_the_activity_timeout_and_closed_after_the_pong_wait() {
    let mut hub = Hub::new(config());
    open(&mut hub, 0, A);
    hub.receive(5_500, A, r#"{"event":"pusher:pong"}"#);
    hub.handle_timeout(120_000);
    assert_eq!(texts(&mut hub), [""; 0]);
    assert_eq!(hub.poll_timeout(), Some(125_500));
    hub.handle_timeout(125_500);
    assert_eq!(texts(&mut hub), [r#"1 {"event":"pusher:ping"}"#]);
    assert_eq!(hub.poll_timeout(), Some(155_500));
    hub.handle_timeout(155_500);
    let error =
        r#"1 {"event":"pusher:error","data":{"code":4201,"message":"Pong reply not received in time"}}"#;
    assert_eq!(texts(&mut hub), [error, "1 close 4201"]);
    assert_eq!((hub.poll_timeout(), hub.connections()), (None, 0));
}

#[test]
fn after_an_answered_ping_the_next_one_comes_a_pong_wait_and_an_activity_timeout_later() {
    let mut hub = Hub::new(HubConfig { activity_timeout_s: 5, ..config() });
    open(&mut hub, 0, A);
    hub.handle_timeout(5_000);
    hub.receive(5_001, A, r#"{"event":"pusher:pong","data":{}}"#);
    outputs(&mut hub);
    let mut now = 5_001;
    while outputs(&mut hub).is_empty() {
        now = hub.poll_timeout().expect("the heartbeat goes on");
        hub.handle_timeout(now);
    }
    assert_eq!(now, 40_000);
}

#[test]
fn a_websocket_ping_counts_as_an_answer_and_delivered_events_do_not() {
    let mut hub = Hub::new(config());
    let id = open(&mut hub, 0, A);
    subscribe(&mut hub, 0, A, &id);
    publish(&mut hub, 119_000, "x", None);
    hub.handle_timeout(120_000);
    assert_eq!(texts(&mut hub).len(), 2, "the event and the ping");
    hub.receive_ws_ping(149_999, A);
    hub.handle_timeout(150_000);
    assert_eq!((texts(&mut hub).len(), hub.connections()), (0, 1));
}

#[test]
fn equal_seeds_give_equal_socket_ids_and_sockets_of_one_hub_differ() {
    let ids = |seed| {
        let mut hub = Hub::new(HubConfig { seed, ..config() });
        (1..=100).map(|n| open(&mut hub, 0, Client(n))).collect::<Vec<_>>()
    };
    assert_eq!(ids(7), ids(7));
    assert_ne!(ids(7), ids(8));
    let unique: std::collections::BTreeSet<String> = ids(7).into_iter().collect();
    assert_eq!(unique.len(), 100);
}

#[test]
fn a_repeated_idempotency_key_is_delivered_again_only_after_its_window() {
    let mut hub = Hub::new(config());
    let id = open(&mut hub, 0, A);
    subscribe(&mut hub, 0, A, &id);
    for now_ms in [0, 1, 119_999, 120_000] {
        publish(&mut hub, now_ms, &now_ms.to_string(), Some("key"));
    }
    let seen = texts(&mut hub);
    assert_eq!(seen.len(), 2);
    assert!(seen[0].contains(r#""data":"0""#) && seen[1].contains(r#""data":"120000""#), "{seen:?}");
}

#[test]
fn a_full_app_and_an_unknown_key_are_dropped_without_a_frame() {
    let mut hub = Hub::new(HubConfig { max_connections_per_app: Some(1), ..config() });
    open(&mut hub, 0, A);
    assert_eq!(hub.open(0, B, "/app/dev-key?protocol=7"), Ok(()));
    assert_eq!(texts(&mut hub), ["2 drop"]);
    hub.closed(A);
    open(&mut hub, 0, B);
    assert_eq!(hub.open(0, A, "/app/nobody?protocol=7"), Ok(()));
    assert_eq!(texts(&mut hub), ["1 drop"]);
}

#[test]
fn draining_closes_everyone_with_4200_and_refuses_whoever_comes_later() {
    let mut hub = Hub::new(config());
    open(&mut hub, 0, A);
    open(&mut hub, 0, B);
    hub.drain(1);
    let seen = texts(&mut hub);
    assert_eq!((seen.len(), seen[1].as_str(), seen[3].as_str()), (4, "1 close 4200", "2 close 4200"));
    assert!(seen[0].contains("Server shutting down"), "{seen:?}");
    assert_eq!(hub.open(2, A, "/app/dev-key?protocol=7").map_err(|refusal| refusal.status), Err(503));
}

#[test]
fn a_closed_socket_leaves_no_channel_and_no_timer_behind() {
    let mut hub = Hub::new(config());
    let id = open(&mut hub, 0, A);
    subscribe(&mut hub, 0, A, &id);
    assert_eq!(hub.channels("dev-app").collect::<Vec<_>>(), [(CHANNEL, 1)]);
    hub.closed(A);
    hub.closed(A);
    publish(&mut hub, 1, "x", None);
    hub.receive(1, A, r#"{"event":"pusher:ping"}"#);
    assert_eq!((hub.channels("dev-app").count(), hub.poll_timeout(), texts(&mut hub).len()), (0, None, 0));
}

#[test]
fn apps_do_not_hear_each_other_and_one_apps_secret_does_not_open_the_others_channels() {
    let mut hub = Hub::new(HubConfig {
        apps: vec![App::new("one", "key-1", "secret-1"), App::new("two", "key-2", "secret-2")],
        ..config()
    });
    assert_eq!(hub.open(0, A, "/app/key-1"), Ok(()));
    outputs(&mut hub);
    hub.receive(0, A, r#"{"event":"pusher:subscribe","data":{"channel":"news"}}"#);
    outputs(&mut hub);
    let channels = ["news".to_owned()];
    let event = Publication {
        name: "e",
        channels: &channels,
        data: "d",
        except_socket_id: None,
        idempotency_key: None,
    };
    assert!(hub.publish(0, "two", &event));
    assert_eq!(texts(&mut hub).len(), 0);
    assert!(hub.publish(0, "one", &event));
    assert_eq!(texts(&mut hub), [r#"1 {"event":"e","channel":"news","data":"d"}"#]);
    assert!(!hub.publish(0, "three", &event));
}

#[test]
fn hostile_frames_get_an_error_and_leave_the_socket_open() {
    let mut hub = Hub::new(config());
    open(&mut hub, 0, A);
    let deep = "[".repeat(10_000);
    for frame in
        [deep.as_str(), "\u{0}", r#"{"event":"pusher:subscribe","data":"\"\""}"#, "{\"event\":", "\u{feff}{}"]
    {
        hub.receive(0, A, frame);
        let seen = texts(&mut hub);
        assert!(seen.len() == 1 && seen[0].contains("\"code\":4000"), "{seen:?}");
    }
    assert_eq!(hub.connections(), 1);
}
