//! Requests in flight and what they are answered with.

use core::hash::{Hash, Hasher};

use sidewire_core::{Body, HttpRequest, RequestId, Timestamp};

use crate::rule::{Numbers, bit};
use crate::wire::{self, Session, Wire};

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Ask {
    /// A signature for the socket with this number.
    Authorisation { session: Session, socket: u32 },
    /// Messages; `arrived` is the log's length when the request came.
    Messages { session: Session, from: From, limit: u8, arrived: u8 },
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum From {
    Newest,
    After(u8),
    Since(u64),
}

/// One request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) id: RequestId,
    pub(crate) ask: Ask,
    /// The driver gives up then.
    pub(crate) due: Timestamp,
    /// The answer never comes.
    pub(crate) lost: bool,
}

impl Ask {
    /// Reads a request of the engine; `length` tells how long a session's log is.
    pub(crate) fn read(http: &HttpRequest, length: impl Fn(Session) -> u8) -> Option<Self> {
        if let Some(Body::Form(form)) = &http.body {
            let (session, socket) = wire::read_auth_form(form)?;
            return Some(Self::Authorisation { session, socket });
        }
        let (_, path) = http.url.split_once("/api/session/")?;
        let (name, query) = path.split_once("/messages?limit=")?;
        let session = Session::named(name)?;
        let (limit, cursor) = query.split_once('&').unwrap_or((query, ""));
        let from = match cursor.split_once('=') {
            None => From::Newest,
            Some(("since", time)) => From::Since(time.parse().ok()?),
            Some(("afterSequence" | "changedSince", number)) => From::After(number.parse().ok()?),
            Some(_) => return None,
        };
        let limit = limit.parse().ok()?;
        Some(Self::Messages { session, from, limit, arrived: length(session) })
    }

    pub(crate) const fn session(&self) -> Session {
        match self {
            Self::Authorisation { session, .. } | Self::Messages { session, .. } => *session,
        }
    }

    /// Lengths of the log that an answer may be made from, when it is `length` now: the snapshot is taken whenever
    /// the server likes.
    pub(crate) fn snapshots(&self, length: u8) -> core::ops::RangeInclusive<u8> {
        match self {
            Self::Authorisation { .. } => 0..=0,
            Self::Messages { arrived, .. } => *arrived..=length,
        }
    }
}

/// Answers with 200: `seen` is the log's length, `hidden` is left out by a planted mistake.
pub(crate) fn body(ask: Ask, seen: u8, hidden: Numbers, wire: &Wire) -> String {
    let (session, from, limit) = match ask {
        Ask::Authorisation { session, socket } => return wire::auth_body(socket, session),
        Ask::Messages { session, from, limit, .. } => (session, from, usize::from(limit)),
    };
    let wanted = |number: &u8| match from {
        From::Newest => true,
        From::After(cursor) => *number > cursor,
        From::Since(time) => wire::written_at(*number) >= time,
    };
    let mut numbers: Vec<u8> =
        (1..=seen).filter(wanted).filter(|number| hidden & bit(*number) == 0).collect();
    let more = numbers.len() > limit;
    if from == From::Newest {
        numbers.drain(..numbers.len().saturating_sub(limit));
    } else {
        numbers.truncate(limit);
    }
    wire.page(session, &numbers, more, seen)
}

impl Request {
    /// Like [`Hash`], with what counts for the future only.
    pub(crate) fn hash_at<H: Hasher>(&self, now: Timestamp, socket: Option<u32>, hasher: &mut H) {
        let Self { id: _, ask, due, lost } = self;
        match ask {
            Ask::Authorisation { session, socket: asked } => {
                (0, session, socket == Some(*asked)).hash(hasher);
            }
            Ask::Messages { .. } => (1, ask).hash(hasher),
        }
        (due.since(now), lost).hash(hasher);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::setup::Dialect;

    fn ids(page: &str) -> Vec<String> {
        let page = sidewire_core::json::parse(page.as_bytes()).unwrap();
        let messages = page.get("messages").unwrap();
        messages.elements().map(|m| m.get("messageId").unwrap().as_str().unwrap().into_owned()).collect()
    }

    #[test]
    fn a_page_begins_where_it_is_asked_to_and_is_cut_at_its_limit() {
        let wire = Wire::new(Dialect::Revisions).unwrap();
        let ask = |from| Ask::Messages { session: Session::A, from, limit: 2, arrived: 0 };
        let page = |from| ids(&body(ask(from), 4, 0, &wire));

        assert_eq!(page(From::Newest), ["A3", "A4"]);
        assert_eq!(page(From::After(1)), ["A2", "A3"]);
        assert_eq!(page(From::Since(wire::written_at(4))), ["A4"]);
    }
}
