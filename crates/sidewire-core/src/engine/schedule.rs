//! When to read again without being told: polling cover, reconcile, holes, refresh, typing expiry.

use crate::time::Duration;
use std::sync::Arc;

use super::channel::Channel;
use super::fetch::Want;
use super::link::Link;
use super::{Engine, Session, earliest};
use crate::defect::{planted, unless};
use crate::ids::SessionId;
use crate::output::{Event, GapCause, TypingContext};
use crate::time::Timestamp;

/// Polling while push does not deliver.
#[derive(Clone, Debug, Default)]
pub(crate) enum Cover {
    /// Push is live; the log is checked then all the same.
    Reconcile { at: Timestamp },
    /// Push is not live; polls begin then and repeat.
    #[default]
    Unplanned,
    /// The next poll is due then; `begun` once one was made.
    Poll { at: Timestamp, begun: bool },
}

impl Cover {
    /// Nothing is read before, whatever else puts it off.
    const fn due(&self) -> Option<Timestamp> {
        match self {
            Self::Reconcile { at } | Self::Poll { at, .. } => Some(*at),
            Self::Unplanned => None,
        }
    }
}

/// A hole in the sequence.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Gap {
    #[default]
    None,
    /// Late frames often fill it by themselves; fetch it then.
    Waiting { start: u64, at: Timestamp, tries: u32 },
}

/// Refreshes after `interact_response`: the first at once, later ones together.
#[derive(Clone, Debug, Default)]
pub(crate) enum Refresh {
    #[default]
    Rest,
    Cooling {
        until: Timestamp,
        latest: Timestamp,
        again: bool,
    },
}

impl Engine {
    pub(super) fn pump_schedules(&mut self) {
        let now = self.io.now;
        let live = self.live();
        self.expire_typing();
        self.plan_cover(live);
        self.pump_gap();
        self.pump_stream_gap();
        self.pump_refresh();
        let due = self.shown_session().and_then(|session| session.cover.due());
        if due.is_none_or(|at| at > now) || self.cover_deadline().is_none_or(|at| at > now) {
            return;
        }
        let Some(session) = self.shown_session_mut() else { return };
        session.fetch.want(Want::CatchUp);
        if let Cover::Poll { begun, .. } = &mut session.cover {
            *begun = true;
            self.io.counters.polls += 1;
        }
    }

    /// When the shown session is polled or checked next, if at all.
    fn cover_deadline(&self) -> Option<Timestamp> {
        let session = self.shown_session().filter(|session| session.fetch.idle() && self.may_poll())?;
        match session.cover {
            Cover::Reconcile { at } => Some(at),
            // One thing at a time, and signatures first, if the server answers nothing.
            Cover::Poll { .. } if self.servers.api.is_mute() && self.may_join() => None,
            Cover::Poll { at, .. } => session.fetch.is_loaded().then(|| self.poll_at(session, at)),
            Cover::Unplanned => None,
        }
    }

    /// A poll that is due waits until it can leave: wanted before, it would go out at the very moment at which the
    /// next authorisation does, and read what the catch-up after it reads as well.
    fn poll_at(&self, session: &Session, due: Timestamp) -> Timestamp {
        let open = self.budget.open_at(false, &self.io.policy).max(self.silent_for_reads_until(false));
        due.max(session.fetch.not_before()).max(open).max(self.left_to_authorization(session))
    }

    /// Push brings everything, and signatures and polls wait in one queue: a poll leaves the queue to an
    /// authorisation for as long as one should take.
    fn left_to_authorization(&self, session: &Session) -> Timestamp {
        let joining = matches!(
            session.channel,
            Channel::Authorizing { .. } | Channel::Authorized { .. } | Channel::Subscribing
        );
        let asked = self.gate.last_asked().filter(|_| joining && matches!(self.link, Link::Open(_)));
        match asked {
            Some(asked) if !planted!(PollsDoNotYield) => {
                // Its time-out comes first and may put the poll off for longer.
                asked.after(self.io.policy.auth_timeout + self.io.policy.cover_after)
            }
            Some(_) | None => Timestamp::ZERO,
        }
    }

    /// An authorisation is under way, or will be as soon as its pause is over.
    fn may_join(&self) -> bool {
        let refused = matches!(self.shown_session().map(|s| &s.channel), Some(Channel::Refused { .. }));
        matches!(self.link, Link::Open(_)) && self.config.one_server() && !refused
    }

    /// A signature did not come in time. If nothing else was answered meanwhile either, the next poll waits for as
    /// long again, and for its usual interval at least.
    pub(super) fn put_off_cover(&mut self, waited: Duration) {
        let now = self.io.now;
        let answered = self.gate.last_asked().is_none_or(|asked| self.servers.api.answered_since(asked));
        if !self.config.one_server() || answered {
            return;
        }
        let pause = self.shown_session().map_or(waited, |session| waited.max(self.poll_interval(session)));
        let until = now.after(self.io.half_spread(pause));
        if let Some(Cover::Poll { at, .. }) = self.shown_session_mut().map(|session| &mut session.cover) {
            *at = (*at).max(until);
        }
    }

    pub(super) fn schedule_deadline(&self) -> Option<Timestamp> {
        let typing = self.sessions.iter().filter_map(|(_, s)| s.typing).map(|(_, until)| until).min();
        earliest(typing, self.shown_deadline())
    }

    fn shown_deadline(&self) -> Option<Timestamp> {
        let session = self.shown_session()?;
        let cover = self.cover_deadline();
        let due = |gap| match gap {
            Gap::Waiting { at, .. } => (session.fetch.idle() && self.may_fetch()).then_some(at),
            Gap::None => None,
        };
        let gap = earliest(due(session.gap), due(session.stream_gap));
        let refresh = match session.refresh {
            Refresh::Cooling { until, .. } => Some(until),
            Refresh::Rest => None,
        };
        earliest(earliest(cover, gap), refresh)
    }

    /// Polls and checks pause while offline; a live connection is only checked while somebody looks.
    fn may_poll(&self) -> bool {
        self.may_fetch() && self.online && (self.visible || !self.live())
    }

    fn plan_cover(&mut self, live: bool) {
        let Some(session) = self.shown_session() else { return };
        let plan = match (&session.cover, live) {
            (Cover::Poll { begun: true, .. }, true) if planted!(PollingNeverStops) => return,
            (Cover::Unplanned | Cover::Poll { .. }, true) => {
                let check = unless(planted!(NoReconcile), self.io.fifth_spread(self.io.policy.reconcile));
                Cover::Reconcile { at: self.io.now.after(check) }
            }
            (Cover::Unplanned | Cover::Reconcile { .. }, false) => {
                let cover_after = self.io.policy.cover_after;
                let grace = cover_after + self.io.within((Duration::ZERO, cover_after));
                let grace = unless(planted!(NoCoverPolling), grace);
                Cover::Poll { at: self.io.now.after(grace), begun: false }
            }
            (Cover::Poll { .. }, false) | (Cover::Reconcile { .. }, true) => return,
        };
        if let Some(session) = self.shown_session_mut() {
            session.cover = plan;
        }
    }

    fn poll_interval(&self, session: &Session) -> Duration {
        let policy = &self.io.policy;
        let quiet = self.io.now.since(session.last_news) >= policy.idle_after || !self.visible;
        if quiet && !planted!(NeverIdle) { policy.poll_idle } else { policy.poll_active }
    }

    /// After every answer: the next poll or check counts from now.
    pub(super) fn plan_after_fetch(&mut self, id: &SessionId) {
        let policy = Arc::clone(&self.io.policy);
        let now = self.io.now;
        let Some(session) = self.sessions.get(id) else { return };
        let strained = self.servers.api.is_strained(now, &policy);
        let interval = if strained { policy.poll_idle } else { self.poll_interval(session) };
        let poll = self.io.fifth_spread(interval);
        let check = unless(planted!(NoReconcile), self.io.fifth_spread(policy.reconcile));
        let Some(session) = self.sessions.get_mut(id) else { return };
        let check = if session.fetch.is_in_doubt() { check.min(policy.cut_log_wait) } else { check };
        match &mut session.cover {
            Cover::Poll { at, .. } if session.fetch.failures() > 0 => *at = session.fetch.not_before(),
            Cover::Poll { at, .. } => *at = (*at).max(now.after(poll)),
            Cover::Reconcile { at } => *at = now.after(check),
            Cover::Unplanned => {}
        }
    }

    /// The page is looked at again, or the network is back: poll or check now.
    pub(super) fn hasten_cover(&mut self) {
        if planted!(NoNudge) {
            return;
        }
        let now = self.io.now;
        if let Some(session) = self.shown_session_mut() {
            match &mut session.cover {
                Cover::Poll { at, .. } => *at = now,
                Cover::Reconcile { .. } => session.fetch.want(Want::CatchUp),
                Cover::Unplanned => {}
            }
        }
    }

    fn pump_gap(&mut self) {
        let (now, tries_max) = (self.io.now, self.io.policy.gap_tries);
        let Some(session) = self.shown_session() else { return };
        let hole =
            session.timeline.first_hole().filter(|_| session.fetch.is_loaded() && !planted!(NoGapRepair));
        let gap = match (hole, session.gap) {
            (None, Gap::None) => return,
            (None, Gap::Waiting { .. }) => Gap::None,
            (Some((start, end)), Gap::Waiting { start: known, at, tries }) if known == start => {
                if at > now || !session.fetch.idle() {
                    return;
                }
                if tries >= tries_max {
                    self.accept_gap(start, end);
                    Gap::None
                } else {
                    self.want_hole(end);
                    let pause = Duration::from_secs(1 << tries.min(2));
                    Gap::Waiting { start, at: now.after(pause), tries: tries + 1 }
                }
            }
            (Some((start, _)), Gap::None | Gap::Waiting { .. }) => {
                let wait = self.io.within(self.io.policy.gap_wait);
                Gap::Waiting { start, at: now.after(wait), tries: 0 }
            }
        };
        if let Some(session) = self.shown_session_mut() {
            session.gap = gap;
        }
    }

    /// A text that streams lacks a piece, or its message. As with holes: late ones often come by themselves.
    fn pump_stream_gap(&mut self) {
        let (now, tries_max) = (self.io.now, self.io.policy.gap_tries);
        let Some(session) = self.shown_session().filter(|s| s.fetch.is_loaded()) else { return };
        let missing = session.timeline.stream_gap().filter(|_| !planted!(NoStreamRepair));
        let gap = match (missing, session.stream_gap) {
            (None, Gap::None) => return,
            (None, Gap::Waiting { .. }) => Gap::None,
            (Some(start), Gap::Waiting { start: known, at, tries }) if known == start => {
                if at > now || !session.fetch.idle() {
                    return;
                }
                let pause = Duration::from_secs(1 << tries.min(2));
                Gap::Waiting { start, at: now.after(pause), tries: tries + 1 }
            }
            (Some(start), Gap::None | Gap::Waiting { .. }) => {
                let wait = self.io.within(self.io.policy.gap_wait);
                Gap::Waiting { start, at: now.after(wait), tries: 0 }
            }
        };
        let Some(session) = self.shown_session_mut() else { return };
        session.stream_gap = gap;
        match gap {
            Gap::Waiting { tries, .. } if tries > tries_max => {
                session.timeline.give_up_stream_gap();
                self.pump_stream_gap();
            }
            Gap::Waiting { tries: 1.., .. } => session.fetch.want(Want::Stream),
            Gap::Waiting { .. } | Gap::None => {}
        }
    }

    /// The server has nothing for this hole: it is told, marked, and no longer waited for.
    fn accept_gap(&mut self, from: u64, to: u64) {
        let Some(id) = self.shown.clone() else { return };
        if let Some(session) = self.sessions.get_mut(&id) {
            session.timeline.accept_gap(from, to);
        }
        self.io.event(Event::Discontinuity { session: id, from, to, cause: GapCause::Unanswered });
    }

    fn want_hole(&mut self, end: u64) {
        if let Some(session) = self.shown_session_mut() {
            session.fetch.want(Want::Hole { end });
        }
    }

    /// A refresh now, or together with others soon; the last one is never dropped.
    pub(super) fn refresh_soon(&mut self, id: &SessionId) {
        let (now, policy) = (self.io.now, Arc::clone(&self.io.policy));
        let shown = self.shown.as_ref() == Some(id);
        let Some(session) = self.sessions.get_mut(id) else { return };
        match &mut session.refresh {
            // A warm session is read when it is shown.
            _ if !shown => session.fetch.want(Want::CatchUp),
            Refresh::Rest => {
                session.fetch.want(Want::CatchUp);
                session.refresh = Refresh::Cooling {
                    until: now.after(policy.refresh_debounce),
                    latest: now.after(policy.refresh_max_wait),
                    again: false,
                };
            }
            Refresh::Cooling { .. } if planted!(NoRefreshDebounce) => session.fetch.want(Want::CatchUp),
            Refresh::Cooling { .. } if planted!(LastRefreshDropped) => {}
            Refresh::Cooling { until, latest, again } => {
                *until = now.after(policy.refresh_debounce).min(*latest);
                *again = true;
            }
        }
    }

    fn pump_refresh(&mut self) {
        let now = self.io.now;
        let Some(session) = self.shown_session_mut() else { return };
        let Refresh::Cooling { until, again, .. } = session.refresh else { return };
        if until > now {
            return;
        }
        session.refresh = Refresh::Rest;
        if let Some(id) = self.shown.clone().filter(|_| again) {
            self.refresh_soon(&id);
        }
    }

    pub(super) fn set_typing(&mut self, id: &SessionId, typing: Option<TypingContext>) {
        let until = self.io.now.after(unless(planted!(TypingForEver), self.io.policy.typing_expiry));
        let Some(session) = self.sessions.get_mut(id) else { return };
        let before = session.typing.map(|(context, _)| context);
        session.typing = typing.map(|context| (context, until));
        if before != typing {
            self.io.event(Event::TypingChanged { session: id.clone(), typing });
        }
    }

    fn expire_typing(&mut self) {
        let now = self.io.now;
        let expired = |session: &Session| session.typing.is_some_and(|(_, until)| until <= now);
        let ids: Vec<_> =
            self.sessions.iter().filter(|(_, s)| expired(s)).map(|(id, _)| id.clone()).collect();
        for id in ids {
            self.set_typing(&id, None);
        }
    }

    /// The server told how long the log is; a longer one than ours means something was missed.
    pub(super) fn note_log_head(&mut self, id: &SessionId, head: Option<u64>) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        // A log that is empty has the head 0, and nothing in it was missed.
        let known = session.timeline.highest_sequence().unwrap_or(0);
        let behind = head.is_some_and(|head| known < head);
        if behind && session.fetch.is_loaded() {
            session.fetch.want(Want::CatchUp);
        }
    }

    /// Push works for what is shown.
    pub(super) fn live(&self) -> bool {
        let joined = self.shown_session().is_none_or(Session::is_caught_up) || planted!(DishonestStatus);
        matches!(self.link, Link::Open(_)) && joined
    }
}
