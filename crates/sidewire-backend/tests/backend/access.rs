//! Who may do what.

use serde_json::{Value, json};
use sidewire_hub::signing;

use crate::support::{Decoded as _, QUICK, Server};

#[tokio::test]
async fn another_users_session_looks_like_none_on_every_endpoint() {
    let server = Server::start(&QUICK).await;
    let (anna, bert) = (server.sign_in("anna").await, server.sign_in("bert").await);
    let session = anna.session().await;
    anna.interact(&session, "secret", "k").await;
    anna.settled(&session, 2).await;
    for id in [session.as_str(), "unknown"] {
        let not_found = (404, "SESSION_NOT_FOUND".to_owned());
        assert_eq!(bert.get(&format!("/api/session/{id}/messages")).await.error(), not_found);
        assert_eq!(
            bert.patch(&format!("/api/session/{id}"), &json!({ "title": "mine" })).await.error(),
            not_found
        );
        assert_eq!(bert.interact(id, "hello", "k").await.error(), not_found);
    }
    assert_eq!(bert.get("/api/session").await.json(), json!({ "sessions": [] }));
    let path = format!("/api/session/{session}");
    assert_eq!(anna.patch(&path, &json!({ "title": "still mine" })).await.json()["title"], "still mine");
    anna.settled(&session, 2).await;
}

#[tokio::test]
async fn without_a_good_token_every_endpoint_is_a_401() {
    let server = Server::start(&QUICK).await;
    let anna = server.sign_in("anna").await;
    let session = anna.session().await;
    let mut tampered = anna.token.clone();
    let last = tampered.pop().unwrap();
    tampered.push(if last == '0' { '1' } else { '0' });
    let as_bert = anna.token.replace(&signing::hex(b"anna"), &signing::hex(b"bert"));
    for (token, code) in [
        ("", "UNAUTHENTICATED"),
        (tampered.as_str(), "TOKEN_INVALID"),
        (&as_bert, "TOKEN_INVALID"),
        ("x", "TOKEN_INVALID"),
    ] {
        let user = server.user(token);
        let answers = [
            user.get("/api/session").await,
            user.post("/api/session", &json!({})).await,
            user.patch(&format!("/api/session/{session}"), &json!({})).await,
            user.get(&format!("/api/session/{session}/messages")).await,
            user.interact(&session, "x", "k").await,
            user.auth("1.2", &format!("private-session-{session}")).await,
        ];
        for answer in answers {
            assert_eq!(
                (answer.error(), answer.header("www-authenticate")),
                ((401, code.to_owned()), Some("Bearer"))
            );
        }
    }
    let expiring = Server::start(&[&QUICK[..], &["--token-ttl-s", "0"]].concat()).await;
    let late = expiring.sign_in("anna").await;
    assert_eq!(late.get("/api/session").await.error(), (401, "TOKEN_EXPIRED".to_owned()));
}

// Fault 102.
#[tokio::test]
async fn a_channel_is_signed_for_its_owner_with_the_place_of_the_newest_message() {
    let server = Server::start(&QUICK).await;
    let anna = server.sign_in("anna").await;
    let session = anna.session().await;
    anna.interact(&session, "x", "k").await;
    anna.settled(&session, 2).await;
    let channel = format!("private-session-{session}");
    let answer = anna.auth("123.456", &channel).await;
    assert_eq!((answer.status, answer.header("cache-control")), (200, Some("no-store")));
    let auth = signing::channel_signature("dev-key", "dev-secret", "123.456", &channel);
    assert_eq!(answer.json(), json!({ "auth": auth, "lastSequenceNumber": 2 }));
    let bad = (400, "BAD_REQUEST".to_owned());
    for socket_id in ["", "1", "1.2.3", "1.2%3Aprivate-x", "a.b"] {
        assert_eq!(anna.auth(socket_id, &channel).await.error(), bad, "{socket_id}");
    }
    for channel in ["", "private-session-", "presence-session-x", "private-cache-x", "private-session-a%3Ab"]
    {
        assert_eq!(anna.auth("1.2", channel).await.error(), bad, "{channel}");
    }
}

#[tokio::test]
async fn a_refused_channel_tells_why_only_in_development() {
    let server = Server::start(&QUICK).await;
    let (anna, bert) = (server.sign_in("anna").await, server.sign_in("bert").await);
    let session = anna.session().await;
    let foreign = format!("private-session-{session}");
    assert_eq!(bert.auth("1.2", &foreign).await.error(), (403, "USER_MISMATCH".to_owned()));
    assert_eq!(bert.auth("1.2", "private-session-none").await.error(), (403, "SESSION_NOT_FOUND".to_owned()));

    let token = bert.token;
    let server = server.restart(&["--rate-limits", "off"]).await;
    let bert = server.user(&token);
    let (foreign, none) = (bert.auth("1.2", &foreign).await, bert.auth("1.2", "private-session-none").await);
    assert_eq!((foreign.status, &foreign.body), (403, &none.body));
    assert_eq!(none.error(), (403, "FORBIDDEN".to_owned()));
    let sign_in = bert.post("/api/dev/sign-in", &json!({ "user": "anna" })).await;
    assert_eq!(sign_in.error(), (404, "NOT_FOUND".to_owned()), "no sign-in outside development");
}

#[tokio::test]
async fn origins_are_allowed_exactly_and_any_extension_only_in_development() {
    let allowed = "chrome-extension://abcdefghijklmnopabcdefghijklmnop";
    let granted = async |server: &Server, method: &str, origin: &str| {
        let headers = [("origin", origin), ("access-control-request-method", "POST")];
        let answer = server.user("").send(method, "/api/session", &headers, "").await;
        assert_eq!(answer.header("vary"), Some("Origin"), "{method} {origin}");
        let all = answer.header("access-control-allow-headers").unwrap_or_default().to_owned();
        let given = answer.header("access-control-allow-origin").map(str::to_owned);
        assert_eq!(given.is_some(), all == "Authorization, Content-Type, Idempotency-Key, If-None-Match");
        (answer.status, given.as_deref() == Some(origin))
    };
    let strict = Server::start(&["--allow-origin", allowed]).await;
    assert_eq!(granted(&strict, "OPTIONS", allowed).await, (204, true));
    assert_eq!(granted(&strict, "GET", allowed).await, (401, true), "errors are readable too");
    for origin in [
        "chrome-extension://other",
        "https://evil.example",
        "null",
        "chrome-extension://abcdefghijklmnopabcdefghijklmnop.evil",
    ] {
        assert_eq!(granted(&strict, "OPTIONS", origin).await, (204, false), "{origin}");
        assert_eq!(granted(&strict, "GET", origin).await, (401, false), "{origin}");
    }
    let development = Server::start(&QUICK).await;
    assert_eq!(granted(&development, "OPTIONS", "chrome-extension://other").await, (204, true));
    assert_eq!(granted(&development, "OPTIONS", "https://evil.example").await, (204, false));
}

#[tokio::test]
async fn sign_in_wants_a_proper_name() {
    let server = Server::start(&QUICK).await;
    let nobody = server.user("");
    for user in [json!(""), json!("  "), json!("a\nb"), json!("x".repeat(129)), json!(5)] {
        let answer = nobody.post("/api/dev/sign-in", &json!({ "user": user })).await;
        assert_eq!(answer.error(), (400, "BAD_REQUEST".to_owned()));
    }
    let answer = nobody.post("/api/dev/sign-in", &json!({ "user": "anna" })).await.json();
    assert!(answer["expiresAt"].as_u64().unwrap() > 1_700_000_000_000, "{answer}");
}

#[tokio::test]
async fn unknown_addresses_and_methods_are_errors_in_json() {
    let server = Server::start(&QUICK).await;
    let anna = server.sign_in("anna").await;
    assert_eq!(anna.get("/nope").await.error(), (404, "NOT_FOUND".to_owned()));
    let wrong = anna.send("DELETE", "/api/session", &[], "").await;
    assert_eq!(wrong.error(), (405, "METHOD_NOT_ALLOWED".to_owned()));
    let health = anna.get("/api/health").await;
    assert_eq!((health.status, health.json()), (200, json!({ "ok": true, "pushServer": "embedded" })));
}

#[tokio::test]
async fn over_its_rate_a_user_gets_429_with_retry_after_and_others_do_not() {
    let server = Server::start(&["--development", "--auth-per-minute", "3"]).await;
    let (anna, bert) = (server.sign_in("anna").await, server.sign_in("bert").await);
    let channel = format!("private-session-{}", anna.session().await);
    for _ in 0..3 {
        assert_eq!(anna.auth("1.2", &channel).await.status, 200);
    }
    let limited = anna.auth("1.2", &channel).await;
    assert_eq!(limited.error(), (429, "RATE_LIMITED".to_owned()));
    let wait: u64 = limited.header("retry-after").unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    assert_eq!(bert.auth("1.2", &channel).await.status, 403);
    assert_eq!(anna.get("/api/session").await.status, 200);
}

#[tokio::test]
async fn beyond_its_places_the_server_sheds_with_503_and_retry_after() {
    let server = Server::start(&[&QUICK[..], &["--max-in-flight", "0"]].concat()).await;
    let shed = server.user("").get("/api/health").await;
    assert_eq!((shed.error(), shed.header("retry-after")), ((503, "OVERLOADED".to_owned()), Some("1")));
    let body: Value = shed.json();
    assert!(body["error"]["message"].is_string());
}
