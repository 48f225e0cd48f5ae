//! What is said over the WebSocket.

use serde_json::{Value, json};
use sidewire_hub::signing;
use tokio_tungstenite::tungstenite::Message;

use crate::peer::{Case, KEY, Peer, cases};

pub(crate) fn all() -> Vec<(&'static str, Case)> {
    cases![
        the_greeting_holds_a_socket_id_and_the_activity_timeout_as_a_string_of_json,
        any_protocol_number_but_a_broken_one_is_taken,
        a_broken_protocol_parameter_is_a_400,
        an_unknown_path_is_a_404,
        an_unknown_key_is_accepted_and_dropped_without_a_frame,
        a_capability_token_is_refused_with_the_error_twice_and_4009,
        the_clients_close_code_and_reason_are_echoed,
        a_good_signature_subscribes,
        subscription_data_may_be_a_string_of_json,
        a_bad_signature_is_an_error_and_the_socket_stays_open,
        the_signature_of_an_earlier_socket_is_refused,
        a_missing_signature_is_told_apart_from_a_bad_one,
        malformed_subscriptions_are_4000,
        forbidden_channel_names_are_4300,
        a_public_channel_needs_no_signature,
        a_private_channel_ignores_channel_data,
        a_second_subscription_is_acknowledged_and_events_come_once,
        one_unsubscription_ends_a_double_subscription_and_is_silent,
        malformed_unsubscriptions_are_4000,
        unsubscribe_right_behind_subscribe_takes_effect_after_the_acknowledgement,
        switching_channels_back_to_back_leaves_the_old_one,
        pings_are_answered_with_a_bare_pong,
        a_websocket_ping_is_answered_with_its_payload,
        unknown_events_are_ignored_in_silence,
        malformed_frames_are_4000_and_close_nothing,
        a_binary_frame_of_json_is_understood,
        client_events_and_sign_in_are_refused_by_default,
        frames_sent_before_the_greeting_are_answered_after_it,
        three_hundred_channels_fit_on_one_socket,
    ]
}

async fn the_greeting_holds_a_socket_id_and_the_activity_timeout_as_a_string_of_json(peer: Peer) {
    let mut socket = peer.open_at("/app/dev-key?protocol=7").await.unwrap();
    let greeting = socket.frame().await;
    assert_eq!(greeting.as_object().unwrap().len(), 2, "{greeting}");
    assert_eq!(greeting["event"], "pusher:connection_established");
    let data: Value = serde_json::from_str(greeting["data"].as_str().unwrap()).unwrap();
    assert_eq!(data["activity_timeout"], 120);
    let id = data["socket_id"].as_str().unwrap();
    let (left, right) = id.split_once('.').unwrap();
    for part in [left, right] {
        assert!((1..=10).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()), "{id}");
    }
    assert_ne!(id, peer.open().await.id);
}

async fn any_protocol_number_but_a_broken_one_is_taken(peer: Peer) {
    for path in [
        "/app/dev-key",
        "/app/dev-key/?protocol=7",
        "/app/dev-key?protocol=99",
        "/app/dev-key?protocol=%37&x",
    ] {
        let mut socket = peer.open_at(path).await.unwrap();
        assert_eq!(socket.frame().await["event"], "pusher:connection_established", "{path}");
    }
}

async fn a_broken_protocol_parameter_is_a_400(peer: Peer) {
    for query in ["protocol=", "protocol=abc", "protocol=300", "protocol=2.0", "protocol=7&protocol=7"] {
        assert_eq!(peer.open_at(&format!("/app/dev-key?{query}")).await.err(), Some(400), "{query}");
    }
}

async fn an_unknown_path_is_a_404(peer: Peer) {
    for path in ["/", "/nope", "/app/dev-key/x?protocol=7"] {
        assert_eq!(peer.open_at(path).await.err(), Some(404), "{path}");
    }
}

async fn an_unknown_key_is_accepted_and_dropped_without_a_frame(peer: Peer) {
    let mut socket = peer.open_at("/app/unknown?protocol=7").await.unwrap();
    assert_eq!(socket.end().await, None);
}

async fn a_capability_token_is_refused_with_the_error_twice_and_4009(peer: Peer) {
    let mut socket = peer.open_at("/app/dev-key?protocol=7&token=x").await.unwrap();
    let reason = "Authentication error: capability tokens require protocol V2".to_owned();
    assert_eq!(socket.error().await, (4009, reason.clone()));
    assert_eq!(socket.error().await, (4009, reason.clone()));
    assert_eq!(socket.end().await, Some((4009, reason)));
}

async fn the_clients_close_code_and_reason_are_echoed(peer: Peer) {
    for (code, reason) in [(1000, ""), (4321, "bye")] {
        let mut socket = peer.open().await;
        socket.close(code, reason).await;
        assert_eq!(socket.end().await, Some((code, reason.to_owned())));
    }
}

async fn a_good_signature_subscribes(peer: Peer) {
    let mut socket = peer.subscribed().await;
    peer.event("hello", json!("{\"a\":1}")).await;
    socket.expect_event("hello", &peer.channel, "{\"a\":1}").await;
}

async fn subscription_data_may_be_a_string_of_json(peer: Peer) {
    let mut socket = peer.open().await;
    let data = json!({ "channel": peer.channel, "auth": socket.auth(&peer.channel) });
    socket.ask(json!(data.to_string())).await;
    socket.expect_subscribed(&peer.channel).await;
}

async fn a_bad_signature_is_an_error_and_the_socket_stays_open(peer: Peer) {
    let mut socket = peer.open().await;
    let good = socket.auth(&peer.channel);
    let other_channel = socket.auth("private-session-other");
    let other_key = good.replace("dev-key:", "dev-kez:");
    let other_secret = signing::channel_signature(KEY, "other", &socket.id, &peer.channel);
    let upper = good.to_uppercase().replace("DEV-KEY:", "dev-key:");
    for auth in ["", "dev-key:", "dev-key:00", &other_channel, &other_key, &other_secret, &upper] {
        socket.ask(json!({ "channel": peer.channel, "auth": auth })).await;
        let refused = (4009, "Authentication error: Channel requires authentication".to_owned());
        assert_eq!(socket.error().await, refused, "{auth}");
    }
    peer.event("secret", json!("x")).await;
    socket.expect_silence().await;
    socket.subscribe(&peer.channel).await;
}

async fn the_signature_of_an_earlier_socket_is_refused(peer: Peer) {
    let earlier = peer.open().await.auth(&peer.channel);
    let mut socket = peer.open().await;
    socket.ask(json!({ "channel": peer.channel, "auth": earlier })).await;
    assert_eq!(socket.error().await.0, 4009);
}

async fn a_missing_signature_is_told_apart_from_a_bad_one(peer: Peer) {
    let mut socket = peer.open().await;
    for data in [json!({ "channel": peer.channel }), json!({ "channel": peer.channel, "auth": 5 })] {
        socket.ask(data).await;
        let refused = "Authentication error: Authentication signature required for this channel";
        assert_eq!(socket.error().await, (4009, refused.to_owned()));
    }
}

async fn malformed_subscriptions_are_4000(peer: Peer) {
    let mut socket = peer.open().await;
    let missing = "Missing channel field";
    socket.send(&json!({ "event": "pusher:subscribe" })).await;
    assert_eq!(
        socket.error().await,
        (4000, "Invalid message format: Invalid subscription data format".to_owned())
    );
    for (data, why) in [
        (json!(5), missing),
        (json!({ "auth": "x" }), missing),
        (json!({ "auth": "x", "channel": 5 }), missing),
        (json!("not json"), "Failed to parse subscription data"),
    ] {
        socket.ask(data).await;
        assert_eq!(socket.error().await, (4000, format!("Invalid message format: {why}")));
    }
}

async fn forbidden_channel_names_are_4300(peer: Peer) {
    let mut socket = peer.open().await;
    let long = "a".repeat(101);
    for (name, why) in [
        ("private-a b", "Channel name contains invalid characters: 'private-a b' (invalid chars: [' '])"),
        ("a!b", "Channel name contains invalid characters: 'a!b' (invalid chars: ['!'])"),
        ("private-a:b", "Unknown channel namespace 'a'"),
        (&long, "Channel name too long. Max length is 100"),
    ] {
        let auth = socket.auth(name);
        socket.ask(json!({ "channel": name, "auth": auth })).await;
        assert_eq!(socket.error().await, (4300, format!("Channel error: {why}")));
    }
}

async fn a_public_channel_needs_no_signature(peer: Peer) {
    let mut socket = peer.open().await;
    let name = "a".repeat(100);
    socket.ask(json!({ "channel": name })).await;
    socket.expect_subscribed(&name).await;
}

async fn a_private_channel_ignores_channel_data(peer: Peer) {
    let mut socket = peer.open().await;
    let auth = socket.auth(&peer.channel);
    socket.ask(json!({ "channel": peer.channel, "auth": auth, "channel_data": "{}" })).await;
    socket.expect_subscribed(&peer.channel).await;
    let over_data =
        signing::channel_signature(KEY, "dev-secret", &socket.id, &format!("{}:{{}}", peer.channel));
    socket.ask(json!({ "channel": peer.channel, "auth": over_data, "channel_data": "{}" })).await;
    assert_eq!(socket.error().await.0, 4009);
}

async fn a_second_subscription_is_acknowledged_and_events_come_once(peer: Peer) {
    let mut socket = peer.subscribed().await;
    socket.subscribe(&peer.channel).await;
    peer.event("first", json!("1")).await;
    peer.event("second", json!("2")).await;
    socket.expect_event("first", &peer.channel, "1").await;
    socket.expect_event("second", &peer.channel, "2").await;
}

async fn one_unsubscription_ends_a_double_subscription_and_is_silent(peer: Peer) {
    let mut socket = peer.subscribed().await;
    socket.subscribe(&peer.channel).await;
    for channel in [peer.channel.as_str(), &peer.channel, "private-session-never"] {
        socket.send(&json!({ "event": "pusher:unsubscribe", "data": { "channel": channel } })).await;
        socket.expect_silence().await;
    }
    peer.event("late", json!("x")).await;
    let mut other = peer.subscribed().await;
    peer.event("marker", json!("x")).await;
    other.expect_event("marker", &peer.channel, "x").await;
    socket.expect_silence().await;
}

async fn malformed_unsubscriptions_are_4000(peer: Peer) {
    let mut socket = peer.open().await;
    socket.send(&json!({ "event": "pusher:unsubscribe", "data": {} })).await;
    let why = "Invalid message format: Missing channel in unsubscribe message";
    assert_eq!(socket.error().await, (4000, why.to_owned()));
    socket.send(&json!({ "event": "pusher:unsubscribe" })).await;
    let why = "Invalid message format: Missing data in unsubscribe message";
    assert_eq!(socket.error().await, (4000, why.to_owned()));
}

async fn unsubscribe_right_behind_subscribe_takes_effect_after_the_acknowledgement(peer: Peer) {
    let mut socket = peer.open().await;
    let auth = socket.auth(&peer.channel);
    socket.ask(json!({ "channel": peer.channel, "auth": auth })).await;
    socket.send(&json!({ "event": "pusher:unsubscribe", "data": { "channel": peer.channel } })).await;
    socket.expect_subscribed(&peer.channel).await;
    socket.expect_silence().await;
    peer.event("late", json!("x")).await;
    socket.expect_silence().await;
}

async fn switching_channels_back_to_back_leaves_the_old_one(peer: Peer) {
    let mut socket = peer.subscribed().await;
    let next = format!("{}-next", peer.channel);
    socket.send(&json!({ "event": "pusher:unsubscribe", "data": { "channel": peer.channel } })).await;
    socket.subscribe(&next).await;
    peer.event("old", json!("x")).await;
    peer.publish(&json!({ "name": "new", "channel": next, "data": "y" })).await;
    socket.expect_event("new", &next, "y").await;
}

async fn pings_are_answered_with_a_bare_pong(peer: Peer) {
    let mut socket = peer.open().await;
    for ping in [json!({ "event": "pusher:ping", "data": {} }), json!({ "event": "pusher:ping" })] {
        socket.send(&ping).await;
        assert_eq!(socket.frame().await, json!({ "event": "pusher:pong" }));
    }
    socket.send(&json!({ "event": "pusher:pong", "data": {} })).await;
    socket.expect_silence().await;
}

async fn a_websocket_ping_is_answered_with_its_payload(peer: Peer) {
    let mut socket = peer.open().await;
    socket.send_message(Message::Ping("hi".into())).await;
    assert_eq!(socket.message().await, Some(Message::Pong("hi".into())));
}

async fn unknown_events_are_ignored_in_silence(peer: Peer) {
    let mut socket = peer.open().await;
    for event in ["pusher:frobnicate", "pusher_internal:x", "hello"] {
        socket.send(&json!({ "event": event, "data": {} })).await;
    }
    socket.expect_silence().await;
}

async fn malformed_frames_are_4000_and_close_nothing(peer: Peer) {
    let mut socket = peer.open().await;
    for text in
        ["hello", "", "[1]", "5", "null", "{\"event\":5}", "{\"event\":\"pusher:ping\"}x", "{\"data\":{}}"]
    {
        socket.send_text(text).await;
        let (code, message) = socket.error().await;
        assert_eq!(code, 4000, "{text}");
        assert!(message.starts_with("Invalid "), "{message}");
    }
    socket.expect_silence().await;
}

async fn a_binary_frame_of_json_is_understood(peer: Peer) {
    let mut socket = peer.open().await;
    socket.send_message(Message::Binary(r#"{"event":"pusher:ping"}"#.into())).await;
    assert_eq!(socket.frame().await, json!({ "event": "pusher:pong" }));
}

async fn client_events_and_sign_in_are_refused_by_default(peer: Peer) {
    let mut socket = peer.subscribed().await;
    socket.send(&json!({ "event": "client-x", "channel": peer.channel, "data": {} })).await;
    let why = "Client event error: Client events are not enabled for this app";
    assert_eq!(socket.error().await, (4301, why.to_owned()));
    socket.send(&json!({ "event": "pusher:signin", "data": { "auth": "x", "user_data": "{}" } })).await;
    let why = "Authentication error: User authentication is disabled for this app";
    assert_eq!(socket.error().await, (4009, why.to_owned()));
}

async fn frames_sent_before_the_greeting_are_answered_after_it(peer: Peer) {
    let mut socket = peer.open_at("/app/dev-key?protocol=7").await.unwrap();
    socket.send(&json!({ "event": "pusher:ping" })).await;
    assert_eq!(socket.frame().await["event"], "pusher:connection_established");
    assert_eq!(socket.frame().await["event"], "pusher:pong");
}

async fn three_hundred_channels_fit_on_one_socket(peer: Peer) {
    let mut socket = peer.open().await;
    for n in 0..300 {
        let channel = format!("{}-{n}", peer.channel);
        socket.subscribe(&channel).await;
    }
}
