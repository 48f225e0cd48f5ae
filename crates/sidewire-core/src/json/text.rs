//! Strings: escapes in.

use crate::decimal;

/// Appends `text` as a JSON string, quoted and escaped.
pub fn write_str(out: &mut String, text: &str) {
    out.reserve(text.len() + 2);
    out.push('"');
    let mut rest = text;
    while let Some((at, special)) =
        rest.bytes().enumerate().find(|(_, b)| *b < b' ' || matches!(b, b'"' | b'\\'))
    {
        out.push_str(rest.get(..at).unwrap_or_default());
        escape(out, char::from(special));
        rest = rest.get(at + 1..).unwrap_or_default();
    }
    out.push_str(rest);
    out.push('"');
}

/// Appends bytes as text, malformed UTF-8 as U+FFFD.
pub(crate) fn push_lossy(out: &mut String, bytes: &[u8]) {
    out.push_str(&sidewire_json::lossy(bytes));
}

/// Appends a text in UTF-16 as a JSON string; a lone surrogate becomes an escape.
pub fn write_units(out: &mut String, units: &[u16]) {
    out.push('"');
    for character in char::decode_utf16(units.iter().copied()) {
        match character {
            Ok(character @ ('\0'..' ' | '"' | '\\')) => escape(out, character),
            Ok(character) => out.push(character),
            Err(lone) => {
                out.push_str("\\u");
                decimal::push_hex(out, lone.unpaired_surrogate().into(), 4);
            }
        }
    }
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
