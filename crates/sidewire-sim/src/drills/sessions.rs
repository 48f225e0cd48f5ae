//! Drills about tokens, users, sends and the host's own life.

use sidewire_core::{SendFailure, SendState, Status};

use super::{at_most, becomes, joined};
use crate::action::{Fault, Mode, Path, ServerAction, UserAction};
use crate::world::{World, WorldConfig};

pub(super) fn expired(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.fault(Fault::Revoke);
    match world.config.seed / 31 % 3 {
        0 => world.user(UserAction::Refresh),
        1 => drop(world.send(0, "with an old token")),
        _ => world.user(UserAction::Start(1)),
    }
    world.run_for(5000);
    if let Some(error) = world.engine.load_error() {
        let detail = format!("an expired token was not renewed: {error:?}");
        world.broken("D6", detail);
    }
    if let Some(sent) = world.sent.iter().find(|sent| sent.state != SendState::Sent) {
        let detail = format!("an expired token was not renewed: the send is {:?}", sent.state);
        world.broken("D6", detail);
    }
    if world.engine.status() != Status::Connected {
        let detail = format!("an expired token was not renewed: {:?}", world.engine.status());
        world.broken("D6", detail);
    }
    world
}

pub(super) fn calls(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.fault(Fault::Revoke);
    for _ in 0..3 {
        world.call();
    }
    world.run_for(5000);
    if let Some(failed) = world.calls.iter().find(|made| !matches!(made.answer, Some(Ok(_)))) {
        let detail = format!("an expired token was not renewed: {failed:?}");
        world.broken("D6", detail);
    }
    world
}

pub(super) fn useless(config: &WorldConfig) -> World {
    let mut world = World::new(config.clone());
    world.fault(Fault::Messages(Mode::Status(401, None)));
    world.fault(Fault::Auth(Mode::Status(401, None)));
    world.start(0);
    world.run_for(20_000);
    if world.engine.status() != Status::Failed {
        let detail = format!("no endpoint takes the token, and yet {:?}", world.engine.status());
        world.broken("D6", detail);
    }
    world
}

pub(super) fn forbidden(config: &WorldConfig) -> World {
    let mut world = World::new(config.clone());
    world.fault(Fault::Auth(Mode::Status(403, None)));
    world.start(0);
    world.run_for(60_000);
    world.heal();
    world.user(UserAction::Token(true));
    becomes(&mut world, 10_000, Status::Connected, "L4", "after a session was allowed again");
    world
}

pub(super) fn tabs(config: &WorldConfig) -> World {
    let mut world = joined(&WorldConfig { sessions: 6, ..config.clone() });
    for step in 0..40 {
        world.user(UserAction::Start(step % 6));
        world.run_for(350);
    }
    becomes(&mut world, 40_000, Status::Connected, "L4", "after a run through all tabs");
    world
}

/// Each session is left at once; the last one stays.
pub(super) fn haste(config: &WorldConfig) -> World {
    let mut world = joined(&WorldConfig { sessions: 4, ..config.clone() });
    let before = world.stats.fetches;
    for step in 1..=19 {
        world.user(UserAction::Start(step % 4));
        world.run_for(30);
    }
    // The first switch was not hasty: that session is read at once, and again if its channel is acknowledged in time.
    at_most(&mut world, 2, before, "T1", "for nineteen switches in half a second");
    let made = world.stats.fetches;
    if !world.run_while(130, |world| world.stats.fetches > made) {
        world.broken("T1", "the session that stays is not read within 160 ms".to_owned());
    }
    becomes(&mut world, 10_000, Status::Connected, "L4", "after a run through all tabs in haste");
    world.converged("T1", 3, world.now, "after a run through all tabs in haste");
    world
}

/// Many more sessions than are kept in memory.
pub(super) fn many(config: &WorldConfig) -> World {
    let mut world = joined(&WorldConfig { sessions: 14, ..config.clone() });
    for session in 0..14 {
        world.user(UserAction::Start(session));
        world.run_for(1000);
    }
    world.user(UserAction::Start(0));
    world.run_for(40_000);
    world.converged("L4", 0, world.now, "after it was forgotten and chosen again");
    world
}

/// A server with many words.
pub(super) fn wordy(config: &WorldConfig) -> World {
    let mut world = joined(config);
    for kind in [12, 16] {
        world.junk(kind);
        world.run_for(500);
    }
    world
}

pub(super) fn typing(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.server(ServerAction::Typing(0, true));
    world.run_for(1000);
    world.run_for(60_000);
    if let Some(context) = world.engine.typing() {
        world.broken("T2", format!("{context:?} a minute after the last news of it"));
    }
    world
}

pub(super) fn sign_out(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.say(0);
    world.run_for(200);
    world.user(UserAction::Token(false));
    world.run_for(1000);
    world.user(UserAction::Token(true));
    becomes(&mut world, 10_000, Status::Connected, "L4", "after signing in again");
    world
}

pub(super) fn stop(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.user(UserAction::Refresh);
    world.user(UserAction::Stop);
    world.run_for(60_000);
    world
}

pub(super) fn foreign(config: &WorldConfig) -> World {
    let mut world = joined(&WorldConfig { history: 3, ..config.clone() });
    // Smuggled into our channel; and on its own channel, which alone tells whose it is.
    world.junk(6);
    world.run_for(200);
    world.log.anonymous = true;
    world.say(1);
    world.junk(5);
    world.run_for(200);
    world
}

pub(super) fn sends(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.fault(Fault::Interact(Mode::Reset));
    world.send(0, "first");
    world.run_for(1000);
    world.heal();
    world.user(UserAction::RetryAll);
    world.send(0, "second");
    world.send(0, "third");
    world.run_for(5000);
    let open = world.sent.iter().find(|sent| sent.state != SendState::Sent);
    if let Some(open) = open.cloned() {
        world.broken("L8", format!("\"{}\" is {:?}", open.content, open.state));
    }
    world
}

/// Several messages in a row while the server fails, puts off or is out of reach; then it works again.
pub(super) fn trouble(config: &WorldConfig) -> World {
    let mut world = joined(config);
    let offline = (config.seed / 31).is_multiple_of(4);
    let mode = match config.seed / 31 % 4 {
        1 => Mode::Status(503, Some("9")),
        2 => Mode::Reset,
        _ => Mode::Status(500, None),
    };
    world.fault(Fault::Interact(mode));
    if offline {
        world.fault(Fault::Dials(Path::Refused));
        world.fault(Fault::Cut);
        world.user(UserAction::Online(false));
    }
    for content in ["first", "second", "third", "fourth"] {
        world.send(0, content);
        world.run_for(60);
    }
    world.user(UserAction::CancelLast);
    world.run_for(4000);
    world.heal();
    if offline {
        world.user(UserAction::Online(true));
    }
    world.run_for(15_000);
    let open = world.sent.iter().find(|sent| sent.state != SendState::Sent && !sent.cancelled);
    if let Some(open) = open.cloned() {
        world
            .broken("M14", format!("\"{}\" is {:?} and nobody but the user tries", open.content, open.state));
    }
    // A server that stays in trouble: in the end the user is told.
    world.fault(Fault::Interact(Mode::Status(500, None)));
    let last = world.send(0, "fifth");
    world.run_for(120_000);
    if !world.sent.get(last).is_some_and(|sent| matches!(sent.state, SendState::Failed(_))) {
        world.broken("L8", "two minutes of failures, and the user is not told".to_owned());
    }
    world.heal();
    world
}

/// Much was written while everything was stopped and nobody signed in.
pub(super) fn unsent(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.user(UserAction::Token(false));
    world.user(UserAction::Stop);
    for number in 0..20 {
        world.send(0, &format!("unsent {number}"));
    }
    world.user(UserAction::Start(0));
    let failed = SendState::Failed(SendFailure::Unauthorized);
    let waiting = world.sent.iter().filter(|sent| sent.state != failed).count();
    if waiting > 0 {
        world.broken("M15", format!("{waiting} of 20 messages wait, and nobody is signed in"));
    }
    world.run_for(1000);
    world.user(UserAction::Token(true));
    becomes(&mut world, 10_000, Status::Connected, "L4", "after signing in again");
    world.user(UserAction::RetryAll);
    world.run_for(10_000);
    let open = world.sent.iter().find(|sent| sent.state != SendState::Sent);
    if let Some(open) = open.cloned() {
        world.broken("M15", format!("\"{}\" is {:?} after signing in", open.content, open.state));
    }
    world
}

pub(super) fn restart(config: &WorldConfig) -> World {
    let mut world = joined(config);
    world.user(UserAction::Start(1));
    world.run_for(world.config.seed % 300);
    world.user(UserAction::Restart);
    becomes(&mut world, 10_000, Status::Connected, "O8", "after the host was started again");
    world.converged("O8", 1, world.now, "after the host was started again");
    world
}
