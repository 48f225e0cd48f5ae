//! What publishers may do over HTTP, and what arrives.

use serde_json::{Value, json};
use sidewire_backend::Answer;
use sidewire_hub::signing;

use crate::peer::{Case, EVENTS, KEY, Peer, SECRET, cases, now_s};

pub(crate) fn all() -> Vec<(&'static str, Case)> {
    cases![
        string_data_arrives_byte_for_byte,
        other_data_arrives_encoded_as_a_string,
        a_channel_named_twice_gets_the_event_twice_or_once_under_a_key,
        awaited_publishes_arrive_in_order,
        the_excluded_socket_gets_nothing,
        a_repeated_idempotency_key_is_answered_alike_and_delivered_once,
        five_publishes_at_once_with_one_key_are_delivered_once,
        bad_idempotency_keys_are_refused,
        a_request_without_authentication_is_a_400,
        a_half_authenticated_request_is_a_401,
        an_unknown_key_is_a_404,
        a_wrong_signature_is_a_401,
        a_wrong_or_missing_body_md5_is_a_401,
        a_clock_off_by_more_than_ten_minutes_is_a_401,
        another_apps_path_is_a_401,
        a_wrong_content_type_is_a_415_and_broken_json_a_400_in_plain_text,
        incomplete_events_are_400,
        limits_are_400_and_a_large_payload_413,
        a_batch_is_delivered_in_order,
        the_number_of_subscribers_is_told_on_request,
        channels_are_listed_while_they_have_subscribers,
        up_answers_without_a_signature,
        a_plain_get_of_a_socket_path_is_a_400,
    ]
}

fn code(answer: &Answer) -> (u16, String) {
    let body: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(body["status"], answer.status, "{body}");
    assert!(body["error"].is_string(), "{body}");
    (answer.status, body["code"].as_str().unwrap().to_owned())
}

fn body(peer: &Peer) -> String {
    json!({ "name": "x", "channels": [peer.channel], "data": "d" }).to_string()
}

/// A POST with this query.
async fn post_with(peer: &Peer, query: &str) -> (u16, String) {
    let uri = if query.is_empty() { EVENTS.to_owned() } else { format!("{EVENTS}?{query}") };
    code(&peer.send("POST", &uri, Some("application/json"), &body(peer)).await)
}

async fn string_data_arrives_byte_for_byte(peer: Peer) {
    let mut socket = peer.subscribed().await;
    for data in ["plain", "", "{\"id\":12345678901234567890,\"t\":\"\\u2028 é 😀 \\\"q\\\"\"}"] {
        peer.event("e", json!(data)).await;
        socket.expect_event("e", &peer.channel, data).await;
    }
}

async fn other_data_arrives_encoded_as_a_string(peer: Peer) {
    let mut socket = peer.subscribed().await;
    let object = json!({ "a": 1.10, "b": [1, null] });
    peer.event("e", object.clone()).await;
    let data = socket.frame().await["data"].as_str().unwrap().to_owned();
    assert_eq!(serde_json::from_str::<Value>(&data).unwrap(), object);
    for (data, arrives) in [(json!(5), "5"), (json!(null), "null"), (json!(true), "true")] {
        peer.event("e", data).await;
        socket.expect_event("e", &peer.channel, arrives).await;
    }
    assert_eq!(peer.publish(&json!({ "name": "none", "channel": peer.channel })).await.status, 200);
    socket.expect_event("none", &peer.channel, "null").await;
}

async fn a_channel_named_twice_gets_the_event_twice_or_once_under_a_key(peer: Peer) {
    let mut socket = peer.subscribed().await;
    let channels = [&peer.channel, &peer.channel];
    let event = json!({ "name": "e", "channels": channels, "data": "1" });
    assert_eq!(peer.publish(&event).await.status, 200);
    let event = json!({ "name": "keyed", "channels": channels, "data": "1", "idempotency_key": socket.id });
    assert_eq!(peer.publish(&event).await.status, 200);
    peer.event("marker", json!("2")).await;
    socket.expect_event("e", &peer.channel, "1").await;
    socket.expect_event("e", &peer.channel, "1").await;
    socket.expect_event("keyed", &peer.channel, "1").await;
    socket.expect_event("marker", &peer.channel, "2").await;
}

async fn awaited_publishes_arrive_in_order(peer: Peer) {
    let mut socket = peer.subscribed().await;
    for n in 0..50 {
        peer.event("e", json!(n.to_string())).await;
    }
    for n in 0..50 {
        socket.expect_event("e", &peer.channel, &n.to_string()).await;
    }
}

async fn the_excluded_socket_gets_nothing(peer: Peer) {
    let (mut sender, mut other) = (peer.subscribed().await, peer.subscribed().await);
    let event = json!({ "name": "e", "channels": [peer.channel], "data": "d", "socket_id": sender.id });
    assert_eq!(peer.publish(&event).await.status, 200);
    other.expect_event("e", &peer.channel, "d").await;
    peer.event("marker", json!("m")).await;
    sender.expect_event("marker", &peer.channel, "m").await;
}

async fn a_repeated_idempotency_key_is_answered_alike_and_delivered_once(peer: Peer) {
    let mut socket = peer.subscribed().await;
    let key = format!("{}:new_message:1", socket.id);
    for data in ["first", "second"] {
        let event = json!({ "name": "e", "channels": [peer.channel], "data": data, "idempotency_key": key });
        let answer = peer.publish(&event).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, r#"{"ok":true}"#));
    }
    peer.event("marker", json!("m")).await;
    socket.expect_event("e", &peer.channel, "first").await;
    socket.expect_event("marker", &peer.channel, "m").await;
}

async fn five_publishes_at_once_with_one_key_are_delivered_once(peer: Peer) {
    let mut socket = peer.subscribed().await;
    let event = json!({ "name": "e", "channels": [peer.channel], "data": "d", "idempotency_key": socket.id });
    let answers = futures_util::future::join_all((0..5).map(|_| peer.publish(&event))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    peer.event("marker", json!("m")).await;
    socket.expect_event("e", &peer.channel, "d").await;
    socket.expect_event("marker", &peer.channel, "m").await;
}

async fn bad_idempotency_keys_are_refused(peer: Peer) {
    let event =
        |key: Value| json!({ "name": "e", "channel": peer.channel, "data": "d", "idempotency_key": key });
    let empty = peer.publish(&event(json!(""))).await;
    assert_eq!(code(&empty), (400, "invalid_input".to_owned()));
    let long = peer.publish(&event(json!("k".repeat(129)))).await;
    assert_eq!(code(&long), (400, "invalid_input".to_owned()));
    assert_eq!(peer.publish(&event(json!("k".repeat(128)))).await.status, 200);
    assert_eq!(peer.publish(&event(json!(5))).await.status, 422);
}

async fn a_request_without_authentication_is_a_400(peer: Peer) {
    assert_eq!(post_with(&peer, "").await, (400, "invalid_input".to_owned()));
    let listed = peer.send("GET", "/apps/dev-app/channels", None, "").await;
    assert_eq!(code(&listed), (400, "invalid_input".to_owned()));
}

async fn a_half_authenticated_request_is_a_401(peer: Peer) {
    assert_eq!(post_with(&peer, "auth_key=dev-key").await, (401, "auth_failed".to_owned()));
}

async fn an_unknown_key_is_a_404(peer: Peer) {
    let body = body(&peer);
    let query = signing::sign_query("nobody", SECRET, "POST", EVENTS, now_s(), Some(body.as_bytes()), &[]);
    assert_eq!(post_with(&peer, &query).await, (404, "app_not_found".to_owned()));
}

async fn a_wrong_signature_is_a_401(peer: Peer) {
    let body = body(&peer);
    let wrong_secret = signing::sign_query(KEY, "other", "POST", EVENTS, now_s(), Some(body.as_bytes()), &[]);
    let wrong_method = signing::sign_query(KEY, SECRET, "GET", EVENTS, now_s(), Some(body.as_bytes()), &[]);
    let no_hex = wrong_secret.split("auth_signature=").next().unwrap().to_owned() + "auth_signature=zz";
    for query in [wrong_secret, wrong_method, no_hex] {
        assert_eq!(post_with(&peer, &query).await, (401, "auth_failed".to_owned()), "{query}");
    }
}

async fn a_wrong_or_missing_body_md5_is_a_401(peer: Peer) {
    let other = signing::sign_query(KEY, SECRET, "POST", EVENTS, now_s(), Some(b"other"), &[]);
    let missing = signing::sign_query(KEY, SECRET, "POST", EVENTS, now_s(), None, &[]);
    for query in [other, missing] {
        assert_eq!(post_with(&peer, &query).await, (401, "auth_failed".to_owned()), "{query}");
    }
}

async fn a_clock_off_by_more_than_ten_minutes_is_a_401(peer: Peer) {
    let body = body(&peer);
    for time in [now_s() - 620, now_s() + 620] {
        let query = signing::sign_query(KEY, SECRET, "POST", EVENTS, time, Some(body.as_bytes()), &[]);
        assert_eq!(post_with(&peer, &query).await, (401, "auth_failed".to_owned()));
    }
    let query = signing::sign_query(KEY, SECRET, "POST", EVENTS, now_s() - 500, Some(body.as_bytes()), &[]);
    let answer = peer.send("POST", &format!("{EVENTS}?{query}"), Some("application/json"), &body).await;
    assert_eq!(answer.status, 200);
}

async fn another_apps_path_is_a_401(peer: Peer) {
    let answer = peer.post("/apps/other/events", &body(&peer)).await;
    assert_eq!(code(&answer), (401, "auth_failed".to_owned()));
}

async fn a_wrong_content_type_is_a_415_and_broken_json_a_400_in_plain_text(peer: Peer) {
    let body = body(&peer);
    let query = signing::sign_query(KEY, SECRET, "POST", EVENTS, now_s(), Some(body.as_bytes()), &[]);
    for content_type in [None, Some("text/plain")] {
        let answer = peer.send("POST", &format!("{EVENTS}?{query}"), content_type, &body).await;
        assert_eq!(answer.status, 415);
    }
    for (body, status) in [("zz", 400), ("", 400), ("[]", 422)] {
        let answer = peer.post(EVENTS, body).await;
        assert_eq!(answer.status, status, "{body}");
        assert!(answer.headers["content-type"].to_str().unwrap().starts_with("text/plain"));
    }
}

async fn incomplete_events_are_400(peer: Peer) {
    for (event, expected) in [
        (json!({ "channel": "a", "data": "d" }), "invalid_input"),
        (json!({ "name": "x", "data": "d" }), "missing_channel_info"),
        (json!({ "name": "x", "channels": [], "data": "d" }), "missing_channel_info"),
        (json!({ "name": "x", "channels": ["a b"], "data": "d" }), "invalid_input"),
        (json!({ "name": "x", "channels": ["a:b"], "data": "d" }), "invalid_input"),
    ] {
        assert_eq!(code(&peer.publish(&event).await), (400, expected.to_owned()), "{event}");
    }
}

async fn limits_are_400_and_a_large_payload_413(peer: Peer) {
    let channels: Vec<String> = (0..101).map(|n| format!("c{n}")).collect();
    let over = (400, "limit_exceeded".to_owned());
    assert_eq!(code(&peer.publish(&json!({ "name": "x", "channels": channels, "data": "d" })).await), over);
    let name = "n".repeat(101);
    assert_eq!(code(&peer.publish(&json!({ "name": name, "channel": "a", "data": "d" })).await), over);
    let event = |size| json!({ "name": "x", "channel": "a", "data": "d".repeat(size) });
    assert_eq!(peer.publish(&event(102_400)).await.status, 200);
    assert_eq!(code(&peer.publish(&event(102_401)).await), (413, "payload_too_large".to_owned()));
}

async fn a_batch_is_delivered_in_order(peer: Peer) {
    let mut socket = peer.subscribed().await;
    let path = "/apps/dev-app/batch_events";
    let event = |n: usize| json!({ "name": "e", "channel": peer.channel, "data": n.to_string() });
    let batch: Vec<Value> = (0..11).map(event).collect();
    let answer = peer.post(path, &json!({ "batch": batch }).to_string()).await;
    assert_eq!((answer.status, answer.body.as_str()), (200, "{}"));
    for n in 0..11 {
        socket.expect_event("e", &peer.channel, &n.to_string()).await;
    }
    let batch: Vec<Value> = (0..101).map(event).collect();
    let answer = peer.post(path, &json!({ "batch": batch }).to_string()).await;
    assert_eq!(code(&answer), (400, "limit_exceeded".to_owned()));
    assert_eq!(peer.post(path, "{}").await.status, 422);
}

async fn the_number_of_subscribers_is_told_on_request(peer: Peer) {
    let _sockets = (peer.subscribed().await, peer.subscribed().await);
    let event = json!({ "name": "e", "channels": [peer.channel], "data": "d", "info": "subscription_count" });
    let answer: Value = serde_json::from_str(&peer.publish(&event).await.body).unwrap();
    let entry = &answer["channels"][&peer.channel];
    assert_eq!(entry["subscription_count"], 2, "{answer}");
    assert_eq!(entry["acknowledgement_id"].as_str().unwrap().len(), 36);
}

async fn channels_are_listed_while_they_have_subscribers(peer: Peer) {
    let mut socket = peer.subscribed().await;
    let list = "/apps/dev-app/channels";
    let one = format!("{list}/{}", peer.channel);
    let answer = peer.get(list, &[("info", "subscription_count"), ("filter_by_prefix", &peer.channel)]).await;
    let channels: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(channels, json!({ "channels": { &peer.channel: { "subscription_count": 1 } } }));
    let answer = peer.get(&one, &[("info", "subscription_count")]).await;
    let channel: Value = serde_json::from_str(&answer.body).unwrap();
    assert_eq!(channel, json!({ "occupied": true, "subscription_count": 1 }));
    socket.send(&json!({ "event": "pusher:unsubscribe", "data": { "channel": peer.channel } })).await;
    socket.expect_silence().await;
    assert_eq!(peer.get(&one, &[]).await.body, r#"{"occupied":false}"#);
    let wrong = signing::sign_query(KEY, "other", "GET", list, now_s(), None, &[]);
    assert_eq!(peer.send("GET", &format!("{list}?{wrong}"), None, "").await.status, 401);
}

async fn up_answers_without_a_signature(peer: Peer) {
    for (path, status, body) in
        [("/up", 200, "OK"), ("/up/dev-app", 200, "OK"), ("/up/nobody", 404, "NOT_FOUND")]
    {
        let answer = peer.send("GET", path, None, "").await;
        assert_eq!((answer.status, answer.body.as_str()), (status, body));
    }
}

async fn a_plain_get_of_a_socket_path_is_a_400(peer: Peer) {
    assert_eq!(peer.send("GET", "/app/dev-key?protocol=7", None, "").await.status, 400);
}
