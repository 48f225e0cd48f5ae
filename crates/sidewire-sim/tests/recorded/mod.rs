//! Worlds whose engine keeps a trace, for the replay tests on both targets.

#![allow(dead_code, reason = "every test binary uses its own part of this")]

use sidewire_core::trace::replay::{self, ReplayError};
use sidewire_sim::World;
use sidewire_sim::script::Plan;

/// Seeds that are recorded: 0 up to this.
pub(crate) const SEEDS: u64 = 200;
const HASHES: &str = include_str!("../fixtures/replay-hashes.txt");
const TRACES: &str = include_str!("../fixtures/traces.txt");

/// The safety phase of a seed, recorded.
pub(crate) fn record(seed: u64) -> World {
    let mut plan = Plan::draw(seed);
    plan.config.record_trace = true;
    let mut world = plan.world(false);
    world.run_until(plan.safety_ends);
    world
}

/// The hash of everything that the engine put out while the world ran.
pub(crate) fn live_hash(world: &World) -> u64 {
    replay::hash(world.trace.output.as_deref().unwrap_or_default().as_bytes())
}

/// The whole trace of the engine in a world.
pub(crate) fn plain(world: &World) -> String {
    world.engine.export_plain_trace().unwrap_or_default()
}

/// The committed hashes, by seed.
pub(crate) fn committed_hashes() -> Vec<u64> {
    HASHES.lines().filter_map(|line| u64::from_str_radix(line, 16).ok()).collect()
}

/// The committed traces, each with the hash of what it gave.
pub(crate) fn committed_traces() -> Vec<(u64, &'static str)> {
    let sections = TRACES.strip_prefix("# ").unwrap_or_default().split("\n# ");
    let sections = sections.filter_map(|section| section.split_once('\n'));
    sections.filter_map(|(hash, trace)| Some((u64::from_str_radix(hash, 16).ok()?, trace))).collect()
}

/// Records every seed and replays it; tells the seeds where something differs, and how many were too long to replay.
pub(crate) fn differences() -> (Vec<u64>, usize) {
    let committed = committed_hashes();
    let (mut differ, mut too_long) = (Vec::new(), 0);
    for (index, seed) in (0..SEEDS).enumerate() {
        let world = record(seed);
        let live = live_hash(&world);
        let replayed = match replay::run(&plain(&world)) {
            Ok(replay) => Some(replay.hash),
            Err(ReplayError::Truncated) => {
                too_long += 1;
                Some(live)
            }
            Err(ReplayError::BadHeader | ReplayError::BadLine { .. }) => None,
        };
        if replayed != Some(live) || committed.get(index) != Some(&live) {
            differ.push(seed);
        }
    }
    (differ, too_long)
}

/// The committed traces that give something else than when they were written.
pub(crate) fn changed_traces() -> Vec<usize> {
    let traces = committed_traces().into_iter().enumerate();
    let changed = traces.filter(|(_, (hash, trace))| replay::run(trace).map(|r| r.hash) != Ok(*hash));
    changed.map(|(index, _)| index).collect()
}
