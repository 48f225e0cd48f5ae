//! Why bytes are not JSON.

use core::fmt;

/// Where and why a validation stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct JsonError {
    /// The byte at which it stopped, counted from 0.
    pub offset: usize,
    /// What was wrong there.
    pub kind: JsonErrorKind,
}

/// What can be wrong with JSON.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum JsonErrorKind {
    /// The input ended inside a value, or held none.
    UnexpectedEnd,
    /// A byte that cannot stand here: in a number or an escape as well, and a raw control character in a string.
    UnexpectedByte,
    /// Something follows the value.
    TrailingBytes,
}

impl JsonErrorKind {
    /// A few words for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::UnexpectedEnd => "unexpected end",
            Self::UnexpectedByte => "unexpected byte",
            Self::TrailingBytes => "bytes after the value",
        }
    }
}

impl fmt::Display for JsonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} at byte {}", self.kind.as_str(), self.offset)
    }
}

impl std::error::Error for JsonError {}
