//! Strings: their escapes resolved.

use std::borrow::Cow;

use super::chunk::{WIDTH, chunk_at, is_special, plain, special};
use super::reader::escape;

/// Whether the text of a string can differ from the bytes between its quotes.
pub(super) fn may_differ(inner: &[u8]) -> bool {
    inner.iter().any(|&byte| byte == b'\\' || !byte.is_ascii())
}

/// Bytes as text, each piece that is no UTF-8 as U+FFFD. Does what [`String::from_utf8_lossy`] does, in a kilobyte less of
/// a module that is downloaded.
pub fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    // Nearly every text is well formed, and seeing that is cheaper than looking for what to replace.
    let mut malformed = match core::str::from_utf8(bytes) {
        Ok(text) => return Cow::Borrowed(text),
        Err(error) => error,
    };
    let (mut text, mut rest) = (String::with_capacity(bytes.len()), bytes);
    loop {
        let (valid, tail) = rest.split_at_checked(malformed.valid_up_to()).unwrap_or((rest, &[]));
        text.push_str(core::str::from_utf8(valid).unwrap_or_default());
        text.push('\u{FFFD}');
        rest = malformed.error_len().and_then(|length| tail.get(length..)).unwrap_or_default();
        match core::str::from_utf8(rest) {
            Ok(last) => {
                text.push_str(last);
                return Cow::Owned(text);
            }
            Err(error) => malformed = error,
        }
    }
}

/// Resolves escapes; lone surrogates and malformed UTF-8 become U+FFFD.
pub(super) fn unescape(inner: &[u8]) -> Cow<'_, str> {
    if !inner.contains(&b'\\') {
        return lossy(inner);
    }
    let text = String::from_utf8(unescape_bytes(inner));
    Cow::Owned(text.unwrap_or_else(|error| lossy(error.as_bytes()).into_owned()))
}

/// The same as bytes, malformed UTF-8 left as it is.
pub(super) fn unescape_bytes(inner: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(inner.len());
    let mut at = 0;
    while at < inner.len() {
        // It stops at quotes and control characters too; no valid string holds them.
        let end = plain(inner, at).max(at + usize::from(!matches!(inner.get(at), Some(b'\\'))));
        bytes.extend_from_slice(inner.get(at..end).unwrap_or_default());
        let escape = inner.get(end..).unwrap_or_default();
        at = end;
        if matches!(escape.first(), Some(b'\\')) {
            let (character, length) = character(escape);
            bytes.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
            at += length;
        }
    }
    bytes
}

/// The same in UTF-16, as JavaScript has it: a lone surrogate stays what it is.
pub(super) fn units(inner: &[u8]) -> Vec<u16> {
    let (mut units, mut rest) = (Vec::with_capacity(inner.len()), inner);
    while !rest.is_empty() {
        let end = rest.iter().position(|&byte| byte == b'\\').unwrap_or(rest.len());
        let (plain, escape) = rest.split_at_checked(end).unwrap_or((rest, &[]));
        units.extend(lossy(plain).encode_utf16());
        rest = if let Some(unit) = code_unit(escape) {
            units.push(u16::try_from(unit).unwrap_or(0xFFFD));
            escape.get(6..)
        } else if escape.is_empty() {
            None
        } else {
            let (character, length) = character(escape);
            units.extend_from_slice(character.encode_utf16(&mut [0; 2]));
            escape.get(length..)
        }
        .unwrap_or_default();
    }
    units
}

/// Validates the rest of a string, whose opening quote stands before `at`, and copies its text to the beginning of
/// `buffer`. Gives the index behind the closing quote and the text's length, or where the bytes are no JSON.
pub(super) fn resolve(bytes: &[u8], mut at: usize, buffer: &mut Vec<u8>) -> Result<(usize, usize), usize> {
    // No escape is shorter than what it stands for. The last chunk may be copied beyond the end.
    let most = bytes.len().saturating_sub(at) + WIDTH;
    if buffer.len() < most {
        buffer.resize(most, 0);
    }
    let mut length = 0;
    loop {
        let copied = copy_plain(bytes, at, buffer.get_mut(length..).unwrap_or_default());
        (at, length) = (at + copied, length + copied);
        match bytes.get(at) {
            Some(b'"') => return Ok((at + 1, length)),
            Some(b'\\') => {}
            Some(_) | None => return Err(at),
        }
        let end = escape(bytes, at + 1)?;
        // Quotes, of which JSON within JSON is full.
        if let (Some(byte @ (b'"' | b'\\' | b'/')), Some(slot)) = (bytes.get(at + 1), buffer.get_mut(length))
        {
            (*slot, at, length) = (*byte, end, length + 1);
            continue;
        }
        let (character, taken) = character(bytes.get(at..).unwrap_or_default());
        let room = buffer.get_mut(length..).unwrap_or_default();
        length += character.encode_utf8(room).len();
        at += taken;
    }
}

/// Copies what stands before the next quote, backslash or control character, and tells how much that was.
#[inline]
fn copy_plain(bytes: &[u8], from: usize, room: &mut [u8]) -> usize {
    let mut copied = 0;
    while let (Some(chunk), Some(place)) =
        (chunk_at(bytes, from + copied), room.get_mut(copied..).and_then(<[u8]>::first_chunk_mut::<WIDTH>))
    {
        *place = *chunk;
        let found = special(chunk);
        copied += found;
        if found < WIDTH {
            return copied;
        }
    }
    while let (Some(&byte), Some(place)) = (bytes.get(from + copied), room.get_mut(copied))
        && !is_special(byte)
    {
        *place = byte;
        copied += 1;
    }
    copied
}

/// The character that the escape at the start of `text` stands for, and the escape's length.
pub(super) fn character(text: &[u8]) -> (char, usize) {
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
pub(super) fn code_unit(text: &[u8]) -> Option<u32> {
    let digits = text.strip_prefix(b"\\u")?.first_chunk::<4>()?;
    digits.iter().try_fold(0, |value, &digit| Some(value * 16 + char::from(digit).to_digit(16)?))
}
