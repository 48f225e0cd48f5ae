//! One seed, one run: a safety phase with faults, then a liveness phase that must converge.

use std::panic::{AssertUnwindSafe, catch_unwind};

use sidewire_core::{SendState, Status};

use crate::action::{Action, ServerAction, UserAction};
use crate::invariants::Violation;
use crate::log::ServerKind;
use crate::script::{Plan, Traits};
use crate::world::{Stats, World};

/// What became of a run.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// The seed.
    pub seed: u64,
    /// The first rule broken.
    pub violation: Option<Violation>,
    /// The hash of its trace.
    pub hash: u64,
    /// Figures.
    pub stats: Stats,
    /// Simulated milliseconds.
    pub simulated: u64,
    /// Most requests for messages within a minute that no command asked for.
    pub rest_peak: usize,
}

/// Longest pause between polls, jitter included, in milliseconds.
const POLL_IDLE: u64 = 36_000;
/// Most inputs in one run (L6).
const MAX_STEPS: u64 = 200_000;

/// Runs a seed; `print` writes the trace to standard output as it happens. A panic is a broken rule like any other.
pub fn run(seed: u64, print: bool) -> Outcome {
    let run = catch_unwind(AssertUnwindSafe(|| run_plan(&Plan::draw(seed), print)));
    run.unwrap_or_else(|panic| {
        let text = panic.downcast_ref::<String>().cloned();
        let text = text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()));
        let detail = text.unwrap_or_else(|| "a panic without words".to_owned());
        let violation = Some(Violation { rule: "S18", at: 0, detail });
        Outcome { seed, violation, hash: 0, stats: Stats::default(), simulated: 0, rest_peak: 0 }
    })
}

/// Runs a plan.
pub fn run_plan(plan: &Plan, print: bool) -> Outcome {
    let mut world = plan.world(false);
    world.trace.printing = print;
    world.run_until(plan.safety_ends);
    // Who sleeps cannot converge.
    world.run_until(world.host.frozen_until);
    if world.violation().is_none() {
        live(&mut world, plan.traits);
    }
    if world.stats.steps > MAX_STEPS {
        world.broken("L6", format!("{} steps", world.stats.steps));
    }
    Outcome {
        seed: plan.config.seed,
        violation: world.violation().cloned(),
        hash: world.trace.hash(),
        stats: world.stats,
        simulated: world.now,
        rest_peak: world.checker.rest_peak(),
    }
}

/// The faults have ended: everything must come right, in time, and stay so.
fn live(world: &mut World, traits: Traits) {
    let g = world.now;
    world.heal();
    settle_user(world, traits);
    let shown = world.host.shown.unwrap_or(0);
    let kick = world.config.seed.is_multiple_of(2);
    if kick {
        world.plan(g + 500, Action::Server(ServerAction::Say(shown)));
    }
    world.plan(g + 30_000, Action::User(UserAction::RetryAll));
    world.run_until(g + 29_999);
    let sequenced = world.config.kind != ServerKind::Times && !world.config.seed.is_multiple_of(4);
    if kick
        && sequenced
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
    let before = world.now;
    world.run_for(85_000);
    // A socket that went deaf haunts the server until its pong is due.
    if !traits.half_open {
        no_orphans(world, shown);
    }
    world.converged("L5", shown, before, "at the end");
    world.user(UserAction::Stop);
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

/// C4: the push server has subscribers for what is shown and for nothing else.
fn no_orphans(world: &mut World, shown: usize) {
    let wanted = world.session(shown).map(|id| format!("private-session-{id}"));
    let channels = world.push.channels();
    if world.engine.status() == Status::Connected && channels.iter().map(Some).ne([wanted.as_ref()]) {
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
    world.say(shown);
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

impl World {
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
        let open = self.sent.iter().find(|sent| sent.life == self.life && sent.state != SendState::Sent);
        if let Some(open) = open.cloned() {
            self.broken("L8", format!("\"{}\" is {:?}", open.content, open.state));
        }
    }
}
