//! Keeps what is asked for unasked polite: one token bucket for reads and signatures.

use crate::policy::Policy;
use crate::time::Timestamp;

#[cfg(feature = "model")]
#[path = "normal/budget.rs"]
mod normal;

/// Reads that nobody waits for and signatures draw from here; what the user does passes.
#[derive(Clone, Debug)]
pub(super) struct Budget {
    left: u32,
    refilled: Timestamp,
}

impl Budget {
    pub(super) fn new(policy: &Policy, now: Timestamp) -> Self {
        Self { left: policy.rest_burst, refilled: now }
    }

    /// When the next one may leave.
    pub(super) fn open_at(&self, urgent: bool, policy: &Policy) -> Timestamp {
        if urgent || self.left > 0 { Timestamp::ZERO } else { self.refilled.after(policy.rest_refill) }
    }

    /// The same for one that is not urgent, with everything due by now refilled.
    pub(super) fn next_at(&mut self, now: Timestamp, policy: &Policy) -> Timestamp {
        self.refill(now, policy);
        self.open_at(false, policy)
    }

    /// Draws one, if one is left.
    pub(super) fn draw(&mut self, urgent: bool, now: Timestamp, policy: &Policy) -> bool {
        self.refill(now, policy);
        if self.open_at(urgent, policy) > now {
            return false;
        }
        self.left = self.left.saturating_sub(u32::from(!urgent));
        true
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
    fn what_the_user_does_passes_an_empty_budget() {
        let policy = Policy::default();
        let mut budget = Budget::new(&policy, Timestamp::ZERO);
        for _ in 0..10 {
            assert!(budget.draw(false, Timestamp::ZERO, &policy));
        }

        assert!(!budget.draw(false, Timestamp::ZERO, &policy));
        assert!(budget.draw(true, Timestamp::ZERO, &policy));
        assert_eq!(budget.next_at(Timestamp::ZERO, &policy), Timestamp::from_millis(2000));
    }
}
