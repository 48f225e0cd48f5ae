//! Drills about servers that are slow or ask for silence.

use sidewire_core::Status;

use super::{at_most, becomes, joined, leaves};
use crate::action::{Fault, Mode, UserAction};
use crate::world::{World, WorldConfig};

/// Signatures take longer than the first one is waited for.
pub(super) fn slow(config: &WorldConfig) -> World {
    let mut world = World::new(config.clone());
    world.fault(Fault::Auth(Mode::Slow(20_000)));
    world.start(0);
    becomes(&mut world, 90_000, Status::Connected, "W1", "although every signature comes after 20 s");
    world
}

/// A signature takes a while: meanwhile nothing is read that will be read after it anyway.
pub(super) fn patient(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.fault(Fault::Auth(Mode::Slow(6500)));
    world.fault(Fault::Cut);
    leaves(&mut world, 1000, "H1", "after a cut");
    let signed = world.stats.auths;
    world.run_while(5000, |world| world.stats.auths > signed);
    let before = world.stats.fetches;
    becomes(&mut world, 15_000, Status::Connected, "L4", "after a cut");
    at_most(&mut world, 1, before, "W2", "while a signature is under way, and after it");
    world
}

/// One endpoint says that the server is busy.
pub(super) fn busy(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.fault(Fault::Auth(Mode::Status(503, Some("30"))));
    world.fault(Fault::Cut);
    world.run_for(60_000);
    world.heal();
    world.run_for(40_000);
    becomes(&mut world, 40_000, Status::Connected, "L4", "after a busy server had time");
    world
}

/// Much to read and much to sign.
pub(super) fn much(config: &WorldConfig) -> World {
    let mut world = joined(&WorldConfig { sessions: 8, ..config.clone() });
    for round in 0..20 {
        world.user(UserAction::Start((2 * round + 1) % 8));
        world.run_for(50);
        let shown = (2 * round + 2) % 8;
        world.user(UserAction::Start(shown));
        for _ in 0..12 {
            world.publish_event(shown, "new_message", r#""messageId":"unknown""#);
            world.run_for(250);
        }
    }
    world
}
