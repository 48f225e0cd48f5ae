//! What becomes of a state when nothing goes wrong any more.

use sidewire_core::{Duration, FallbackReason, Status};

use crate::action::Action;
use crate::driver::judge_honesty;
use crate::model::SyncModel;
use crate::rule::listed;
use crate::setup::Dialect;
use crate::state::State;
use crate::wire::Session;

/// Time that a good network has until everything is shown: an idle heartbeat finds a dead socket after 40 s, the
/// reconcile a lost last message after 60 s.
const PATIENCE: Duration = Duration::from_secs(120);
/// Time after which holes are filled: a read whose answer was lost takes 15 s, the pause after it up to 4 s.
const REPAIR: Duration = Duration::from_secs(25);
/// Steps that this may take.
const MOST_STEPS: u32 = 2000;

impl SyncModel {
    /// Lets a good network run from here: everything is delivered in order, every request answered at once, and time
    /// passes only when nothing else is to do. Tells what is wrong when time is up.
    pub(crate) fn settles(&self, from: &State) -> Result<(), String> {
        if from.broken.is_some() {
            return Ok(());
        }
        let mut state = from.clone();
        let (until, repaired) = (state.now.after(PATIENCE), state.now.after(REPAIR));
        for _ in 0..MOST_STEPS {
            if let Some(broken) = &state.broken {
                return Err(format!("{} breaks on a good network: {}", broken.0, broken.1));
            }
            judge_honesty(&mut state);
            self.judge_retired(&mut state);
            if let Some(action) = next_good(&state) {
                self.step(&mut state, action);
                continue;
            }
            if state.now > repaired && self.has_hole(&state) {
                return Err(format!("a hole is not fetched: {state}"));
            }
            let Err(wrong) = self.is_settled(&state) else { return Ok(()) };
            if state.alarm().is_none_or(|(at, _)| at > until) {
                return Err(format!("{wrong}, at last: {state}"));
            }
            self.wait(&mut state);
        }
        Err(format!("no rest after {MOST_STEPS} steps: {state}"))
    }

    /// Connected, and a message is missing before one that is shown: no need to wait for the reconcile to know.
    fn has_hole(&self, state: &State) -> bool {
        let Some(session) = state.shown() else { return false };
        let (view, due) = (*state.views.of(session), state.due_in_view(session));
        let below_last = view.checked_ilog2().map_or(0, |last| (1 << last) - 1);
        self.setup.dialect != Dialect::Times
            && state.engine.status() == Status::Connected
            && due & !view & below_last != 0
    }

    /// Nothing is under way: is all as it should be?
    fn is_settled(&self, state: &State) -> Result<(), String> {
        let Some(session) = state.shown() else {
            return if state.is_stopped() { Ok(()) } else { Err("shows nothing, but is not stopped".into()) };
        };
        // A hidden page does not check the log: what a lost push took is missing until somebody looks.
        let excused = if state.host.visible { 0 } else { *state.lost.of(session) };
        if !state.host.signed_in {
            let failed = state.engine.status() == Status::Failed && state.socket.is_none();
            return if failed { Ok(()) } else { Err("signed out, but not at rest".into()) };
        }
        if is_told_off(state) {
            return Ok(());
        }
        let missing = state.due_in_view(session) & !*state.views.of(session) & !excused;
        if missing != 0 {
            return Err(format!("{}{:?} missing", session.letter(), listed(missing)));
        }
        if is_told_no(state) {
            return Ok(());
        }
        if state.engine.status() != Status::Connected {
            return Err(format!("status {}", state.engine.status().as_str()));
        }
        for session in Session::BOTH {
            let id = self.wire.ids.of(session);
            let known = state.engine.subscribed_sessions().any(|subscribed| subscribed == id);
            if state.is_joined(session) != known {
                return Err(format!("channel {}: engine {known}, server {}", session.letter(), !known));
            }
            let wanted = state.shown() == Some(session) || self.setup.warm > 0;
            if known && !wanted {
                return Err(format!("channel {} is nobody's", session.letter()));
            }
        }
        Ok(())
    }
}

/// What a good network does next, if anything is under way.
fn next_good(state: &State) -> Option<Action> {
    if state.host.renewing {
        return Some(Action::Renew);
    }
    if let Some(socket) = &state.socket {
        if !socket.down.is_empty() {
            return Some(Action::Deliver);
        }
        if !socket.up.is_empty() {
            return Some(Action::Serve);
        }
    }
    let request = state.requests.iter().position(|request| !request.lost)?;
    let ask = state.requests.get(request)?.ask;
    Some(Action::Answer { request, seen: *ask.snapshots(*state.log.of(ask.session())).end() })
}

/// The server forbade the channel: polling is what there can be.
fn is_told_no(state: &State) -> bool {
    let reason = state.engine.fallback_reason();
    let told = matches!(reason, Some(FallbackReason::AuthFailed | FallbackReason::SessionRefused));
    state.refusals.forbidden && told && state.engine.status() == Status::Fallback
}

/// The server refused a token and the one after it: nothing may be read until there is another.
fn is_told_off(state: &State) -> bool {
    state.refusals.unauthorised >= 2
        && state.engine.fallback_reason() == Some(FallbackReason::AuthFailed)
        && matches!(state.engine.status(), Status::Fallback | Status::Failed)
}
