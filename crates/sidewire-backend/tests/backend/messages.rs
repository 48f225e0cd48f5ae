//! The log page by page, and the list of sessions.

use serde_json::{Value, json};

use crate::support::{Decoded as _, QUICK, Server, User, places};

/// A session with messages 1 to 8: four of the user, four answers.
async fn filled(server: &Server) -> (User, String) {
    let anna = server.sign_in("anna").await;
    let session = anna.session().await;
    for n in 1..=4 {
        anna.interact(&session, &format!("message {n}"), &format!("key-{n}")).await;
        anna.settled(&session, n * 2).await;
    }
    (anna, session)
}

fn shape(page: &Value) -> (Vec<u64>, bool) {
    (places(page), page["hasMore"].as_bool().unwrap())
}

#[tokio::test]
async fn each_cursor_gives_its_messages_in_ascending_order() {
    let server = Server::start(&QUICK).await;
    let (anna, session) = filled(&server).await;
    for (query, expected, more) in [
        ("", 1..=8, false),
        ("limit=8", 1..=8, false),
        ("limit=3", 6..=8, true),
        ("beforeSequence=6&limit=3", 3..=5, true),
        ("beforeSequence=4&limit=3", 1..=3, false),
        ("afterSequence=2&limit=3", 3..=5, true),
        ("afterSequence=5&limit=3", 6..=8, false),
        ("afterSequence=0", 1..=8, false),
        ("since=0&limit=2", 1..=2, true),
    ] {
        let page = anna.page(&session, query).await;
        assert_eq!(shape(&page), (expected.collect(), more), "{query}");
        assert_eq!(page["lastSequenceNumber"], 8, "{query}");
    }
    for query in ["afterSequence=8", "beforeSequence=1", "since=2100-01-01T00:00:00Z"] {
        assert_eq!(shape(&anna.page(&session, query).await), (vec![], false), "{query}");
    }
}

#[tokio::test]
async fn in_development_messages_can_be_written_straight_into_the_log() {
    let server = Server::start(&QUICK).await;
    let (anna, session) = filled(&server).await;
    let body = json!({ "sessionId": session, "messages": [
        { "role": "assistant", "content": "one", "status": "success", "timestamp": 5, "error": { "code": "X" } },
        { "role": "user", "content": "two", "skip": 3 },
    ] });

    let answer = anna.post("/api/dev/messages", &body).await;

    assert_eq!(answer.json(), json!({ "written": 2, "lastSequenceNumber": 13 }));
    let page = anna.page(&session, "afterSequence=8").await;
    assert_eq!(places(&page), [9, 13]);
    assert_eq!(
        (&page["messages"][0]["timestamp"], &page["messages"][0]["error"]["code"]),
        (&json!(5), &json!("X"))
    );
    let bert = server.sign_in("bert").await;
    assert_eq!(bert.post("/api/dev/messages", &body).await.error(), (404, "SESSION_NOT_FOUND".to_owned()));
    let production = Server::start(&[]).await;
    let nobody = production.user(&anna.token);
    assert_eq!(nobody.post("/api/dev/messages", &body).await.status, 404, "the route is not there");
}

#[tokio::test]
async fn since_is_inclusive_and_takes_ms_and_iso() {
    let server = Server::start(&QUICK).await;
    let (anna, session) = filled(&server).await;
    let all = anna.page(&session, "").await;
    let time = all["messages"][4]["timestamp"].as_i64().unwrap();
    let from = anna.page(&session, &format!("since={time}")).await;
    assert!(places(&from).contains(&5) && places(&from).last() == Some(&8), "{:?}", places(&from));
    let day = time / 86_400_000;
    assert!(day > 20_000);
    assert_eq!(places(&anna.page(&session, "since=2020-01-01T00:00:00.000Z").await).len(), 8);
    assert_eq!(places(&anna.page(&session, "since=2020-01-01T00:00:00%2B02:00").await).len(), 8);
}

#[tokio::test]
async fn changed_since_walks_through_the_changes_and_says_how_far_it_is_complete() {
    let server = Server::start(&QUICK).await;
    let (anna, session) = filled(&server).await;
    let current = anna.page(&session, "").await["revision"].as_u64().unwrap();
    assert!(current > 8, "updates have revisions of their own: {current}");
    let (mut from, mut seen) = (0, Vec::new());
    loop {
        let page = anna.page(&session, &format!("changedSince={from}&limit=3")).await;
        let revisions: Vec<u64> =
            page["messages"].as_array().unwrap().iter().map(|m| m["revision"].as_u64().unwrap()).collect();
        assert!(revisions.is_sorted() && revisions.first().is_none_or(|first| *first > from));
        seen.extend(places(&page));
        from = page["revision"].as_u64().unwrap();
        if page["hasMore"] == false {
            break;
        }
        assert_eq!(revisions.last(), Some(&from));
    }
    seen.sort_unstable();
    assert_eq!((seen, from), ((1..=8).collect(), current));
    assert_eq!(shape(&anna.page(&session, &format!("changedSince={current}")).await), (vec![], false));
}

#[tokio::test]
async fn a_page_that_has_not_changed_is_a_304_until_something_changes() {
    let server = Server::start(&QUICK).await;
    let (anna, session) = filled(&server).await;
    let path = format!("/api/session/{session}/messages?afterSequence=6");
    let first = anna.get(&path).await;
    let etag = first.header("etag").unwrap().to_owned();
    for known in [etag.clone(), format!("\"x\", W/{etag}")] {
        let again = anna.send("GET", &path, &[("if-none-match", &known)], "").await;
        assert_eq!((again.status, again.body.as_str(), again.header("etag")), (304, "", Some(etag.as_str())));
    }
    let other = format!("/api/session/{session}/messages?afterSequence=5");
    assert_eq!(anna.send("GET", &other, &[("if-none-match", &etag)], "").await.status, 200);
    anna.interact(&session, "more", "key-5").await;
    let changed = anna.send("GET", &path, &[("if-none-match", &etag)], "").await;
    assert_eq!(changed.status, 200);
    assert_ne!(changed.header("etag"), Some(etag.as_str()));
}

#[tokio::test]
async fn contradicting_or_broken_parameters_are_a_400_with_a_sentence() {
    let server = Server::start(&QUICK).await;
    let anna = server.sign_in("anna").await;
    let session = anna.session().await;
    for query in [
        "afterSequence=1&beforeSequence=5",
        "since=1&changedSince=1",
        "afterSequence=1&afterSequence=2",
        "limit=0",
        "limit=101",
        "limit=x",
        "since=yesterday",
        "afterSequence=-1",
        "changedSince=1.5",
    ] {
        let answer = anna.get(&format!("/api/session/{session}/messages?{query}")).await;
        assert_eq!(answer.error(), (400, "BAD_REQUEST".to_owned()), "{query}");
    }
}

#[tokio::test]
async fn sessions_are_listed_last_used_first_and_named_by_their_first_message() {
    let server = Server::start(&QUICK).await;
    let anna = server.sign_in("anna").await;
    let first = anna.session().await;
    let made = anna
        .post("/api/session", &json!({ "url": "https://a.example/", "domain": "a.example", "title": "Mine" }))
        .await;
    let second = made.json();
    assert_eq!(
        (&second["title"], &second["status"], &second["lastSequenceNumber"]),
        (&json!("Mine"), &json!("active"), &json!(0))
    );
    tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    anna.interact(&first, "What is this?\nTell me", "k").await;
    anna.settled(&first, 2).await;
    let list = anna.get("/api/session").await.json();
    let list = list["sessions"].as_array().unwrap();
    assert_eq!(
        (list.len(), &list[0]["sessionId"], &list[0]["title"]),
        (2, &json!(first), &json!("What is this?"))
    );
    assert_eq!((&list[0]["lastSequenceNumber"], &list[1]), (&json!(2), &second));

    let path = format!("/api/session/{first}");
    let changed = anna.patch(&path, &json!({ "title": "New", "status": "completed" })).await.json();
    assert_eq!((&changed["title"], &changed["status"]), (&json!("New"), &json!("completed")));
    assert_eq!(
        anna.patch(&path, &json!({ "status": "sleeping" })).await.error(),
        (400, "BAD_REQUEST".to_owned())
    );
}

#[tokio::test]
async fn with_demo_a_new_user_finds_one_demo_session() {
    let server = Server::start(&[&QUICK[..], &["--demo"]].concat()).await;
    for _ in 0..2 {
        let anna = server.sign_in("anna").await;
        let list = anna.get("/api/session").await.json();
        let titles: Vec<&Value> = list["sessions"].as_array().unwrap().iter().map(|s| &s["title"]).collect();
        assert_eq!(titles, [&json!("Demo session")]);
    }
}
