//! Drills about reading the log: pages, cursors, budgets.

use sidewire_core::{Policy, Status, Timeline};

use super::{at_most, becomes, joined};
use crate::action::{Fault, Mode, Path, ServerAction, UserAction};
use crate::log::ServerKind;
use crate::rng::Rng;
use crate::world::{World, WorldConfig};

pub(super) fn pokes(config: &WorldConfig) -> World {
    let mut world = joined(config);
    for _ in 0..160 {
        world.publish_event(0, "new_message", r#""messageId":"unknown""#);
        world.run_for(250);
    }
    world
}

pub(super) fn failing(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.fault(Fault::Dials(Path::Refused));
    world.fault(Fault::Cut);
    let modes = [Mode::Status(500, None), Mode::Reset, Mode::Status(503, Some("20"))];
    let mode = Rng::new(world.config.seed).pick(&modes, Mode::Reset);
    world.fault(Fault::Messages(mode));
    world.run_for(120_000);
    world
}

/// A server that ignores where it is asked to go on, and says that there is more.
pub(super) fn stuck(config: &WorldConfig) -> World {
    let kind = if config.kind == ServerKind::Times { ServerKind::Times } else { ServerKind::Sequences };
    let mut world = World::new(WorldConfig { kind, history: 5, ..config.clone() });
    world.log.stuck = true;
    world.start(0);
    becomes(&mut world, 10_000, Status::Connected, "M9", "although pages bring nothing new");
    let before = world.stats.fetches;
    world.run_for(20_000);
    at_most(&mut world, 1, before, "M9", "of pages that bring nothing new");
    world
}

pub(super) fn slow_page(config: &WorldConfig) -> World {
    let mut world = joined(&WorldConfig { kind: ServerKind::Times, ..config.clone() });
    world.fault(Fault::Messages(Mode::Slow(12_000)));
    world.user(UserAction::Refresh);
    world.run_for(200);
    world.unheard(0);
    let said = world.now;
    world.run_for(9000);
    world.say(0);
    world.run_for(5000);
    world.heal();
    world.user(UserAction::Refresh);
    world.run_for(2000);
    world.converged("M4", 0, said, "after the log was read behind it");
    world
}

pub(super) fn early_push(config: &WorldConfig) -> World {
    let mut world = World::new(config.clone());
    world.fault(Fault::Messages(Mode::Slow(6000)));
    world.start(0);
    world.run_while(3000, |world| world.host.acknowledged);
    let index = world.say(0);
    let trips = 3 * world.config.latency.1 + 50;
    world.run_for(trips);
    let name = format!("m0-{index}");
    let shown = world
        .session(0)
        .and_then(|id| world.engine.timeline(id))
        .is_some_and(|timeline| timeline.rows(0..timeline.len()).any(|row| row.id == name));
    if !shown {
        world.broken("M1", format!("{name} was pushed and waits for the first page"));
    }
    world
}

pub(super) fn finishes(config: &WorldConfig) -> World {
    let mut world = joined(config);
    let before = world.stats.fetches;
    for _ in 0..25 {
        world.server(ServerAction::Finish(0));
        world.run_for(100);
    }
    at_most(&mut world, 3, before, "D10", "for 25 interact_responses in 2.5 s");
    world.run_for(5000);
    at_most(&mut world, 4, before, "D10", "for 25 interact_responses");
    world
}

pub(super) fn idle(config: &WorldConfig) -> World {
    let mut world = World::new(WorldConfig { key: false, ..config.clone() });
    world.start(0);
    world.run_for(30_000);
    let before = world.stats.fetches;
    if before < 5 {
        world.broken("L1", format!("{before} polls in the first 30 s without push"));
    }
    world.run_for(80_000);
    let before = world.stats.fetches;
    world.run_for(100_000);
    at_most(&mut world, 5, before, "D12", "in 100 s long after the last news");
    world
}

pub(super) fn poison(config: &WorldConfig) -> World {
    let mut world = World::new(WorldConfig { history: 6, ..config.clone() });
    world.log.poison = true;
    world.start(0);
    world.run_for(3000);
    world.converged("S19", 0, 1000, "beside a message that cannot be read");
    world
}

/// Page by page back to the first message, with a poll, a loss and a switch on the way.
pub(super) fn older(config: &WorldConfig) -> World {
    let kind = if config.kind == ServerKind::Times { ServerKind::Sequences } else { config.kind };
    let mut world = joined(&WorldConfig { kind, history: 120, ..config.clone() });
    world.load_older();
    world.say(0);
    world.run_for(1000);
    world.load_older();
    world.fault(Fault::Cut);
    world.run_for(2000);
    world.load_older();
    world.run_for(2000);
    if world.floor(0) != Some(0) {
        let detail = format!("three pages of 121 messages, and the view begins at {:?}", world.floor(0));
        world.broken("P3", detail);
    }
    world.converged("P3", 0, world.now, "after the last page of older messages");
    world.load_older();
    world.user(UserAction::Start(1));
    world.all_answered();
    world
}

/// A backup was restored: the log ends earlier than it did. What it lost is shown no more.
pub(super) fn cut(config: &WorldConfig) -> World {
    let kind = if config.kind == ServerKind::Times { ServerKind::Sequences } else { config.kind };
    let mut world = joined(&WorldConfig { kind, history: 20, ..config.clone() });
    world.log.denied = 5;
    let patience = Policy::default().cut_log_wait.as_millis();
    // Not yet: a copy that lags looks the same.
    world.user(UserAction::Refresh);
    world.run_for(patience - 1000);
    let shown =
        |world: &World| world.session(0).and_then(|id| world.engine.timeline(id)).map_or(0, Timeline::len);
    if shown(&world) != 20 {
        world.broken("A1", format!("{} of 20 messages are shown while a copy may lag", shown(&world)));
    }
    if !world.run_while(15_000, |world| shown(world) == 15) {
        world.broken("A1", format!("the log has 15 messages, {} are shown", shown(&world)));
    }
    world.log.denied = 0;
    world.user(UserAction::Refresh);
    world.run_for(2000);
    world.converged("A1", 0, world.now, "after the log was whole again");
    world
}

pub(super) fn left(config: &WorldConfig) -> World {
    let mut world = joined(config);
    // Nothing but the request tells whose messages a page holds.
    world.log.anonymous = true;
    world.fault(Fault::Messages(Mode::Slow(800)));
    world.user(UserAction::Refresh);
    // A page with something in it, whatever the cursor.
    world.unheard(0);
    world.run_for(200);
    world.user(UserAction::Start(1));
    world.run_for(5000);
    world
}
