//! A lenient JSON scanner over bytes: it finds values and hands out their raw slices, and builds no tree.
//!
//! Validation is exactly that of V8's `JSON.parse`, because the slices are given to it later. The one thing
//! accepted beyond it is malformed UTF-8 inside strings, which a browser's decoder would have replaced before.
//!
//! A [`Reader`] goes through a document once and picks out what is asked for while it validates the rest. [`parse`]
//! validates all of it, and hands out a [`Json`] to look around in.
//!
//! It is a crate of its own because what users download is compiled for size, and this part for speed: see
//! `Cargo.toml` of the workspace.

/// The README's code runs with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

mod chunk;
mod error;
mod iter;
mod nesting;
mod number;
mod reader;
mod skip;
mod text;

use std::borrow::Cow;

pub use self::chunk::{hash, same};
pub use self::error::{JsonError, JsonErrorKind};
pub use self::iter::{Elements, Fields};
pub use self::reader::{Next, Reader};
pub use self::text::lossy;

/// One syntactically valid JSON value, as the bytes that spell it.
#[derive(Clone, Copy, Debug)]
pub struct Json<'a> {
    raw: &'a [u8],
}

/// What a [`Json`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`
    Null,
    /// `true` or `false`
    Bool,
    /// A number of any size and form.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

/// Checks that all of `bytes` is one JSON value. Whitespace around it and one UTF-8 byte order mark are allowed.
///
/// Any nesting depth is accepted and none of it costs stack; levels beyond 64 cost one bit of heap each.
pub fn parse(bytes: &[u8]) -> Result<Json<'_>, JsonError> {
    let mut reader = Reader::new(bytes);
    let value = reader.value();
    reader.end().map(|()| value)
}

impl<'a> Json<'a> {
    /// Wraps bytes that a validation has passed before. Anything else gives wrong answers, though never a panic.
    pub const fn trusted(raw: &'a [u8]) -> Self {
        Self { raw }
    }

    /// The bytes of the value without whitespace around it.
    pub const fn raw(self) -> &'a [u8] {
        self.raw
    }

    /// What the value is.
    pub fn kind(self) -> Kind {
        match self.raw.first() {
            Some(b'{') => Kind::Object,
            Some(b'[') => Kind::Array,
            Some(b'"') => Kind::String,
            Some(b't' | b'f') => Kind::Bool,
            Some(b'-' | b'0'..=b'9') => Kind::Number,
            _ => Kind::Null,
        }
    }

    /// Whether the value is `null`.
    pub fn is_null(self) -> bool {
        matches!(self.raw, [b'n', ..] | [])
    }

    /// How deep objects and arrays nest: 0 for a scalar, 1 for `{}`.
    pub fn depth(self) -> u32 {
        skip::skip(self.raw, 0).1
    }

    /// The field of an object; of a repeated name the last one, as `JSON.parse` has it.
    pub fn get(self, name: &str) -> Option<Self> {
        self.fields().filter(|(key, _)| key.is_str(name)).last().map(|(_, value)| value)
    }

    /// Several fields of an object in one pass over it, each as [`Json::get`] gives it.
    pub fn pick<const N: usize>(self, names: [&str; N]) -> [Option<Self>; N] {
        let mut found = [None; N];
        self.pick_into(&names, &mut found);
        found
    }

    /// The part of [`Json::pick`] that is compiled once.
    fn pick_into(self, names: &[&str], found: &mut [Option<Self>]) {
        for (key, value) in self.fields() {
            let key = key.as_bytes();
            if let Some(at) = names.iter().position(|name| name.as_bytes() == &*key)
                && let Some(slot) = found.get_mut(at)
            {
                *slot = Some(value);
            }
        }
    }

    /// Names and values of an object in the order written, repeated names included; empty for anything else.
    pub fn fields(self) -> Fields<'a> {
        Fields::new(self.raw)
    }

    /// The elements of an array; empty for anything else.
    pub fn elements(self) -> Elements<'a> {
        Elements::new(self.raw)
    }

    /// The text of a string. Lone surrogate escapes and malformed UTF-8 become U+FFFD.
    pub fn as_str(self) -> Option<Cow<'a, str>> {
        self.inner().map(text::unescape)
    }

    /// The text of a string in UTF-16, lone surrogates included. Malformed UTF-8 becomes U+FFFD.
    pub fn as_units(self) -> Option<Vec<u16>> {
        self.inner().map(text::units)
    }

    /// Whether this is a string with exactly this text. Cheaper than [`Json::as_str`].
    pub fn is_str(self, expected: &str) -> bool {
        self.inner().is_some_and(|inner| {
            inner == expected.as_bytes() || (text::may_differ(inner) && text::unescape(inner) == expected)
        })
    }

    /// The bytes of a string's text: those between its quotes, unless escapes have to be resolved.
    pub fn as_bytes(self) -> Cow<'a, [u8]> {
        match self.inner() {
            None => Cow::Borrowed(&[]),
            Some(inner) if inner.contains(&b'\\') => Cow::Owned(text::unescape_bytes(inner)),
            Some(inner) => Cow::Borrowed(inner),
        }
    }

    /// The value of `true` or `false`.
    pub fn as_bool(self) -> Option<bool> {
        match self.raw {
            b"true" => Some(true),
            b"false" => Some(false),
            _ => None,
        }
    }

    /// A whole number from 0 to 2^53 − 1 in any spelling (`7`, `7.0`, `70e-1`, `"7"`); never rounded.
    pub fn as_integer(self) -> Option<u64> {
        match self.kind() {
            Kind::Number => number::integer(self.raw),
            Kind::String => number::integer(self.as_str()?.as_bytes()),
            Kind::Null | Kind::Bool | Kind::Array | Kind::Object => None,
        }
    }

    /// What stands between the quotes of a string.
    fn inner(self) -> Option<&'a [u8]> {
        match self.raw {
            [b'"', inner @ .., b'"'] => Some(inner),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests;
