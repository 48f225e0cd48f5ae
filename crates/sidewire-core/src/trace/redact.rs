//! Takes what people wrote out of a trace.

use crate::decimal;
use crate::json::{self, Json, Kind};

/// Strings under these names steer the engine or name things; every other string may be people's words.
const KEPT: [&str; 31] = [
    "i",
    "id",
    "s",
    "a",
    "t",
    "event",
    "channel",
    "socket_id",
    "type",
    "sessionId",
    "messageId",
    "clientMessageId",
    "role",
    "status",
    "timestamp",
    "updatedAt",
    "createdAt",
    "sequenceNumber",
    "lastSequenceNumber",
    "revision",
    "taskId",
    "context",
    "code",
    "hasMore",
    "offset",
    "sidewireTrace",
    "seed",
    "activity_timeout",
    "isTyping",
    "v",
    "lastConnectedAt",
];

/// Strings under these names hold JSON of their own: the string inside the string.
const NESTED: [&str; 2] = ["d", "data"];

/// Appends one line with its texts replaced. A line that is no JSON, which the recorder never writes, is dropped.
pub(super) fn line(out: &mut String, line: &str) {
    if let Ok(value) = json::parse(line.as_bytes()) {
        copy(out, value, "", 0);
    }
}

fn copy(out: &mut String, value: Json<'_>, name: &str, depth: u32) {
    match value.kind() {
        // Deeper than any field of ours: the engine does not look there either.
        _ if depth > 64 => out.push_str("null"),
        Kind::Object => {
            out.push('{');
            for (index, (key, inner)) in value.fields().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                let key = key.as_str().unwrap_or_default();
                json::write_str(out, &key);
                out.push(':');
                copy(out, inner, &key, depth + 1);
            }
            out.push('}');
        }
        Kind::Array => {
            out.push('[');
            for (index, inner) in value.elements().enumerate() {
                out.push_str(if index > 0 { "," } else { "" });
                copy(out, inner, name, depth + 1);
            }
            out.push(']');
        }
        Kind::String => copy_text(out, &value.as_str().unwrap_or_default(), name, depth),
        Kind::Null | Kind::Bool | Kind::Number => out.push_str(&sidewire_json::lossy(value.raw())),
    }
}

fn copy_text(out: &mut String, text: &str, name: &str, depth: u32) {
    if KEPT.contains(&name) {
        json::write_str(out, text);
        return;
    }
    if NESTED.contains(&name)
        && let Ok(inner) = json::parse(text.as_bytes())
    {
        let mut nested = String::new();
        copy(&mut nested, inner, name, depth + 1);
        json::write_str(out, &nested);
        return;
    }
    json::write_str(out, &substitute(text));
}

/// A text of equal length in bytes and in UTF-16: a digest of the original, its best mixed digits first, repeated. Equal
/// texts stay equal, others differ. Of characters beyond ASCII only their number shows: they stand at the end.
fn substitute(text: &str) -> String {
    let digest = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    let mut hex = String::new();
    decimal::push_hex(&mut hex, digest, 16);
    let mut digits = hex.bytes().rev().map(char::from).cycle();
    let mut out = String::with_capacity(text.len());
    for (bytes, first) in [(1, 0), (2, 0x100), (3, 0x4E00), (4, 0x1_F700)] {
        for _ in text.chars().filter(|character| character.len_utf8() == bytes) {
            let digit = digits.next().unwrap_or('0');
            let replaced =
                digit.to_digit(16).filter(|_| first > 0).and_then(|digit| char::from_u32(first + digit));
            out.push(replaced.unwrap_or(digit));
        }
    }
    out
}

/// Whether `replaced` is what became of `text`.
#[cfg(feature = "replay")]
pub(super) fn same(text: &str, replaced: &str) -> bool {
    substitute(text) == replaced
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_replaced_at_every_depth_and_what_steers_stays() {
        let source = r#"{"t":5,"i":"frame","n":1,"d":"{\"event\":\"new_message\",\"channel\":\"private-session-s\",\"data\":\"{\\\"message\\\":{\\\"messageId\\\":\\\"m1\\\",\\\"content\\\":\\\"my secret\\\",\\\"meta\\\":{\\\"note\\\":[\\\"hidden\\\"]}}}\"}"}"#;
        let mut out = String::new();

        line(&mut out, source);

        assert!(!out.contains("secret") && !out.contains("hidden"), "{out}");
        for kept in ["new_message", "private-session-s", "m1", "\"i\":\"frame\""] {
            assert!(out.contains(kept), "{kept} in {out}");
        }
        assert_eq!(out.len(), source.len());
    }

    #[test]
    fn different_words_stay_different_and_equal_ones_equal() {
        assert_eq!(substitute("abc"), substitute("abc"));
        assert_ne!(substitute("abcd"), substitute("abce"));
        for text in ["hé", "日本語", "a😀b", ""] {
            let replaced = substitute(text);
            assert_eq!(replaced.len(), text.len());
            assert_eq!(replaced.encode_utf16().count(), text.encode_utf16().count());
            assert!(text.is_empty() || replaced != text);
        }
        assert_ne!(substitute("日本"), substitute("本日"));
    }
}
