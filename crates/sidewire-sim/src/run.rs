//! One seed, one run: a safety phase with faults, then a liveness phase that must converge.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::drills::Drill;
use crate::invariants::Violation;
use crate::liveness::live;
use crate::script::Plan;
use crate::world::{Stats, World};

/// What became of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// The first rule broken.
    pub violation: Option<Violation>,
    /// The hash of its trace.
    pub hash: u64,
    /// Figures.
    pub stats: Stats,
    /// Simulated milliseconds.
    pub simulated: u64,
    /// Most requests for messages within a minute that no command asked for.
    pub rest_peak: usize,
}

/// Most inputs in one run (L6).
const MAX_STEPS: u64 = 200_000;

/// Runs a seed's plan and then its drill; `print` writes the trace to standard output as it happens.
pub fn run(seed: u64, print: bool) -> Outcome {
    let mut outcome = run_script(&Plan::draw(seed), print);
    if outcome.violation.is_none() {
        let drill = run_drill(seed, print);
        outcome.hash = outcome.hash.rotate_left(1) ^ drill.hash;
        outcome.simulated += drill.simulated;
        outcome.stats.add(drill.stats);
        outcome.rest_peak = outcome.rest_peak.max(drill.rest_peak);
        outcome.violation = drill.violation;
    }
    outcome
}

/// Runs a plan alone. A panic is a broken rule like any other.
pub fn run_script(plan: &Plan, print: bool) -> Outcome {
    caught(plan.config.seed, || run_plan(plan, print))
}

/// Runs the drill of a seed alone.
pub fn run_drill(seed: u64, print: bool) -> Outcome {
    caught(seed, || {
        let drill = Drill::of(seed);
        let mut outcome = outcome(&drill.play(seed, print));
        if let Some(broken) = &mut outcome.violation {
            broken.detail.push_str(&format!(" (drill: {})", drill.name));
        }
        outcome
    })
}

fn caught(seed: u64, run: impl FnOnce() -> Outcome) -> Outcome {
    catch_unwind(AssertUnwindSafe(run)).unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let detail = text.unwrap_or_else(|| "a panic without words".to_owned());
        let violation = Some(Violation { rule: "S18", at: 0, detail });
        Outcome { seed, violation, hash: 0, stats: Stats::default(), simulated: 0, rest_peak: 0 }
    })
}

/// Runs a plan.
fn run_plan(plan: &Plan, print: bool) -> Outcome {
    let mut world = plan.world(false);
    world.trace.printing = print;
    world.run_until(plan.safety_ends);
    // Who sleeps cannot converge.
    world.run_until(world.host.frozen_until);
    if world.violation().is_none() {
        live(&mut world, plan.traits);
    }
    if world.stats.steps > MAX_STEPS {
        world.broken("L6", format!("{} steps", world.stats.steps));
    }
    outcome(&world)
}

fn outcome(world: &World) -> Outcome {
    Outcome {
        seed: world.config.seed,
        violation: world.violation().cloned(),
        hash: world.trace.hash(),
        stats: world.stats,
        simulated: world.now,
        rest_peak: world.checker.rest_peak(),
    }
}
