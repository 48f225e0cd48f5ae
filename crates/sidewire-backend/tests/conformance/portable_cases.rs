//! What the client relies upon, whatever the server: only what it reads of an answer is looked at. The other cases pin
//! down Sockudo, which the embedded hub follows to the letter.

use serde_json::{Value, json};
use sidewire_hub::signing;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;

use crate::peer::{Case, KEY, Peer, SECRET, Socket, cases};

pub(crate) fn all() -> Vec<(&'static str, Case)> {
    cases![
        the_greeting_tells_a_socket_id_and_an_activity_timeout,
        an_extensions_origin_is_let_in,
        an_unknown_key_gets_no_greeting,
        a_signed_channel_is_acknowledged_by_its_name,
        a_wrong_signature_is_answered_and_never_subscribes,
        an_old_sockets_signature_never_subscribes,
        events_arrive_byte_for_byte_with_name_and_channel,
        events_arrive_in_the_order_of_their_publishing,
        ninety_kilobytes_arrive_or_are_refused_to_the_publisher,
        every_subscriber_gets_an_event_once,
        after_an_unsubscription_nothing_comes,
        a_switch_in_one_breath_joins_the_new_channel_and_leaves_the_old,
        several_channels_share_a_socket,
        a_ping_is_answered_behind_what_came_before,
        an_unknown_event_does_no_harm,
    ]
}

/// Answers are in order: a pong proves that nothing else was to come.
async fn nothing_more(socket: &mut Socket) {
    socket.send(&json!({ "event": "pusher:ping", "data": {} })).await;
    let frame = socket.frame().await;
    assert_eq!(frame["event"], "pusher:pong", "{frame}");
}

async fn join(socket: &mut Socket, channel: &str) {
    let auth = socket.auth(channel);
    socket.ask(json!({ "channel": channel, "auth": auth })).await;
    acknowledged(socket, channel).await;
}

async fn acknowledged(socket: &mut Socket, channel: &str) {
    let frame = socket.frame().await;
    assert_eq!(frame["event"], "pusher_internal:subscription_succeeded", "{frame}");
    assert_eq!(frame["channel"], channel, "{frame}");
}

async fn leave(socket: &mut Socket, channel: &str) {
    socket.send(&json!({ "event": "pusher:unsubscribe", "data": { "channel": channel } })).await;
}

async fn publish(peer: &Peer, channel: &str, name: &str, data: &str) -> u16 {
    peer.publish(&json!({ "name": name, "channels": [channel], "data": data })).await.status
}

async fn expect(socket: &mut Socket, channel: &str, name: &str, data: &str) {
    let frame = socket.frame().await;
    assert_eq!((&frame["event"], &frame["channel"]), (&json!(name), &json!(channel)), "{frame}");
    assert!(frame["data"] == data, "the payload of {name} is another text");
}

async fn the_greeting_tells_a_socket_id_and_an_activity_timeout(peer: Peer) {
    let path = "/app/dev-key?protocol=7&client=js&version=8.6.0&flash=false";
    let greeting = peer.open_at(path).await.unwrap().frame().await;
    assert_eq!(greeting["event"], "pusher:connection_established");
    let data: Value = serde_json::from_str(greeting["data"].as_str().unwrap()).unwrap();
    assert!((5..=600).contains(&data["activity_timeout"].as_u64().unwrap()), "{data}");
    let (left, right) = data["socket_id"].as_str().unwrap().split_once('.').unwrap();
    assert!(
        [left, right].iter().all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()))
    );
}

async fn an_extensions_origin_is_let_in(peer: Peer) {
    let mut request = peer.url("/app/dev-key?protocol=7").into_client_request().unwrap();
    let origin = "chrome-extension://abcdefghijklmnopabcdefghijklmnop".parse().unwrap();
    request.headers_mut().insert("origin", origin);
    let mut socket = Socket::connect(request).await.unwrap();
    assert_eq!(socket.frame().await["event"], "pusher:connection_established");
}

async fn an_unknown_key_gets_no_greeting(peer: Peer) {
    if let Ok(mut socket) = peer.open_at("/app/unknown?protocol=7").await
        && let Some(Message::Text(text)) = socket.message().await
    {
        let frame: Value = serde_json::from_str(&text).unwrap();
        assert_eq!((&frame["event"], code(&frame)), (&json!("pusher:error"), Some(4001)), "{frame}");
    }
}

async fn a_signed_channel_is_acknowledged_by_its_name(peer: Peer) {
    let mut socket = peer.open().await;
    join(&mut socket, &peer.channel).await;
    nothing_more(&mut socket).await;
}

/// Servers differ in whether an error's data is an object or a string of JSON.
fn code(error: &Value) -> Option<u64> {
    let decoded = error["data"].as_str().and_then(|text| serde_json::from_str(text).ok());
    decoded.unwrap_or_else(|| error["data"].clone())["code"].as_u64()
}

/// An error of either kind; on this socket the next good signature works.
async fn refused(socket: &mut Socket) {
    let frame = socket.frame().await;
    let event = frame["event"].as_str().unwrap();
    assert!(["pusher:error", "pusher:subscription_error"].contains(&event), "{frame}");
}

async fn a_wrong_signature_is_answered_and_never_subscribes(peer: Peer) {
    let mut socket = peer.open().await;
    let other_channel = socket.auth("private-session-other");
    let other_secret = signing::channel_signature(KEY, "other", &socket.id, &peer.channel);
    for auth in [other_channel, other_secret] {
        socket.ask(json!({ "channel": peer.channel, "auth": auth })).await;
        refused(&mut socket).await;
    }
    assert_eq!(publish(&peer, &peer.channel, "secret", "x").await, 200);
    nothing_more(&mut socket).await;
    join(&mut socket, &peer.channel).await;
}

async fn an_old_sockets_signature_never_subscribes(peer: Peer) {
    let earlier = peer.open().await;
    let mut socket = peer.open().await;
    let auth = signing::channel_signature(KEY, SECRET, &earlier.id, &peer.channel);
    socket.ask(json!({ "channel": peer.channel, "auth": auth })).await;
    refused(&mut socket).await;
}

async fn events_arrive_byte_for_byte_with_name_and_channel(peer: Peer) {
    let mut socket = peer.open().await;
    join(&mut socket, &peer.channel).await;
    let odd = "{\"id\":12345678901234567890,\"n\":1.10,\"t\":\"\\u2028 é 😀 \\\"q\\\"\"}";
    for data in ["plain", odd] {
        assert_eq!(publish(&peer, &peer.channel, "new_message", data).await, 200);
        expect(&mut socket, &peer.channel, "new_message", data).await;
    }
}

async fn events_arrive_in_the_order_of_their_publishing(peer: Peer) {
    let mut socket = peer.open().await;
    join(&mut socket, &peer.channel).await;
    for n in 0..50 {
        assert_eq!(publish(&peer, &peer.channel, "e", &n.to_string()).await, 200);
    }
    for n in 0..50 {
        expect(&mut socket, &peer.channel, "e", &n.to_string()).await;
    }
}

/// A publisher that hears of it can leave the text out; one that does not loses messages.
async fn ninety_kilobytes_arrive_or_are_refused_to_the_publisher(peer: Peer) {
    let mut socket = peer.open().await;
    join(&mut socket, &peer.channel).await;
    let data = "x".repeat(90 * 1024);
    match publish(&peer, &peer.channel, "large", &data).await {
        200 => expect(&mut socket, &peer.channel, "large", &data).await,
        status => assert!((400..500).contains(&status), "{status}"),
    }
    nothing_more(&mut socket).await;
}

async fn every_subscriber_gets_an_event_once(peer: Peer) {
    let mut sockets = [peer.open().await, peer.open().await];
    for socket in &mut sockets {
        join(socket, &peer.channel).await;
    }
    assert_eq!(publish(&peer, &peer.channel, "e", "1").await, 200);
    for socket in &mut sockets {
        expect(socket, &peer.channel, "e", "1").await;
        nothing_more(socket).await;
    }
}

async fn after_an_unsubscription_nothing_comes(peer: Peer) {
    let (mut socket, mut witness) = (peer.open().await, peer.open().await);
    join(&mut socket, &peer.channel).await;
    join(&mut witness, &peer.channel).await;
    leave(&mut socket, &peer.channel).await;
    nothing_more(&mut socket).await;
    assert_eq!(publish(&peer, &peer.channel, "late", "x").await, 200);
    expect(&mut witness, &peer.channel, "late", "x").await;
    nothing_more(&mut socket).await;
    join(&mut socket, &peer.channel).await;
}

async fn a_switch_in_one_breath_joins_the_new_channel_and_leaves_the_old(peer: Peer) {
    let mut socket = peer.open().await;
    join(&mut socket, &peer.channel).await;
    let new = format!("{}-next", peer.channel);
    leave(&mut socket, &peer.channel).await;
    join(&mut socket, &new).await;
    assert_eq!(publish(&peer, &peer.channel, "old", "x").await, 200);
    assert_eq!(publish(&peer, &new, "new", "y").await, 200);
    expect(&mut socket, &new, "new", "y").await;
}

async fn several_channels_share_a_socket(peer: Peer) {
    let mut socket = peer.open().await;
    let channels: Vec<String> = (0..3).map(|n| format!("{}-{n}", peer.channel)).collect();
    for channel in &channels {
        join(&mut socket, channel).await;
    }
    for channel in channels.iter().rev() {
        assert_eq!(publish(&peer, channel, "e", channel).await, 200);
        expect(&mut socket, channel, "e", channel).await;
    }
}

async fn a_ping_is_answered_behind_what_came_before(peer: Peer) {
    let mut socket = peer.open().await;
    let auth = socket.auth(&peer.channel);
    socket.ask(json!({ "channel": peer.channel, "auth": auth })).await;
    socket.send(&json!({ "event": "pusher:ping", "data": {} })).await;
    acknowledged(&mut socket, &peer.channel).await;
    assert_eq!(socket.frame().await["event"], "pusher:pong");
}

async fn an_unknown_event_does_no_harm(peer: Peer) {
    let mut socket = peer.open().await;
    join(&mut socket, &peer.channel).await;
    socket.send(&json!({ "event": "pusher:frobnicate", "data": {} })).await;
    // Silence, or an error that closes nothing.
    socket.send(&json!({ "event": "pusher:ping", "data": {} })).await;
    let mut frame = socket.frame().await;
    if frame["event"] == "pusher:error" {
        frame = socket.frame().await;
    }
    assert_eq!(frame["event"], "pusher:pong", "{frame}");
    assert_eq!(publish(&peer, &peer.channel, "e", "1").await, 200);
    expect(&mut socket, &peer.channel, "e", "1").await;
}
