//! What the named tests share: worlds without jitter, and short ways to look at what happened.

#![allow(dead_code, reason = "every test binary uses its own part of this")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a filter names what it looks for")]

use sidewire_core::{Effect, Event, FallbackReason, Status};
use sidewire_sim::rest::Endpoint;
use sidewire_sim::{World, WorldConfig};

/// A world with exact waits and 20 ms each way.
pub(crate) fn world() -> World {
    World::new(WorldConfig::default())
}

/// The same, connected to session 0 and a second old.
pub(crate) fn connected() -> World {
    connected_with(WorldConfig::default())
}

pub(crate) fn connected_with(config: WorldConfig) -> World {
    let mut world = World::new(config);
    world.start(0);
    world.run_for(1000);
    assert_eq!(world.engine.status(), Status::Connected);
    world
}

/// No rule was broken on the way.
pub(crate) fn sound(world: &World) {
    assert_eq!(world.violation(), None, "\n{}", world.trace.lines.join("\n"));
}

/// When sockets were opened.
pub(crate) fn opens(world: &World) -> Vec<u64> {
    let effects = world.trace.effects.iter();
    effects.filter(|(_, effect)| matches!(effect, Effect::OpenSocket { .. })).map(|(at, _)| *at).collect()
}

/// When sockets were closed by the client.
pub(crate) fn closes(world: &World) -> Vec<u64> {
    let effects = world.trace.effects.iter();
    effects.filter(|(_, effect)| matches!(effect, Effect::CloseSocket { .. })).map(|(at, _)| *at).collect()
}

/// All requests with their times.
pub(crate) fn requests(world: &World) -> Vec<(u64, Endpoint)> {
    let effects = world.trace.effects.iter().filter_map(|(at, effect)| match effect {
        Effect::Request { http, .. } => Some((*at, Endpoint::read(&world.log, http))),
        _ => None,
    });
    effects.collect()
}

/// When messages were asked for.
pub(crate) fn fetches(world: &World) -> Vec<u64> {
    let all = requests(world).into_iter();
    all.filter(|(_, endpoint)| matches!(endpoint, Endpoint::Messages { .. })).map(|(at, _)| at).collect()
}

/// When authorisation was asked for.
pub(crate) fn auths(world: &World) -> Vec<u64> {
    let all = requests(world).into_iter();
    all.filter(|(_, endpoint)| matches!(endpoint, Endpoint::Auth { .. })).map(|(at, _)| at).collect()
}

/// The frames sent, with their times.
pub(crate) fn frames(world: &World) -> Vec<(u64, String)> {
    let effects = world.trace.effects.iter().filter_map(|(at, effect)| match effect {
        Effect::SendFrame { text, .. } => Some((*at, text.clone())),
        _ => None,
    });
    effects.collect()
}

/// Every status told, with its time and reason.
pub(crate) fn statuses(world: &World) -> Vec<(u64, Status, Option<FallbackReason>)> {
    let events = world.trace.events.iter().filter_map(|(at, event)| match event {
        Event::StatusChanged(change) => Some((*at, change.current, change.reason)),
        _ => None,
    });
    events.collect()
}

/// When a status was told first.
pub(crate) fn first(world: &World, status: Status) -> Option<u64> {
    statuses(world).into_iter().find(|(_, told, _)| *told == status).map(|(at, ..)| at)
}

/// The ids shown in a session, in order.
pub(crate) fn ids(world: &World, session: usize) -> Vec<String> {
    let timeline = world.session(session).and_then(|id| world.engine.timeline(id));
    timeline.map_or_else(Vec::new, |t| t.rows(0..t.len()).map(|row| row.id.to_owned()).collect())
}

/// Whether the view of a session has everything that its log has.
pub(crate) fn complete(world: &World, session: usize) -> bool {
    world.lacks(session, world.now, true).is_none()
}

/// Those of `times` that lie after `start`, counted from it.
pub(crate) fn since(times: &[u64], start: u64) -> Vec<u64> {
    times.iter().filter(|at| **at > start).map(|at| at - start).collect()
}
