//! One seed, one run: a safety phase with faults, then a liveness phase that must converge.

use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::drills::Drill;
use crate::invariants::Violation;
use crate::liveness::live;
use crate::script::Plan;
use crate::world::Stats;

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

/// Runs a seed; `print` writes the trace to standard output as it happens. A panic is a broken rule like any other.
pub fn run(seed: u64, print: bool) -> Outcome {
    let run = catch_unwind(AssertUnwindSafe(|| run_both(seed, print)));
    run.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let detail = text.unwrap_or_else(|| "a panic without words".to_owned());
        let violation = Some(Violation { rule: "S18", at: 0, detail });
        Outcome { seed, violation, hash: 0, stats: Stats::default(), simulated: 0, rest_peak: 0 }
    })
}

/// Runs the plan of a seed, then its drill.
fn run_both(seed: u64, print: bool) -> Outcome {
    let mut outcome = run_plan(&Plan::draw(seed), print);
    if outcome.violation.is_none() {
        let drill = Drill::of(seed);
        let world = drill.play(seed, print);
        outcome.hash = outcome.hash.rotate_left(1) ^ world.trace.hash();
        outcome.simulated += world.now;
        outcome.stats.add(world.stats);
        outcome.violation = world.violation().cloned().map(|broken| {
            let detail = format!("{} (drill: {})", broken.detail, drill.name);
            Violation { detail, ..broken }
        });
    }
    outcome
}

/// Runs a plan.
pub fn run_plan(plan: &Plan, print: bool) -> Outcome {
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
    Outcome {
        seed: plan.config.seed,
        violation: world.violation().cloned(),
        hash: world.trace.hash(),
        stats: world.stats,
        simulated: world.now,
        rest_peak: world.checker.rest_peak(),
    }
}
