//! What is measured, each in a world of its own.

use sidewire_core::{Effect, Input, Status, WallTime};

use crate::action::{Action, Fault, Path};
use crate::{World, WorldConfig};

const SECOND: u64 = 1000;
const MINUTE: u64 = 60 * SECOND;
const HOUR: u64 = 60 * MINUTE;

/// One figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Case {
    /// A server up for 3 s and down for 3 s, ten minutes: most opens in a minute.
    Flapping,
    /// Ten minutes of silence without push: polls.
    SilentPolls,
    /// A socket that went deaf: milliseconds until the status leaves `connected`.
    HalfOpen,
    /// The same after the machine slept, told by the wall clock.
    HalfOpenAfterWake,
    /// The same, told by a late timer.
    HalfOpenAfterLateTimer,
    /// The first connection fails for ever: opens in the first 30 s.
    FailingFirst,
    /// The same: opens in any hour after.
    FailingLater,
}

impl Case {
    pub(super) const ALL: [Self; 7] = [
        Self::Flapping,
        Self::SilentPolls,
        Self::HalfOpen,
        Self::HalfOpenAfterWake,
        Self::HalfOpenAfterLateTimer,
        Self::FailingFirst,
        Self::FailingLater,
    ];

    /// Its name and the most allowed.
    pub(super) const fn goal(self) -> (&'static str, f64) {
        match self {
            Self::Flapping => ("flappingOpensPerMinute", 8.0),
            Self::SilentPolls => ("silentPollsIn10Min", 48.0),
            Self::HalfOpen => ("halfOpenMs", 40_000.0),
            Self::HalfOpenAfterWake => ("halfOpenWakeMs", 5000.0),
            Self::HalfOpenAfterLateTimer => ("halfOpenLateTimerMs", 5000.0),
            Self::FailingFirst => ("failingOpensIn30s", 5.0),
            Self::FailingLater => ("failingOpensPerHour", 120.0),
        }
    }

    /// The largest mean allowed.
    pub(super) const fn mean_goal(self) -> Option<f64> {
        match self {
            Self::Flapping => Some(5.0),
            Self::SilentPolls => Some(40.0),
            Self::HalfOpen
            | Self::HalfOpenAfterWake
            | Self::HalfOpenAfterLateTimer
            | Self::FailingFirst
            | Self::FailingLater => None,
        }
    }

    /// The figure for one seed.
    pub(super) fn value(self, seed: u64) -> u64 {
        match self {
            Self::Flapping => flapping(seed),
            Self::SilentPolls => silent_polls(seed),
            Self::HalfOpen => half_open(seed, Sleep::None),
            Self::HalfOpenAfterWake => half_open(seed, Sleep::Wall),
            Self::HalfOpenAfterLateTimer => half_open(seed, Sleep::Timer),
            Self::FailingFirst => failing(seed, 30 * SECOND, 30 * SECOND, 0),
            Self::FailingLater => failing(seed, 3 * HOUR, HOUR, 30 * SECOND),
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sleep {
    None,
    Wall,
    Timer,
}

fn world(seed: u64) -> World {
    World::new(WorldConfig { seed, jitter: 1000, ..WorldConfig::default() })
}

fn opens(world: &World) -> Vec<u64> {
    let effects = world.trace.effects.iter();
    effects.filter(|(_, effect)| matches!(effect, Effect::OpenSocket { .. })).map(|(at, _)| *at).collect()
}

/// The most of `times` within any window of so many milliseconds.
fn most_within(times: &[u64], window: u64) -> u64 {
    let starts = times.iter().enumerate();
    let most = starts.map(|(at, start)| times.iter().skip(at).take_while(|t| **t < start + window).count());
    u64::try_from(most.max().unwrap_or(0)).unwrap_or(u64::MAX)
}

fn flapping(seed: u64) -> u64 {
    let mut world = world(seed);
    world.start(0);
    for round in 0..100 {
        let at = world.now + round * 6 * SECOND + 3 * SECOND;
        world.plan(at, Action::Fault(Fault::Kill(3 * SECOND)));
    }
    world.run_for(10 * MINUTE);
    most_within(&opens(&world), MINUTE)
}

fn silent_polls(seed: u64) -> u64 {
    let mut world = world(seed);
    world.start(0);
    world.run_for(5 * SECOND);
    world.fault(Fault::Dials(Path::Refused));
    world.fault(Fault::Cut);
    let before = world.engine.counters().polls;
    world.run_for(10 * MINUTE);
    world.engine.counters().polls - before
}

fn half_open(seed: u64, sleep: Sleep) -> u64 {
    let mut world = world(seed);
    world.start(0);
    let wall = WallTime::from_millis(world.wall());
    world.feed(&Input::Wall(wall));
    // The moment of the loss moves through the heartbeat's period.
    world.run_for(2 * SECOND + seed.wrapping_mul(7919) % (60 * SECOND));
    world.fault(Fault::HalfOpen);
    match sleep {
        Sleep::None => {}
        Sleep::Wall => {
            let wall = WallTime::from_millis(world.wall() + HOUR);
            world.feed(&Input::Wall(wall));
        }
        Sleep::Timer => {
            let due = world.engine.poll_timeout().map_or(world.now, sidewire_core::Timestamp::as_millis);
            world.now = world.now.max(due) + HOUR;
            world.feed(&Input::Timeout);
        }
    }
    let lost = world.now;
    world.run_while(5 * MINUTE, |world| world.engine.status() != Status::Connected);
    world.now - lost
}

fn failing(seed: u64, watch: u64, window: u64, skip: u64) -> u64 {
    let mut world = world(seed);
    world.fault(Fault::Dials(Path::Refused));
    let began = world.now;
    world.start(0);
    world.run_until(began + watch);
    let later: Vec<u64> = opens(&world).into_iter().filter(|at| *at >= began + skip).collect();
    most_within(&later, window)
}
