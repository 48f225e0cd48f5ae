//! Joining the shown session's channel: subscribe, be acknowledged, leave. The signature comes from `authorize`.

use crate::time::Duration;

use super::Engine;
use super::link::Link;
use crate::decimal::Decimal;
use crate::defect::{planted, unless};
use crate::ids::{RequestId, SessionId};
use crate::output::{Cause, Effect, FallbackReason, ProblemCode};
use crate::policy::CloseAction;
use crate::time::Timestamp;
use crate::wire::pusher;

#[cfg(feature = "model")]
#[path = "normal/channel.rs"]
mod normal;

/// How far a session's channel is.
#[derive(Clone, Debug, Default)]
pub(crate) enum Channel {
    /// Nothing was done on this connection yet.
    #[default]
    Idle,
    /// The next try is due then.
    Paused { until: Timestamp },
    /// The endpoint was asked for a signature.
    Authorizing { request: RequestId },
    /// The signature is there; an older subscription is still unanswered.
    Authorized { auth: String },
    /// The subscribe frame is out.
    Subscribing,
    /// Acknowledged. `caught_up` once a fetch that began after the acknowledgement was merged.
    Subscribed { caught_up: bool },
    /// The server said no; only another token or session changes that.
    Refused {
        reason: FallbackReason,
        /// The server's own code, such as `USER_MISMATCH`.
        code: Option<String>,
    },
}

/// A subscribe frame without an answer. Error frames name no channel, hence at most one.
#[derive(Clone, Debug)]
pub(crate) struct Unacknowledged {
    session: SessionId,
    deadline: Timestamp,
}

impl Engine {
    pub(super) fn pump_channel(&mut self) {
        let now = self.io.now;
        if self.unacknowledged.as_ref().is_some_and(|u| u.deadline <= now) {
            self.subscription_unanswered();
        }
        if !matches!(self.link, Link::Open(_)) || self.renewing() {
            return;
        }
        let Some(id) = self.next_to_join() else { return };
        let Some(session) = self.sessions.get(id) else { return };
        match &session.channel {
            Channel::Idle => self.authorize(&id.clone()),
            Channel::Paused { until } if *until <= now => self.authorize(&id.clone()),
            Channel::Authorized { .. } if self.unacknowledged.is_none() => self.subscribe(&id.clone()),
            Channel::Paused { .. }
            | Channel::Authorized { .. }
            | Channel::Authorizing { .. }
            | Channel::Subscribing
            | Channel::Subscribed { .. }
            | Channel::Refused { .. } => {}
        }
    }

    /// The shown session first and alone; warm ones one by one once it is live.
    fn next_to_join(&self) -> Option<&SessionId> {
        if !self.live() {
            return self.shown.as_ref();
        }
        let joined =
            |s: &super::Session| matches!(s.channel, Channel::Subscribed { .. } | Channel::Refused { .. });
        self.sessions.iter().find(|(_, s)| s.warm && !joined(s)).map(|(id, _)| id)
    }

    pub(super) fn channel_deadline(&self) -> Option<Timestamp> {
        let joining = self.next_to_join().and_then(|id| self.sessions.get(id)).map(|s| &s.channel);
        let paused = match joining {
            Some(Channel::Paused { until }) if matches!(self.link, Link::Open(_)) && !self.renewing() => {
                Some(*until)
            }
            _ => None,
        };
        super::earliest(paused, self.unacknowledged.as_ref().map(|u| u.deadline))
    }

    /// The watched or warm session that a channel belongs to; events of any other channel are not ours.
    pub(super) fn session_of_channel(&self, channel: &str) -> Option<SessionId> {
        let ours = |(id, session): &(&SessionId, &super::Session)| {
            let ours = session.warm || self.shown.as_ref() == Some(*id);
            ours && (self.config.is_channel_of(channel, id) || planted!(ForeignChannelHeard))
        };
        self.sessions.iter().find(ours).map(|(id, _)| id.clone())
    }

    fn subscribe(&mut self, id: &SessionId) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        let Channel::Authorized { auth } = core::mem::replace(&mut session.channel, Channel::Subscribing)
        else {
            return;
        };
        self.unacknowledged = Some(Unacknowledged {
            session: id.clone(),
            deadline: self
                .io
                .now
                .after(unless(planted!(NoSubscribeTimeout), self.io.policy.subscribe_timeout)),
        });
        self.send_frame(pusher::subscribe(&self.config.channel(id), &auth));
    }

    /// An acknowledgement may belong to an earlier subscription to the same channel, so each one is caught up on.
    pub(super) fn handle_subscribed(&mut self, channel: &str) {
        if self.unacknowledged.as_ref().is_some_and(|u| self.config.is_channel_of(channel, &u.session)) {
            self.unacknowledged = None;
        }
        let Some(id) = self.session_of_channel(channel) else { return };
        let Some(session) = self.sessions.get_mut(&id) else { return };
        if matches!(session.channel, Channel::Subscribing | Channel::Subscribed { .. }) {
            let again = matches!(session.channel, Channel::Subscribed { .. });
            session.channel = Channel::Subscribed { caught_up: planted!(NoCatchUpOnAck) };
            if !(planted!(NoCatchUpOnAck) || again && planted!(CatchUpOnFirstAckOnly)) {
                session.fetch.acknowledged();
            }
            // One that comes again proves nothing about what was refused since.
            if !again {
                self.gate.succeeded();
            }
        }
    }

    /// With a subscription unanswered the error is its refusal; otherwise it is only worth telling.
    pub(super) fn handle_error_frame(&mut self, code: Option<u16>, message: &str) {
        let code_text = code.map_or_else(|| "no code".to_owned(), |c| Decimal::of(c).as_str().to_owned());
        let detail = [&code_text, ": ", message].concat();
        self.io.problem(ProblemCode::ServerError, &detail);
        if matches!(code, Some(4000..=4099 | 4300)) && self.unacknowledged.is_some() {
            self.subscription_failed(Cause::SubscribeFailed, &detail);
        }
    }

    /// The acknowledgement may only be late, and it names the channel alone: on this socket no later one could be
    /// told from it. A fresh socket has no late answers.
    fn subscription_unanswered(&mut self) {
        self.subscription_failed(Cause::SubscribeFailed, "no answer to the subscription");
        if let Link::Open(open) = &self.link {
            let connection = open.connection;
            self.io.effect(Effect::CloseSocket { connection });
            self.lose_link(Cause::SubscribeFailed, CloseAction::Backoff);
        }
    }

    fn subscription_failed(&mut self, cause: Cause, detail: &str) {
        let Some(failed) = self.unacknowledged.take() else { return };
        self.gate.refused(self.io.now, &self.io.policy);
        if self.sessions.get(&failed.session).is_some_and(|s| matches!(s.channel, Channel::Subscribing)) {
            self.io.problem(ProblemCode::RequestFailed, detail);
            self.cause = cause;
            self.pause_channel(&failed.session);
        }
    }

    fn pause_channel(&mut self, id: &SessionId) {
        let index = usize::try_from(self.gate.refusals.saturating_sub(1)).unwrap_or(usize::MAX);
        let longest = Duration::from_secs(30);
        let nominal = self.io.policy.backoff.get(index).copied().unwrap_or(longest);
        let delay = self.io.half_spread(nominal);
        let until = self.io.now.after(delay).max(self.gate.silent_until);
        self.set_channel(id, Channel::Paused { until });
    }

    pub(super) fn set_channel(&mut self, id: &SessionId, channel: Channel) {
        if let Some(session) = self.sessions.get_mut(id) {
            session.channel = channel;
        }
    }

    /// Fast tabbing asks for one signature and one read, not for one with each switch: the newcomer waits a little if
    /// another was shown just now. Who takes his time is not kept waiting, and what is in memory is shown at once.
    pub(super) fn debounce(&mut self, id: &SessionId) {
        let (now, pause) = (self.io.now, self.io.policy.switch_debounce);
        let hasty = self.last_switch.is_some_and(|last| now.since(last) < pause);
        self.last_switch = Some(now);
        let Some(session) = self.sessions.get_mut(id).filter(|_| hasty) else { return };
        let until = now.after(pause);
        if matches!(session.channel, Channel::Idle) {
            session.channel = Channel::Paused { until };
        }
        if !planted!(HastySwitchesRead) {
            session.fetch.wait_until(until);
        }
    }

    /// Leaves one session's channel: nothing of it is wanted any more.
    pub(super) fn leave_channel(&mut self, id: &SessionId) {
        let name = self.config.channel(id);
        let Some(session) = self.sessions.get_mut(id) else { return };
        match core::mem::take(&mut session.channel) {
            Channel::Authorizing { request } => self.io.cancel(request),
            Channel::Subscribing | Channel::Subscribed { .. } if planted!(OrphanSubscription) => {}
            Channel::Subscribing | Channel::Subscribed { .. } => self.send_frame(pusher::unsubscribe(&name)),
            Channel::Idle | Channel::Paused { .. } | Channel::Authorized { .. } | Channel::Refused { .. } => {
            }
        }
    }

    /// Leaves the shown session's channel, or keeps it warm when it works; the warmest few only.
    pub(super) fn cool_channel(&mut self, id: &SessionId) {
        let keep = self.io.policy.warm_channels;
        let Some(session) = self.sessions.get_mut(id) else { return };
        session.warm = keep > 0 && matches!(session.channel, Channel::Subscribed { .. });
        if !session.warm {
            self.leave_channel(id);
        }
        while self.sessions.iter().filter(|(_, s)| s.warm).count() > keep {
            let oldest = self.sessions.iter().filter(|(_, s)| s.warm).min_by_key(|(_, s)| s.last_shown);
            let Some(oldest) = oldest.map(|(id, _)| id.clone()) else { return };
            self.leave_channel(&oldest);
            if let Some(session) = self.sessions.get_mut(&oldest) {
                session.warm = false;
            }
        }
    }

    /// Before a deliberate close: leave properly while the socket still takes frames.
    pub(super) fn leave_all_channels(&mut self) {
        for id in self.sessions.keys().cloned().collect::<Vec<_>>() {
            self.leave_channel(&id);
        }
        self.unacknowledged = None;
    }

    /// After a loss: signatures and subscriptions died with the socket; refusals stay.
    pub(super) fn forget_channels(&mut self) {
        self.unacknowledged = None;
        for session in self.sessions.values_mut() {
            match &session.channel {
                Channel::Authorizing { .. } if planted!(StaleSignatureUsed) => continue,
                Channel::Authorizing { request } => self.io.cancel(*request),
                Channel::Refused { .. } => continue,
                Channel::Idle
                | Channel::Paused { .. }
                | Channel::Authorized { .. }
                | Channel::Subscribing
                | Channel::Subscribed { .. } => {}
            }
            session.channel = Channel::Idle;
        }
    }

    /// Another token: every refusal is worth another try.
    pub(super) fn forgive_channels(&mut self) {
        self.gate.refusals = 0;
        self.gate.troubles = 0;
        self.gate.silent_until = Timestamp::ZERO;
        for session in self.sessions.values_mut() {
            match &session.channel {
                Channel::Authorizing { request } => self.io.cancel(*request),
                Channel::Refused { .. } | Channel::Paused { .. } => {}
                Channel::Idle
                | Channel::Authorized { .. }
                | Channel::Subscribing
                | Channel::Subscribed { .. } => {
                    continue;
                }
            }
            session.channel = Channel::Idle;
        }
    }
}
