//! What is known of a server that answers requests: how slow it proved to be, and whether it asks for silence.
//!
//! A crowd that comes back at once makes a server slow. Whoever gives up too early leaves work behind that is done for
//! nobody and asks for more: such a server never catches up. So a time-out earns the next request more patience, and
//! what one request found out counts for all.

use std::sync::Arc;

use super::Engine;
use super::io::{Io, Pending, Waiting};
use crate::defect::planted;
use crate::input::{HttpFailure, HttpResponse};
use crate::policy::Policy;
use crate::time::{Duration, Timestamp};

#[cfg(feature = "model")]
#[path = "normal/server.rs"]
mod normal;

/// The servers that requests go to.
#[derive(Clone, Debug, Default)]
pub(super) struct Servers {
    /// Of everything below the API base, and mostly of signatures as well.
    pub(super) api: Server,
    /// Of signatures, if these come from elsewhere.
    pub(super) signer: Server,
}

/// One server.
#[derive(Clone, Debug, Default)]
pub(super) struct Server {
    /// Time-outs, each within [`Policy::patience_memory`] of the one before.
    timeouts: u32,
    last_timeout: Timestamp,
    /// Time-outs since it answered anything at all.
    mute: u32,
    /// When it answered last, whatever it said.
    last_answer: Option<Timestamp>,
    /// It asked for silence until then by a 503. That is about itself, not about the endpoint that said so.
    silent_until: Timestamp,
    /// When it asked last.
    last_busy: Option<Timestamp>,
}

/// The wait that an endpoint told last.
#[derive(Clone, Debug, Default)]
pub(super) struct Told(Option<Duration>);

impl Told {
    /// Takes the next one, and says whether it is the same. Then it is no slot of our own: the others were told the
    /// same, and all come back together unless they spread.
    fn is_repeated(&mut self, wait: Option<Duration>) -> bool {
        let before = core::mem::replace(&mut self.0, wait);
        before.is_some() && before == wait
    }
}

/// Patience grows no further: it reaches the policy's limit sooner.
const LEVELS: u32 = 3;
/// Time-outs in a row, without any answer between them, after which a server is asked one thing at a time.
const MUTE: u32 = 3;

impl Server {
    /// How long to wait for an answer that is worth `least` at a server that proved to be quick.
    pub(super) fn patience(&self, least: Duration, now: Timestamp, policy: &Policy) -> Duration {
        if planted!(PatienceNeverGrows) {
            return least;
        }
        let fourfold = least.saturating_mul(1 << (2 * self.level(now, policy)));
        fourfold.min(policy.patience_max).max(least)
    }

    /// Time-outs that still count, at most as many as make a difference.
    fn level(&self, now: Timestamp, policy: &Policy) -> u32 {
        if now.since(self.last_timeout) >= policy.patience_memory { 0 } else { self.timeouts.min(LEVELS) }
    }

    fn timed_out(&mut self, now: Timestamp, policy: &Policy) {
        self.timeouts = self.level(now, policy) + 1;
        self.last_timeout = now;
        self.mute = self.mute.saturating_add(1);
    }

    fn answered(&mut self, now: Timestamp) {
        self.last_answer = Some(now);
        self.mute = 0;
    }

    /// Whether it let so many requests in a row time out that a second one beside the first is only a burden.
    pub(super) fn is_mute(&self) -> bool {
        self.mute >= MUTE && !planted!(PollsDoNotYield)
    }

    /// Whether it was slow or busy lately, so that nobody should ask more often than he must.
    pub(super) fn is_strained(&self, now: Timestamp, policy: &Policy) -> bool {
        let busy = self.last_busy.is_some_and(|last| now.since(last) < policy.patience_memory);
        (busy || self.level(now, policy) > 0) && !planted!(StrainIgnored)
    }

    /// Whether it answered anything since `then`.
    pub(super) fn answered_since(&self, then: Timestamp) -> bool {
        self.last_answer.is_some_and(|last| last >= then)
    }

    /// Until when it wants nothing unasked.
    pub(super) fn silent_until(&self) -> Timestamp {
        self.silent_until
    }
}

impl Engine {
    /// How long a request was waited for that timed out. Given up long after its time, it tells nothing: it was we
    /// who slept.
    pub(super) fn waited_in_vain(
        &self,
        waiting: &Waiting,
        outcome: &Result<HttpResponse<'_>, HttpFailure>,
    ) -> Duration {
        let awake = self.io.now.since(waiting.due()) < self.io.policy.wake_jump;
        let timed_out = matches!(outcome, Err(HttpFailure::Timeout));
        if timed_out && awake { self.io.now.since(waiting.sent) } else { Duration::ZERO }
    }

    /// Learns from an answer, or from none, before anybody else looks at it.
    pub(super) fn note_server(
        &mut self,
        pending: &Pending,
        in_vain: Duration,
        outcome: &Result<HttpResponse<'_>, HttpFailure>,
    ) {
        let (now, policy) = (self.io.now, Arc::clone(&self.io.policy));
        let response = outcome.as_ref().ok();
        let busy = response.filter(|response| response.status == 503 && !planted!(SilenceOfOneEndpoint));
        let told = busy.and_then(|response| self.told_wait(response));
        let apart = matches!(pending, Pending::Authorize(_)) && !self.config.one_server();
        let server = if apart { &mut self.servers.signer } else { &mut self.servers.api };
        if response.is_some() {
            server.answered(now);
        } else if in_vain > Duration::ZERO {
            server.timed_out(now, &policy);
        }
        if let Some(told) = told {
            server.last_busy = Some(now);
            server.silent_until = server.silent_until.max(now.after(told.min(policy.silence_max)));
        }
    }

    /// How long to leave an endpoint alone after trouble: as long as it `told`, else for a `pause` of our own. `last` is
    /// what it told before.
    pub(super) fn pause_beside(
        io: &mut Io,
        told: Option<Duration>,
        pause: Duration,
        last: &mut Told,
    ) -> Duration {
        let again = last.is_repeated(told);
        let Some(told) = told else { return pause };
        let longest = if again { told / 2 } else { Duration::ZERO };
        let spread = io.within((Duration::ZERO, longest));
        (told + spread).max(pause.min(io.policy.told_pause_max))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(seconds * 1000)
    }

    #[test]
    fn patience_grows_fourfold_with_each_time_out_and_is_forgotten_after_two_quiet_minutes() {
        let (policy, least) = (Policy::default(), Duration::from_secs(8));
        let mut server = Server::default();
        let mut waited = Vec::new();
        for round in 0..5 {
            waited.push(server.patience(least, at(1000 + round), &policy).as_secs());
            server.timed_out(at(1000 + round), &policy);
        }

        assert_eq!(waited, [8, 32, 60, 60, 60]);
        assert_eq!(server.patience(least, at(1004 + 119), &policy).as_secs(), 60);
        assert_eq!(server.patience(least, at(1004 + 120), &policy).as_secs(), 8);
    }

    #[test]
    fn a_server_that_never_timed_out_gets_the_least_even_at_the_clocks_origin() {
        let (policy, least) = (Policy::default(), Duration::from_secs(15));

        assert_eq!(Server::default().patience(least, Timestamp::ZERO, &policy), least);
    }

    #[test]
    fn a_server_that_was_slow_or_busy_is_strained_for_two_minutes() {
        let policy = Policy::default();
        let slow = Server { timeouts: 1, last_timeout: at(1000), ..Server::default() };
        let busy = Server { last_busy: Some(at(1000)), ..Server::default() };

        for server in [slow, busy] {
            assert!(server.is_strained(at(1119), &policy) && !server.is_strained(at(1120), &policy));
        }
        assert!(!Server::default().is_strained(at(1), &policy));
    }

    #[test]
    fn three_time_outs_without_an_answer_between_them_make_a_server_mute() {
        let policy = Policy::default();
        let mut server = Server::default();
        for round in 0..2 {
            server.timed_out(at(round), &policy);
        }
        server.answered(at(2));
        server.timed_out(at(3), &policy);
        server.timed_out(at(4), &policy);
        assert!(!server.is_mute());

        server.timed_out(at(5), &policy);
        assert!(server.is_mute());
    }
}
