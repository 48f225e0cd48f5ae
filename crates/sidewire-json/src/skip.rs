//! Skipping over what was validated before.

use super::chunk::plain;

/// The index after the valid value at `at`, and how deep it nests.
pub(super) fn skip(bytes: &[u8], mut at: usize) -> (usize, u32) {
    // Most values are strings.
    if matches!(bytes.get(at), Some(b'"')) {
        return (skip_string(bytes, at + 1).min(bytes.len()), 0);
    }
    let (mut open, mut deepest) = (0_u32, 0_u32);
    while let Some(byte) = bytes.get(at) {
        at += 1;
        match byte {
            b'"' => at = skip_string(bytes, at),
            b'{' | b'[' => {
                open = open.saturating_add(1);
                deepest = deepest.max(open);
                continue;
            }
            b'}' | b']' => open = open.saturating_sub(1),
            _ if open == 0 => at = skip_word(bytes, at),
            _ => continue,
        }
        if open == 0 {
            break;
        }
    }
    (at.min(bytes.len()), deepest)
}

/// The index after a valid string whose opening quote stands before `at`.
fn skip_string(bytes: &[u8], mut at: usize) -> usize {
    loop {
        at = plain(bytes, at);
        match bytes.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') | None => return at + 1,
            Some(_) => at += 1,
        }
    }
}

/// The index after a valid number or literal.
fn skip_word(bytes: &[u8], mut at: usize) -> usize {
    while bytes.get(at).is_some_and(|byte| !matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t'))
    {
        at += 1;
    }
    at
}
