//! Frames that no good server sends. Every test names its entries of the catalogue of faults.

mod desk;

use desk::{CHANNEL, Desk};
use sidewire_core::{Event, ProblemCode, SocketEvent};

// Fault 54.
#[test]
fn what_is_no_json_is_counted_told_and_harms_nothing() {
    let junk: [&[u8]; 8] =
        [b"", b" \n", b"\xef\xbb\xbf{}", b"null", b"[]", b"{", b"{\"event\":\"x\"} tail", b"\xff\xfe"];
    for bytes in junk {
        let mut desk = Desk::new();

        desk.frame(bytes);

        let told: Vec<_> = desk.problems().into_iter().map(|(code, _)| code).collect();
        assert_eq!(told, [ProblemCode::MalformedFrame], "{bytes:?}");
        assert_eq!(desk.engine.counters().frames_malformed, 1);
        assert!(desk.is_alive(), "{bytes:?}");
    }
}

// Fault 55.
#[test]
fn data_may_be_an_object_or_a_text_that_holds_one() {
    let mut desk = Desk::new();

    desk.frame(r#"{"event":"new_message","channel":"private-session-s1","data":{"message":{"messageId":"a","content":"x"}}}"#);
    desk.push(r#"{"messageId":"b","content":"x"}"#);

    assert_eq!(desk.ids(), ["a", "b"]);
    assert_eq!(desk.problems(), []);
}

// Faults 56 and 59.
#[test]
fn a_payload_that_cannot_be_used_is_told_and_the_log_is_read() {
    let payloads =
        ["no JSON", "", "7", "{}", r#"{"message":null}"#, r#"{"message":[1]}"#, r#"{"message":"x"}"#];
    for name in ["new_message", "message_update"] {
        for payload in payloads {
            let mut desk = Desk::new();

            desk.event(name, payload);

            let code = desk.problems().first().map(|(code, _)| *code);
            assert_eq!(code, Some(ProblemCode::MalformedEvent), "{name} {payload}");
            assert_eq!(desk.open("/messages").len(), 1, "{name} {payload}");
            assert!(desk.is_alive());
        }
    }
}

// Fault 57.
#[test]
fn an_unknown_missing_or_endless_name_is_ignored() {
    let long = "n".repeat(10 << 10);
    let names = ["\"toString\"", "\"\"", "7", "null", "[]", &["\"", &long, "\""].concat()];
    for name in names {
        let mut desk = Desk::new();

        desk.frame(format!(r#"{{"event":{name},"channel":"{CHANNEL}","data":"{{}}"}}"#));

        assert!(
            desk.events.iter().all(|event| !format!("{event:?}").contains("nnnn")),
            "names are not repeated"
        );
        assert_eq!(desk.open("/messages"), []);
        assert!(desk.is_alive());
    }
}

// Fault 58.
#[test]
fn a_name_that_only_looks_like_the_protocols_controls_nothing() {
    let mut desk = Desk::new();
    let before = desk.engine.counters();

    for name in ["pusher_internal:member_added", "pusher:subscription_succeeded", "pusherish", "pusher"] {
        desk.frame(format!(r#"{{"event":"{name}","channel":"{CHANNEL}","data":"{{}}"}}"#));
    }
    // An acknowledgement of a channel that was never asked for.
    desk.frame(
        r#"{"event":"pusher_internal:subscription_succeeded","channel":"private-session-s2","data":"{}"}"#,
    );

    assert_eq!(desk.events, []);
    assert_eq!(desk.effects, []);
    assert_eq!(desk.engine.counters().frames_malformed, before.frames_malformed);
    assert!(desk.is_alive());
}

// Faults 78 and 77.
#[test]
fn an_interact_response_reads_the_log_even_before_its_message_and_not_for_another_session() {
    let mut desk = Desk::new();

    desk.event("interact_response", r#"{"sessionId":"s2","data":{"status":"success"}}"#);
    assert_eq!(desk.problems(), [(ProblemCode::ForeignSession, Some("sessionId"))]);
    assert_eq!(desk.open("/messages"), []);
    desk.forget();
    desk.event("interact_response", r#"{"sessionId":"s1","data":{"status":"success"}}"#);

    assert_eq!(desk.open("/messages").len(), 1);
    assert!(matches!(desk.events.first(), Some(Event::InteractResponse(_))));
}

// Fault 79.
#[test]
fn a_status_for_an_unknown_message_reads_the_log_and_an_older_one_changes_nothing() {
    let mut desk = Desk::new();
    desk.push(r#"{"messageId":"a","content":"x","status":"success","revision":7}"#);

    desk.event("message_update", r#"{"message":{"messageId":"a","status":"streaming","revision":5}}"#);
    let older = (desk.timeline().row(0).unwrap().status.to_owned(), desk.open("/messages").len());
    desk.event("message_update", r#"{"message":{"messageId":"never seen","status":"success"}}"#);

    assert_eq!(older, ("success".to_owned(), 0));
    assert_eq!(desk.open("/messages").len(), 1);
    assert_eq!(desk.ids(), ["a"]);
}

// Fault 81.
#[test]
fn client_presence_and_encrypted_events_are_ignored() {
    let message = r#"{\"message\":{\"messageId\":\"x\",\"content\":\"x\"}}"#;
    let frames = [
        format!(r#"{{"event":"client-new_message","channel":"{CHANNEL}","data":"{message}"}}"#),
        format!(r#"{{"event":"new_message","channel":"presence-session-s1","data":"{message}"}}"#),
        format!(r#"{{"event":"new_message","channel":"private-encrypted-session-s1","data":"{message}"}}"#),
        format!(r#"{{"event":"new_message","data":"{message}"}}"#),
    ];
    let mut desk = Desk::new();

    for frame in &frames {
        desk.frame(frame);
    }
    desk.socket(SocketEvent::BinaryFrame);

    assert_eq!(desk.ids(), [""; 0]);
    assert_eq!(desk.engine.counters().events_foreign, 3);
    assert!(desk.is_alive());
}

// Fault 82.
#[test]
fn fields_of_a_newer_protocol_are_ignored() {
    let mut desk = Desk::new();

    desk.frame(
        r#"{"event":"new_message","channel":"private-session-s1","message_id":"v2","serial":9,"stream_id":"s","extras":{},
        "data":"{\"message\":{\"messageId\":\"a\",\"content\":\"x\"},\"serial\":[]}"}"#,
    );

    assert_eq!(desk.ids(), ["a"]);
    assert_eq!(desk.timeline().row(0).unwrap().sequence, None);
    assert_eq!(desk.problems(), []);
}

// Fault 72.
#[test]
fn nesting_of_any_depth_overflows_no_stack() {
    // As deep as a frame may be long, closed and not.
    let open = "[".repeat(500_000);
    let close = "]".repeat(500_000);
    for deep in [open.clone(), [open.as_str(), &close].concat()] {
        let mut desk = Desk::new();

        desk.frame(&deep);
        desk.frame(format!(r#"{{"event":"new_message","channel":"{CHANNEL}","data":{deep}}}"#));

        assert!(desk.is_alive());
    }
}

// Fault 76.
#[test]
fn a_hundred_thousand_unknown_fields_are_passed_over() {
    let fields = (0..100_000).map(|at| at.to_string()).collect::<Vec<_>>().join("\":0,\"");
    let mut desk = Desk::new();

    desk.frame(format!(
        r#"{{"event":"new_message","channel":"{CHANNEL}","data":{{"{fields}":0,"message":{{"messageId":"a","content":"x"}}}}}}"#
    ));

    assert_eq!(desk.ids(), ["a"]);
    assert_eq!(desk.problems(), []);
}
