//! Walking over the parts of a validated value.

use super::Json;
use super::reader::whitespace;
use super::skip::skip;

/// The bytes of a container not walked over yet.
#[derive(Clone, Debug)]
struct Rest<'a> {
    bytes: &'a [u8],
    at: usize,
    /// How deep the deepest value nests that was walked over.
    deepest: u32,
}

impl<'a> Rest<'a> {
    /// Starts behind the opening bracket, or with nothing when `bytes` is no such container.
    fn inside(bytes: &'a [u8], open: u8) -> Self {
        Self { bytes: if bytes.first() == Some(&open) { bytes } else { &[] }, at: 1, deepest: 0 }
    }

    /// The next value, past whitespace and separators.
    fn next(&mut self) -> Option<Json<'a>> {
        let mut start = whitespace(self.bytes, self.at);
        while let Some(b',' | b':') = self.bytes.get(start) {
            start = whitespace(self.bytes, start + 1);
        }
        if matches!(self.bytes.get(start)?, b'}' | b']') {
            return None;
        }
        let (end, depth) = skip(self.bytes, start);
        self.at = end;
        self.deepest = self.deepest.max(depth);
        self.bytes.get(start..self.at).map(Json::trusted)
    }
}

/// Iterator over the fields of an object: name (a string value) and value.
#[derive(Clone, Debug)]
pub struct Fields<'a>(Rest<'a>);

impl<'a> Fields<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(Rest::inside(bytes, b'{'))
    }

    /// How deep the deepest value nests that was walked over: of all fields, one less than [`Json::depth`].
    pub const fn deepest(&self) -> u32 {
        self.0.deepest
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = (Json<'a>, Json<'a>);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.0.next()?, self.0.next()?))
    }
}

/// Iterator over the elements of an array.
#[derive(Clone, Debug)]
pub struct Elements<'a>(Rest<'a>);

impl<'a> Elements<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(Rest::inside(bytes, b'['))
    }
}

impl<'a> Iterator for Elements<'a> {
    type Item = Json<'a>;

    fn next(&mut self) -> Option<Self::Item> {
        self.0.next()
    }
}
