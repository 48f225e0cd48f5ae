//! Sessions, and every text of the wire, written once.

use core::fmt::Write as _;

use sidewire_core::SessionId;
use sidewire_core::json::{self, Json};

use crate::setup::{Dialect, Setup, SetupError};

/// One of the two conversations.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Session {
    /// The one watched at first.
    A,
    /// The other.
    B,
}

impl Session {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::A, Self::B];

    /// The letter that its messages' ids begin with.
    pub const fn letter(self) -> &'static str {
        match self {
            Self::A => "A",
            Self::B => "B",
        }
    }

    /// The other one.
    #[must_use]
    pub const fn other(self) -> Self {
        match self {
            Self::A => Self::B,
            Self::B => Self::A,
        }
    }

    pub(crate) fn named(text: &str) -> Option<Self> {
        Self::BOTH.into_iter().find(|session| session.letter() == text)
    }

    fn of_channel(channel: &str) -> Option<Self> {
        Self::named(channel.strip_prefix("private-session-")?)
    }
}

/// Something for each session.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Pair<T> {
    /// For [`Session::A`].
    pub a: T,
    /// For [`Session::B`].
    pub b: T,
}

impl<T> Pair<T> {
    /// One of them.
    pub const fn of(&self, session: Session) -> &T {
        match session {
            Session::A => &self.a,
            Session::B => &self.b,
        }
    }

    /// One of them, to be changed.
    pub const fn of_mut(&mut self, session: Session) -> &mut T {
        match session {
            Session::A => &mut self.a,
            Session::B => &mut self.b,
        }
    }
}

/// A frame of the client, as far as the server cares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Up {
    /// `signed`: the signature is for this channel and this very socket.
    Subscribe {
        session: Session,
        signed: bool,
    },
    Unsubscribe(Session),
    Ping,
    /// The server cannot read it.
    Garbage,
}

/// Texts of the wire.
#[derive(Debug)]
pub(crate) struct Wire {
    pub(crate) ids: Pair<SessionId>,
    messages: Pair<Vec<String>>,
    pushes: Pair<Vec<String>>,
    acks: Pair<String>,
    dialect: Dialect,
}

impl Wire {
    pub(crate) fn new(dialect: Dialect) -> Result<Self, SetupError> {
        let each = |write: &dyn Fn(Session, u8) -> String| Pair {
            a: (1..=Setup::MOST_MESSAGES).map(|number| write(Session::A, number)).collect::<Vec<_>>(),
            b: (1..=Setup::MOST_MESSAGES).map(|number| write(Session::B, number)).collect::<Vec<_>>(),
        };
        Ok(Self {
            ids: Pair {
                a: SessionId::parse(Session::A.letter())?,
                b: SessionId::parse(Session::B.letter())?,
            },
            messages: each(&|session, number| message(session, number, dialect)),
            pushes: each(&|session, number| push(session, &message(session, number, dialect))),
            acks: Pair { a: ack(Session::A), b: ack(Session::B) },
            dialect,
        })
    }

    pub(crate) fn push(&self, session: Session, number: u8) -> &str {
        nth(self.pushes.of(session), number)
    }

    pub(crate) fn ack(&self, session: Session) -> &str {
        self.acks.of(session)
    }

    /// A page with these messages of a log that is `length` long.
    pub(crate) fn page(&self, session: Session, numbers: &[u8], more: bool, length: u8) -> String {
        let mut out = String::from(r#"{"messages":["#);
        for (index, &number) in numbers.iter().enumerate() {
            out.push_str(if index > 0 { "," } else { "" });
            out.push_str(nth(self.messages.of(session), number));
        }
        let _ = write!(out, r#"],"hasMore":{more}"#);
        if self.dialect != Dialect::Times {
            let _ = write!(out, r#","lastSequenceNumber":{length}"#);
        }
        if self.dialect == Dialect::Revisions {
            let revision = numbers.last().copied().filter(|_| more).unwrap_or(length);
            let _ = write!(out, r#","revision":{revision}"#);
        }
        out.push('}');
        out
    }

    /// Reads a frame that the engine sent on the socket with this number.
    pub(crate) fn read(text: &str, socket: u32) -> Up {
        json::parse(text.as_bytes()).ok().and_then(|frame| read_frame(frame, socket)).unwrap_or(Up::Garbage)
    }
}

fn read_frame(frame: Json<'_>, socket: u32) -> Option<Up> {
    let data = frame.get("data")?;
    let session = || Session::of_channel(&data.get("channel")?.as_str()?);
    match frame.get("event")?.as_str()?.as_ref() {
        "pusher:ping" => Some(Up::Ping),
        "pusher:unsubscribe" => Some(Up::Unsubscribe(session()?)),
        "pusher:subscribe" => {
            let session = session()?;
            let signed = data.get("auth")?.is_str(&signature(socket, session));
            Some(Up::Subscribe { session, signed })
        }
        _ => None,
    }
}

fn nth(texts: &[String], number: u8) -> &str {
    texts.get(usize::from(number).wrapping_sub(1)).map_or("", String::as_str)
}

/// When a message was written: further apart than readers by time look back, so that a cursor too new shows.
pub(crate) fn written_at(number: u8) -> u64 {
    1_700_000_000_000 + u64::from(number) * 10_000
}

/// It does not name its session, which the contract leaves open: only where it came from tells.
fn message(session: Session, number: u8, dialect: Dialect) -> String {
    let (letter, time) = (session.letter(), written_at(number));
    let mut out =
        format!(r#"{{"messageId":"{letter}{number}","role":"assistant","content":"x","timestamp":{time}"#);
    if dialect != Dialect::Times {
        let _ = write!(out, r#","sequenceNumber":{number}"#);
    }
    if dialect == Dialect::Revisions {
        let _ = write!(out, r#","revision":{number}"#);
    }
    out.push('}');
    out
}

fn push(session: Session, message: &str) -> String {
    let letter = session.letter();
    format!(
        r#"{{"event":"new_message","channel":"private-session-{letter}","data":{{"type":"new_message","sessionId":"{letter}","message":{message}}}}}"#
    )
}

fn ack(session: Session) -> String {
    let letter = session.letter();
    format!(
        r#"{{"event":"pusher_internal:subscription_succeeded","channel":"private-session-{letter}","data":"{{}}"}}"#
    )
}

/// The handshake of the socket with this number.
pub(crate) fn established(socket: u32) -> String {
    format!(
        r#"{{"event":"pusher:connection_established","data":"{{\"socket_id\":\"1.{socket}\",\"activity_timeout\":120}}"}}"#
    )
}

/// The answer of the authorisation endpoint.
pub(crate) fn auth_body(socket: u32, session: Session) -> String {
    format!(r#"{{"auth":"{}"}}"#, signature(socket, session))
}

/// The session and the socket number that an authorisation asks for.
pub(crate) fn read_auth_form(form: &str) -> Option<(Session, u32)> {
    let field = |name: &str| form.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
    let session = Session::of_channel(field("channel_name")?)?;
    let socket = field("socket_id")?.strip_prefix("1.")?.parse().ok()?;
    Some((session, socket))
}

fn signature(socket: u32, session: Session) -> String {
    format!("model:1.{socket};{}", session.letter())
}

pub(crate) const PONG: &str = r#"{"event":"pusher:pong","data":{}}"#;
pub(crate) const REFUSED: &str =
    r#"{"event":"pusher:error","data":{"code":4009,"message":"not authorised"}}"#;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_counts_for_its_own_socket_and_channel_only() {
        let frame = |auth: &str| {
            format!(
                r#"{{"event":"pusher:subscribe","data":{{"auth":"{auth}","channel":"private-session-A"}}}}"#
            )
        };
        let read = |socket, session| Wire::read(&frame(&signature(socket, session)), 2);
        let subscribe = |signed| Up::Subscribe { session: Session::A, signed };

        assert_eq!(read(2, Session::A), subscribe(true));
        assert_eq!(read(1, Session::A), subscribe(false));
        assert_eq!(read(2, Session::B), subscribe(false));
    }

    #[test]
    fn every_text_is_json() {
        let wire = Wire::new(Dialect::Revisions).unwrap();
        for text in [wire.push(Session::B, 3), wire.ack(Session::A), PONG, REFUSED, &established(4)] {
            assert!(json::parse(text.as_bytes()).is_ok(), "{text}");
        }
        let page = wire.page(Session::A, &[2, 3], true, 5);
        let page = json::parse(page.as_bytes()).unwrap();
        assert_eq!(page.get("revision").and_then(Json::as_integer), Some(3), "a page cut short ends there");
    }
}
