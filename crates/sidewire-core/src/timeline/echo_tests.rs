use super::tests::{client, message, timeline, wall};
use super::*;
use crate::json::parse;
use crate::output::SendFailure;

#[test]
fn an_echo_gives_its_slot_to_the_server_copy() {
    let mut timeline = timeline();
    timeline.push(&message("m1", 1));
    timeline.add_echo(&client("c1"), "hi \"you\"", wall(7));
    timeline.add_echo(&client("c1"), "again", wall(8));
    let echo = timeline.row(1).unwrap();
    let (slot, version) = (echo.slot, echo.version);
    assert_eq!((echo.id, echo.status, echo.time), ("c1", "pending", Some(7)));
    assert_eq!(timeline.echo_content(&client("c1")).unwrap(), "hi \"you\"");

    let copy = r#"{"messageId":"m2","role":"user","content":"hi","sequenceNumber":2,"clientMessageId":"c1"}"#;
    assert_eq!(timeline.push(copy), Applied::Inserted);

    let row = timeline.row(1).unwrap();
    assert_eq!((row.id, row.slot, row.echo, row.client_message_id), ("m2", slot, None, Some("c1")));
    assert_ne!(row.version, version);
    assert_eq!(timeline.take_settled(), [client("c1")]);
    assert_eq!((timeline.len(), timeline.echoes().count()), (2, 0));
}

#[test]
fn a_failed_echo_stays_and_tells_why() {
    let mut timeline = timeline();
    timeline.add_echo(&client("c1"), "hi", wall(7));
    let version = timeline.row(0).unwrap().version;
    let failed = EchoState::Failed(SendFailure::Network);

    assert!(timeline.set_echo_state(&client("c1"), failed));
    assert!(!timeline.set_echo_state(&client("c1"), failed));
    assert!(!timeline.set_echo_state(&client("c2"), failed));

    let row = timeline.row(0).unwrap();
    assert_eq!((row.status, row.echo), ("failure", Some(failed)));
    assert_ne!(row.version, version);
    assert!(timeline.remove_echo(&client("c1")) && timeline.is_empty());
    assert!(!timeline.remove_echo(&client("c1")));
}

#[test]
fn echoes_keep_the_order_of_sending_and_stay_where_they_were_sent() {
    let mut timeline = timeline();
    timeline.push(&message("m1", 1));
    timeline.add_echo(&client("z"), "first", wall(5));
    timeline.add_echo(&client("a"), "second", wall(4));
    timeline.push(&message("m2", 2));
    timeline.push(r#"{"messageId":"u","content":"","timestamp":1500}"#);

    assert_eq!(timeline.ids(), ["m1", "u", "z", "a", "m2"]);
}

#[test]
fn without_a_client_id_the_oldest_equal_echo_on_its_way_is_replaced_once_per_message() {
    let mut timeline = timeline();
    timeline.push(r#"{"messageId":"m1","role":"user","content":"ok","sequenceNumber":1}"#);
    for id in ["e1", "e2", "e3"] {
        timeline.add_echo(&client(id), "ok", wall(5));
    }
    timeline.set_echo_state(&client("e1"), EchoState::Failed(SendFailure::Network));
    let copy = r#"{"messageId":"m2","role":"user","content":"o\u006b","sequenceNumber":2}"#;

    timeline.push(r#"{"messageId":"m0","role":"user","content":"ok","sequenceNumber":1}"#);
    timeline.push(r#"{"messageId":"ma","role":"assistant","content":"ok","sequenceNumber":3}"#);
    assert_eq!(timeline.echoes().count(), 3);
    timeline.push(copy);
    timeline.push(copy);

    assert_eq!(timeline.ids(), ["m0", "m1", "e1", "e3", "m2", "ma"]);
    assert_eq!(timeline.take_settled(), [client("e2")]);
    timeline.add_echo(&client("e2"), "ok", wall(5));
    assert_eq!(timeline.echoes().count(), 2);
}

#[test]
fn an_unsequenced_message_older_than_the_echo_is_not_its_copy() {
    let mut timeline = timeline();
    timeline.push(r#"{"messageId":"m1","content":"hello","timestamp":1000}"#);
    timeline.add_echo(&client("e1"), "ok", wall(5));

    timeline.push(r#"{"messageId":"m0","role":"user","content":"ok","timestamp":500}"#);
    assert_eq!(timeline.echoes().count(), 1);
    timeline.push(r#"{"messageId":"m2","role":"user","content":"ok","timestamp":1500}"#);

    assert_eq!(timeline.ids(), ["m0", "m1", "m2"]);
}

#[test]
fn a_reply_settles_its_own_echo_even_if_a_guess_took_another() {
    let mut timeline = timeline();
    timeline.add_echo(&client("e1"), "ok", wall(5));
    timeline.add_echo(&client("e2"), "ok", wall(5));
    let json = r#"{"messageId":"m1","role":"user","content":"ok","sequenceNumber":1}"#;
    timeline.push(json);

    assert_eq!(timeline.merge_reply(&client("e2"), parse(json.as_bytes()).unwrap()), Applied::Updated);
    assert_eq!(timeline.row(0).unwrap().client_message_id, Some("e2"));
    assert_eq!(timeline.take_settled(), [client("e1"), client("e2")]);
    assert_eq!(timeline.ids(), ["m1"]);
}

#[test]
fn an_answer_marked_with_the_id_of_its_question_does_not_replace_the_question() {
    let mut timeline = timeline();
    timeline.add_echo(&client("c1"), "why", wall(5));
    timeline.push(r#"{"messageId":"m2","role":"assistant","content":"so","clientMessageId":"c1"}"#);

    assert_eq!(timeline.echoes().count(), 1);
    timeline.push(r#"{"messageId":"c1","role":"user","content":"why","sequenceNumber":1}"#);
    assert_eq!((timeline.echoes().count(), timeline.ids()), (0, vec!["m2", "c1"]));
}

#[test]
fn a_message_that_is_the_copy_of_two_echoes_settles_both() {
    let mut timeline = timeline();
    timeline.add_echo(&client("e1"), "ok", wall(5));
    timeline.add_echo(&client("e2"), "ok", wall(5));
    timeline.push(r#"{"messageId":"e1","role":"user","content":"ok","clientMessageId":"e2"}"#);

    assert_eq!(timeline.take_settled(), [client("e1"), client("e2")]);
    assert_eq!(timeline.ids(), ["e1"]);
}
