//! The rules, checked from outside: only inputs, effects, events and the public view are looked at.
//!
//! One file per group: `bounds` S14, `view` S1 to S5 and S13, `link` S6, `requests` S7, S8 and S17, `pace` S15, `sends` M6 to M13, `timers` S10 to S12 and S9's
//! chain. The numbers are those of the catalogue in the repository's documentation.

mod bounds;
mod link;
mod pace;
mod requests;
mod sends;
mod timers;
mod view;

use sidewire_core::{Command, Effect, Engine, Event, Input, SocketEvent, Status};

pub(crate) use self::requests::CANARY;
use crate::log::ServerLog;
use crate::rest::Endpoint;
use crate::world::{Host, Sent, World};

/// A rule that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The rule's name in the catalogue.
    pub rule: &'static str,
    /// When, on the simulator's clock.
    pub at: u64,
    /// What was seen.
    pub detail: String,
}

/// What the checks may look at.
pub(crate) struct Facts<'a> {
    pub(crate) now: u64,
    pub(crate) engine: &'a Engine,
    pub(crate) log: &'a ServerLog,
    pub(crate) host: &'a Host,
    pub(crate) sent: &'a [Sent],
    pub(crate) life: u32,
    pub(crate) deadline: Option<u64>,
    pub(crate) status: Status,
    /// There is a socket, open or being opened.
    pub(crate) socket: bool,
}

/// What held before an input.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts, not a state")]
pub(crate) struct Before {
    /// The input carries an id that is retired.
    stale: bool,
    /// No deadline is due, so nothing but the input can bring about anything.
    quiet: bool,
    deadline: Option<u64>,
    /// The host wants nothing, and this input does not change that.
    stopped: bool,
    /// The user asked for something.
    command: bool,
}

/// A broken rule before it gets its time.
pub(crate) type Broken = (&'static str, String);

/// All checks and what they remember.
#[derive(Debug)]
pub(crate) struct Checker {
    violation: Option<Violation>,
    views: Vec<view::View>,
    link: link::Link,
    pace: pace::Pace,
    requests: requests::Requests,
    sends: sends::Sends,
    timers: timers::Timers,
}

impl Checker {
    pub(crate) fn new(sessions: usize) -> Self {
        Self {
            violation: None,
            views: (0..sessions).map(|_| view::View::default()).collect(),
            link: link::Link::default(),
            pace: pace::Pace::default(),
            requests: requests::Requests::new(sessions),
            sends: sends::Sends::default(),
            timers: timers::Timers::default(),
        }
    }

    pub(crate) const fn violation(&self) -> Option<&Violation> {
        self.violation.as_ref()
    }

    /// Keeps the first violation; later ones may be its consequences.
    pub(crate) fn report(&mut self, at: u64, broken: Option<Broken>) {
        if let (None, Some((rule, detail))) = (&self.violation, broken) {
            self.violation = Some(Violation { rule, at, detail });
        }
    }

    /// A newest page that begins at this index is about to reach the client.
    pub(crate) fn page_arrives(&mut self, session: usize, floor: usize) {
        if let Some(view) = self.views.get_mut(session) {
            view.page_arrives(floor);
        }
    }

    /// A snapshot that begins at this index is about to reach the client.
    pub(crate) fn snapshot_arrives(&mut self, session: usize, floor: usize) {
        if let Some(view) = self.views.get_mut(session) {
            view.page_arrives(floor);
        }
    }

    pub(crate) fn signed_out(&mut self) {
        for view in &mut self.views {
            *view = view::View::default();
        }
    }

    /// Another engine, which knows nothing.
    pub(crate) fn restarted(&mut self, sessions: usize) {
        let violation = self.violation.take();
        *self = Self { violation, ..Self::new(sessions) };
    }

    pub(crate) fn token_changed(&mut self) {
        self.requests.token_changed();
    }

    pub(crate) fn tick(&mut self, now: u64) {
        let broken = self.timers.tick(now);
        self.report(now, broken);
    }

    /// Most requests for messages in any minute that no command asked for.
    pub(crate) const fn rest_peak(&self) -> usize {
        self.requests.peak()
    }
}

impl World {
    /// Reports a broken rule.
    pub fn broken(&mut self, rule: &'static str, detail: String) {
        self.checker.report(self.now, Some((rule, detail)));
    }

    /// What the view of a session lacks of the log from its floor on, of what was stored up to `before`.
    pub fn lacks(&self, session: usize, before: u64, versions: bool) -> Option<String> {
        let facts = self.facts();
        self.checker.views.get(session).and_then(|view| view.lacks(&facts, session, before, versions))
    }

    /// The log index from which on the view of a session holds everything.
    pub fn floor(&self, session: usize) -> Option<usize> {
        self.checker.views.get(session).and_then(view::View::floor)
    }

    fn facts(&self) -> Facts<'_> {
        Facts {
            now: self.now,
            engine: &self.engine,
            log: &self.log,
            host: &self.host,
            sent: &self.sent,
            life: self.life,
            deadline: self.deadline,
            status: self.engine.status(),
            socket: self.checker.link.live() > 0,
        }
    }

    pub(crate) fn before(&mut self, input: &Input<'_>) -> Before {
        let checker = &mut self.checker;
        let stale = match input {
            Input::Socket(connection, event) => {
                let known = checker.link.knows(*connection);
                if known {
                    checker.pace.socket(self.now, event);
                }
                match event {
                    SocketEvent::Opened => checker.link.opened(*connection),
                    SocketEvent::Closed { .. } => checker.link.closed(*connection),
                    SocketEvent::Frame(_) | SocketEvent::BinaryFrame => {}
                }
                !known
            }
            Input::Response(request, outcome) => {
                let status = outcome.as_ref().map_or(0, |response| response.status);
                if (200..300).contains(&status) {
                    checker.pace.accepted();
                }
                let told = outcome.as_ref().ok().and_then(|response| response.retry_after);
                let until = requests::told_until(self.now, told);
                let kind = checker.requests.landed(self.now, *request, status, until);
                if let Some(requests::Kind::Interact(session)) = kind {
                    checker.sends.landed(self.now, session, status, until);
                }
                kind.is_none()
            }
            Input::Command(command) => {
                checker.requests.commanded(command, &self.log);
                checker.sends.commanded(command, &self.log);
                checker.pace.commanded(command);
                false
            }
            Input::Wall(_) => {
                checker.pace.woke();
                checker.sends.hasten();
                false
            }
            Input::Timeout | Input::Storage(..) => false,
        };
        let deadline = self.deadline;
        if deadline.is_some_and(|at| at + 5000 <= self.now) {
            checker.pace.woke();
            checker.sends.hasten();
        }
        let stop = matches!(input, Input::Command(Command::StopSync));
        Before {
            stale,
            quiet: deadline.is_none_or(|at| at > self.now),
            deadline,
            stopped: !self.host.wanted && !stop,
            command: matches!(input, Input::Command(_)),
        }
    }

    /// Checks what an input brought about and returns what each request asks for, `None` for other effects.
    pub(crate) fn check(
        &mut self,
        before: &Before,
        effects: &[Effect],
        events: &[Event],
    ) -> Vec<Option<Endpoint>> {
        let endpoints: Vec<_> = effects.iter().map(|effect| endpoint(&self.log, effect)).collect();
        let facts = Facts {
            now: self.now,
            engine: &self.engine,
            log: &self.log,
            host: &self.host,
            sent: &self.sent,
            life: self.life,
            deadline: self.deadline,
            status: self.engine.status(),
            socket: self.checker.link.live() > 0,
        };
        let checker = &mut self.checker;
        for (session, view) in checker.views.iter_mut().enumerate() {
            if let Some((rule, detail)) = view.check(&facts, session, events) {
                let at = facts.now;
                checker.violation.get_or_insert(Violation { rule, at, detail });
            }
        }
        for (effect, endpoint) in effects.iter().zip(&endpoints) {
            let broken = checker.effect(&facts, before, effect, endpoint.as_ref());
            checker.report(facts.now, broken);
        }
        let broken = checker.timers.after(&facts, before, effects, events);
        checker.report(facts.now, broken);
        let broken = bounds::check(&facts, effects, events);
        checker.report(facts.now, broken);
        let broken = checker.at_rest(&facts);
        checker.report(facts.now, broken);
        endpoints
    }
}

fn endpoint(log: &ServerLog, effect: &Effect) -> Option<Endpoint> {
    match effect {
        Effect::Request { http, .. } => Some(Endpoint::read(log, http)),
        Effect::OpenSocket { .. }
        | Effect::SendFrame { .. }
        | Effect::CloseSocket { .. }
        | Effect::CancelRequest { .. }
        | Effect::Storage { .. }
        | Effect::RenewToken => None,
    }
}

impl Checker {
    fn effect(
        &mut self,
        facts: &Facts<'_>,
        before: &Before,
        effect: &Effect,
        endpoint: Option<&Endpoint>,
    ) -> Option<Broken> {
        if let Some(broken) = self
            .link
            .effect(effect)
            .or_else(|| requests::secrets(effect))
            .or_else(|| self.pace.effect(facts.now, effect))
        {
            return Some(broken);
        }
        let endpoint = match (effect, endpoint) {
            (Effect::Request { request, .. }, Some(endpoint)) => (*request, endpoint),
            (Effect::CancelRequest { request }, _) => {
                self.requests.cancelled(*request);
                return None;
            }
            _ => return None,
        };
        if let Endpoint::Messages { session, cursor, .. } = endpoint.1 {
            let broken = self.views.get(*session).and_then(|view| view.asks(facts, *session, *cursor));
            if broken.is_some() {
                return broken;
            }
        }
        if let Endpoint::Interact { session, client_id, .. } = &endpoint.1 {
            let broken = self.sends.asked(facts, *session, client_id);
            if broken.is_some() {
                return broken;
            }
        }
        self.requests.asked(facts, endpoint.0, endpoint.1, before.command)
    }

    /// What must hold whenever nothing is wanted, and whenever push is live.
    fn at_rest(&self, facts: &Facts<'_>) -> Option<Broken> {
        if facts.status == Status::Connected && facts.engine.is_polling() {
            return Some(("S7", "polls although push is live".to_owned()));
        }
        if facts.host.wanted {
            return None;
        }
        if self.link.live() > 0 || self.requests.in_flight() > 0 {
            let (sockets, requests) = (self.link.live(), self.requests.in_flight());
            return Some(("S10", format!("stopped with {sockets} sockets and {requests} requests")));
        }
        facts.deadline.is_some().then(|| ("S10", "stopped with a timer".to_owned()))
    }
}
