//! Reading a document from front to back, once: what is wanted is found while the rest is validated.

use super::chunk::{digits, plain, same};
use super::nesting::Nesting;
use super::{Json, JsonError, JsonErrorKind, text};

/// Set in an index: the bytes are no JSON from there on. No text is so long, so every look at such an index finds
/// nothing, and a failure needs no branch of its own on the way out.
const BAD: usize = 1 << (usize::BITS - 1);

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// What comes next in an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// A field, by its place among the names asked for. Its value is to be read.
    Field(usize),
    /// Another field. Its value is to be read.
    Other,
    /// The object's end, or the end of all because the bytes are no JSON.
    End,
}

/// Reads one document, value by value. After a failure it finds nothing more; [`Reader::end`] tells.
#[derive(Clone, Debug)]
pub struct Reader<'a> {
    bytes: &'a [u8],
    at: usize,
    /// Just behind an opening bracket: no comma is due.
    fresh: bool,
    /// How deep the deepest of the values read since it was set to 0 nests.
    deepest: u32,
}

impl<'a> Reader<'a> {
    /// Begins before the value, behind whitespace and one byte order mark.
    pub fn new(bytes: &'a [u8]) -> Self {
        let mark = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
        Self { bytes, at: whitespace(bytes, mark), fresh: false, deepest: 0 }
    }

    /// The first byte of the value that comes next, which tells its kind.
    pub fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    /// Steps over the value that comes next if these bytes, which must be a valid object or array, spell it.
    pub fn step_over(&mut self, value: &[u8]) -> bool {
        let is_it = self.rest().get(..value.len()).is_some_and(|start| same(start, value));
        if is_it && !value.is_empty() {
            self.at += value.len();
        }
        is_it && !value.is_empty()
    }

    fn rest(&self) -> &'a [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// Reads one value, whatever it is; empty after a failure.
    pub fn value(&mut self) -> Json<'a> {
        let start = self.at;
        let (end, depth) = value(self.bytes, start);
        self.at = end;
        self.deepest = self.deepest.max(depth);
        Json::trusted(self.bytes.get(start..end).unwrap_or_default())
    }

    /// Steps into the object or array that comes next, if it is one: `open` is `{` or `[`.
    pub fn enter(&mut self, open: u8) -> bool {
        let is_it = self.peek() == Some(open);
        if is_it {
            (self.at, self.fresh) = (whitespace(self.bytes, self.at + 1), true);
        }
        is_it
    }

    /// Steps to the next element of an array; false at its end, and after a failure.
    pub fn element(&mut self) -> bool {
        self.go_on(b']')
    }

    /// Steps to the value of the next field of an object.
    pub fn field(&mut self, names: &[&str]) -> Next {
        self.field_after(names, 0)
    }

    /// The fields of the object that comes next, by the places of `names`; of a repeated name the last value, of one
    /// that is missing an empty one. Gives the object itself and how deep it nests. Anything else is read as a value
    /// without fields.
    ///
    /// Fastest when the names stand in the order in which they are usually written.
    pub fn object(&mut self, names: &[&str], found: &mut [Json<'a>]) -> (Json<'a>, u32) {
        found.fill(Json::trusted(&[]));
        let (start, outer) = (self.at, core::mem::take(&mut self.deepest));
        if !self.enter(b'{') {
            let whole = self.value();
            return (whole, core::mem::replace(&mut self.deepest, outer));
        }
        let mut expected = 0;
        loop {
            let next = self.field_after(names, expected);
            if next == Next::End {
                break;
            }
            let value = self.value();
            if let Next::Field(place) = next {
                expected = place + 1;
                if let Some(slot) = found.get_mut(place) {
                    *slot = value;
                }
            }
        }
        let depth = self.deepest + 1;
        self.deepest = outer.max(depth);
        (Json::trusted(self.bytes.get(start..self.at).unwrap_or_default()), depth)
    }

    /// The text of the string that comes next, its escapes resolved, at the beginning of `buffer`; gives its length in
    /// bytes. Malformed UTF-8 stays what it is, lone surrogates become U+FFFD. The buffer grows and is never cut.
    /// `None` for any other value, which is left to be read, and after a failure.
    pub fn text_in(&mut self, buffer: &mut Vec<u8>) -> Option<usize> {
        if self.peek() != Some(b'"') {
            return None;
        }
        match text::resolve(self.bytes, self.at + 1, buffer) {
            Ok((end, length)) => {
                self.at = end;
                Some(length)
            }
            Err(at) => {
                self.at = bad(self.bytes, at);
                None
            }
        }
    }

    /// Says whether all of it was one JSON value. Every container that was entered must have been read to its end.
    pub fn end(&self) -> Result<(), JsonError> {
        let rest = whitespace(self.bytes, self.at);
        let (offset, kind) = match rest & !BAD {
            offset if offset >= self.bytes.len() && rest & BAD == 0 => return Ok(()),
            offset if rest & BAD == 0 => (offset, JsonErrorKind::TrailingBytes),
            offset if offset >= self.bytes.len() => (offset, JsonErrorKind::UnexpectedEnd),
            offset => (offset, JsonErrorKind::UnexpectedByte),
        };
        Err(JsonError { offset, kind })
    }

    /// Past a comma, if one is due, to the next value or name; at the end past the closing bracket.
    fn go_on(&mut self, close: u8) -> bool {
        let mut at = whitespace(self.bytes, self.at);
        let fresh = core::mem::replace(&mut self.fresh, false);
        match self.bytes.get(at) {
            Some(&byte) if byte == close => {
                self.at = at + 1;
                return false;
            }
            Some(b',') if !fresh => at = whitespace(self.bytes, at + 1),
            Some(_) if fresh => {}
            Some(_) | None => {
                self.at = bad(self.bytes, at);
                return false;
            }
        }
        self.at = at;
        // A comma promises another one.
        true
    }

    /// [`Reader::field`], which tries the name at the place `expected` first.
    fn field_after(&mut self, names: &[&str], expected: usize) -> Next {
        if !self.go_on(b'}') {
            return Next::End;
        }
        let start = self.at + 1;
        let likely = names.get(expected).filter(|name| is_next(self.rest(), name.as_bytes()));
        let end = likely.map_or_else(|| key(self.bytes, self.at), |name| start + name.len() + 1);
        let colon = whitespace(self.bytes, end);
        if self.bytes.get(colon) != Some(&b':') {
            self.at = bad(self.bytes, colon);
            return Next::End;
        }
        self.at = whitespace(self.bytes, colon + 1);
        if likely.is_some() {
            return Next::Field(expected);
        }
        let name = self.bytes.get(start..end - 1).unwrap_or_default();
        place_of(names, name).map_or(Next::Other, Next::Field)
    }
}

/// Whether the string at the beginning of `rest` is `name`.
#[inline]
fn is_next(rest: &[u8], name: &[u8]) -> bool {
    let length = name.len();
    rest.first() == Some(&b'"')
        && rest.get(length + 1) == Some(&b'"')
        && rest.get(1..=length).is_some_and(|start| same(start, name))
}

/// The place of a name as it is written.
fn place_of(names: &[&str], written: &[u8]) -> Option<usize> {
    if written.contains(&b'\\') {
        let name = text::unescape_bytes(written);
        return names.iter().position(|known| known.as_bytes() == name);
    }
    names.iter().position(|known| same(known.as_bytes(), written))
}

/// The index behind the name at `at`.
fn key(bytes: &[u8], at: usize) -> usize {
    if bytes.get(at) == Some(&b'"') { string(bytes, at + 1) } else { bad(bytes, at) }
}

/// Validates the value at `at` and gives the index behind it, and how deep it nests.
#[inline]
fn value(bytes: &[u8], at: usize) -> (usize, u32) {
    match bytes.get(at) {
        Some(b'"') => (string(bytes, at + 1), 0),
        Some(b'-' | b'0'..=b'9') => (number(bytes, at), 0),
        Some(b'{' | b'[') => container(bytes, at),
        _ => (literal(bytes, at), 0),
    }
}

/// Validates a container of any depth without using stack for it.
fn container(bytes: &[u8], mut at: usize) -> (usize, u32) {
    let mut nesting = Nesting::default();
    loop {
        at = innermost(bytes, at, &mut nesting);
        loop {
            let Some(in_object) = nesting.in_object() else {
                return (at, nesting.deepest());
            };
            at = whitespace(bytes, at);
            match (bytes.get(at), in_object) {
                (Some(b','), true) => {
                    at = name_and_colon(bytes, whitespace(bytes, at + 1));
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
                _ => return (bad(bytes, at), 0),
            }
        }
    }
}

/// Opens containers until one is empty or holds a scalar first, and gives the index behind that.
fn innermost(bytes: &[u8], mut at: usize, nesting: &mut Nesting) -> usize {
    loop {
        at = whitespace(bytes, at);
        let (object, close) = match bytes.get(at) {
            Some(b'{') => (true, b'}'),
            Some(b'[') => (false, b']'),
            Some(b'"') => return string(bytes, at + 1),
            Some(b'-' | b'0'..=b'9') => return number(bytes, at),
            _ => return literal(bytes, at),
        };
        at = whitespace(bytes, at + 1);
        nesting.push(object);
        if bytes.get(at) == Some(&close) {
            nesting.pop();
            return at + 1;
        }
        if object {
            at = name_and_colon(bytes, at);
        }
    }
}

/// Validates a field's name and colon.
fn name_and_colon(bytes: &[u8], at: usize) -> usize {
    let colon = whitespace(bytes, key(bytes, at));
    if bytes.get(colon) == Some(&b':') { colon + 1 } else { bad(bytes, colon) }
}

fn literal(bytes: &[u8], at: usize) -> usize {
    let word: &[u8] = match bytes.get(at) {
        Some(b't') => b"true",
        Some(b'f') => b"false",
        Some(b'n') => b"null",
        _ => return bad(bytes, at),
    };
    let same = bytes.iter().skip(at).zip(word).take_while(|(found, wanted)| found == wanted).count();
    if same == word.len() { at + same } else { bad(bytes, at + same) }
}

/// Validates the rest of a string whose opening quote stands before `at`.
#[inline]
fn string(bytes: &[u8], at: usize) -> usize {
    let end = plain(bytes, at);
    if bytes.get(end) == Some(&b'"') { end + 1 } else { string_with_escapes(bytes, end) }
}

fn string_with_escapes(bytes: &[u8], mut at: usize) -> usize {
    loop {
        match bytes.get(at) {
            Some(b'"') => return at + 1,
            Some(b'\\') => match escape(bytes, at + 1) {
                Ok(end) => at = plain(bytes, end),
                Err(at) => return bad(bytes, at),
            },
            Some(_) | None => return bad(bytes, at),
        }
    }
}

/// Validates what follows a backslash: the index behind it, or where it breaks.
pub(crate) fn escape(bytes: &[u8], at: usize) -> Result<usize, usize> {
    match bytes.get(at) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 1),
        Some(b'u') => {
            let digits =
                bytes.iter().skip(at + 1).take(4).take_while(|byte| byte.is_ascii_hexdigit()).count();
            if digits == 4 { Ok(at + 5) } else { Err(at + 1 + digits) }
        }
        Some(_) | None => Err(at),
    }
}

fn number(bytes: &[u8], at: usize) -> usize {
    let mut at = if bytes.get(at) == Some(&b'-') { at + 1 } else { at };
    at = match bytes.get(at) {
        Some(b'0') => at + 1,
        _ => some_digits(bytes, at),
    };
    if bytes.get(at) == Some(&b'.') {
        at = some_digits(bytes, at + 1);
    }
    if matches!(bytes.get(at), Some(b'e' | b'E')) {
        let signed = matches!(bytes.get(at + 1), Some(b'+' | b'-'));
        at = some_digits(bytes, at + 1 + usize::from(signed));
    }
    if matches!(bytes.get(at), Some(b'0'..=b'9')) { bad(bytes, at) } else { at }
}

/// Validates one or more digits.
fn some_digits(bytes: &[u8], at: usize) -> usize {
    let end = digits(bytes, at);
    if end > at { end } else { bad(bytes, at) }
}

/// No JSON from `at` on, or from where it was none before.
#[cold]
fn bad(bytes: &[u8], at: usize) -> usize {
    if at & BAD != 0 { at } else { at.min(bytes.len()) | BAD }
}

/// The index of the first byte from `at` on that is no JSON whitespace.
#[inline]
pub(crate) fn whitespace(bytes: &[u8], mut at: usize) -> usize {
    while let Some(b' ' | b'\n' | b'\r' | b'\t') = bytes.get(at) {
        at += 1;
    }
    at
}
