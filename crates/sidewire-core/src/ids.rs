//! Newtypes for every id, so that none can stand in for another.

use core::fmt;
use std::sync::Arc;

use crate::decimal;
use crate::rng::Rng;
use crate::time::WallTime;

/// A conversation's id: 1 to 64 characters of `A-Z a-z 0-9 _ . @ = , ; -`, which is also what a channel name allows.
#[derive(Clone, Eq, PartialOrd, Ord)]
pub struct SessionId(Arc<str>);

/// Why a text is not a [`SessionId`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SessionIdError {
    /// The text is empty.
    Empty,
    /// The text is longer than 64 characters.
    TooLong,
    /// The text holds a character that no channel name allows.
    BadCharacter,
}

impl SessionIdError {
    /// What is wrong, as a sentence without its full stop.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Empty => "session id is empty",
            Self::TooLong => "session id is longer than 64 characters",
            Self::BadCharacter => "session id may hold only letters, digits and _ . @ = , ; -",
        }
    }
}

impl fmt::Display for SessionIdError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl std::error::Error for SessionIdError {}

impl SessionId {
    /// Longest id, in bytes.
    pub const MAX_LEN: usize = 64;

    /// Checks and wraps `text`.
    pub fn parse(text: &str) -> Result<Self, SessionIdError> {
        if text.is_empty() {
            return Err(SessionIdError::Empty);
        }
        if text.len() > Self::MAX_LEN {
            return Err(SessionIdError::TooLong);
        }
        let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_.@=,;-".contains(&b);
        if !text.bytes().all(allowed) {
            return Err(SessionIdError::BadCharacter);
        }
        Ok(Self(text.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl PartialEq for SessionId {
    /// Ids are mostly the very same text in memory; others of a user's mostly differ in their last byte.
    fn eq(&self, other: &Self) -> bool {
        let (own, theirs) = (self.0.as_bytes(), other.0.as_bytes());
        Arc::ptr_eq(&self.0, &other.0) || own.last() == theirs.last() && own == theirs
    }
}

impl fmt::Debug for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Display for SessionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The sender's own id of a message: a `UUIDv7` in text form, kept through retries and echoed by the server.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ClientMessageId(Arc<str>);

impl ClientMessageId {
    /// Wraps an id that came from storage or from a server's echo; any text up to 256 bytes will do.
    pub fn from_text(text: &str) -> Option<Self> {
        (!text.is_empty() && text.len() <= 256).then(|| Self(text.into()))
    }

    /// A fresh `UUIDv7`: the wall clock's milliseconds and 74 drawn bits.
    pub(crate) fn mint(wall: WallTime, rng: &mut Rng) -> Self {
        let high = (wall.as_millis() << 16) | 0x7000 | (rng.next_u64() & 0x0FFF);
        let low = (rng.next_u64() & 0x3FFF_FFFF_FFFF_FFFF) | 0x8000_0000_0000_0000;
        let mut text = String::with_capacity(36);
        for (part, digits) in [(high >> 32, 8), (high >> 16, 4), (high, 4), (low >> 48, 4), (low, 12)] {
            text.push_str(if text.is_empty() { "" } else { "-" });
            decimal::push_hex(&mut text, part, digits);
        }
        Self(text.into())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for ClientMessageId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The push server's name for one socket: two decimal numbers joined by a dot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SocketId(Box<str>);

impl SocketId {
    /// Accepts digits, one dot, digits; anything else could make one channel signature serve another purpose.
    pub fn parse(text: &str) -> Option<Self> {
        let (left, right) = text.split_once('.')?;
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        (text.len() <= 64 && digits(left) && digits(right)).then(|| Self(text.into()))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

macro_rules! counter_id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub struct $name(u32);

        impl $name {
            /// Wraps a number that the engine handed out earlier.
            pub const fn from_raw(raw: u32) -> Self {
                Self(raw)
            }

            /// The number itself.
            pub const fn as_raw(self) -> u32 {
                self.0
            }
        }
    };
}

counter_id! {
    /// One socket's life. Every socket event carries it; events of a retired one are dropped.
    ConnectionId
}
counter_id! {
    /// One HTTP request. Every answer carries it; answers nobody waits for are dropped.
    RequestId
}
counter_id! {
    /// One API call of the host (session list and the like), answered by [`crate::Event::CallAnswered`].
    CallId
}
counter_id! {
    /// One call of the host's storage. Every answer carries it.
    StorageId
}
counter_id! {
    /// Which token a request was meant for. A new one begins at every token change.
    TokenGeneration
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Seed;

    #[test]
    fn session_id_refuses_what_a_channel_name_cannot_hold() {
        assert_eq!(SessionId::parse(""), Err(SessionIdError::Empty));
        assert_eq!(SessionId::parse(&"a".repeat(65)), Err(SessionIdError::TooLong));
        assert_eq!(SessionId::parse("a:b"), Err(SessionIdError::BadCharacter));
        assert!(SessionId::parse("A-z_0.@=,;").is_ok());
    }

    #[test]
    fn session_ids_are_equal_by_their_text_alone() {
        let [a, same, first, last, longer] =
            ["tab-12", "tab-12", "lab-12", "tab-13", "tab-112"].map(|text| SessionId::parse(text).unwrap());

        assert_eq!(a, a.clone());
        assert_eq!(a, same);
        assert!(a != first && a != last && a != longer);
    }

    #[test]
    fn socket_id_refuses_a_colon_that_could_reshape_a_signature() {
        assert!(SocketId::parse("4764167139.5692875859").is_some());
        for bad in ["", ".", "1.", ".1", "1.2.3", "1.2:private-x", "1.-2"] {
            assert_eq!(SocketId::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn minted_ids_are_version_7_uuids_and_differ() {
        let mut rng = Rng::new(Seed(1));
        let wall = WallTime::from_millis(1_795_288_916_499);

        let (a, b) = (ClientMessageId::mint(wall, &mut rng), ClientMessageId::mint(wall, &mut rng));

        assert_ne!(a, b);
        assert_eq!(a.as_str().len(), 36);
        assert!(a.as_str().starts_with("01a1ff8e-e213"), "{a:?}");
        assert_eq!(a.as_str().as_bytes()[14], b'7');
        assert!(b"89ab".contains(&a.as_str().as_bytes()[19]));
    }
}
