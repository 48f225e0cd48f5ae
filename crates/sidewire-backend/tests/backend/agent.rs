//! The demo agent's run, as a subscriber sees it.

use std::time::Duration;

use futures_util::{SinkExt as _, StreamExt as _};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_tungstenite::tungstenite::Message;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async};

use crate::support::{Decoded as _, QUICK, Server, User};

struct Subscriber(WebSocketStream<MaybeTlsStream<TcpStream>>);

impl Subscriber {
    async fn frame(&mut self) -> Value {
        let frame = timeout(Duration::from_secs(10), self.0.next()).await.expect("a frame in 10 s");
        serde_json::from_str(frame.unwrap().unwrap().to_text().unwrap()).unwrap()
    }

    /// Signed by the backend, acknowledged by its push server.
    async fn subscribe(server: &Server, user: &User, session: &str) -> Self {
        let url = format!("{}/app/dev-key?protocol=7", server.backend.push_url().unwrap());
        let mut subscriber = Self(connect_async(url).await.unwrap().0);
        let greeting: Value =
            serde_json::from_str(subscriber.frame().await["data"].as_str().unwrap()).unwrap();
        let channel = format!("private-session-{session}");
        let auth = user.auth(greeting["socket_id"].as_str().unwrap(), &channel).await.json();
        let data = json!({ "channel": channel, "auth": auth["auth"] });
        let frame = json!({ "event": "pusher:subscribe", "data": data }).to_string();
        subscriber.0.send(Message::text(frame)).await.unwrap();
        assert_eq!(subscriber.frame().await["event"], "pusher_internal:subscription_succeeded");
        subscriber
    }

    /// All events up to `interact_response`: name and payload.
    async fn run(&mut self) -> Vec<(String, Value)> {
        let mut events = Vec::new();
        loop {
            let frame = self.frame().await;
            let name = frame["event"].as_str().unwrap().to_owned();
            let payload: Value = serde_json::from_str(frame["data"].as_str().unwrap()).unwrap();
            assert_eq!(payload["type"], json!(name));
            events.push((name.clone(), payload));
            if name == "interact_response" {
                return events;
            }
        }
    }
}

fn names(events: &[(String, Value)]) -> Vec<&str> {
    events.iter().map(|(name, _)| name.as_str()).collect()
}

async fn whole_run(server: &Server) {
    let anna = server.sign_in("anna").await;
    let session = anna.session().await;
    let mut subscriber = Subscriber::subscribe(server, &anna, &session).await;
    let accepted = anna.interact(&session, "hello there \u{1f44b}", "k").await.json();
    let events = subscriber.run().await;
    let mut expected = vec!["new_message", "typing", "typing", "new_message"];
    expected.extend(["message_delta"; 6]);
    expected.extend(["message_update", "typing", "interact_response"]);
    assert_eq!(names(&events), expected);
    let payload = |index: usize| &events[index].1;
    assert!(events.iter().all(|(_, payload)| payload["sessionId"] == json!(session)));
    assert_eq!(payload(0)["message"], accepted["message"]);
    assert_eq!((&payload(1)["isTyping"], &payload(1)["context"]), (&json!(true), &json!("thinking")));
    assert_eq!((&payload(2)["isTyping"], &payload(2)["context"]), (&json!(true), &json!("executing")));
    assert_eq!(
        (&payload(3)["message"]["status"], &payload(3)["message"]["sequenceNumber"]),
        (&json!("streaming"), &json!(2))
    );
    let last = &payload(10)["message"];
    let mut text = payload(3)["message"]["content"].as_str().unwrap().to_owned();
    for (_, piece) in &events[4..10] {
        assert_eq!((&piece["messageId"], &piece["sequenceNumber"]), (&last["messageId"], &json!(2)));
        assert_eq!(piece["offset"], json!(text.encode_utf16().count()));
        text.push_str(piece["text"].as_str().unwrap());
    }
    assert_eq!(last["content"], json!(text), "the pieces make the final text");
    assert!(payload(3)["message"]["revision"].as_i64().unwrap() + 6 < last["revision"].as_i64().unwrap());
    assert_eq!((&last["status"], &last["role"]), (&json!("success"), &json!("assistant")));
    assert!(last["content"].as_str().unwrap().contains("> hello there"), "{last}");
    assert_eq!(payload(11)["isTyping"], false);
    let data = &payload(12)["data"];
    assert_eq!((&data["taskId"], &data["status"]), (&accepted["taskId"], &json!("success")));
    assert_eq!((&data["lastSequenceNumber"], &data["action"]), (&json!(2), &json!("answer")));
    assert_eq!(
        &anna.page(&session, "afterSequence=1").await["messages"][0],
        last,
        "the log agrees with the events"
    );
}

#[tokio::test]
async fn a_subscriber_of_the_embedded_hub_sees_the_whole_run_in_order() {
    whole_run(&Server::start(&QUICK).await).await;
}

#[tokio::test]
async fn a_subscriber_of_the_real_sockudo_sees_the_same_in_the_same_order() {
    if std::env::var_os("SIDEWIRE_SOCKUDO").is_none() {
        use std::io::Write as _;
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED the run over Sockudo: SIDEWIRE_SOCKUDO does not name its program"
        );
        return;
    }
    let server = Server::start(&[&QUICK[..], &["--push", "sockudo"]].concat()).await;
    whole_run(&server).await;
    thirty_at_once(&server).await;
    server.backend.stop().await;
}

#[tokio::test]
async fn asked_for_an_error_the_run_fails_with_a_code_and_a_message() {
    let server = Server::start(&QUICK).await;
    let anna = server.sign_in("anna").await;
    let session = anna.session().await;
    let mut subscriber = Subscriber::subscribe(&server, &anna, &session).await;
    anna.interact(&session, "an error please", "k").await;
    let events = subscriber.run().await;
    assert_eq!(events.last().unwrap().1["data"]["status"], "failure");
    let page = anna.page(&session, "").await;
    let message = &page["messages"][1];
    assert_eq!((&message["status"], &message["error"]["code"]), (&json!("failure"), &json!("DEMO_FAILURE")));
}

#[tokio::test]
async fn two_runs_of_one_session_do_not_mix_and_a_renamed_session_is_announced() {
    let server = Server::start(&QUICK).await;
    let anna = server.sign_in("anna").await;
    let session = anna.session().await;
    let mut subscriber = Subscriber::subscribe(&server, &anna, &session).await;
    let first = anna.interact(&session, "one", "k1").await.json();
    let second = anna.interact(&session, "two", "k2").await.json();
    let runs = [subscriber.run().await, subscriber.run().await];
    let tasks = runs.each_ref().map(|events| events.last().unwrap().1["data"]["taskId"].clone());
    assert_eq!(tasks, [first["taskId"].clone(), second["taskId"].clone()]);
    anna.patch(&format!("/api/session/{session}"), &json!({ "title": "Renamed" })).await;
    let frame = subscriber.frame().await;
    let payload: Value = serde_json::from_str(frame["data"].as_str().unwrap()).unwrap();
    assert_eq!(
        (&frame["event"], &payload["metadata"]["title"]),
        (&json!("session_update"), &json!("Renamed"))
    );
}

async fn thirty_at_once(server: &Server) {
    let anna = server.sign_in("anna").await;
    let session = anna.session().await;
    let mut subscriber = Subscriber::subscribe(server, &anna, &session).await;
    let keys: Vec<String> = (0..30).map(|n| format!("key-{n}")).collect();
    futures_util::future::join_all(keys.iter().map(|key| anna.interact(&session, key, key))).await;
    let (mut places, mut revisions) = (Vec::new(), Vec::new());
    while places.len() < 60 {
        let frame = subscriber.frame().await;
        let payload: Value = serde_json::from_str(frame["data"].as_str().unwrap()).unwrap();
        if frame["event"] == "new_message" {
            places.push(payload["message"]["sequenceNumber"].as_u64().unwrap());
        }
        // A piece does not tell its revision, and has one.
        let piece = (frame["event"] == "message_delta").then(|| revisions.last().map_or(0, |last| last + 1));
        revisions.extend(payload["message"]["revision"].as_u64().or(piece));
    }
    assert_eq!(places, (1..=60).collect::<Vec<_>>());
    assert!(revisions.windows(2).all(|pair| pair[1] == pair[0] + 1), "{revisions:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn thirty_messages_at_once_are_announced_in_the_order_of_their_places() {
    thirty_at_once(&Server::start(&QUICK).await).await;
}

#[tokio::test]
async fn with_the_push_server_away_messages_are_still_stored_and_answered() {
    let away = ["--push", "external", "--sockudo-port", "1"];
    for args in [away.as_slice(), &["--push", "none"]] {
        let server = Server::start(&[&QUICK[..], args].concat()).await;
        let anna = server.sign_in("anna").await;
        let session = anna.session().await;
        assert_eq!(anna.interact(&session, "x", "k").await.status, 200);
        anna.settled(&session, 2).await;
        assert_eq!(anna.auth("1.2", &format!("private-session-{session}")).await.status, 200);
    }
}

#[tokio::test]
async fn an_answer_cut_short_by_a_restart_is_ended_as_a_failure() {
    let server = Server::start(&["--development", "--agent-delay-ms", "0", "--agent-step-ms", "5000"]).await;
    let anna = server.sign_in("anna").await;
    let session = anna.session().await;
    anna.interact(&session, "x", "k").await;
    for _ in 0..100 {
        if anna.page(&session, "").await["lastSequenceNumber"] == 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let token = anna.token.clone();
    let server = server.restart(&QUICK).await;
    let page = server.user(&token).page(&session, "").await;
    let message = &page["messages"][1];
    assert_eq!((&message["status"], &message["error"]["code"]), (&json!("failure"), &json!("INTERRUPTED")));
}
