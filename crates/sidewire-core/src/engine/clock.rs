//! Noticing that the machine slept: a timer far too late, or a wall clock that ran ahead of the monotonic one.

use crate::time::Duration;

use super::Engine;
use crate::defect::planted;
use crate::time::{Timestamp, WallTime};

/// The last pair of readings.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reading {
    now: Timestamp,
    wall: WallTime,
}

impl Engine {
    /// A timer that fires this late was asleep with the machine, or throttled: either way the socket is suspect.
    pub(super) fn note_timer(&mut self, due: Option<Timestamp>) {
        if due.is_some_and(|due| self.io.now.since(due) >= self.io.policy.wake_jump) {
            self.woke_up();
        }
    }

    /// Some systems stop the monotonic clock during sleep, so the wall clock is compared as well. A wall clock set
    /// back, or that lags, tells nothing.
    pub(super) fn note_wall(&mut self, wall: WallTime) {
        let now = self.io.now;
        let slept = self.reading.is_some_and(|last| {
            let passed = Duration::from_millis(wall.as_millis().saturating_sub(last.wall.as_millis()));
            passed >= now.since(last.now) + self.io.policy.wake_jump
        });
        self.reading = Some(Reading { now, wall });
        if slept {
            self.woke_up();
        }
    }

    /// The wall clock as last told, moved on by the monotonic one.
    pub(super) fn wall_now(&self) -> Option<WallTime> {
        let last = self.reading?;
        let passed = self.io.now.since(last.now).as_millis();
        Some(WallTime::from_millis(last.wall.as_millis().saturating_add(passed)))
    }

    fn woke_up(&mut self) {
        if self.wanted && !planted!(NoWakeDetection) {
            self.nudge_link(false);
            self.hasten_cover();
            self.hasten_sends();
        }
    }
}
