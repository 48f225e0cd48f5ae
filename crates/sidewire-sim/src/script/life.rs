//! The host's own life in a plan: sleep, restarts, a store in trouble, second thoughts. Each from randomness of its own.

use super::Plan;
use crate::action::{Action, Fault, Mode, UserAction};
use crate::rng::Rng;
use crate::store::StoreMode;

impl Plan {
    /// The machine sleeps, the host is killed, the token expires: in the middle of whatever happens just then.
    pub(super) fn draw_life(&mut self, rng: &mut Rng) {
        if rng.chance(600) {
            return;
        }
        let expires = rng.chance(400);
        if expires {
            let at = self.time(rng);
            self.add(at, Action::Fault(Fault::Revoke));
            // A renewal that sends used up in vain is not repeated for the token that expires: people sign in again.
            let refuses = |(_, action): &(u64, Action)| {
                matches!(action, Action::Fault(Fault::Interact(Mode::Status(401, _))))
            };
            self.traits.denied |= self.actions.iter().any(refuses);
        }
        for _ in 0..rng.below(3) {
            let at = self.time(rng);
            let action = match rng.below(4) {
                0 | 1 => UserAction::Restart,
                _ => UserAction::Sleep(rng.pick(&[1000, 6000, 60_000, 3_600_000], 60_000)),
            };
            self.add(at, Action::User(action));
        }
    }

    /// The storage is slow, full, broken or gone, and the host is killed with something unsent.
    pub(super) fn draw_store(&mut self, rng: &mut Rng) {
        if !self.config.storage {
            return;
        }
        for _ in 0..rng.below(3) {
            let at = self.time(rng);
            let mode = match rng.below(8) {
                0 => StoreMode::Slow(rng.pick(&[100, 400, 3000, 12_000], 400)),
                1 => StoreMode::Hang,
                2 => StoreMode::HangAfter,
                3 => StoreMode::Fail,
                4 => StoreMode::Lost,
                5 => StoreMode::Corrupt(u8::try_from(rng.below(5)).unwrap_or(0)),
                _ => StoreMode::Quota(usize::try_from(rng.between(100, 20_000)).unwrap_or(100)),
            };
            self.add(at, Action::Fault(Fault::Storage(mode)));
            self.add(at + rng.between(100, 30_000), Action::Fault(Fault::Storage(StoreMode::Good)));
        }
        if rng.chance(400) {
            let at = self.time(rng);
            self.add(at.saturating_sub(300), Action::Fault(Fault::Interact(Mode::Reset)));
            self.add(at.saturating_sub(50 + rng.below(100)), Action::User(UserAction::Send(0)));
            self.add(at, Action::User(UserAction::Restart));
            self.add(at + rng.below(3000), Action::Fault(Fault::Interact(Mode::Good)));
        }
    }

    /// A user who takes back what he wrote, and who writes several messages in a row while nothing gets through.
    pub(super) fn draw_second_thoughts(&mut self, rng: &mut Rng) {
        if rng.chance(600) {
            return;
        }
        let at = self.time(rng);
        if rng.chance(500) {
            let trouble = rng.pick(
                &[Mode::Reset, Mode::ResetAfter, Mode::Status(503, Some("5")), Mode::Status(429, None)],
                Mode::Reset,
            );
            self.add(at.saturating_sub(500), Action::Fault(Fault::Interact(trouble)));
            self.add(at + rng.between(500, 60_000), Action::Fault(Fault::Interact(Mode::Good)));
        }
        let session = rng.index(self.config.sessions);
        for step in 0..rng.between(1, 4) {
            self.add(at + step * 40, Action::User(UserAction::Send(session)));
        }
        for _ in 0..=rng.below(2) {
            self.add(at + rng.pick(&[60, 200, 3000, 40_000], 200), Action::User(UserAction::CancelLast));
        }
    }

    /// Somebody opens the list of sessions, now and then while its endpoint is in trouble.
    pub(super) fn draw_calls(&mut self, rng: &mut Rng) {
        if rng.chance(700) {
            return;
        }
        let at = self.time(rng);
        if rng.chance(500) {
            let busy =
                [Mode::Status(429, Some("5")), Mode::Status(429, Some("120")), Mode::Status(429, None)];
            let trouble = rng.pick(
                &[&busy[..], &[Mode::Status(503, Some("20")), Mode::Hang, Mode::Reset]].concat(),
                Mode::Reset,
            );
            self.add(at.saturating_sub(500), Action::Fault(Fault::Sessions(trouble)));
            self.add(at + rng.between(500, 60_000), Action::Fault(Fault::Sessions(Mode::Good)));
        }
        for step in 0..rng.between(1, 4) {
            self.add(at + step * rng.pick(&[40, 3000], 40), Action::User(UserAction::Call));
        }
    }

    /// Somebody looks for what was said long ago.
    pub(super) fn draw_scrolling(&mut self, rng: &mut Rng) {
        if rng.chance(500) {
            for _ in 0..=rng.below(4) {
                let at = self.time(rng);
                self.add(at, Action::User(UserAction::LoadOlder));
            }
        }
    }
}
