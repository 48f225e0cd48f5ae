//! Messages with fields that no good server writes. Every test names its entries of the catalogue of faults.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic as tests do")]

mod desk;

use desk::Desk;
use sidewire_core::timeline::{Role, Row};
use sidewire_core::{Command, Input, SessionId};

/// The row that a message becomes.
fn shown<T>(message: &str, read: impl FnOnce(Row<'_>) -> T) -> T {
    let mut desk = Desk::new();
    desk.push(message);
    let told = desk.problems();
    assert!(told.is_empty(), "{message} {told:?}");
    let read = read(desk.timeline().row(0).unwrap());
    assert!(desk.is_alive());
    read
}

fn sequence_of(spelled: &str) -> Option<u64> {
    shown(&format!(r#"{{"messageId":"m","content":"x","sequenceNumber":{spelled}}}"#), |row| row.sequence)
}

// Faults 60, 61, 62 and 63.
#[test]
fn a_sequence_number_is_whole_and_exact_or_missing() {
    for (spelled, number) in [
        ("7", 7),
        ("1.0", 1),
        ("\"7\"", 7),
        ("1e3", 1000),
        ("10.00e-1", 1),
        ("9007199254740991", 9_007_199_254_740_991),
    ] {
        assert_eq!(sequence_of(spelled), Some(number), "{spelled}");
    }
    let none = [
        "null",
        "1.5",
        "-1",
        "true",
        "{}",
        "[1]",
        "\"NaN\"",
        "\"\"",
        "0",
        "9007199254740992",
        "9007199254740993",
        "18446744073709551616",
        "1e400",
        "\"1e400\"",
    ];
    for spelled in none {
        assert_eq!(sequence_of(spelled), None, "{spelled}");
    }
}

// Fault 64.
#[test]
fn two_messages_with_one_sequence_number_are_both_shown_in_the_order_of_their_ids() {
    for order in [["a", "b"], ["b", "a"]] {
        let mut desk = Desk::new();
        for id in order {
            desk.push(&format!(r#"{{"messageId":"{id}","content":"x","sequenceNumber":5}}"#));
        }
        assert_eq!(desk.ids(), ["a", "b"]);
    }
}

// Fault 65.
#[test]
fn a_sequence_that_jumps_restarts_and_falls_costs_neither_memory_nor_a_loop() {
    let mut desk = Desk::new();
    for (at, number) in [1_000_000_000_u64, 1, 9_007_199_254_740_991, 500, 499, 1].iter().enumerate() {
        desk.push(&format!(r#"{{"messageId":"m{at}","content":"x","sequenceNumber":{number}}}"#));
    }
    let wait = desk.now + 600_000;
    let mut reads = 0;
    while desk.now < wait {
        desk.wait(500);
        while !desk.open("/messages").is_empty() {
            reads += 1;
            desk.answer("/messages", 200, r#"{"messages":[],"hasMore":false}"#);
        }
    }

    assert_eq!(desk.ids(), ["m1", "m5", "m4", "m3", "m0", "m2"]);
    // Five for each of the three holes, then the check of each minute and of a poll that may be due.
    assert!((15..=40).contains(&reads), "{reads}");
}

// Fault 66.
#[test]
fn a_time_is_one_moment_or_unknown() {
    let time = |spelled: &str| {
        shown(&format!(r#"{{"messageId":"m","content":"x","timestamp":{spelled}}}"#), |row| row.time)
    };
    let moments = [
        ("1700000000000", 1_700_000_000_000),
        ("\"1700000000000\"", 1_700_000_000_000),
        ("\"2023-11-14T22:13:20Z\"", 1_700_000_000_000),
        ("\"2023-11-14T22:13:20\"", 1_700_000_000_000),
        ("\"2023-11-14T23:13:20.5+01:00\"", 1_700_000_000_500),
    ];
    for (spelled, moment) in moments {
        assert_eq!(time(spelled), Some(moment), "{spelled}");
    }
    for spelled in [
        "null",
        "\"yesterday\"",
        "\"\"",
        "{}",
        "[1]",
        "true",
        "-5",
        "\"+275760-09-13T00:00:00.001Z\"",
        "1e400",
    ] {
        assert_eq!(time(spelled), None, "{spelled}");
    }
}

// Fault 67.
#[test]
fn a_role_is_one_of_three_and_anything_else_the_assistant() {
    let role = |spelled: &str| {
        shown(&format!(r#"{{"messageId":"m","content":"x","role":{spelled}}}"#), |row| row.role)
    };
    assert_eq!(
        [role("\"user\""), role("\"system\""), role("\"assistant\"")],
        [Role::User, Role::System, Role::Assistant]
    );
    for spelled in ["null", "\"User\"", "\"root\"", "7", "{}", "\"user \"", "\"\\\"><script>\""] {
        assert_eq!(role(spelled), Role::Assistant, "{spelled}");
    }
}

// Fault 68.
#[test]
fn an_id_is_a_text_or_a_number_of_at_most_256_bytes_and_anything_else_reads_the_log() {
    let long = "i".repeat(257);
    let longest = "i".repeat(256);
    for (spelled, id) in [
        ("7", "7"),
        ("18446744073709551616", "18446744073709551616"),
        (r#""a\nb\u0000c""#, "a\nb\0c"),
        (&format!("{longest:?}"), &longest),
    ] {
        assert_eq!(
            shown(&format!(r#"{{"messageId":{spelled},"content":"x"}}"#), |row| row.id.to_owned()),
            id
        );
    }
    for spelled in ["null", "\"\"", "1.5", "{}", "[]", "true", &format!("{long:?}")] {
        let mut desk = Desk::new();
        desk.push(&format!(r#"{{"messageId":{spelled},"content":"x"}}"#));
        assert_eq!((desk.ids().len(), desk.open("/messages").len()), (0, 1), "{spelled}");
    }
}

// Fault 69.
#[test]
fn of_two_bodies_under_one_id_the_newer_wins_or_always_the_same_one() {
    let message =
        |revision: u8, text: &str| format!(r#"{{"messageId":"m","content":"{text}","revision":{revision}}}"#);
    let winner = |first: String, second: String| {
        let mut desk = Desk::new();
        desk.push(&first);
        desk.push(&second);
        assert_eq!(desk.timeline().len(), 1);
        String::from_utf8(desk.timeline().row(0).unwrap().raw.to_vec()).unwrap()
    };

    assert_eq!(winner(message(2, "new"), message(1, "old")), message(2, "new"));
    assert_eq!(winner(message(1, "old"), message(2, "new")), message(2, "new"));
    assert_eq!(winner(message(1, "a"), message(1, "b")), winner(message(1, "b"), message(1, "a")));
}

// Fault 70.
#[test]
fn the_same_id_in_two_sessions_is_two_messages() {
    let mut desk = Desk::new();
    desk.push(r#"{"messageId":"m","content":"of the first"}"#);
    desk.wait(1000);

    desk.give(Input::Command(Command::StartSync(SessionId::parse("s2").unwrap())));
    desk.answer("/s2/messages", 200, r#"{"messages":[{"messageId":"m","content":"of the second"}]}"#);

    let first = desk.engine.timeline(&SessionId::parse("s1").unwrap()).unwrap();
    let contents = [first, desk.timeline()]
        .map(|timeline| String::from_utf8_lossy(timeline.row(0).unwrap().raw).into_owned());
    assert!(contents[0].contains("first") && contents[1].contains("second"));
}

// Fault 71.
#[test]
fn lone_surrogates_nul_and_noncharacters_cost_no_message() {
    for text in [r"\ud800", r"\udc00\ud800", r"\u0000", r"\uffff\ufdd0", "\u{feff}", r"\ud83d\ude00"] {
        let raw = shown(&format!(r#"{{"messageId":"m","content":"{text}"}}"#), |row| {
            String::from_utf8(row.raw.to_vec()).unwrap()
        });
        assert!(raw.contains(text), "the bytes are kept for JSON.parse: {raw}");
    }
}

// Fault 72.
#[test]
fn a_message_nested_too_deeply_becomes_a_placeholder() {
    let nested = |depth: usize| {
        format!(r#"{{"messageId":"m","content":"x","meta":{}{}}}"#, "[".repeat(depth), "]".repeat(depth))
    };

    assert!(!shown(&nested(60), |row| row.placeholder));
    assert!(shown(&nested(128), |row| row.placeholder));
    assert!(shown(&nested(100_000), |row| row.placeholder));
}

// Fault 73.
#[test]
fn of_a_repeated_key_the_last_one_counts_as_in_json_parse() {
    let read = |row: Row<'_>| (row.id.to_owned(), row.sequence, row.role);
    let row = shown(
        r#"{"messageId":"a","messageId":"b","content":"x","sequenceNumber":1,"sequenceNumber":2,"role":"user","role":"system"}"#,
        read,
    );
    assert_eq!(row, ("b".to_owned(), Some(2), Role::System));
}

// Fault 74.
#[test]
fn a_message_over_256_kb_is_a_placeholder_and_its_neighbours_are_shown() {
    let large = format!(r#"{{"messageId":"large","content":"{}","sequenceNumber":2}}"#, "x".repeat(10 << 20));
    let page = format!(
        r#"{{"messages":[{{"messageId":"a","content":"x","sequenceNumber":1}},{large},{{"messageId":"c","content":"x","sequenceNumber":3}}]}}"#
    );

    let desk = Desk::with_page(&page);

    assert_eq!(desk.ids(), ["a", "large", "c"]);
    let kept: Vec<_> = desk.timeline().rows(0..3).map(|row| (row.placeholder, row.raw.len() < 300)).collect();
    assert_eq!(kept, [(false, true), (true, true), (false, true)]);
}

// Fault 75.
#[test]
fn names_that_mean_something_to_javascript_are_fields_like_any_other() {
    let message =
        r#"{"messageId":"m","content":"x","__proto__":{"role":"user"},"constructor":7,"prototype":[]}"#;
    let (role, raw) = shown(message, |row| (row.role, String::from_utf8(row.raw.to_vec()).unwrap()));
    assert_eq!((role, raw.as_str()), (Role::Assistant, message));
}
