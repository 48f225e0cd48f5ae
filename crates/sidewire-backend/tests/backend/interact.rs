//! Messages come in once and get places without holes.

use serde_json::json;

use crate::support::{Decoded as _, QUICK, Server, places};

#[tokio::test]
async fn the_answer_holds_the_stored_message() {
    let server = Server::start(&QUICK).await;
    let anna = server.sign_in("anna").await;
    let session = anna.session().await;
    let body = json!({
        "sessionId": session, "content": "hé 👋", "clientMessageId": "c-1", "url": "https://a.example/x", "domain": "a.example",
    });
    let answer = anna.post("/api/agent/interact", &body).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
    let answer = answer.json();
    let message = &answer["message"];
    assert_eq!((&answer["status"], answer["taskId"].as_str().map(str::len)), (&json!("accepted"), Some(36)));
    assert_eq!(
        (&message["content"], &message["role"], &message["status"]),
        (&json!("hé 👋"), &json!("user"), &json!("sent"))
    );
    assert_eq!((&message["sequenceNumber"], &message["revision"]), (&json!(1), &json!(1)));
    assert_eq!((&message["clientMessageId"], &message["sessionId"]), (&json!("c-1"), &json!(session)));
    assert_eq!(
        (&message["timestamp"], message["messageId"].as_str().map(str::len)),
        (&message["updatedAt"], Some(36))
    );
    assert_eq!(message["meta"], json!({ "url": "https://a.example/x", "domain": "a.example" }));
    assert_eq!(message.get("error"), None);
}

#[tokio::test]
async fn the_same_key_gets_the_same_answer_and_nothing_is_stored_twice() {
    let server = Server::start(&QUICK).await;
    let anna = server.sign_in("anna").await;
    let session = anna.session().await;
    let first = anna.interact(&session, "hello", "key-1").await;
    anna.settled(&session, 2).await;
    for _ in 0..3 {
        assert_eq!(anna.interact(&session, "hello", "key-1").await.body, first.body);
    }
    let body = json!({ "sessionId": session, "content": "hello" }).to_string();
    let headers = [("content-type", "application/json"), ("idempotency-key", "key-1")];
    assert_eq!(anna.send("POST", "/api/agent/interact", &headers, &body).await.body, first.body);
    anna.settled(&session, 2).await;

    assert_eq!(
        anna.interact(&session, "other", "key-1").await.error(),
        (409, "IDEMPOTENCY_KEY_REUSED".to_owned())
    );
    let bert = server.sign_in("bert").await;
    let berts = bert.session().await;
    assert_ne!(bert.interact(&berts, "hello", "key-1").await.body, first.body, "keys are each user's own");
}

#[tokio::test]
async fn the_same_key_ten_times_at_once_is_stored_once_also_after_a_restart() {
    let server = Server::start(&QUICK).await;
    let anna = server.sign_in("anna").await;
    let session = anna.session().await;
    let tries = (0..10).map(|_| anna.interact(&session, "hello", "key-1"));
    let answers = futures_util::future::join_all(tries).await;
    assert!(answers.iter().all(|answer| answer.status == 200 && answer.body == answers[0].body));
    anna.settled(&session, 2).await;
    let token = anna.token.clone();
    let server = server.restart(&QUICK).await;
    let anna = server.user(&token);
    assert_eq!(anna.interact(&session, "hello", "key-1").await.body, answers[0].body);
    anna.settled(&session, 2).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn fifty_messages_at_once_get_places_and_revisions_without_holes() {
    let server = Server::start(&QUICK).await;
    let anna = server.sign_in("anna").await;
    let session = anna.session().await;
    let keys: Vec<String> = (0..50).map(|n| format!("key-{n}")).collect();
    let answers =
        futures_util::future::join_all(keys.iter().map(|key| anna.interact(&session, key, key))).await;
    assert!(answers.iter().all(|answer| answer.status == 200));
    anna.settled(&session, 100).await;
    let page = anna.page(&session, "limit=100").await;
    assert_eq!(places(&page), (1..=100).collect::<Vec<_>>());
    let messages = page["messages"].as_array().unwrap();
    let mut revisions: Vec<u64> = messages.iter().map(|m| m["revision"].as_u64().unwrap()).collect();
    revisions.sort_unstable();
    revisions.dedup();
    assert_eq!((revisions.len(), revisions.last()), (100, page["revision"].as_u64().as_ref()));
    assert!(messages.windows(2).all(|pair| pair[0]["timestamp"].as_i64() <= pair[1]["timestamp"].as_i64()));
}

#[tokio::test]
async fn what_is_too_large_broken_or_foreign_is_refused_with_its_status() {
    let server = Server::start(&QUICK).await;
    let anna = server.sign_in("anna").await;
    let session = anna.session().await;
    assert_eq!(
        anna.interact(&session, &"x".repeat(64 * 1024 + 1), "k").await.error(),
        (413, "TOO_LARGE".to_owned())
    );
    assert_eq!(
        anna.interact(&session, &"x".repeat(600_000), "k").await.error(),
        (413, "TOO_LARGE".to_owned())
    );
    assert_eq!(anna.interact(&session, &"x".repeat(64 * 1024), "k").await.status, 200);
    let bad = (400, "BAD_REQUEST".to_owned());
    assert_eq!(anna.interact(&session, " \n", "k2").await.error(), bad);
    assert_eq!(anna.interact(&session, "x", "").await.error(), bad);
    assert_eq!(
        anna.post("/api/agent/interact", &json!({ "sessionId": session, "content": "x" })).await.error(),
        bad
    );
    assert_eq!(anna.post("/api/agent/interact", &json!({ "content": "x" })).await.error(), bad);
    let form = [("content-type", "text/plain")];
    assert_eq!(anna.send("POST", "/api/agent/interact", &form, "{}").await.error(), bad);
    let differing = [("content-type", "application/json"), ("idempotency-key", "a")];
    let body = json!({ "sessionId": session, "content": "x", "clientMessageId": "b" }).to_string();
    assert_eq!(anna.send("POST", "/api/agent/interact", &differing, &body).await.error(), bad);
    assert_eq!(anna.interact("unknown", "x", "k3").await.error(), (404, "SESSION_NOT_FOUND".to_owned()));
}
