//! Strings: escapes out, escapes in.

use std::borrow::Cow;

use super::scan;

/// Whether the text of a string can differ from the bytes between its quotes.
pub(super) fn may_differ(inner: &[u8]) -> bool {
    inner.iter().any(|&byte| byte == b'\\' || !byte.is_ascii())
}

/// Resolves escapes; lone surrogates and malformed UTF-8 become U+FFFD.
pub(super) fn unescape(inner: &[u8]) -> Cow<'_, str> {
    if !inner.contains(&b'\\') {
        // Nearly every text is well formed, and seeing that is cheaper than looking for what to replace.
        return core::str::from_utf8(inner).map_or_else(|_| String::from_utf8_lossy(inner), Cow::Borrowed);
    }
    let text = String::from_utf8(unescape_bytes(inner));
    Cow::Owned(text.unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned()))
}

/// The same as bytes, malformed UTF-8 left as it is.
pub(super) fn unescape_bytes(inner: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(inner.len());
    let mut at = 0;
    while at < inner.len() {
        // It stops at quotes and control characters too; no valid string holds them.
        let end = scan::plain(inner, at).max(at + usize::from(!matches!(inner.get(at), Some(b'\\'))));
        bytes.extend_from_slice(inner.get(at..end).unwrap_or_default());
        let escape = inner.get(end..).unwrap_or_default();
        at = end;
        if matches!(escape.first(), Some(b'\\')) {
            let (character, length) = unescape_one(escape);
            bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            at += length;
        }
    }
    bytes
}

/// The character that the escape at the start of `text` stands for, and the escape's length.
fn unescape_one(text: &[u8]) -> (char, usize) {
    let character = match text.get(1) {
        Some(b'u') => return unicode(text),
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(&byte) => char::from(byte),
        None => char::REPLACEMENT_CHARACTER,
    };
    (character, 2)
}

fn unicode(text: &[u8]) -> (char, usize) {
    let first = code_unit(text).unwrap_or(0xFFFD);
    if (0xD800..0xDC00).contains(&first)
        && let Some(second @ 0xDC00..0xE000) = text.get(6..).and_then(code_unit)
    {
        let pair = 0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00);
        return (char::from_u32(pair).unwrap_or(char::REPLACEMENT_CHARACTER), 12);
    }
    (char::from_u32(first).unwrap_or(char::REPLACEMENT_CHARACTER), 6)
}

/// The value of the `\uXXXX` at the start of `text`.
fn code_unit(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"\\u")?.first_chunk::<4>()?;
    digits.iter().try_fold(0, |value, &digit| Some(value * 16 + char::from(digit).to_digit(16)?))
}

/// Appends `text` as a JSON string, quoted and escaped.
pub fn write_str(out: &mut String, text: &str) {
    out.reserve(text.len() + 2);
    out.push('"');
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c < ' ' || c == '"' || c == '\\') {
        let (plain, special) = rest.split_at_checked(at).unwrap_or((rest, ""));
        out.push_str(plain);
        let mut characters = special.chars();
        if let Some(character) = characters.next() {
            escape(out, character);
        }
        rest = characters.as_str();
    }
    out.push_str(rest);
    out.push('"');
}

fn escape(out: &mut String, character: char) {
    match character {
        '"' => out.push_str("\\\""),
        '\\' => out.push_str("\\\\"),
        '\n' => out.push_str("\\n"),
        '\r' => out.push_str("\\r"),
        '\t' => out.push_str("\\t"),
        _ => {
            out.push_str("\\u00");
            for nibble in [u32::from(character) >> 4, u32::from(character) & 0xF] {
                out.push(char::from_digit(nibble, 16).unwrap_or('0'));
            }
        }
    }
}
