//! S9 (changes told once and in order), S10 (stopped is stopped), S11 (timers), S12 (retired ids change nothing).

use sidewire_core::{Effect, Event, Status};

use super::{Before, Broken, Facts};

/// What is remembered from step to step.
#[derive(Debug, Default)]
pub(super) struct Timers {
    tick_at: u64,
    ticks: u32,
    status: Status,
}

impl Timers {
    pub(super) fn tick(&mut self, now: u64) -> Option<Broken> {
        if self.tick_at != now {
            (self.tick_at, self.ticks) = (now, 0);
        }
        self.ticks += 1;
        (self.ticks > 16).then(|| ("S11", "more than 16 ticks at one instant".to_owned()))
    }

    pub(super) fn after(
        &mut self,
        facts: &Facts<'_>,
        before: &Before,
        effects: &[Effect],
        events: &[Event],
    ) -> Option<Broken> {
        if let Some(broken) = self.chain(facts, before, events) {
            return Some(broken);
        }
        let deadline = facts.deadline;
        if deadline.is_some_and(|at| at < facts.now) {
            return Some(("S11", format!("deadline {deadline:?} lies in the past")));
        }
        if before.stopped
            && !facts.host.wanted
            && let Some(effect) = effects.iter().find(|effect| !matches!(effect, Effect::Storage { .. }))
        {
            return Some(("S10", format!("stopped, and yet {effect:?}")));
        }
        let moved = deadline != before.deadline;
        if before.stale && before.quiet && (!effects.is_empty() || !events.is_empty() || moved) {
            return Some((
                "S12",
                format!("a retired id brought about {effects:?} {events:?}, timer moved: {moved}"),
            ));
        }
        None
    }

    fn chain(&mut self, facts: &Facts<'_>, before: &Before, events: &[Event]) -> Option<Broken> {
        for event in events {
            let Event::StatusChanged(change) = event else { continue };
            if change.previous != self.status {
                return Some(("S9", format!("{:?} was told before, now {change:?}", self.status)));
            }
            if !allowed(change.previous, change.current, before.command) {
                let command = before.command;
                return Some(("S9", format!("{change:?} is in no table, by command: {command}")));
            }
            self.status = change.current;
        }
        let status = facts.status;
        if status == Status::Connected
            && let Some(shown) = facts.host.shown.filter(|shown| !facts.host.joined.contains(shown))
        {
            return Some(("S9", format!("connected, but nobody acknowledged session {shown}")));
        }
        (status != self.status).then(|| ("S9", format!("status is {status:?}, last told {:?}", self.status)))
    }
}

/// The table of §3: which change of status there is at all, and which only the host's commands bring about.
const fn allowed(from: Status, to: Status, command: bool) -> bool {
    match (from, to) {
        // A connection takes time, and only one that was live is lost.
        (Status::Disconnected, Status::Connected | Status::Reconnecting)
        | (Status::Connecting, Status::Reconnecting) => false,
        // Started and stopped by the host alone; another session, token or network begins anew.
        (Status::Disconnected | Status::Failed, _)
        | (_, Status::Disconnected)
        | (Status::Connected | Status::Reconnecting, Status::Connecting) => command,
        _ => true,
    }
}
