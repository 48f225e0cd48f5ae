//! Validation in one pass, and skipping over what was validated before.

use core::ops::Range;

use super::error::{JsonError, JsonErrorKind};

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The kinds of the open containers, one bit each. A `Vec` of flags would let 5 MB of brackets cost 5 MB.
#[derive(Default)]
struct Nesting {
    /// The innermost up to 64 levels, innermost lowest; 1 is an object.
    top: u64,
    /// How many levels `top` holds.
    held: u32,
    /// Full words from further out. Empty, hence unallocated, up to depth 64.
    spilled: Vec<u64>,
}

impl Nesting {
    fn push(&mut self, object: bool) {
        if self.held == u64::BITS {
            self.spilled.push(self.top);
            self.held = 0;
        }
        self.top = (self.top << 1) | u64::from(object);
        self.held += 1;
    }

    fn pop(&mut self) {
        self.top >>= 1;
        self.held = self.held.saturating_sub(1);
        if self.held == 0
            && let Some(word) = self.spilled.pop()
        {
            (self.top, self.held) = (word, u64::BITS);
        }
    }

    /// Whether the innermost container is an object; `None` outside of all.
    fn in_object(&self) -> Option<bool> {
        (self.held > 0).then_some(self.top & 1 == 1)
    }
}

/// Validates a whole document and tells where its value lies.
pub(super) fn document(bytes: &[u8]) -> Result<Range<usize>, JsonError> {
    let mark = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let start = whitespace(bytes, mark);
    let end = value(bytes, start)?;
    let rest = whitespace(bytes, end);
    if rest < bytes.len() {
        return Err(JsonError { offset: rest, kind: JsonErrorKind::TrailingBytes });
    }
    Ok(start..end)
}

/// Validates the value at `at` and gives the index after it.
fn value(bytes: &[u8], mut at: usize) -> Result<usize, JsonError> {
    let mut nesting = Nesting::default();
    loop {
        at = innermost(bytes, at, &mut nesting)?;
        loop {
            let Some(in_object) = nesting.in_object() else {
                return Ok(at);
            };
            at = whitespace(bytes, at);
            match (bytes.get(at), in_object) {
                (Some(b','), true) => {
                    at = key(bytes, whitespace(bytes, at + 1))?;
                    break;
                }
                (Some(b','), false) => {
                    at += 1;
                    break;
                }
                (Some(b'}'), true) | (Some(b']'), false) => {
                    nesting.pop();
                    at += 1;
                }
                _ => return Err(unexpected(bytes, at)),
            }
        }
    }
}

/// Opens containers until one is empty or holds a scalar first, and gives the index after that.
fn innermost(bytes: &[u8], mut at: usize, nesting: &mut Nesting) -> Result<usize, JsonError> {
    loop {
        at = whitespace(bytes, at);
        let (object, close) = match bytes.get(at) {
            Some(b'{') => (true, b'}'),
            Some(b'[') => (false, b']'),
            _ => return scalar(bytes, at),
        };
        at = whitespace(bytes, at + 1);
        if bytes.get(at) == Some(&close) {
            return Ok(at + 1);
        }
        nesting.push(object);
        if object {
            at = key(bytes, at)?;
        }
    }
}

/// Validates a field's name and colon.
fn key(bytes: &[u8], at: usize) -> Result<usize, JsonError> {
    if !matches!(bytes.get(at), Some(b'"')) {
        return Err(unexpected(bytes, at));
    }
    let colon = whitespace(bytes, string(bytes, at + 1)?);
    if !matches!(bytes.get(colon), Some(b':')) {
        return Err(unexpected(bytes, colon));
    }
    Ok(colon + 1)
}

fn scalar(bytes: &[u8], at: usize) -> Result<usize, JsonError> {
    match bytes.get(at) {
        Some(b'"') => string(bytes, at + 1),
        Some(b'-' | b'0'..=b'9') => number(bytes, at),
        Some(b't') => literal(bytes, at, b"true"),
        Some(b'f') => literal(bytes, at, b"false"),
        Some(b'n') => literal(bytes, at, b"null"),
        _ => Err(unexpected(bytes, at)),
    }
}

fn literal(bytes: &[u8], at: usize, word: &[u8]) -> Result<usize, JsonError> {
    let same = bytes.iter().skip(at).zip(word).take_while(|(found, wanted)| found == wanted).count();
    if same == word.len() { Ok(at + same) } else { Err(unexpected(bytes, at + same)) }
}

/// Validates the rest of a string whose opening quote stands before `at`.
fn string(bytes: &[u8], mut at: usize) -> Result<usize, JsonError> {
    loop {
        at = plain(bytes, at);
        match bytes.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at = escape(bytes, at + 1)?,
            Some(_) => {
                return Err(JsonError { offset: at, kind: JsonErrorKind::ControlCharacter });
            }
            None => return Err(unexpected(bytes, at)),
        }
    }
}

/// Validates what follows a backslash.
fn escape(bytes: &[u8], at: usize) -> Result<usize, JsonError> {
    match bytes.get(at) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 1),
        Some(b'u') => {
            let bad = bytes.iter().skip(at + 1).take(4).position(|byte| !byte.is_ascii_hexdigit());
            match bad {
                Some(digits) => Err(JsonError { offset: at + 1 + digits, kind: JsonErrorKind::BadEscape }),
                None if bytes.len() < at + 5 => Err(unexpected(bytes, bytes.len())),
                None => Ok(at + 5),
            }
        }
        Some(_) => Err(JsonError { offset: at, kind: JsonErrorKind::BadEscape }),
        None => Err(unexpected(bytes, at)),
    }
}

fn number(bytes: &[u8], at: usize) -> Result<usize, JsonError> {
    let mut at = if matches!(bytes.get(at), Some(b'-')) { at + 1 } else { at };
    at = match bytes.get(at) {
        Some(b'0') => at + 1,
        _ => digits(bytes, at)?,
    };
    if matches!(bytes.get(at), Some(b'.')) {
        at = digits(bytes, at + 1)?;
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let signed = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
        at = digits(bytes, at + 1 + usize::from(signed))?;
    }
    if matches!(bytes.get(at), Some(b'0'..=b'9')) {
        return Err(JsonError { offset: at, kind: JsonErrorKind::BadNumber });
    }
    Ok(at)
}

/// Validates one or more digits.
fn digits(bytes: &[u8], at: usize) -> Result<usize, JsonError> {
    match bytes.iter().skip(at).take_while(|byte| byte.is_ascii_digit()).count() {
        0 if at >= bytes.len() => Err(unexpected(bytes, at)),
        0 => Err(JsonError { offset: at, kind: JsonErrorKind::BadNumber }),
        count => Ok(at + count),
    }
}

fn unexpected(bytes: &[u8], at: usize) -> JsonError {
    let kind = if at < bytes.len() { JsonErrorKind::UnexpectedByte } else { JsonErrorKind::UnexpectedEnd };
    JsonError { offset: at.min(bytes.len()), kind }
}

/// The index of the first byte from `at` on that is no JSON whitespace.
pub(super) fn whitespace(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}

/// The index of the first quote, backslash or control character from `at` on, looked for in words of eight bytes.
pub(super) fn plain(bytes: &[u8], mut at: usize) -> usize {
    const ONES: u64 = u64::MAX / 255;
    const HIGHS: u64 = ONES << 7;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
        let word = u64::from_le_bytes(*chunk);
        let (quote, backslash) = (word ^ (ONES * u64::from(b'"')), word ^ (ONES * u64::from(b'\\')));
        // A borrow can only raise a false mark above a true one, so the lowest mark is always right.
        let marks = (quote.wrapping_sub(ONES) & !quote)
            | (backslash.wrapping_sub(ONES) & !backslash)
            | (word.wrapping_sub(ONES * 0x20) & !word);
        if marks & HIGHS != 0 {
            return at + (marks & HIGHS).trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    while bytes.get(at).is_some_and(|&byte| byte >= 0x20 && byte != b'"' && byte != b'\\') {
        at += 1;
    }
    at
}

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
