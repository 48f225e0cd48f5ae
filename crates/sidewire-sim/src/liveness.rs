//! The liveness phase: the faults have ended, so everything must come right, in time, and stay so.

use sidewire_core::{Policy, SendState, Status};

use crate::action::{Action, Fault, ServerAction, UserAction};
use crate::log::ServerKind;
use crate::script::Traits;
use crate::world::{Sent, World};

/// Longest pause between polls, jitter included, in milliseconds.
const POLL_IDLE: u64 = 36_000;

/// The faults have ended: everything must come right, in time, and stay so.
pub(crate) fn live(world: &mut World, traits: Traits) {
    let g = world.now;
    world.heal();
    settle_user(world, traits);
    let shown = world.host.shown.unwrap_or(0);
    let kick = world.config.seed.is_multiple_of(2);
    if kick {
        world.plan(g + 500, Action::Server(ServerAction::Say(shown)));
    }
    world.plan(g + 30_000, Action::User(UserAction::RetryAll));
    // What a store in trouble gave back only after that.
    world.plan(g + 50_000, Action::User(UserAction::RetryAll));
    world.run_until(g + 29_999);
    if kick
        && sequenced(world)
        && !traits.half_open
        && !traits.rest_trouble
        && world.engine.status() == Status::Connected
    {
        // Push tells of missing messages at once; a lost edit is only found by the next check against the log.
        world.converged_ids("L1", shown, g + 15_000, "30 s after the faults ended, by push");
    }
    world.run_until(g + POLL_IDLE + 75_000);
    world.converged("L1", shown, g + 30_000, "after the faults ended");
    world.delivered();
    world.promises_kept();
    honest(world, shown);
    let patience = if traits.refused { 480_000 } else { 230_000 };
    let regained = world.run_while(g + patience - world.now.min(g + patience), |world| {
        world.engine.status() == Status::Connected || !world.config.key
    });
    if !regained && world.violation().is_none() {
        world.broken(
            "L4",
            format!("still {:?} {} s after the faults ended", world.engine.status(), patience / 1000),
        );
    }
    if world.engine.status() == Status::Connected {
        // A socket that went deaf haunts the server until its pong is due.
        if !traits.half_open {
            no_orphans(world, shown);
        }
        missed(world, shown);
        hole(world, shown);
        debounced(world, shown);
    }
    tail(world, shown);
    older(world, shown);
    world.user(UserAction::Stop);
    world.all_answered();
    world.calls_answered();
    world.run_for(90_000);
}

/// The user comes back, signs in where that is needed, and looks at a session.
fn settle_user(world: &mut World, traits: Traits) {
    world.user(UserAction::Online(true));
    world.user(UserAction::Visible(true));
    if world.host.token != Some(true) || traits.denied {
        world.user(UserAction::Token(true));
    }
    if world.host.shown.is_none() || !world.host.wanted {
        world.user(UserAction::Start(0));
    }
    world.user(UserAction::RetryAll);
}

/// C4, C11: the push server has a subscriber for what is shown and for the few sessions left last, for nothing else.
fn no_orphans(world: &mut World, shown: usize) {
    world.run_for(2000);
    let wanted = world.session(shown).map(|id| format!("private-session-{id}"));
    let channels = world.push.channels();
    let shown_there = wanted.as_ref().is_some_and(|wanted| channels.contains(wanted));
    let warm = Policy::default().warm_channels;
    if world.engine.status() == Status::Connected && (!shown_there || channels.len() > 1 + warm) {
        world.broken("C4", format!("subscribed to {channels:?} while {wanted:?} is shown"));
    }
}

/// L3: a status of connected, or of fallback, is a promise about the next message.
fn honest(world: &mut World, shown: usize) {
    if world.violation().is_some() {
        return;
    }
    let status = world.engine.status();
    let promise = match status {
        Status::Connected => 8000,
        Status::Fallback => POLL_IDLE + 15_000,
        Status::Disconnected | Status::Connecting | Status::Reconnecting | Status::Failed => return,
    };
    match world.config.seed % 3 {
        0 => drop(world.say(shown)),
        // Only the news of it, or not even that: the client has to ask.
        1 => {
            world.network.pokes = 1000;
            world.say(shown);
            world.network.pokes = 0;
        }
        _ => {
            world.unheard(shown);
            world.publish_event(shown, "new_message", r#""messageId":"unknown""#);
        }
    }
    let said = world.now;
    let mut kept = true;
    world.run_while(promise, |world| {
        kept &= world.engine.status() == status;
        !kept
    });
    if kept {
        world.converged("L3", shown, said, "while the status promised it");
    }
}

/// L2: what was missed while push was away is there one round trip after it is back.
fn missed(world: &mut World, shown: usize) {
    world.fault(Fault::Cut);
    world.run_while(10_000, |world| world.engine.status() != Status::Connected);
    world.unheard(shown);
    let said = world.now;
    let back = world.run_while(60_000, World::subscribed);
    // Two round trips, if a poll was on its way just then. By time alone a burst is read again, page by page.
    let trips = if world.config.kind == ServerKind::Times { 20 } else { 4 };
    world.run_for(trips * world.config.latency.1 + 50);
    if back {
        world.converged("L2", shown, said, "a round trip after the acknowledgement");
    }
    world.run_while(60_000, |world| world.engine.status() == Status::Connected);
    world.converged("L2", shown, said, "while the status says connected");
}

/// M3: a hole in the sequence is repaired within half a second and a round trip.
fn hole(world: &mut World, shown: usize) {
    world.run_for(5000);
    if !sequenced(world) || world.engine.status() != Status::Connected {
        return;
    }
    world.unheard(shown);
    world.say(shown);
    let said = world.now;
    world.run_for(500 + 5 * world.config.latency.1 + 50);
    world.converged("M3", shown, said, "after the push behind it");
}

/// Whether every message has a number: see `World::say`.
fn sequenced(world: &World) -> bool {
    world.config.kind != ServerKind::Times && !world.config.seed.is_multiple_of(4)
}

/// D10: of many `interact_response`s the last one counts.
fn debounced(world: &mut World, shown: usize) {
    world.run_for(5000);
    for pause in [200, 300, 400, 0] {
        world.unheard(shown);
        world.server(ServerAction::Finish(shown));
        world.run_for(pause);
    }
    let said = world.now;
    world.run_for(3000 + 20 * world.config.latency.1 + 50);
    world.converged("D10", shown, said, "after the last interact_response");
}

/// L5: a lost last message is found by the check against the log.
fn tail(world: &mut World, shown: usize) {
    world.unheard(shown);
    let said = world.now;
    world.run_for(82_000);
    world.converged("L5", shown, said, "without any later traffic");
}

/// P3: page by page the view reaches back to the beginning of the log, as far as its server can be asked.
fn older(world: &mut World, shown: usize) {
    world.run_for(20_000);
    for _ in 0..10 {
        let number = world.load_older();
        world.run_for(4 * world.config.latency.1 + 4000);
        match world.older.get(number).and_then(|asked| asked.answer.clone()) {
            Some(Ok((_, Some(true)))) => {}
            Some(Ok((_, None))) if !sequenced(world) => return,
            Some(Ok((_, Some(false)))) => break,
            other => {
                world.broken("P3", format!("asked for older messages, got {other:?}"));
                return;
            }
        }
    }
    if world.floor(shown) != Some(0) {
        world.broken("P3", format!("the view begins at {:?} of the log", world.floor(shown)));
    }
    world.converged("P3", shown, world.now, "after the last page of older messages");
}

impl World {
    /// Stores a message that push never tells of.
    pub(crate) fn unheard(&mut self, session: usize) {
        self.network.lose_publishes = 1000;
        self.say(session);
        self.network.lose_publishes = 0;
    }

    /// The engine's socket is subscribed to the shown session: the server says so and the client was told.
    fn subscribed(&self) -> bool {
        self.host.acknowledged
    }

    /// Reports that the view must have everything stored up to `before`, and has not.
    pub fn converged(&mut self, rule: &'static str, session: usize, before: u64, when: &str) {
        let lack = self.lacks(session, before, true);
        self.lacking(rule, lack, when);
    }

    /// The same, with any version of a message being good enough.
    pub fn converged_ids(&mut self, rule: &'static str, session: usize, before: u64, when: &str) {
        let lack = self.lacks(session, before, false);
        self.lacking(rule, lack, when);
    }

    fn lacking(&mut self, rule: &'static str, lack: Option<String>, when: &str) {
        if let Some(lack) = lack {
            let (status, freshness) = (self.engine.status(), self.engine.freshness());
            let shown = self.host.shown;
            self.broken(
                rule,
                format!("{lack} is missing {when}; {status:?}, {freshness:?}, shown {shown:?}"),
            );
        }
    }

    /// Every message that the user sent and did not lose by signing out is delivered.
    fn delivered(&mut self) {
        let done = |sent: &Sent| sent.state == SendState::Sent || sent.cancelled;
        let open = self.sent.iter().find(|sent| sent.life == self.life && !done(sent));
        if let Some(open) = open.cloned() {
            self.broken("L8", format!("\"{}\" is {:?}", open.content, open.state));
        }
    }
}
