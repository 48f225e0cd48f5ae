//! What the application is told of events, and of what is wrong with them: rows D7, D12 and D14 of docs/features.md.

mod desk;

use desk::Desk;
use sidewire_core::{Event, ProblemCode};

// D12
#[test]
fn a_session_update_is_told_with_its_payload_and_costs_no_read() {
    let payload =
        r#"{"type":"session_update","sessionId":"s1","status":"completed","metadata":{"title":"Trip"}}"#;
    let mut desk = Desk::new();

    desk.event("session_update", payload);

    let session = desk.engine.shown().cloned().unwrap();
    assert_eq!(desk.events, [Event::SessionUpdated { session, payload: payload.to_owned() }]);
    assert_eq!(desk.open("/messages"), []);
}

// D12
#[test]
fn a_session_update_that_names_another_session_or_is_no_object_is_a_problem() {
    let mut desk = Desk::new();

    desk.event("session_update", r#"{"sessionId":"s2","status":"completed"}"#);
    desk.event("session_update", "[1]");

    let expected = [(ProblemCode::ForeignSession, Some("sessionId")), (ProblemCode::MalformedEvent, None)];
    assert_eq!(desk.problems(), expected);
    assert!(!desk.events.iter().any(|event| matches!(event, Event::SessionUpdated { .. })));
}

// D14
#[test]
fn an_error_event_is_told_with_code_and_message_and_is_no_problem() {
    let mut desk = Desk::new();
    let long = "x".repeat(5000);

    desk.event("error", r#"{"type":"error","code":"AGENT_BUSY","message":"try later"}"#);
    desk.event("error", &format!(r#"{{"code":7,"message":"{long}"}}"#));

    let session = desk.engine.shown().cloned().unwrap();
    let told = |code: &str, message: &str| Event::ApplicationError {
        session: session.clone(),
        code: code.to_owned(),
        message: message.to_owned(),
    };
    assert_eq!(desk.events, [told("AGENT_BUSY", "try later"), told("", &"x".repeat(200))]);
    assert!(desk.is_alive());
}

// D7
#[test]
fn a_problem_of_an_event_names_the_field_that_was_wrong() {
    let cases = [
        ("new_message", r#"{"message":7}"#, Some("message")),
        ("new_message", r#"{"message":{"content":"no id"}}"#, Some("message.messageId")),
        (
            "new_message",
            r#"{"message":{"messageId":"m","sessionId":"s2","content":"x"}}"#,
            Some("message.sessionId"),
        ),
        ("message_delta", r#"{"offset":0,"text":"x"}"#, Some("messageId")),
        ("message_delta", r#"{"messageId":"m","offset":-1,"text":"x"}"#, Some("offset")),
        ("message_delta", r#"{"messageId":"m","offset":0,"text":[]}"#, Some("text")),
        ("message_update", "no JSON", None),
    ];
    for (name, data, path) in cases {
        let mut desk = Desk::new();

        desk.event(name, data);

        assert_eq!(desk.problems(), [(ProblemCode::MalformedEvent, path)], "{name} {data}");
    }
}

// D7
#[test]
fn a_problem_of_a_page_names_the_message_and_its_field_by_index() {
    let page = r#"{"messages":[{"messageId":"a","content":""},{"content":"no id"},7,{"messageId":"b","content":""}]}"#;
    let desk = &mut Desk::new();
    desk.event("interact_response", "{}");
    desk.wait(2000);

    desk.answer("/messages", 200, page);

    let malformed = ProblemCode::MalformedEvent;
    assert_eq!(
        desk.problems(),
        [(malformed, Some("messages[1].messageId")), (malformed, Some("messages[2]"))]
    );
    assert_eq!(desk.ids(), ["a", "b"]);
}

// D7
#[test]
fn a_problem_of_a_frame_names_its_field() {
    let mut desk = Desk::new();

    desk.frame("no JSON");
    desk.frame(r#"{"event":7}"#);
    desk.frame(r#"{"event":"pusher:connection_established","data":"{}"}"#);

    let told: Vec<_> = desk.problems().into_iter().map(|(code, path)| (code.as_str(), path)).collect();
    let malformed = "malformed_frame";
    assert_eq!(told, [(malformed, None), (malformed, Some("event")), (malformed, Some("data.socket_id"))]);
}
