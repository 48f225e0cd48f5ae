//! Drills about the socket: silence, sleep, closes, subscriptions.

use sidewire_core::Status;

use super::{at_most, back_after_long, becomes, joined, leaves, unanswered_for, woken_beside_a_dead_socket};
use crate::action::{Fault, Mode, UserAction};
use crate::rng::Rng;
use crate::world::{World, WorldConfig};

pub(super) fn deaf(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.fault(Fault::HalfOpen);
    leaves(&mut world, 40_500, "H1", "after the socket went deaf");
    world.heal();
    becomes(&mut world, 60_000, Status::Connected, "L4", "after a deaf socket was noticed");
    world
}

pub(super) fn sleep(config: &WorldConfig) -> World {
    let mut world = woken_beside_a_dead_socket(config);
    leaves(&mut world, 8000, "H4", "after waking up");
    world
}

pub(super) fn looked_at(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.fault(Fault::HalfOpen);
    world.user(UserAction::Visible(false));
    world.run_for(1000);
    world.user(UserAction::Visible(true));
    leaves(&mut world, 8000, "H5", "after the panel became visible");
    world
}

pub(super) fn back_online(config: &WorldConfig) -> World {
    let mut world = back_after_long(config);
    becomes(&mut world, 3000, Status::Connected, "H5", "after the network came back");
    world
}

pub(super) fn flapping(config: &WorldConfig) -> World {
    let code = Rng::new(config.seed).pick(&[1006, 1012, 4200], 1006);
    let mut world = joined(config);
    let until = world.now + 90_000;
    while world.now < until && world.violation().is_none() {
        world.run_while(50_000, |world| world.engine.socket_id().is_some());
        world.run_for(300);
        world.fault(Fault::CloseCode(code));
        world.run_for(200);
    }
    world
}

pub(super) fn refused(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.fault(Fault::CloseCode(4001));
    becomes(&mut world, 1000, Status::Fallback, "C6", "after a code that forbids to come back");
    world.run_for(250_000);
    becomes(&mut world, 202_000, Status::Connected, "L4", "after a code that forbids to come back");
    world
}

pub(super) fn unanswered(config: &WorldConfig) -> World {
    let mut world = unanswered_for(config, 11_000);
    becomes(&mut world, 20_000, Status::Connected, "L4", "after a lost acknowledgement");
    world
}

pub(super) fn acknowledged_again(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.unheard(0);
    let said = world.now;
    world.junk(10);
    let trips = 20 * world.config.latency.1 + 50;
    world.run_for(trips);
    world.converged("L2", 0, said, "a round trip after another acknowledgement");
    world
}

pub(super) fn late_signature(config: &WorldConfig) -> World {
    let mut world = World::new(config.clone());
    world.fault(Fault::Auth(Mode::Slow(5000)));
    world.start(0);
    world.run_for(1000);
    world.fault(Fault::CloseCode(1012));
    world.run_for(4000);
    world.heal();
    world.run_for(4000);
    becomes(&mut world, 30_000, Status::Connected, "L4", "after a signature for another socket");
    world
}

pub(super) fn quiet(config: &WorldConfig) -> World {
    let mut world = joined(config);
    let before = world.stats.fetches;
    let steps = world.stats.steps;
    world.run_for(480_000);
    at_most(&mut world, 10, before, "L7", "in 480 quiet seconds");
    // A ping and its answer each 30 s, a read and its answer each 48 s, and a timer for each.
    let steps = world.stats.steps - steps;
    if steps > 90 {
        world.broken("L7", format!("{steps} inputs in 480 quiet seconds"));
    }
    world
}
