//! The engine's host: inputs go in, effects are carried out, and both are judged.

use core::hash::Hasher;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use sidewire_core::{
    ConnectionId, Effect, Engine, Event, HttpRequest, HttpResponse, Input, RequestId, SocketEvent, Status,
};

use crate::model::SyncModel;
use crate::rest::{Ask, Request, body};
use crate::rule::{Rule, judge, listed};
use crate::setup::Mistake;
use crate::socket::{Peer, Socket};
use crate::state::{Retired, State};
use crate::wire::{Session, Up, Wire};

/// Timers that may fire at one instant (S11).
const MOST_TICKS: u32 = 16;

impl SyncModel {
    /// Gives the engine one input, carries out what it asks for, and judges.
    pub(crate) fn feed(&self, state: &mut State, input: Input<'_>) {
        if state.broken.is_some() {
            return;
        }
        let before = state.engine.status();
        let now = state.now;
        let engine = Arc::make_mut(&mut state.engine);
        let mut events = Vec::new();
        let mut effects = Vec::new();
        let ran = catch_unwind(AssertUnwindSafe(|| {
            engine.handle_input(now, input);
            events.extend(std::iter::from_fn(|| engine.poll_event()));
            effects.extend(std::iter::from_fn(|| engine.poll_effect()));
        }));
        if ran.is_err() {
            state.break_rule(Rule::NoPanic, "the engine panicked");
            return;
        }
        for effect in effects {
            self.perform(state, effect);
        }
        judge_reports(state, before, &events);
        self.judge_views(state);
    }

    fn perform(&self, state: &mut State, effect: Effect) {
        match effect {
            Effect::OpenSocket { connection, .. } => {
                if state.socket.replace(Socket::dialled(connection)).is_some() {
                    state.break_rule(Rule::OneSocket, "a second socket");
                }
                if let Some(last) = connection.as_raw().checked_sub(1) {
                    state.retired.push(Retired::Socket(ConnectionId::from_raw(last)));
                }
            }
            Effect::SendFrame { connection, text } => send(state, connection, &text),
            Effect::CloseSocket { connection } => {
                let deaf = self.setup.mistake == Mistake::ClosesNothing;
                if state.socket.take_if(|socket| socket.connection == connection && !deaf).is_some() {
                    state.retired.push(Retired::Socket(connection));
                }
            }
            Effect::Request { request, http } => ask(state, request, &http),
            Effect::CancelRequest { request } => {
                if let Some(index) = state.requests.iter().position(|r| r.id == request) {
                    state.retired.push(Retired::Request(request, state.requests.remove(index).ask));
                }
            }
            // The model's host keeps nothing.
            Effect::Storage { .. } => {}
            Effect::RenewToken => state.host.renewing = true,
        }
    }

    /// What the timelines hold, and that it only grows.
    fn judge_views(&self, state: &mut State) {
        for session in Session::BOTH {
            let timeline = state.engine.timeline(self.wire.ids.of(session));
            let judged = match timeline {
                Some(timeline) => judge(session, *state.log.of(session), timeline.rows(0..timeline.len())),
                None => Ok(0),
            };
            match judged {
                Ok(numbers) => {
                    let before = core::mem::replace(state.views.of_mut(session), numbers);
                    if before & !numbers != 0 {
                        let gone = listed(before & !numbers);
                        state.break_rule(Rule::Monotonic, format!("{}{gone:?} is gone", session.letter()));
                    }
                    *state.lost.of_mut(session) &= !numbers;
                }
                Err((rule, detail)) => state.break_rule(rule, detail),
            }
        }
    }

    /// Fires the engine's timer until nothing is due any more.
    pub(crate) fn fire(&self, state: &mut State) {
        for _ in 0..MOST_TICKS {
            self.feed(state, Input::Timeout);
            if state.engine.poll_timeout().is_none_or(|at| at > state.now) {
                return;
            }
        }
        state.break_rule(Rule::TimersMove, format!("still due after {MOST_TICKS} ticks"));
    }

    /// After a whole step: what is retired means nothing, and the state gets its digest.
    pub(crate) fn finish(&self, state: &mut State) {
        judge_honesty(state);
        self.judge_retired(state);
        state.digest = digest(&state.engine);
    }

    /// Answers and frames with an id that the last step retired change nothing.
    pub(crate) fn judge_retired(&self, state: &mut State) {
        for retired in core::mem::take(&mut state.retired) {
            let mut engine = Engine::clone(&state.engine);
            self.haunt(&mut engine, state, retired);
            if engine.poll_effect().is_some() || digest(&engine) != digest(&state.engine) {
                state.break_rule(Rule::RetiredIds, format!("{retired:?} still counts"));
            }
        }
    }

    /// Something comes with a retired id.
    fn haunt(&self, engine: &mut Engine, state: &State, retired: Retired) {
        match retired {
            Retired::Socket(connection) => {
                let push = self.wire.push(Session::A, 1).as_bytes();
                engine.handle_input(state.now, Input::Socket(connection, SocketEvent::Frame(push)));
                let closed = SocketEvent::Closed { code: 1006, reason: String::new() };
                engine.handle_input(state.now, Input::Socket(connection, closed));
            }
            Retired::Request(request, ask) => {
                let body = body(ask, *state.log.of(ask.session()), 0, &self.wire);
                let response = HttpResponse { status: 200, retry_after: None, body: body.as_bytes() };
                engine.handle_input(state.now, Input::Response(request, Ok(response)));
            }
        }
    }
}

/// *Connected* promises that the server pushes, and that all it has is here or on its way.
pub(crate) fn judge_honesty(state: &mut State) {
    let Some(session) = state.shown() else { return };
    if state.engine.status() != Status::Connected {
        return;
    }
    let Some(socket) = &state.socket else {
        state.break_rule(Rule::Honest, "connected without a socket");
        return;
    };
    if socket.peer != Peer::Alive {
        return;
    }
    let here = *state.views.of(session) | socket.pushed(session) | *state.lost.of(session);
    let missing = state.due_in_view(session) & !here;
    if state.engine.is_polling() {
        state.break_rule(Rule::Honest, "connected, yet polling");
    } else if !socket.joined.of(session) {
        state.break_rule(Rule::Honest, "connected, but the server has no such subscription");
    } else if missing != 0 {
        let missing = listed(missing);
        state.break_rule(Rule::Honest, format!("connected without {}{missing:?}", session.letter()));
    }
}

fn ask(state: &mut State, id: RequestId, http: &HttpRequest) {
    let Some(ask) = Ask::read(http, |session| *state.log.of(session)) else {
        state.break_rule(Rule::Provenance, format!("no such address: {}", http.url));
        return;
    };
    let twin = |request: &Request| match (request.ask, ask) {
        (Ask::Authorisation { .. }, Ask::Authorisation { .. }) => true,
        (Ask::Messages { session: a, .. }, Ask::Messages { session: b, .. }) => a == b,
        _ => false,
    };
    if state.requests.iter().any(twin) {
        let rule = match ask {
            Ask::Authorisation { .. } => Rule::OneAuthorisation,
            Ask::Messages { .. } => Rule::OneRead,
        };
        state.break_rule(rule, "a second request beside one in flight");
    }
    state.requests.push(Request { id, ask, due: state.now.after(http.timeout), lost: false });
}

fn send(state: &mut State, connection: ConnectionId, text: &str) {
    let Some(socket) =
        state.socket.as_mut().filter(|socket| socket.connection == connection && socket.opened)
    else {
        state.break_rule(Rule::OneSocket, format!("a frame to a socket that is not open: {text}"));
        return;
    };
    if socket.peer != Peer::Alive {
        return;
    }
    let frame = Wire::read(text, connection.as_raw());
    socket.up.push_back(frame);
    if frame == Up::Garbage {
        state.break_rule(Rule::OneSocket, format!("a frame that no server reads: {text}"));
    }
}

fn judge_reports(state: &mut State, before: Status, events: &[Event]) {
    let mut told = before;
    for event in events {
        let Event::StatusChanged(change) = event else { continue };
        if change.previous != told {
            state.break_rule(Rule::ToldOnce, format!("{told:?}, then from {:?}", change.previous));
        }
        told = change.current;
    }
    if told != state.engine.status() {
        state.break_rule(Rule::ToldOnce, format!("told {told:?}, is {:?}", state.engine.status()));
    }
}

fn digest(engine: &Engine) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    hasher.write(&engine.normalised_digest());
    hasher.finish()
}
