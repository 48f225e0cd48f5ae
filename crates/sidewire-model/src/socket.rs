//! One socket and the push server at its other end.

use std::collections::VecDeque;
use std::hash::{Hash, Hasher};

use sidewire_core::ConnectionId;

use crate::rule::{Numbers, bit};
use crate::wire::{Pair, Session, Up};

/// Something on its way to the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Down {
    Opened,
    Established,
    Ack(Session),
    /// `channel` differs from `session` only by a planted mistake.
    Push {
        channel: Session,
        session: Session,
        number: u8,
    },
    Refused,
    Pong,
    Closed,
}

/// How the other end fares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Peer {
    Alive,
    /// Gone, and nobody will ever tell.
    Silent,
    /// Gone; the close is on its way.
    Gone,
}

/// A socket from the client's dial to its end. Both directions keep their order.
#[derive(Clone, Debug)]
pub(crate) struct Socket {
    pub(crate) connection: ConnectionId,
    pub(crate) peer: Peer,
    /// The client knows that it is open.
    pub(crate) opened: bool,
    pub(crate) down: VecDeque<Down>,
    pub(crate) up: VecDeque<Up>,
    /// Subscriptions as the server sees them.
    pub(crate) joined: Pair<bool>,
    /// Counted for a planted mistake only.
    pub(crate) acks: u8,
}

impl Socket {
    pub(crate) fn dialled(connection: ConnectionId) -> Self {
        Self {
            connection,
            peer: Peer::Alive,
            opened: false,
            down: VecDeque::from([Down::Opened, Down::Established]),
            up: VecDeque::new(),
            joined: Pair::default(),
            acks: 0,
        }
    }

    /// The other end goes away with everything on its way.
    pub(crate) fn lose(&mut self, peer: Peer) {
        self.peer = peer;
        self.up.clear();
        self.down.clear();
        self.joined = Pair::default();
        if peer == Peer::Gone {
            self.down.push_back(Down::Closed);
        }
    }

    /// Messages of a session that are on their way.
    pub(crate) fn pushed(&self, session: Session) -> Numbers {
        self.down.iter().fold(0, |all, frame| {
            let Down::Push { session: of, number, .. } = frame else { return all };
            if *of == session { all | bit(*number) } else { all }
        })
    }
}

impl Hash for Socket {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let Self { connection: _, peer, opened, down, up, joined, acks } = self;
        (peer, opened, down, up, joined, acks).hash(hasher);
    }
}
