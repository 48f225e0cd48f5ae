//! The scanner against `serde_json`, against what V8's `JSON.parse` was seen to do, and against broken input.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use proptest::prelude::*;
use serde_json::Value;
use sidewire_json::{Json, Kind, Next, Reader, parse};

/// Compares the whole tree with what `serde_json` made of the same text.
fn same(json: Json<'_>, value: &Value) {
    match value {
        Value::Null => assert!(json.is_null()),
        Value::Bool(value) => assert_eq!(json.as_bool(), Some(*value)),
        Value::Number(number) => {
            assert_eq!(json.kind(), Kind::Number);
            if let Some(whole) = number.as_u64().filter(|&whole| whole < 1 << 53) {
                assert_eq!(json.as_integer(), Some(whole));
            }
        }
        Value::String(text) => assert_eq!(json.as_str().unwrap(), *text),
        Value::Array(values) => {
            assert_eq!(json.elements().count(), values.len());
            json.elements().zip(values).for_each(|(json, value)| same(json, value));
        }
        Value::Object(fields) => {
            for (name, value) in fields {
                same(json.get(name).unwrap(), value);
            }
            assert!(json.fields().all(|(name, _)| fields.contains_key(name.as_str().unwrap().as_ref())));
        }
    }
}

fn any_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        (0_u64..1 << 53).prop_map(Value::from),
        any::<f32>().prop_map(|number| Value::from(f64::from(number))),
        any::<String>().prop_map(Value::from),
        "[\"\\\\\u{0}-\u{20}a-c{}\\[\\],:]{0,20}".prop_map(Value::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::btree_map("[a-c\"\\\\]{0,2}", inner, 0..6)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_serde_json_writes_is_read_as_the_same_tree(value in any_value()) {
        for text in [serde_json::to_string(&value).unwrap(), serde_json::to_string_pretty(&value).unwrap()] {
            let json = parse(text.as_bytes()).unwrap();
            prop_assert_eq!(json.raw(), text.as_bytes());
            same(json, &value);
        }
    }

    #[test]
    fn texts_made_of_json_pieces_are_accepted_exactly_when_serde_json_accepts_them(
        pieces in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", ",", ":", "\"", "\"a\"", "\\", "\\u00", "\\n", "1", "0", "-", ".", "e", "+", "true",
            "null", "fals", " ", "\n", "\u{b}", "\u{a0}", "é", "/", "\u{1}",
        ]), 0..9)
    ) {
        let text = pieces.concat();
        prop_assert_eq!(parse(text.as_bytes()).is_ok(), serde_json::from_str::<Value>(&text).is_ok(), "{}", text);
    }

    #[test]
    fn damaged_json_is_accepted_exactly_when_serde_json_accepts_it(
        value in any_value(), at in any::<prop::sample::Index>(), byte in any::<u8>()
    ) {
        let mut bytes = serde_json::to_vec(&value).unwrap();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        if let Ok(text) = std::str::from_utf8(&bytes) {
            let theirs = serde_json::from_str::<Value>(text);
            let beyond = theirs.as_ref().is_err_and(|error| {
                // serde_json refuses these where V8 does not.
                ["surrogate", "number out of range", "hex escape"].iter().any(|words| error.to_string().contains(words))
            });
            prop_assert!(beyond || parse(&bytes).is_ok() == theirs.is_ok(), "{}", text);
        }
        walk(&bytes);
    }

    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        walk(&bytes);
        one_pass(&bytes);
    }

    #[test]
    fn one_pass_finds_the_fields_that_a_search_finds(
        value in any_value(), at in any::<prop::sample::Index>(), byte in any::<u8>(), spaced in any::<bool>()
    ) {
        let write = if spaced { serde_json::to_vec_pretty } else { serde_json::to_vec };
        let mut bytes = write(&value).unwrap();
        one_pass(&bytes);
        let at = at.index(bytes.len());
        bytes[at] = byte;
        one_pass(&bytes);
    }

    #[test]
    fn a_text_resolved_while_it_is_validated_is_the_text(text in any::<String>(), inner in any_value()) {
        for text in [text, serde_json::to_string(&inner).unwrap()] {
            for json in [serde_json::to_string(&text).unwrap(), escaped(&text)] {
                let (mut reader, mut buffer) = (Reader::new(json.as_bytes()), b"left over".to_vec());
                let length = reader.text_in(&mut buffer).unwrap();

                prop_assert_eq!(&buffer[..length], text.as_bytes());
                prop_assert!(reader.end().is_ok());
                prop_assert_eq!(parse(json.as_bytes()).unwrap().as_str().unwrap(), text.as_str());
                prop_assert!(Reader::new(&json.as_bytes()[..json.len() - 1]).text_in(&mut buffer).is_none());
            }
        }
    }
}

/// Every character as an escape.
fn escaped(text: &str) -> String {
    let units = text.encode_utf16().map(|unit| format!("\\u{unit:04x}"));
    format!("\"{}\"", units.collect::<String>())
}

const NAMES: [&str; 4] = ["", "a", "b", "\\"];

/// Compares what one pass finds with what a search through the validated value finds.
fn one_pass(bytes: &[u8]) {
    let whole = parse(bytes);
    let mut found = [Json::trusted(b"left over"); 4];
    let mut reader = Reader::new(bytes);
    let (object, depth) = reader.object(&NAMES, &mut found);
    assert_eq!(reader.end(), whole.map(|_| ()));
    if let Ok(whole) = whole {
        assert_eq!((object.raw(), depth), (whole.raw(), whole.depth()));
        for (name, found) in NAMES.iter().zip(found) {
            assert_eq!(found.raw(), whole.get(name).map_or(&b""[..], Json::raw), "{name}");
        }
    }

    let mut reader = Reader::new(bytes);
    let mut values = Vec::new();
    if reader.enter(b'[') {
        while reader.element() {
            values.push(reader.value().raw());
        }
    } else if reader.enter(b'{') {
        while reader.field(&[]) != Next::End {
            values.push(reader.value().raw());
        }
    } else {
        reader.value();
    }
    assert_eq!(reader.end(), whole.map(|_| ()));
    if let Ok(whole) = whole {
        let elements = whole.elements().chain(whole.fields().map(|(_, value)| value));
        assert!(elements.map(Json::raw).eq(values));
    }
}

/// Uses everything that can be used of whatever `bytes` are.
fn walk(bytes: &[u8]) {
    let Ok(root) = parse(bytes) else { return };
    let mut open = vec![root];
    while let Some(json) = open.pop() {
        let _ = (json.depth(), json.as_str(), json.as_bool(), json.as_integer(), json.get("a").is_some());
        assert!(parse(json.raw()).is_ok());
        open.extend(json.elements());
        open.extend(json.fields().flat_map(|(name, value)| [name, value]));
    }
}

/// Each line was given to `JSON.parse` of V8 11.3 (Node 20), see `json_v8_agrees` for how.
const V8_ACCEPTS: &[&str] = &[
    "null",
    " true ",
    "\t\r\n0",
    "-0",
    "-0.0e-0",
    "1E400",
    "1e-400",
    "123456789012345678901234567890",
    "0.1e+1",
    r#""\ud800""#,
    r#""\udc00\ud800""#,
    r#""\u0000""#,
    r#""\/""#,
    "\"\u{7f}\u{80}\u{2028}\u{2029}\u{ffff}\"",
    "[]",
    "[ ]",
    "{ }",
    "[[],{}]",
    r#"{"a":1,"a":2}"#,
    r#"{"":1}"#,
    r#"{"__proto__":1}"#,
    r#"{"\u0061":1}"#,
    "[1 , 2]",
    r#"{"a" : 1}"#,
    "\"\u{feff}\"",
];

/// These were refused.
const V8_REJECTS: &[&str] = &[
    "",
    " ",
    "nul",
    "nulll",
    "True",
    "NaN",
    "Infinity",
    "-Infinity",
    "undefined",
    "+1",
    "01",
    "-01",
    "-",
    "1.",
    ".5",
    "1.e1",
    "1e",
    "1e+",
    "0x1",
    "1_0",
    "1n",
    "'a'",
    "\"",
    "\"a",
    r#""\x41""#,
    r#""\u12""#,
    r#""\u12g4""#,
    r#""\u{41}""#,
    r#""\'""#,
    "\"\t\"",
    "\"\n\"",
    "\"\u{0}\"",
    "\"\u{1f}\"",
    "\"\\\n\"",
    "[",
    "]",
    "[1",
    "[1,",
    "[1,]",
    "[,1]",
    "[1 2]",
    "[1,,2]",
    "{",
    "}",
    "{]",
    "[}",
    "{a:1}",
    r#"{"a"}"#,
    r#"{"a":}"#,
    r#"{"a":1,}"#,
    r#"{"a":1"#,
    r#"{"a" 1}"#,
    r#"{"a":1 "b":2}"#,
    "{1:2}",
    "{,}",
    "1 2",
    "[] []",
    "{}x",
    "//\n1",
    "/**/1",
    "1//",
    "\u{b}1",
    "\u{c}1",
    "\u{a0}1",
    "\u{2028}1",
    "1\u{0}",
    "\u{0}",
];

#[test]
fn what_v8_accepts_and_refuses_is_accepted_and_refused() {
    for json in V8_ACCEPTS {
        assert!(parse(json.as_bytes()).is_ok(), "{json:?}");
    }
    for json in V8_REJECTS {
        assert!(parse(json.as_bytes()).is_err(), "{json:?}");
    }
}

#[test]
#[ignore = "needs Node; run it when the tables above change"]
fn json_v8_agrees() {
    let tables = serde_json::to_string(&[V8_ACCEPTS, V8_REJECTS]).unwrap();
    let script = "const [yes, no] = JSON.parse(process.argv[1]);
        const ok = (s) => { try { JSON.parse(s); return true } catch { return false } };
        const wrong = [...yes.filter((s) => !ok(s)), ...no.filter(ok)];
        if (wrong.length) { console.error(wrong); process.exit(1) }";
    let status = std::process::Command::new("node").args(["-e", script, &tables]).status().unwrap();

    assert!(status.success());
}

fn sample_page() -> String {
    let message = |n: u64| {
        format!(
            r#" {{ "messageId" : "m{n}", "role":"user","content":"a\"b\\c\u00e9\ud83d\ude00 {{[ü😀","sequenceNumber":{n},
            "timestamp":"2026-11-21T19:21:56.499Z","meta":{{"a":[1,2.5e-3,true,null,{{}}],"b":[[]]}},"status":"sent"}} "#
        )
    };
    let messages: Vec<_> = (1..=5).map(message).collect();
    format!("\u{feff}{{\"messages\":[{}],\"hasMore\":false,\"lastSequenceNumber\":5}}\n", messages.join(","))
}

#[test]
fn no_truncation_of_a_page_is_taken_for_one_or_panics() {
    let page = sample_page();
    let bytes = page.trim_end().as_bytes();
    assert_eq!(parse(bytes).unwrap().get("messages").unwrap().elements().count(), 5);
    for end in 0..bytes.len() {
        assert!(parse(&bytes[..end]).is_err(), "{end}");
    }
}

#[test]
fn no_single_byte_of_a_page_replaced_panics() {
    let page = sample_page();
    for at in 0..page.len() {
        for byte in *b"\"\\{}[]:,0-. \x00\xFF" {
            let mut bytes = page.clone().into_bytes();
            bytes[at] = byte;
            walk(&bytes);
        }
    }
}

#[test]
fn five_million_brackets_are_only_deep() {
    let deep = [b"[".repeat(5_000_000), b"]".repeat(5_000_000)].concat();

    assert_eq!(parse(&deep).unwrap().depth(), 5_000_000);
    assert_eq!(parse(&deep).unwrap().elements().count(), 1);
    assert!(parse(&b"{\"a\":".repeat(1_000_000)).is_err());
}
