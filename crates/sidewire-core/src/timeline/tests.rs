use super::*;
use crate::json::parse;
use crate::output::SendFailure;
use crate::time::WallTime;

pub(super) fn timeline() -> Timeline {
    Timeline::new(SessionId::parse("s1").unwrap())
}

pub(super) fn client(text: &str) -> ClientMessageId {
    ClientMessageId::from_text(text).unwrap()
}

pub(super) fn wall(millis: u64) -> WallTime {
    WallTime::from_millis(millis)
}

impl Timeline {
    pub(super) fn push(&mut self, json: &str) -> Applied {
        self.merge(parse(json.as_bytes()).unwrap(), None)
    }

    pub(super) fn ids(&self) -> Vec<&str> {
        self.rows(0..usize::MAX).map(|row| row.id).collect()
    }
}

pub(super) fn message(id: &str, sequence: u64) -> String {
    format!(
        r#"{{"messageId":"{id}","content":"c","sequenceNumber":{sequence},"timestamp":{}}}"#,
        sequence * 1000
    )
}

#[test]
fn the_same_bytes_again_change_nothing() {
    let mut timeline = timeline();

    assert_eq!(timeline.push(&message("a", 1)), Applied::Inserted);
    let revision = timeline.revision();

    assert_eq!(timeline.push(&message("a", 1)), Applied::Unchanged);
    assert_eq!((timeline.len(), timeline.revision()), (1, revision));
}

#[test]
fn every_field_has_its_default_and_a_bad_one_costs_only_itself() {
    let mut timeline = timeline();
    timeline.push(
        r#"{"id":7,"role":"Admin","content":"x","timestamp":"soon","sequenceNumber":-1,"revision":1.5,"status":{}}"#,
    );

    let row = timeline.row(0).unwrap();

    assert_eq!((row.id, row.role, row.status, row.placeholder), ("7", Role::Assistant, "sent", false));
    assert_eq!((row.sequence, row.time, row.revision, row.client_message_id), (None, None, None, None));
}

#[test]
fn fields_are_read_in_every_accepted_form() {
    let mut timeline = timeline();
    timeline.push(
        r#"{"messageId":"a","id":"b","sessionId":"s1","role":"user","content":"x","timestamp":"1970-01-01T00:00:01Z",
        "sequenceNumber":"7.0","revision":1e1,"status":"streaming","clientMessageId":"c"}"#,
    );

    let row = timeline.row(0).unwrap();

    assert_eq!((row.id, row.role, row.status), ("a", Role::User, "streaming"));
    assert_eq!(
        (row.sequence, row.time, row.revision, row.client_message_id),
        (Some(7), Some(1000), Some(10), Some("c"))
    );
}

#[test]
fn what_is_no_message_of_this_session_is_rejected() {
    let long = format!(r#"{{"messageId":"{}","content":""}}"#, "x".repeat(257));
    for (json, reject) in [
        ("[]", Reject::NotAnObject),
        ("null", Reject::NotAnObject),
        ("{}", Reject::NoId),
        (r#"{"messageId":"","content":"x"}"#, Reject::NoId),
        (r#"{"messageId":1.5,"content":"x"}"#, Reject::NoId),
        (long.as_str(), Reject::IdTooLong),
        (r#"{"messageId":"a","sessionId":"s2","content":"x"}"#, Reject::ForeignSession),
        (r#"{"messageId":"a","sessionId":{},"content":"x"}"#, Reject::ForeignSession),
    ] {
        let mut timeline = timeline();
        assert_eq!(timeline.push(json), Applied::Rejected(reject), "{json}");
        assert!(timeline.is_empty());
    }
}

#[test]
fn ids_may_be_numbers_of_any_size_and_are_never_rounded() {
    let mut timeline = timeline();
    for json in [
        r#"{"messageId":12345678901234567890,"content":""}"#,
        r#"{"messageId":12345678901234567891,"content":""}"#,
        r#"{"messageId":null,"id":7.0,"content":""}"#,
        r#"{"messageId":"7","content":""}"#,
    ] {
        timeline.push(json);
    }

    assert_eq!(timeline.ids(), ["12345678901234567890", "12345678901234567891", "7"]);
}

#[test]
fn a_message_without_content_is_only_the_news_of_one() {
    let mut timeline = timeline();
    assert_eq!(timeline.push(r#"{"messageId":"a","content":null}"#), Applied::Poke);
    assert!(timeline.is_empty());

    timeline.push(r#"{"messageId":"a","content":"x","status":"pending","updatedAt":5}"#);

    assert_eq!(timeline.push(r#"{"messageId":"a"}"#), Applied::Unchanged);
    assert_eq!(timeline.push(r#"{"messageId":"a","status":"streaming","updatedAt":4}"#), Applied::Unchanged);
    assert_eq!(timeline.push(r#"{"messageId":"a","status":"success"}"#), Applied::Poke);
    assert_eq!(timeline.push(r#"{"messageId":"a","status":"pending","updatedAt":6}"#), Applied::Poke);
}

#[test]
fn the_log_may_hold_messages_without_content() {
    let mut timeline = timeline();
    let json = br#"{"messageId":"a","content":null,"sequenceNumber":1}"#;

    assert_eq!(timeline.merge_from_log(parse(json).unwrap(), None), Applied::Inserted);
    assert_eq!(timeline.merge_from_log(parse(json).unwrap(), None), Applied::Unchanged);
    assert_eq!(timeline.highest_sequence(), Some(1));
}

#[test]
fn the_newer_version_wins_by_revision_then_time_then_status() {
    let versions = [
        r#"{"messageId":"a","content":"1","updatedAt":9,"status":"success"}"#,
        r#"{"messageId":"a","content":"2","revision":1,"updatedAt":5}"#,
        r#"{"messageId":"a","content":"3","revision":1,"timestamp":6}"#,
        r#"{"messageId":"a","content":"4","revision":1,"timestamp":6,"status":"failure"}"#,
        r#"{"messageId":"a","content":"5","revision":1,"timestamp":6,"status":"success"}"#,
        r#"{"messageId":"a","content":"0","revision":2}"#,
    ];
    for (older, newer) in versions.iter().zip(versions.iter().skip(1)) {
        let mut timeline = timeline();
        timeline.push(newer);
        assert_eq!(timeline.push(older), Applied::Unchanged);
        assert_eq!(timeline.row(0).unwrap().raw, newer.as_bytes());

        let mut timeline = self::timeline();
        timeline.push(older);
        assert_eq!(timeline.push(newer), Applied::Updated);
        assert_eq!(timeline.row(0).unwrap().raw, newer.as_bytes());
    }
}

#[test]
fn a_newer_version_without_a_sequence_number_keeps_the_known_one() {
    let mut timeline = timeline();
    timeline.push(&message("a", 3));
    let version = timeline.row(0).unwrap().version;

    timeline.push(r#"{"messageId":"a","content":"new","updatedAt":9999}"#);

    let row = timeline.row(0).unwrap();
    assert_eq!((row.sequence, row.status), (Some(3), "sent"));
    assert_ne!(row.version, version);
    assert_eq!(timeline.highest_sequence(), Some(3));
}

#[test]
fn the_envelope_may_tell_the_sequence_number_and_the_message_knows_better() {
    let mut timeline = timeline();
    let bare = parse(br#"{"messageId":"a","content":"x"}"#).unwrap();
    timeline.merge(bare, None);

    assert_eq!(timeline.merge(bare, Some(4)), Applied::Updated);
    assert_eq!(timeline.merge(bare, Some(4)), Applied::Unchanged);
    assert_eq!(timeline.merge(bare, None), Applied::Unchanged);
    assert_eq!(timeline.row(0).unwrap().sequence, Some(4));

    let own = parse(br#"{"messageId":"b","content":"x","sequenceNumber":2}"#).unwrap();
    timeline.merge(own, Some(9));
    assert_eq!(timeline.ids(), ["b", "a"]);
}

#[test]
fn a_message_too_deep_or_too_long_becomes_a_placeholder_and_costs_no_neighbour() {
    let mut timeline = timeline();
    let deep = format!(
        r#"{{"messageId":"deep","content":"x","sequenceNumber":2,"meta":{}{}}}"#,
        "[".repeat(70),
        "]".repeat(70)
    );
    let long = format!(
        r#"{{"messageId":"long","role":"user","content":"{}","sequenceNumber":3}}"#,
        "x".repeat(300 << 10)
    );
    for json in [&message("a", 1), &deep, &long, &message("b", 4)] {
        assert_eq!(timeline.push(json), Applied::Inserted);
        assert_eq!(timeline.push(json), Applied::Unchanged);
    }
    timeline.set_floor(1);

    assert_eq!(timeline.ids(), ["a", "deep", "long", "b"]);
    assert_eq!(timeline.prefix(), Some(4));
    let row = timeline.row(2).unwrap();
    assert!(row.placeholder && row.role == Role::User);
    assert_eq!(row.raw, br#"{"messageId":"long","role":"user","content":""}"#);
}

#[test]
fn unsequenced_messages_stand_behind_what_the_server_had_numbered_by_then() {
    let mut timeline = timeline();
    for json in [
        r#"{"messageId":"u15","content":"","timestamp":1500}"#.to_owned(),
        r#"{"messageId":"u0","content":""}"#.to_owned(),
        r#"{"messageId":"u25","content":"","timestamp":2500}"#.to_owned(),
        message("m3", 3),
        message("m1", 1),
        message("m2", 2),
    ] {
        timeline.push(&json);
    }

    assert_eq!(timeline.ids(), ["u0", "m1", "u15", "m2", "u25", "m3"]);
}

#[test]
fn equal_sequence_numbers_are_ordered_by_id_whatever_their_times() {
    let mut timeline = timeline();
    timeline.push(r#"{"messageId":"b","content":"","sequenceNumber":1,"timestamp":1}"#);
    timeline.push(r#"{"messageId":"a","content":"","sequenceNumber":1,"timestamp":2}"#);

    assert_eq!(timeline.ids(), ["a", "b"]);
}

#[test]
fn holes_are_found_without_counting_through_them() {
    let mut timeline = timeline();
    assert_eq!((timeline.prefix(), timeline.first_hole()), (None, None));
    timeline.push(&message("a", 5));
    timeline.push(&message("b", 6));
    timeline.push(&message("z", 1_000_000_006));
    timeline.push(&message("old", 2));
    assert_eq!(timeline.first_hole(), None);

    timeline.set_floor(5);
    assert_eq!((timeline.prefix(), timeline.first_hole()), (Some(6), Some((7, 1_000_000_005))));

    timeline.set_floor(2);
    assert_eq!((timeline.prefix(), timeline.first_hole()), (Some(2), Some((3, 4))));
    assert_eq!((timeline.floor(), timeline.highest_sequence()), (Some(2), Some(1_000_000_006)));

    timeline.set_floor(1);
    assert_eq!((timeline.prefix(), timeline.first_hole()), (Some(0), Some((1, 1))));

    timeline.set_floor(4);
    assert_eq!(timeline.floor(), Some(1), "what was loaded stays loaded");
}

#[test]
fn gaps_of_the_log_are_passed_over_wherever_they_are_and_marked_before_the_row_behind_them() {
    let mut timeline = timeline();
    for sequence in [2, 3, 6, 7, 10] {
        timeline.push(&message(&format!("m{sequence}"), sequence));
    }
    timeline.set_floor(6);
    timeline.accept_gap(8, 9);
    assert_eq!((timeline.prefix(), timeline.first_hole()), (Some(10), None));

    timeline.set_floor(2);
    assert_eq!((timeline.prefix(), timeline.first_hole()), (Some(3), Some((4, 5))));
    timeline.accept_gap(4, 5);
    assert_eq!((timeline.prefix(), timeline.first_hole()), (Some(10), None));

    let marks: Vec<_> = timeline.gaps().map(|(from, to)| (from, to, timeline.gap_index(from))).collect();
    assert_eq!(marks, [(4, 5, 2), (8, 9, 4)]);
}

#[test]
fn a_sequence_number_that_the_server_takes_back_leaves_its_hole() {
    let mut timeline = timeline();
    timeline.set_floor(1);
    for sequence in 1..=3 {
        timeline.push(&message(&format!("m{sequence}"), sequence));
    }
    timeline.push(r#"{"messageId":"m2","content":"","sequenceNumber":9,"timestamp":99999}"#);

    assert_eq!((timeline.prefix(), timeline.first_hole()), (Some(1), Some((2, 2))));
    assert_eq!(timeline.ids(), ["m1", "m3", "m2"]);
}

#[test]
fn the_newest_server_time_ignores_echoes_and_may_be_taken_back() {
    let mut timeline = timeline();
    timeline.push(r#"{"messageId":"a","content":"","timestamp":10}"#);
    timeline.push(r#"{"messageId":"b","content":"","timestamp":20,"revision":1}"#);
    timeline.add_echo(&client("e"), "x", wall(99));
    assert_eq!(timeline.newest_server_time(), Some(20));

    timeline.push(r#"{"messageId":"b","content":"","timestamp":5,"revision":2}"#);

    assert_eq!(timeline.newest_server_time(), Some(10));
    assert_eq!(timeline.ids(), ["b", "a", "e"]);
}

#[test]
fn changes_are_the_smallest_range_that_covers_them() {
    let mut timeline = timeline();
    assert_eq!(timeline.take_changes(), None);
    for sequence in [1, 2, 4, 5] {
        timeline.push(&message(&format!("m{sequence}"), sequence));
    }
    assert_eq!(timeline.take_changes(), Some(0..4));
    assert_eq!(timeline.take_changes(), None);

    timeline.push(&message("m6", 6));
    assert_eq!(timeline.take_changes(), Some(4..5));

    timeline.push(&message("m3", 3));
    assert_eq!(timeline.take_changes(), Some(2..6));

    timeline
        .push(r#"{"messageId":"m2","content":"new","sequenceNumber":2,"timestamp":2000,"updatedAt":9999}"#);
    assert_eq!(timeline.take_changes(), Some(1..2));

    timeline.add_echo(&client("e"), "x", wall(1));
    timeline.take_changes();
    timeline.remove_echo(&client("e"));
    assert_eq!(timeline.take_changes(), Some(6..6));
}

#[test]
fn a_row_is_written_with_everything_known_and_its_raw_bytes() {
    let mut timeline = timeline();
    let raw = br#"{ "messageId":"a\"", "content":"x", "sequenceNumber":1, "timestamp":5, "extra":[1.50] }"#;
    timeline.merge(parse(raw).unwrap(), None);
    timeline.add_echo(&client("e"), "x", wall(6));
    timeline.set_echo_state(&client("e"), EchoState::Failed(SendFailure::Server));
    let write = |index: usize| {
        let mut out = String::new();
        write_row_json(&timeline.row(index).unwrap(), &mut out);
        out
    };

    let head = r#"[0,0,"a\"","assistant","sent",5,1,null,null,null,0,"#;
    assert_eq!(write(0), format!("{head}{}]", String::from_utf8_lossy(raw)));
    let echo: serde_json::Value = serde_json::from_str(&write(1)).unwrap();
    let expected = serde_json::json!([1, 1, "e", "user", "failure", 6, null, "e", "failed", "server", 0]);
    assert_eq!(echo.as_array().unwrap()[..11], expected.as_array().unwrap()[..]);
    assert_eq!(echo[11]["content"], "x");
}
