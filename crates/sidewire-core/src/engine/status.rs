//! What the user is told, derived from the states of the parts on every step.

use super::channel::Channel;
use super::fetch::Fetch;
use super::io::Counters;
use super::link::Link;
use super::schedule::{Cover, Gap};
use super::{Engine, Session};
use crate::ids::SessionId;
use crate::output::{
    ApiFailure, Cause, Event, FallbackReason, Freshness, LoadState, Status, StatusChange, TypingContext,
};
use crate::time::Timestamp;
use crate::timeline::Timeline;

#[cfg(feature = "model")]
#[path = "normal/status.rs"]
mod normal;

/// One watch: from `StartSync` or `Connect` to the next.
#[derive(Clone, Debug, Default)]
pub(super) struct Episode {
    /// Push was live once in this watch, so a loss is a *re*connect.
    live_once: bool,
    /// Until then a first connection counts as connecting, afterwards as fallback.
    patience: Option<Timestamp>,
}

/// What was told last; needed only to tell changes.
#[derive(Clone, Debug, Default)]
pub(super) struct Reported {
    status: Status,
    reason: Option<FallbackReason>,
    freshness: Freshness,
    freshness_since: Timestamp,
    freshness_cause: Option<Cause>,
    load: LoadState,
}

impl Engine {
    /// The connection status.
    pub fn status(&self) -> Status {
        if !self.wanted {
            return Status::Disconnected;
        }
        if self.live() {
            return Status::Connected;
        }
        if !self.can_push() && !self.can_read() {
            return Status::Failed;
        }
        if self.push_trouble().is_some() {
            return Status::Fallback;
        }
        if self.episode.live_once { Status::Reconnecting } else { Status::Connecting }
    }

    /// Why push does not work; `None` unless the status is fallback or failed.
    pub fn fallback_reason(&self) -> Option<FallbackReason> {
        self.reason_for(self.status())
    }

    fn reason_for(&self, status: Status) -> Option<FallbackReason> {
        match status {
            Status::Failed => Some(self.push_trouble().unwrap_or(FallbackReason::NotConfigured)),
            Status::Fallback => self.push_trouble(),
            Status::Disconnected | Status::Connecting | Status::Connected | Status::Reconnecting => None,
        }
    }

    /// The server's own code in its refusal to sign the watched session's channel, such as `USER_MISMATCH`. Servers
    /// tell it in development only.
    pub fn refusal_code(&self) -> Option<&str> {
        match &self.shown_session()?.channel {
            Channel::Refused { code, .. } => code.as_deref(),
            Channel::Idle
            | Channel::Paused { .. }
            | Channel::Authorizing { .. }
            | Channel::Authorized { .. }
            | Channel::Subscribing
            | Channel::Subscribed { .. } => None,
        }
    }

    /// How far the view may lag behind the log.
    pub fn freshness(&self) -> Freshness {
        let Some(session) = self.shown_session() else {
            return if self.live() { Freshness::Fresh } else { Freshness::Stale };
        };
        if session.timeline.gaps().next().is_some() {
            return Freshness::Gap;
        }
        let repairing = matches!(session.gap, Gap::Waiting { .. });
        let joining =
            matches!(session.channel, Channel::Subscribed { caught_up: false }) && !session.fetch.refused;
        let loading = !session.fetch.is_loaded() && session.fetch.busy();
        if repairing || joining || loading {
            return Freshness::CatchingUp;
        }
        if self.live() { Freshness::Fresh } else { Freshness::Stale }
    }

    /// Since when the freshness told last holds, and what brought it about; `None` before the first change.
    pub fn freshness_since(&self) -> (Timestamp, Option<Cause>) {
        (self.reported.freshness_since, self.reported.freshness_cause)
    }

    /// The session being watched.
    pub fn shown(&self) -> Option<&SessionId> {
        self.shown.as_ref()
    }

    /// The messages of a session, if it is in memory.
    pub fn timeline(&self, id: &SessionId) -> Option<&Timeline> {
        self.sessions.get(id).map(|s| &s.timeline)
    }

    /// The same, to take its changes.
    pub fn timeline_mut(&mut self, id: &SessionId) -> Option<&mut Timeline> {
        self.sessions.get_mut(id).map(|s| &mut s.timeline)
    }

    /// Whether the watched session's first page is still to come.
    pub fn is_loading(&self) -> bool {
        self.shown_session().is_some_and(|s| !s.fetch.is_loaded() && s.fetch.error.is_none())
    }

    /// Whether the first page of a session was answered.
    pub fn is_loaded(&self, id: &SessionId) -> bool {
        self.sessions.get(id).is_some_and(|s| s.fetch.is_loaded())
    }

    /// How the loading of what is watched stands.
    pub fn load_state(&self) -> LoadState {
        LoadState { session: self.shown.clone(), error: self.load_error().cloned(), ..self.load_facts() }
    }

    /// All of it but names and words.
    fn load_facts(&self) -> LoadState {
        let fetch = self.shown_session().map(|s| &s.fetch);
        LoadState {
            session: None,
            loading: self.is_loading(),
            polling: self.is_polling(),
            error: None,
            failures: fetch.map_or(0, Fetch::failures),
            loading_older: fetch.is_some_and(|f| f.older.is_wanted()),
            has_older: fetch.filter(|f| f.is_loaded()).and_then(|f| f.older.more()),
        }
    }

    /// Whether this is how loading stands. Asked with every input, so that nothing is copied for the answer.
    fn is_load(&self, told: &LoadState) -> bool {
        let LoadState { session, error, loading, polling, failures, loading_older, has_older } = told;
        let now = self.load_facts();
        *session == self.shown
            && error.as_ref() == self.load_error()
            && (*loading, *polling, *failures) == (now.loading, now.polling, now.failures)
            && (*loading_older, *has_older) == (now.loading_older, now.has_older)
    }

    /// When the last request for messages of the watched session left.
    pub fn last_attempt(&self) -> Option<Timestamp> {
        self.shown_session().and_then(|s| s.fetch.attempted)
    }

    /// Which life of the watched session's timeline this is. Slots of another life mean other messages.
    pub fn timeline_life(&self) -> Option<u32> {
        self.shown_session().map(|s| s.life)
    }

    /// Which life of a session's timeline this is; it ends with a sign-out, and when the log is read anew.
    pub fn life_of(&self, id: &SessionId) -> Option<u32> {
        self.sessions.get(id).map(|s| s.life)
    }

    /// Why the last read of the watched session failed.
    pub fn load_error(&self) -> Option<&ApiFailure> {
        self.shown_session().and_then(|s| s.fetch.error.as_ref())
    }

    /// Whether polling keeps the view current.
    pub fn is_polling(&self) -> bool {
        let polls = |s: &Session| matches!(s.cover, Cover::Poll { begun: true, .. });
        self.shown_session().is_some_and(polls) && self.online && self.may_fetch()
    }

    /// What the agent does in the watched session.
    pub fn typing(&self) -> Option<TypingContext> {
        self.shown_session().and_then(|s| s.typing).map(|(context, _)| context)
    }

    /// The push server's id of the open socket.
    pub fn socket_id(&self) -> Option<&str> {
        match &self.link {
            Link::Open(open) => Some(open.socket.as_str()),
            Link::Idle | Link::Connecting { .. } | Link::Waiting { .. } => None,
        }
    }

    /// What was done and seen so far.
    pub fn counters(&self) -> Counters {
        self.io.counters
    }

    pub(super) fn begin_episode(&mut self) {
        let patience = Some(self.io.now.after(self.io.policy.connect_timeout));
        self.episode = Episode { live_once: false, patience };
    }

    pub(super) fn episode_deadline(&self) -> Option<Timestamp> {
        self.episode.patience.filter(|at| !self.episode.live_once && *at > self.io.now)
    }

    /// Whether a socket may be opened at all.
    pub(super) fn link_allowed(&self) -> bool {
        self.wanted && self.token == Some(true) && self.config.socket_url().is_some()
    }

    fn can_push(&self) -> bool {
        let refused = matches!(self.shown_session().map(|s| &s.channel), Some(Channel::Refused { .. }));
        self.token != Some(false) && self.config.socket_url().is_some() && !refused
    }

    /// Push may work, but a session that may not be read cannot be caught up on.
    fn read_refusal(&self) -> FallbackReason {
        match self.load_error().and_then(|error| error.status) {
            Some(401) => FallbackReason::AuthFailed,
            Some(_) | None => FallbackReason::SessionRefused,
        }
    }

    fn can_read(&self) -> bool {
        let refused = self.shown_session().is_some_and(|s| s.fetch.refused);
        self.token != Some(false) && self.config.has_api() && !refused
    }

    fn push_trouble(&self) -> Option<FallbackReason> {
        if self.config.socket_url().is_none() {
            return Some(FallbackReason::NotConfigured);
        }
        if self.token == Some(false) {
            return Some(FallbackReason::NoToken);
        }
        if let Some(Channel::Refused { reason, .. }) = self.shown_session().map(|s| &s.channel) {
            return Some(*reason);
        }
        if self.shown_session().is_some_and(|s| s.fetch.refused) {
            return Some(self.read_refusal());
        }
        if !self.online && !matches!(self.link, Link::Open(_)) {
            return Some(FallbackReason::Offline);
        }
        if self.outage.refused() {
            return Some(FallbackReason::Refused);
        }
        if self.outage.rejected() {
            return Some(FallbackReason::Rejected);
        }
        if self.gate.failing(&self.io.policy) {
            return Some(FallbackReason::AuthFailed);
        }
        let late = !self.episode.live_once && self.episode.patience.is_some_and(|at| at <= self.io.now);
        (late || self.outage.exhausted(self.io.policy.backoff.len()))
            .then_some(FallbackReason::AttemptsExhausted)
    }

    /// Tells every difference to what was told last, each once.
    pub(super) fn report(&mut self) {
        let (previous, current) = (self.reported.status, self.status());
        if current == Status::Connected {
            self.episode.live_once = true;
        } else if previous == Status::Connected {
            self.last_connected = self.wall_now().or(self.last_connected);
        }
        let reason = self.reason_for(current);
        if previous != current || self.reported.reason != reason {
            let (cause, close) = (self.cause, self.close.take());
            self.reported.status = current;
            self.reported.reason = reason;
            self.io.event(Event::StatusChanged(StatusChange { previous, current, cause, reason, close }));
        }
        self.close = None;
        let freshness = self.freshness();
        if self.reported.freshness != freshness {
            self.reported.freshness = freshness;
            self.reported.freshness_since = self.io.now;
            self.reported.freshness_cause = Some(self.cause);
            self.io.event(Event::FreshnessChanged { freshness, cause: self.cause });
        }
        if !self.is_load(&self.reported.load) {
            let load = self.load_state();
            self.reported.load = load.clone();
            self.io.event(Event::LoadChanged(load));
        }
        for (id, session) in self.sessions.iter_mut() {
            let revision = session.timeline.revision();
            if session.reported_revision != revision {
                session.reported_revision = revision;
                let length = session.timeline.len();
                let rows = session.timeline.take_changes().unwrap_or(length..length);
                self.io.event(Event::TimelineChanged { session: id.clone(), revision, rows });
            }
        }
    }
}
