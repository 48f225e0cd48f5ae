//! Keeps background reads polite: a token bucket, and what the server asked for.

use crate::policy::Policy;
use crate::time::Timestamp;

#[cfg(feature = "model")]
#[path = "normal/budget.rs"]
mod normal;

/// Reads that nobody waits for draw from here; what the user does passes.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    left: u32,
    refilled: Timestamp,
    /// The server asked for silence until then (`Retry-After`); that holds for everybody.
    closed_until: Timestamp,
}

impl Budget {
    pub(super) fn new(policy: &Policy, now: Timestamp) -> Self {
        Self { left: policy.rest_burst, refilled: now, closed_until: Timestamp::ZERO }
    }

    /// When the next read may leave.
    pub(super) fn open_at(&self, urgent: bool, policy: &Policy) -> Timestamp {
        let refill =
            if urgent || self.left > 0 { Timestamp::ZERO } else { self.refilled.after(policy.rest_refill) };
        refill.max(self.closed_until)
    }

    /// Draws one read, if one is left.
    pub(super) fn draw(&mut self, urgent: bool, now: Timestamp, policy: &Policy) -> bool {
        self.refill(now, policy);
        if self.open_at(urgent, policy) > now {
            return false;
        }
        self.left = self.left.saturating_sub(u32::from(!urgent));
        true
    }

    /// The server asked for silence.
    pub(super) fn close_until(&mut self, at: Timestamp) {
        self.closed_until = self.closed_until.max(at);
    }

    fn refill(&mut self, now: Timestamp, policy: &Policy) {
        while self.left < policy.rest_burst && now.since(self.refilled) >= policy.rest_refill {
            self.left += 1;
            self.refilled = self.refilled.after(policy.rest_refill);
        }
        if self.left >= policy.rest_burst {
            self.refilled = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_burst_passes_then_one_every_two_seconds() {
        let policy = Policy::default();
        let mut budget = Budget::new(&policy, Timestamp::ZERO);
        let at = Timestamp::from_millis;

        let passed = (0..60_000).step_by(100).filter(|&ms| budget.draw(false, at(ms), &policy)).count();

        assert_eq!(passed, 10 + 29);
    }

    #[test]
    fn what_the_user_does_passes_but_not_a_closed_door() {
        let policy = Policy::default();
        let mut budget = Budget::new(&policy, Timestamp::ZERO);
        for _ in 0..10 {
            assert!(budget.draw(false, Timestamp::ZERO, &policy));
        }
        assert!(!budget.draw(false, Timestamp::ZERO, &policy));
        assert!(budget.draw(true, Timestamp::ZERO, &policy));

        budget.close_until(Timestamp::from_millis(5000));
        assert!(!budget.draw(true, Timestamp::from_millis(4999), &policy));
        assert!(budget.draw(true, Timestamp::from_millis(5000), &policy));
    }
}
