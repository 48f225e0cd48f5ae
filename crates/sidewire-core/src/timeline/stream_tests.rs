use super::tests::{client, timeline, wall};
use super::*;
use crate::json::parse;

const STARTED: &str = r#"{"messageId":"m1","content":"ab","status":"streaming","sequenceNumber":1}"#;

impl Timeline {
    fn piece(&mut self, id: &str, offset: u64, text: &str) -> Applied {
        self.merge_delta(id, offset, &text.encode_utf16().collect::<Vec<_>>())
    }

    fn tail(&self, index: usize) -> String {
        String::from_utf16_lossy(self.row(index).unwrap().tail)
    }
}

#[test]
fn a_text_grows_by_its_pieces_in_its_place() {
    let mut timeline = timeline();
    timeline.push(STARTED);
    let (slot, version) = timeline.row(0).map(|row| (row.slot, row.version)).unwrap();

    assert_eq!(timeline.piece("m1", 2, "cd"), Applied::Updated);
    assert_eq!(timeline.piece("m1", 4, "ef"), Applied::Updated);
    assert_eq!(timeline.piece("m1", 2, "cd"), Applied::Unchanged);

    assert_eq!(timeline.tail(0), "cdef");
    let row = timeline.row(0).unwrap();
    assert_eq!((row.slot, row.version), (slot, version + 2));
}

#[test]
fn pieces_before_their_message_wait_unseen() {
    let mut timeline = timeline();
    assert_eq!(timeline.piece("m1", 4, "e"), Applied::Unchanged);
    assert_eq!(timeline.piece("m1", 2, "cd"), Applied::Unchanged);
    assert!(timeline.is_empty() && timeline.stream_gap().is_some());

    timeline.push(STARTED);

    assert_eq!((timeline.tail(0).as_str(), timeline.stream_gap()), ("cde", None));
}

#[test]
fn an_own_message_not_yet_stored_takes_no_pieces() {
    let mut timeline = timeline();
    timeline.add_echo(&client("c1"), "hi", wall(7));

    assert_eq!(timeline.piece("c1", 2, "!"), Applied::Unchanged);

    assert_eq!(timeline.tail(0), "");
}

#[test]
fn a_final_version_ends_the_stream_even_if_a_newer_one_is_shown() {
    let mut timeline = timeline();
    timeline.push(STARTED);
    timeline.piece("m1", 2, "cd");

    timeline.push(r#"{"messageId":"m1","content":"abX","status":"success","sequenceNumber":1}"#);
    assert_eq!(timeline.tail(0), "");
    assert_eq!(timeline.piece("m1", 3, "late"), Applied::Unchanged);

    timeline
        .push(r#"{"messageId":"m2","content":"ab","status":"streaming","revision":5,"sequenceNumber":2}"#);
    timeline.piece("m2", 2, "cd");
    let final_before = r#"{"messageId":"m2","content":"x","status":"failure","revision":4}"#;
    assert_eq!(timeline.push(final_before), Applied::Updated);
    assert_eq!((timeline.row(1).unwrap().status, timeline.tail(1).as_str()), ("streaming", ""));
}

#[test]
fn a_gap_is_told_until_it_is_filled_or_given_up() {
    let mut timeline = timeline();
    timeline.push(STARTED);
    timeline.piece("m1", 3, "d");
    let gap = timeline.stream_gap();
    assert!(gap.is_some());
    timeline.piece("m1", 4, "e");
    assert_eq!((timeline.stream_gap(), timeline.tail(0).as_str()), (gap, ""));

    timeline.give_up_stream_gap();
    assert_eq!(timeline.stream_gap(), None);

    timeline.piece("m1", 2, "c");
    assert_eq!((timeline.stream_gap(), timeline.tail(0).as_str()), (None, "cde"));
    timeline.piece("m1", 9, "z");
    assert!(timeline.stream_gap().is_some_and(|other| Some(other) != gap));
}

#[test]
fn too_much_text_is_left_to_whole_versions() {
    let long = "x".repeat(100 << 10);
    let mut timeline = timeline();
    timeline.push(STARTED);
    assert_eq!(timeline.piece("m1", 2, &long), Applied::Updated);
    assert_eq!(timeline.piece("m1", 2 + (100 << 10), &long), Applied::Updated);

    assert_eq!(timeline.piece("m1", 2 + (200 << 10), &long), Applied::Poke);
    assert_eq!((timeline.tail(0).len(), timeline.piece("m1", 2, "c")), (0, Applied::Unchanged));

    // Neither an offset beyond everything nor a message that is only stood in for goes anywhere.
    timeline.push(r#"{"messageId":"m2","content":"","status":"streaming","sequenceNumber":2}"#);
    assert_eq!(timeline.piece("m2", u64::MAX, "x"), Applied::Poke);
    let deep = format!(
        r#"{{"messageId":"m3","content":"","status":"streaming","sequenceNumber":3,"meta":{}1{}}}"#,
        "[".repeat(70),
        "]".repeat(70)
    );
    timeline.push(&deep);
    assert!(timeline.row(2).unwrap().placeholder);
    assert_eq!((timeline.piece("m3", 0, "x"), timeline.stream_gap()), (Applied::Unchanged, None));
}

#[test]
fn as_many_messages_as_are_told_may_wait_or_stream() {
    let mut timeline = timeline();
    for index in 0..16 {
        assert_eq!(timeline.piece(&format!("w{index}"), 0, "x"), Applied::Unchanged);
    }
    assert_eq!(timeline.piece("w16", 0, "x"), Applied::Poke);
    timeline.push(r#"{"messageId":"w0","content":"","status":"streaming"}"#);
    timeline.push(r#"{"messageId":"w1","content":"","status":"streaming"}"#);
    assert_eq!((timeline.tail(0).as_str(), timeline.tail(1).as_str()), ("", "x"));

    for index in 0..300 {
        let id = format!("s{index}");
        timeline.push(&format!(r#"{{"messageId":"{id}","content":"","sequenceNumber":{}}}"#, index + 1));
        timeline.piece(&id, 0, "x");
    }
    let streaming = timeline.rows(0..timeline.len()).filter(|row| !row.tail.is_empty()).count();
    assert_eq!((streaming, timeline.tail(timeline.len() - 1).as_str()), (256, "x"));
}

#[test]
fn a_row_tells_its_tail_even_if_a_piece_ends_within_a_pair_of_surrogates() {
    let mut timeline = timeline();
    timeline.push(STARTED);
    let halves = [r#""c\"\ud83d""#, r#""\ude00\n""#].map(|text| {
        let text = parse(text.as_bytes()).unwrap();
        text.as_units().unwrap()
    });
    let written = |timeline: &Timeline| {
        let mut out = String::new();
        write_row_json(&timeline.row(0).unwrap(), &mut out);
        out.rsplit_once("},").map(|(_, tail)| tail.to_owned()).unwrap()
    };

    timeline.merge_delta("m1", 2, &halves[0]);
    assert_eq!(written(&timeline), r#""c\"\ud83d"]"#);
    timeline.merge_delta("m1", 5, &halves[1]);
    assert_eq!(written(&timeline), "\"c\\\"\u{1f600}\\n\"]");
}
