//! Drills about servers that are slow or ask for silence.

use sidewire_core::Status;

use super::{at_most, becomes, joined, leaves};
use crate::action::{Fault, Mode, Path, UserAction};
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

/// A server that was busy is polled seldom, although there was news.
pub(super) fn seldom(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.say(0);
    world.fault(Fault::Dials(Path::Refused));
    world.fault(Fault::Messages(Mode::Status(503, Some("3"))));
    world.fault(Fault::Cut);
    world.user(UserAction::Refresh);
    world.run_for(10_000);
    world.fault(Fault::Messages(Mode::Good));
    world.run_for(6000);
    let before = world.stats.fetches;
    // The idle interval, a fifth shorter at least.
    world.run_for(48_000);
    at_most(&mut world, 2, before, "W3", "in 48 s after a busy server had time");
    world
}

/// A list of sessions that the server puts off.
pub(super) fn calls(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.fault(Fault::Sessions(Mode::Status(429, Some("10"))));
    world.call();
    world.run_for(5000);
    world.heal();
    world.call();
    world.run_for(20_000);
    if let Some(failed) = world.calls.iter().find(|made| !matches!(made.answer, Some(Ok(_)))) {
        let detail = format!("put off for 10 s, and not made again: {failed:?}");
        world.broken("K2", detail);
    }
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
