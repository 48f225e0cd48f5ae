//! Drills about what two mechanisms promise together. Either of them alone keeps the promise, so that only both switched
//! off break it: rules R1 to R8, see `defects::PAIRS`.

use sidewire_core::Status;

use super::{back_after_long, becomes, joined, leaves, unanswered_for, woken_beside_a_dead_socket};
use crate::action::{Fault, Path, ServerAction};
use crate::log::ServerKind;
use crate::world::{World, WorldConfig};

/// The slowest check against the log, jitter included, and the time for its answer.
const CHECKED: u64 = 74_000;

/// A message that only the log knows is shown in time.
fn arrives(world: &mut World, rule: &'static str, within: u64, when: &str) {
    let said = world.now;
    world.run_for(within);
    world.converged(rule, 0, said, when);
}

/// R1: the heartbeat finds out, or the check against the log does.
pub(super) fn deaf(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.fault(Fault::HalfOpen);
    world.run_for(100);
    world.say(0);
    arrives(&mut world, "R1", CHECKED, "on a socket that went deaf");
    world
}

/// R2: the catch-up behind the acknowledgement reads it, or the check against the log does.
pub(super) fn missed(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.fault(Fault::Cut);
    world.unheard(0);
    arrives(&mut world, "R2", CHECKED + 5000, "since the socket was away for a moment");
    world
}

/// R3: the hole in the numbers is repaired, or the check against the log does it.
pub(super) fn hole(config: &WorldConfig) -> World {
    let mut world = joined(&WorldConfig { kind: ServerKind::Sequences, ..config.clone() });
    world.unheard(0);
    world.say(0);
    arrives(&mut world, "R3", CHECKED, "before a message that push told of");
    world
}

/// R4: polling shows it, or a probe brings push back, which catches up.
pub(super) fn away(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.fault(Fault::Dials(Path::Refused));
    world.fault(Fault::Cut);
    world.run_for(60_000);
    world.fault(Fault::Dials(Path::Good));
    world.say(0);
    arrives(&mut world, "R4", 60_000, "long after push was lost");
    world
}

/// R5: the subscription is made again, or polling covers it.
pub(super) fn unanswered(config: &WorldConfig) -> World {
    let mut world = unanswered_for(config, 9000);
    world.unheard(0);
    arrives(&mut world, "R5", 60_000, "while a subscription was not answered");
    world
}

/// R6: the last refresh reads it, or the check against the log does.
pub(super) fn finishes(config: &WorldConfig) -> World {
    let mut world = joined(config);
    for pause in [100, 200, 300] {
        world.server(ServerAction::Finish(0));
        world.run_for(pause);
    }
    world.unheard(0);
    world.server(ServerAction::Finish(0));
    arrives(&mut world, "R6", CHECKED, "after the last of many answers");
    world
}

/// R7: waking up is noticed, or the silence is: no dead socket is called live for long.
pub(super) fn woken(config: &WorldConfig) -> World {
    let mut world = woken_beside_a_dead_socket(config);
    leaves(&mut world, 41_000, "R7", "after waking up beside a dead socket");
    world
}

/// R8: the event of the browser is heeded, or the next probe comes anyway.
pub(super) fn back_online(config: &WorldConfig) -> World {
    let mut world = back_after_long(config);
    becomes(&mut world, 95_000, Status::Connected, "R8", "after the network came back");
    world
}
