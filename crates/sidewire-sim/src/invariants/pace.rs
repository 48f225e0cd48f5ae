//! S15: how often sockets are opened, reads repeated and tokens asked for when nobody asks for it.

use std::collections::VecDeque;

use sidewire_core::{Command, Effect, SocketEvent};

use super::Broken;

/// Sockets in any 30 s without a nudge: the first, one quick return, three tries, a probe.
const OPENS: usize = 6;
/// Reads and authorisations together in any minute that no command asked for.
pub(super) const READS: usize = 40;
/// Shortest wait after a close code that forbids trying again unchanged.
const REFUSED: u64 = 300_000;

/// What was done lately of the engine's own accord.
#[derive(Debug, Default)]
pub(super) struct Pace {
    opens: VecDeque<u64>,
    not_before: u64,
    renewals: u32,
}

impl Pace {
    /// A command may be a reason to try at once.
    pub(super) fn commanded(&mut self, command: &Command) {
        match command {
            Command::Send(_)
            | Command::RetrySend(..)
            | Command::CancelSend(..)
            | Command::Refresh(_)
            | Command::LoadOlder(_)
            | Command::Call(..) => {}
            Command::StopSync | Command::SetToken { .. } | Command::SetOwner { .. } => {
                *self = Self::default();
            }
            Command::TokenRenewed { .. } => {
                self.opens.clear();
                self.not_before = 0;
            }
            Command::Connect
            | Command::StartSync(_)
            | Command::LeaveSession
            | Command::Restore(_)
            | Command::SetVisible(_)
            | Command::SetOnline(_) => self.opens.clear(),
        }
    }

    /// The machine slept, which is a reason as well.
    pub(super) fn woke(&mut self) {
        self.opens.clear();
    }

    pub(super) fn socket(&mut self, now: u64, event: &SocketEvent<'_>) {
        if let SocketEvent::Closed { code: 4000..=4099, .. } = event {
            self.not_before = now + REFUSED;
        }
    }

    /// A request was accepted, so the token is good.
    pub(super) fn accepted(&mut self) {
        self.renewals = 0;
    }

    pub(super) fn effect(&mut self, now: u64, effect: &Effect) -> Option<Broken> {
        match effect {
            Effect::OpenSocket { .. } => self.opened(now),
            Effect::RenewToken => {
                self.renewals += 1;
                let often = self.renewals > 1;
                often.then(|| ("D6", "a renewed token that was refused is renewed again".to_owned()))
            }
            Effect::SendFrame { .. }
            | Effect::CloseSocket { .. }
            | Effect::Request { .. }
            | Effect::CancelRequest { .. }
            | Effect::Storage { .. } => None,
        }
    }

    fn opened(&mut self, now: u64) -> Option<Broken> {
        if now < self.not_before {
            let early = self.not_before - now;
            return Some(("C6", format!("a socket {early} ms too early after a code that forbids it")));
        }
        self.not_before = 0;
        self.opens.push_back(now);
        while self.opens.front().is_some_and(|first| now - first >= 30_000) {
            self.opens.pop_front();
        }
        let opens = self.opens.len();
        (opens > OPENS).then(|| ("S15", format!("{opens} sockets in 30 s")))
    }
}

/// Failed reads of one session in a row, and the pause that they are worth.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Backoff {
    failures: u32,
    until: u64,
}

impl Backoff {
    pub(super) fn forgive(&mut self) {
        *self = Self::default();
    }

    /// `told`: the server said how long to wait, so that our own pause counts for little.
    pub(super) fn failed(&mut self, now: u64, told: bool) {
        let longest = if told { 6400 } else { 48_000 };
        let pause = (1600_u64 << self.failures.min(5)).min(longest);
        self.failures += 1;
        self.until = now + pause;
    }

    pub(super) fn asked(&self, now: u64) -> Option<Broken> {
        let early = self.until.saturating_sub(now);
        (early > 0).then(|| ("S15", format!("a read {early} ms too early after {} failures", self.failures)))
    }
}
