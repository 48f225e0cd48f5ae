//! Keeps authorisation polite.

use super::server::Told;
use crate::defect::planted;
use crate::policy::Policy;
use crate::queue::Queue;
use crate::time::Timestamp;

#[cfg(feature = "model")]
#[path = "normal/auth_gate.rs"]
mod normal;

/// Keeps authorisation polite: a budget, and silence after refusals.
#[derive(Clone, Debug, Default)]
pub(crate) struct AuthGate {
    sent: Queue<Timestamp>,
    pub(super) refusals: u32,
    pub(super) troubles: u32,
    pub(super) silent_until: Timestamp,
    pub(super) told: Told,
}

impl AuthGate {
    /// Takes one from the budget, or tells when to ask again.
    pub(super) fn enter(&mut self, now: Timestamp, policy: &Policy) -> Result<(), Timestamp> {
        if now < self.silent_until {
            return Err(self.silent_until);
        }
        while self.sent.front().is_some_and(|first| now.since(*first) >= policy.auth_window) {
            self.sent.pop_front();
        }
        match self.sent.front() {
            Some(first) if self.sent.len() >= policy.auth_budget && !planted!(NoAuthBudget) => {
                Err(first.after(policy.auth_window))
            }
            Some(_) | None => {
                self.sent.push_back(now);
                Ok(())
            }
        }
    }

    /// When a signature was asked for last.
    pub(super) fn last_asked(&self) -> Option<Timestamp> {
        self.sent.iter().last().copied()
    }

    pub(super) fn refused(&mut self, now: Timestamp, policy: &Policy) {
        self.refusals = self.refusals.saturating_add(1);
        if self.refusals.is_multiple_of(policy.auth_refusals.max(1)) && !planted!(NoAuthCooldown) {
            self.silent_until = self.silent_until.max(now.after(policy.auth_cooldown));
        }
    }

    pub(super) fn succeeded(&mut self) {
        self.refusals = 0;
        self.troubles = 0;
    }

    /// Too many refusals in a row to call it chance.
    pub(crate) fn failing(&self, policy: &Policy) -> bool {
        self.refusals >= policy.auth_refusals
    }
}
