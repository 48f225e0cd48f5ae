//! One state of everything: engine, socket, requests, server, and what may still happen.

use core::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

use sidewire_core::{ConnectionId, Engine, RequestId, Status, Timestamp};

use crate::rest::{Ask, Request};
use crate::rule::{Broken, Numbers, Rule, first, listed};
use crate::setup::Scope;
use crate::socket::{Down, Peer, Socket};
use crate::wire::{Pair, Session};

/// A state of the model. Equal are those that behave alike from now on.
#[derive(Clone)]
pub struct State {
    pub(crate) engine: Arc<Engine>,
    /// Of the engine's normal form.
    pub(crate) digest: u64,
    pub(crate) now: Timestamp,
    pub(crate) socket: Option<Socket>,
    pub(crate) requests: Vec<Request>,
    pub(crate) host: Host,
    pub(crate) refusals: Refusals,
    /// How long the logs are.
    pub(crate) log: Pair<u8>,
    /// Pushes that were lost since the server last heard a subscription to their channel.
    pub(crate) lost: Pair<Numbers>,
    /// How many messages each session's first page left out; they are loaded on demand.
    pub(crate) skipped: Pair<u8>,
    /// What the sessions' timelines hold.
    pub(crate) views: Pair<Numbers>,
    /// What may still happen.
    pub(crate) left: Scope,
    pub(crate) broken: Option<Arc<Broken>>,
    /// Ids that the last step retired.
    pub(crate) retired: Vec<Retired>,
}

/// What was refused to the present token.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(crate) struct Refusals {
    /// An authorisation was answered 403: polling is all that can be asked for.
    pub(crate) forbidden: bool,
    /// Requests answered 401, up to two: the second one, after a renewal, is final.
    pub(crate) unauthorised: u8,
}

/// What the engine's host knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Host {
    /// Somebody looks at the page.
    pub(crate) visible: bool,
    /// There is a token.
    pub(crate) signed_in: bool,
    /// The token provider was asked.
    pub(crate) renewing: bool,
}

/// An id that must mean nothing any more.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Retired {
    Socket(ConnectionId),
    Request(RequestId, Ask),
}

/// Who wakes first.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Alarm {
    Engine,
    /// The driver's patience with the request at this index.
    Request(usize),
}

impl State {
    /// The session being watched.
    pub fn shown(&self) -> Option<Session> {
        self.engine.shown().and_then(|id| Session::named(id.as_str()))
    }

    /// Whether a rule is broken here.
    pub fn broke(&self, rule: Rule) -> bool {
        self.broken.as_ref().is_some_and(|broken| broken.0 == rule)
    }

    /// Notes a broken rule; the first one counts.
    pub(crate) fn break_rule(&mut self, rule: Rule, detail: impl Into<String>) {
        if self.broken.is_none() {
            self.broken = Some(Arc::new((rule, detail.into())));
        }
    }

    /// What the clock moves on to next.
    pub(crate) fn alarm(&self) -> Option<(Timestamp, Alarm)> {
        let requests =
            self.requests.iter().enumerate().map(|(index, request)| (request.due, Alarm::Request(index)));
        let engine = self.engine.poll_timeout().map(|at| (at, Alarm::Engine));
        requests.chain(engine).min_by_key(|(at, _)| *at)
    }

    /// The number of the socket, which its signatures name.
    pub(crate) fn socket_number(&self) -> Option<u32> {
        self.socket.as_ref().map(|socket| socket.connection.as_raw())
    }

    /// The socket, if its other end is there.
    pub(crate) fn live_socket(&mut self) -> Option<&mut Socket> {
        self.socket.as_mut().filter(|socket| socket.peer == Peer::Alive)
    }

    /// Is the push channel of a session joined, as the server sees it?
    pub(crate) fn is_joined(&self, session: Session) -> bool {
        self.socket.as_ref().is_some_and(|socket| *socket.joined.of(session))
    }

    /// Messages that the view of a session has to show: all but those before its first page.
    pub(crate) fn due_in_view(&self, session: Session) -> Numbers {
        first(*self.log.of(session)) & !first(*self.skipped.of(session))
    }

    pub(crate) fn is_stopped(&self) -> bool {
        self.engine.status() == Status::Disconnected
    }
}

impl Hash for State {
    fn hash<H: Hasher>(&self, hasher: &mut H) {
        let Self { digest, socket, host, refusals, .. } = self;
        (digest, socket, host, refusals).hash(hasher);
        let Self { log, lost, skipped, left, .. } = self;
        (log, lost, skipped, left).hash(hasher);
        self.requests.len().hash(hasher);
        for request in &self.requests {
            request.hash_at(self.now, self.socket_number(), hasher);
        }
        self.broken.as_ref().map(|broken| broken.0).hash(hasher);
    }
}

impl PartialEq for State {
    fn eq(&self, other: &Self) -> bool {
        let hash = |state: &Self| {
            let mut hasher = std::hash::DefaultHasher::new();
            state.hash(&mut hasher);
            hasher.finish()
        };
        hash(self) == hash(other)
    }
}

impl fmt::Debug for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// One line: time, status, views, logs, and everything under way.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = Seconds(self.now);
        write!(f, "{seconds} {} {:?}", self.engine.status().as_str(), self.engine.freshness())?;
        if let Some(reason) = self.engine.fallback_reason() {
            write!(f, " ({})", reason.as_str())?;
        }
        match self.shown() {
            Some(session) => {
                write!(f, " | shows {}{:?}", session.letter(), listed(*self.views.of(session)))?;
            }
            None => f.write_str(" | shows nothing")?,
        }
        write!(f, " | logs A{} B{}", self.log.a, self.log.b)?;
        if let Some(socket) = &self.socket {
            write!(f, " | {}", SocketLine(socket))?;
        }
        for (index, request) in self.requests.iter().enumerate() {
            write!(f, " | #{index} {:?}{}", request.ask, if request.lost { " lost" } else { "" })?;
        }
        if let Some(broken) = &self.broken {
            write!(f, " | BROKEN {}: {}", broken.0, broken.1)?;
        }
        Ok(())
    }
}

struct Seconds(Timestamp);

impl fmt::Display for Seconds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:03}s", self.0.as_millis() / 1000, self.0.as_millis() % 1000)
    }
}

struct SocketLine<'a>(&'a Socket);

impl fmt::Display for SocketLine<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Socket { connection, peer, down, up, joined, .. } = self.0;
        write!(f, "socket {} {peer:?} joined", connection.as_raw())?;
        for session in Session::BOTH.into_iter().filter(|session| *joined.of(*session)) {
            write!(f, " {}", session.letter())?;
        }
        if !down.is_empty() {
            f.write_str(" down")?;
        }
        for frame in down {
            match frame {
                Down::Ack(session) => write!(f, " ack-{}", session.letter())?,
                Down::Push { session, number, .. } => write!(f, " {}{number}", session.letter())?,
                Down::Opened | Down::Established | Down::Refused | Down::Pong | Down::Closed => {
                    write!(f, " {frame:?}")?;
                }
            }
        }
        if !up.is_empty() {
            write!(f, " up {up:?}")?;
        }
        Ok(())
    }
}
