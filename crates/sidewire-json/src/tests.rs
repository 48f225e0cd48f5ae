use super::*;

fn text(json: &str) -> String {
    parse(json.as_bytes()).unwrap().as_str().unwrap().into_owned()
}

fn integer(json: &str) -> Option<u64> {
    parse(json.as_bytes()).unwrap().as_integer()
}

#[test]
fn a_field_repeated_gives_its_last_value() {
    let json = parse(br#" {"a":1 , "b" : [2,{"a":3}],"\u0061":4} "#).unwrap();

    assert_eq!(json.get("a").unwrap().raw(), b"4");
    assert_eq!(json.get("b").unwrap().raw(), br#"[2,{"a":3}]"#);
    assert!(json.get("c").is_none());
}

#[test]
fn whitespace_and_one_byte_order_mark_around_the_value_are_no_part_of_it() {
    let json = parse(b"\xEF\xBB\xBF\r\n\t {} \n").unwrap();

    assert_eq!(json.raw(), b"{}");
    assert_eq!(parse(b"\xEF\xBB\xBF\xEF\xBB\xBF{}").unwrap_err().kind, JsonErrorKind::UnexpectedByte);
}

#[test]
fn fields_and_elements_of_anything_else_are_empty() {
    for json in [&b"1"[..], b"\"{\"", b"[1]", b"null", b"{}"] {
        assert_eq!(parse(json).unwrap().fields().count(), 0);
    }
    for json in [&b"1"[..], b"\"[\"", b"{\"a\":1}", b"null", b"[ ]"] {
        assert_eq!(parse(json).unwrap().elements().count(), 0);
    }
}

#[test]
fn depth_counts_containers_and_not_brackets_in_strings() {
    for (json, depth) in [("1", 0), ("\"[[\"", 0), ("{}", 1), (r#"[1,{"a":["}"]},[]]"#, 3)] {
        assert_eq!(parse(json.as_bytes()).unwrap().depth(), depth, "{json}");
    }
}

#[test]
fn every_spelling_of_a_whole_number_is_that_number() {
    for json in ["7", "7.0", "7.000", "7e0", "7E+0", "70e-1", "0.7e1", "0.0007e4", "\"7\"", "\"7.0\""] {
        assert_eq!(integer(json), Some(7), "{json}");
    }
    for (json, value) in [
        ("0", 0),
        ("0e999999999999999999999", 0),
        ("1e3", 1000),
        ("999999999999999", 999_999_999_999_999),
        ("1000000000000000", 1_000_000_000_000_000),
        ("9007199254740991", (1 << 53) - 1),
        ("9007199254740991000e-3", (1 << 53) - 1),
    ] {
        assert_eq!(integer(json), Some(value), "{json}");
    }
}

#[test]
fn what_is_no_safe_whole_number_is_none_and_never_rounded() {
    for json in [
        "1.5",
        "-1",
        "-0",
        "9007199254740992",
        "9007199254740993",
        "18446744073709551616",
        "1e400",
        "1e-1",
        "true",
        "null",
        "{}",
        "[7]",
        "\"\"",
        "\" 7\"",
        "\"07\"",
        "\"+7\"",
        "\"0x7\"",
        "\"7.\"",
        "\".7\"",
        "\"7e\"",
        "\"7e+\"",
        "1e99999999999999999999",
        "1e-99999999999999999999",
    ] {
        assert_eq!(integer(json), None, "{json}");
    }
}

#[test]
fn escapes_are_resolved_and_lone_surrogates_replaced() {
    for (json, expected) in [
        (r#""a\"\\\/\b\f\n\r\t""#, "a\"\\/\u{8}\u{c}\n\r\t"),
        (r#""\u0041\u00e9\u0000""#, "Aé\0"),
        (r#""\ud83d\ude00""#, "😀"),
        (r#""\ud83d""#, "\u{FFFD}"),
        (r#""\ude00x""#, "\u{FFFD}x"),
        (r#""\ud83d\ud83d\ude00""#, "\u{FFFD}😀"),
        (r#""\ud83d\u0041""#, "\u{FFFD}A"),
        (r#""\ud83d\n""#, "\u{FFFD}\n"),
    ] {
        assert_eq!(text(json), expected, "{json}");
        let units = parse(json.as_bytes()).unwrap().as_units().unwrap();
        assert_eq!(String::from_utf16_lossy(&units), expected, "{json}");
    }
}

#[test]
fn text_in_utf_16_keeps_lone_surrogates() {
    let units = |json: &[u8]| parse(json).unwrap().as_units();
    assert_eq!(units(br#""a\ud83d\n\ude00""#).unwrap(), [0x61, 0xD83D, 0x0A, 0xDE00]);
    assert_eq!(units(b"7"), None);
    assert_eq!(units(b"\"x\xFFy\"").unwrap(), [0x78, 0xFFFD, 0x79]);
}

#[test]
fn a_string_without_escapes_is_borrowed() {
    let json = parse("\"grüß dich\"".as_bytes()).unwrap();

    assert!(matches!(json.as_str(), Some(Cow::Borrowed("grüß dich"))));
}

#[test]
fn malformed_utf_8_costs_its_characters_and_nothing_else() {
    let json = parse(b"{\"a\":\"x\xFFy\xE2\x82\",\"b\":1}").unwrap();

    assert_eq!(json.get("a").unwrap().as_str().unwrap(), "x\u{FFFD}y\u{FFFD}");
    assert_eq!(json.get("b").unwrap().as_integer(), Some(1));
    assert_eq!(parse(b"\xFF").unwrap_err().kind, JsonErrorKind::UnexpectedByte);
}

#[test]
fn errors_tell_where_and_why() {
    for (json, offset, kind) in [
        ("", 0, JsonErrorKind::UnexpectedEnd),
        ("[1,", 3, JsonErrorKind::UnexpectedEnd),
        ("[1,]", 3, JsonErrorKind::UnexpectedByte),
        ("01", 1, JsonErrorKind::UnexpectedByte),
        ("\"\\x\"", 2, JsonErrorKind::UnexpectedByte),
        ("\"\\u00g0\"", 5, JsonErrorKind::UnexpectedByte),
        ("\"\n\"", 1, JsonErrorKind::UnexpectedByte),
        ("{} x", 3, JsonErrorKind::TrailingBytes),
        ("nul", 3, JsonErrorKind::UnexpectedEnd),
    ] {
        assert_eq!(parse(json.as_bytes()).unwrap_err(), JsonError { offset, kind }, "{json}");
    }
}

#[test]
fn any_depth_is_scanned_without_stack() {
    let depth = 5_000_000;
    let deep: Vec<u8> = [b"[".repeat(depth), b"]".repeat(depth)].concat();
    let mixed: Vec<u8> = [b"{\"a\":[".repeat(100_000), b"]}".repeat(100_000)].concat();

    assert_eq!(parse(&deep).unwrap().depth(), 5_000_000);
    assert_eq!(parse(&mixed).unwrap().depth(), 200_000);
    assert_eq!(parse(deep.get(..depth).unwrap()).unwrap_err().kind, JsonErrorKind::UnexpectedEnd);
    assert!(parse(&[&mixed[..700_000], b"]]", &mixed[700_002..]].concat()).is_err());
}

#[test]
fn picked_fields_are_those_that_get_gives() {
    let value = parse(br#"{"a":1,"b":null,"a":"two","c\u0064":[3]}"#).unwrap();

    let picked = value.pick(["a", "b", "cd", "missing"]);

    for (name, found) in ["a", "b", "cd", "missing"].into_iter().zip(picked) {
        assert_eq!(found.map(Json::raw), value.get(name).map(Json::raw), "{name}");
    }
    assert_eq!(picked[0].and_then(Json::as_str).as_deref(), Some("two"));
    assert!(parse(b"[1]").unwrap().pick(["a"])[0].is_none());
}

#[test]
fn a_value_is_stepped_over_only_where_its_bytes_stand() {
    let mut reader = Reader::new(br#"[ {"a":1} , {"a":2},{"a":2}]"#);
    assert!(reader.enter(b'['));

    assert!(reader.element());
    assert!(!reader.step_over(br#"{"a":2}"#), "another value");
    assert!(!reader.step_over(b""), "nothing");
    assert!(reader.step_over(br#"{"a":1}"#));
    assert!(reader.element());
    assert_eq!(reader.value().raw(), br#"{"a":2}"#);
    assert!(reader.element());
    assert!(!reader.step_over(br#"{"a":2}] more than there is"#));
    assert!(reader.step_over(br#"{"a":2}"#));
    assert!(!reader.element());
    assert!(reader.end().is_ok());
}

#[test]
fn texts_that_differ_anywhere_have_hashes_of_their_own() {
    let texts: Vec<Vec<u8>> = (0..40)
        .flat_map(|length| {
            (0..=length).map(move |at| {
                let mut text = vec![b'a'; length];
                if let Some(byte) = text.get_mut(at) {
                    *byte = b'b';
                }
                text
            })
        })
        .collect();

    let hashes: std::collections::BTreeSet<_> = texts.iter().map(|text| hash(text)).collect();

    assert_eq!(hashes.len(), texts.len());
}

#[test]
fn malformed_utf8_is_replaced_as_the_standard_library_does_it() {
    let pieces: [&[u8]; 9] = [
        b"a",
        "ä€😀".as_bytes(),
        b"\xFF",
        b"\xC3",
        b"\xE2\x82",
        b"\xF0\x9F\x98",
        b"\xED\xA0\x80",
        b"\x80",
        b"",
    ];
    for first in pieces {
        for second in pieces {
            for third in pieces {
                let bytes = [first, second, third].concat();

                assert_eq!(lossy(&bytes), String::from_utf8_lossy(&bytes), "{bytes:?}");
            }
        }
    }
}
