//! Drills about what survives a restart: snapshots, unsent messages, and a store in trouble.

use sidewire_core::{Event, ProblemCode, SendState, Status};

use super::{becomes, joined};
use crate::action::{Fault, Mode, UserAction};
use crate::log::ServerKind;
use crate::store::StoreMode;
use crate::world::{World, WorldConfig};

fn with_store(config: &WorldConfig) -> WorldConfig {
    WorldConfig { storage: true, ..config.clone() }
}

fn rows(world: &World, session: usize) -> usize {
    let timeline = world.session(session).and_then(|id| world.engine.timeline(id));
    timeline.map_or(0, sidewire_core::Timeline::len)
}

/// The panel is closed with a message on the wire and two behind it, and opened again while the log is slow.
pub(super) fn reopened(config: &WorldConfig) -> World {
    let mut world = joined(&with_store(&WorldConfig { history: 12, ..config.clone() }));
    world.fault(Fault::Interact(Mode::Hang));
    world.say(0);
    world.run_for(3000);
    for content in ["first", "second", "third"] {
        world.send(0, content);
    }
    world.run_for(20);
    world.unsent_is_stored();
    world.run_for(2500);
    let before = rows(&world, 0);
    world.fault(Fault::Messages(Mode::Slow(3000)));
    world.user(UserAction::Restart);
    world.run_for(100);
    let shown = rows(&world, 0);
    if shown < before {
        world
            .broken("U4", format!("{shown} of {before} messages are shown after the start, with a slow log"));
    }
    world.run_for(5000);
    world.heal();
    world.run_for(25_000);
    world.promises_kept();
    if let Some(open) = world.sent.iter().find(|sent| sent.state != SendState::Sent).cloned() {
        world.broken("U3", format!("\"{}\" is {:?} after the start", open.content, open.state));
    }
    world.converged("O8", 0, world.now - 2000, "after the host was started again");
    world
}

/// Many messages are missed while the panel is closed: more than are worth reading one page after the other.
pub(super) fn away(config: &WorldConfig) -> World {
    let by_time = (config.seed / 31).is_multiple_of(2);
    let kind = if by_time { ServerKind::Times } else { config.kind };
    let mut world = joined(&with_store(&WorldConfig { kind, history: 30, ..config.clone() }));
    world.run_for(4000);
    world.fault(Fault::LosePublishes(1000));
    world.user(UserAction::Visible(false));
    let missed = 60 + 200 * (world.config.seed / 31 % 2);
    for _ in 0..missed {
        world.say(0);
        world.run_for(150);
    }
    world.heal();
    world.user(UserAction::Restart);
    world.user(UserAction::Visible(true));
    becomes(&mut world, 20_000, Status::Connected, "O8", "after the host was started again");
    world.run_for(20_000);
    world.converged("O8", 0, world.now, "after more was missed than a page holds");
    world
}

/// Much was missed while the panel was closed, and the first page takes its time: meanwhile the user writes.
pub(super) fn written_meanwhile(config: &WorldConfig) -> World {
    let mut world =
        joined(&with_store(&WorldConfig { kind: ServerKind::Times, history: 30, ..config.clone() }));
    world.run_for(4000);
    world.fault(Fault::LosePublishes(1000));
    world.user(UserAction::Visible(false));
    for _ in 0..80 {
        world.say(0);
        world.run_for(150);
    }
    world.heal();
    world.fault(Fault::Messages(Mode::Slow(3000)));
    world.user(UserAction::Restart);
    world.user(UserAction::Visible(true));
    world.run_for(1000);
    world.send(0, "while the page is on its way");
    world.run_for(10_000);
    world.heal();
    world.run_for(20_000);
    world.converged("O8", 0, world.now, "after a page that was slow");
    world
}

/// A session is left in the middle of a chain of pages, and the panel is opened again.
pub(super) fn left_in_a_chain(config: &WorldConfig) -> World {
    let world = WorldConfig { kind: ServerKind::Times, sessions: 2, history: 120, ..config.clone() };
    let mut world = World::new(with_store(&world));
    world.start(0);
    // The newest page, and behind it the first one of the chain, which begins long before.
    world.run_while(10_000, |world| rows(world, 0) > 50);
    world.user(UserAction::Start(1));
    // Longer than reads by time overlap.
    world.run_for(8000);
    world.say(0);
    world.run_for(500);
    world.user(UserAction::Restart);
    world.user(UserAction::Start(0));
    becomes(&mut world, 20_000, Status::Connected, "L4", "after the host was started again");
    world.run_for(20_000);
    world.converged("O8", 0, world.now, "after a session was left while it was read");
    world
}

/// One user leaves while the store is slow, and another one comes.
pub(super) fn next_user(config: &WorldConfig) -> World {
    let mut world = joined(&with_store(config));
    world.send(0, "of the first user");
    world.run_for(2500);
    let left = world.store.values.clone();
    world.fault(Fault::Storage(StoreMode::Slow(4000)));
    world.say(0);
    world.user(UserAction::Visible(false));
    world.run_for(100);
    world.fault(Fault::Interact(Mode::Hang));
    world.send(0, "on the wire");
    world.run_for(50);
    world.user(UserAction::Token(false));
    world.fault(Fault::Storage(StoreMode::Good));
    world.run_for(15_000);
    world.store_is_empty("15 s after the sign-out");
    // Somebody else's data came back, by whatever way.
    world.store.values = left;
    world.heal();
    world.fault(Fault::Messages(Mode::Slow(2000)));
    world.user(UserAction::Token(true));
    world.user(UserAction::Visible(true));
    world.run_for(500);
    if rows(&world, 0) > 0 {
        world.broken("U2", "the next user sees what was stored before a page came".to_owned());
    }
    world.heal();
    becomes(&mut world, 20_000, Status::Connected, "L4", "after another user signed in");
    world
}

/// The store does not answer: neither the first page nor a message waits for it.
pub(super) fn hanging(config: &WorldConfig) -> World {
    let mut world = World::new(with_store(&WorldConfig { history: 5, ..config.clone() }));
    world.fault(Fault::Storage(StoreMode::Hang));
    world.start(0);
    let trips = 3 * world.config.latency.1;
    world.run_for(350 + trips);
    if rows(&world, 0) < 5 {
        world.broken("U4", "the store hangs, and so does the first page".to_owned());
    }
    world.run_for(2000);
    let sent = world.send(0, "written in spite of it");
    world.run_for(trips + 50);
    if world.sent.get(sent).is_some_and(|sent| sent.state != SendState::Sent) {
        world.broken("U4", "the store hangs, and so does a message".to_owned());
    }
    world.run_for(40_000);
    world
}

/// There is no room: the sessions seen longest ago are forgotten, and own messages are stored all the same.
pub(super) fn full(config: &WorldConfig) -> World {
    let mut world = joined(&with_store(&WorldConfig { sessions: 7, history: 40, ..config.clone() }));
    world.trace.keep_events();
    let mut last = 0;
    for session in 0..7 {
        world.user(UserAction::Start(session));
        world.run_for(1200);
        last = session;
    }
    world.run_for(4000);
    let kept = world.snapshots();
    let newest = world.session(last).cloned();
    if kept.len() > 5 || !newest.as_ref().is_some_and(|id| kept.contains(id)) {
        world.broken("U5", format!("{} snapshots are kept: {kept:?}", kept.len()));
    }
    let size: usize = world.store.values.iter().map(|(key, value)| key.len() + value.len()).sum();
    world.fault(Fault::Storage(StoreMode::Quota(size)));
    world.fault(Fault::Interact(Mode::Hang));
    world.send(last, "has no room but for what must go");
    world.run_for(1500);
    world.unsent_is_stored();
    if world.snapshots().len() >= kept.len() {
        world.broken("U5", "the store is full, and no snapshot goes".to_owned());
    }
    world.heal();
    world.run_for(20_000);
    let full =
        |event: &Event| matches!(event, Event::Problem(problem) if problem.code == ProblemCode::StorageFull);
    let told = world.trace.events.iter().filter(|(_, event)| full(event)).count();
    if told != 1 {
        world.broken("U5", format!("a full store was told {told} times"));
    }
    world
}
