//! The model as the checker sees it.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use sidewire_core::{Command, Config, Engine, Input, Seed, Timestamp};
use stateright::{Model, Property};

use crate::action::Action;
use crate::rest::{Ask, Request};
use crate::rule::Rule;
use crate::setup::{Setup, SetupError};
use crate::socket::{Down, Peer, Socket};
use crate::state::{Host, State};
use crate::wire::{Pair, Session, Wire};

/// The sync engine in a small world.
#[derive(Debug)]
pub struct SyncModel {
    pub(crate) setup: Setup,
    pub(crate) wire: Wire,
    config: Config,
    /// Rules found broken, as bits. The checker keeps the last path that breaks a rule; the first is the shortest.
    found: AtomicU32,
}

impl SyncModel {
    /// The model of a setup.
    pub fn new(setup: Setup) -> Result<Self, SetupError> {
        Ok(Self { setup, wire: Wire::new(setup.dialect)?, config: setup.config()?, found: AtomicU32::new(0) })
    }

    /// Why a state breaks a rule.
    pub fn explain(&self, rule: Rule, state: &State) -> String {
        if rule == Rule::Settles {
            return self.settles(state).err().unwrap_or_default();
        }
        state.broken.as_ref().map(|broken| broken.1.clone()).unwrap_or_default()
    }

    /// Whether a rule holds, or has its counterexample already.
    fn holds(&self, rule: Rule, state: &State) -> bool {
        let holds = if rule == Rule::Settles {
            !self.setup.liveness || self.settles(state).is_ok()
        } else {
            !state.broke(rule)
        };
        let bit = 1 << (rule as u32);
        holds || self.found.fetch_or(bit, Ordering::Relaxed) & bit != 0
    }

    /// Session A was just asked for, and nothing has happened yet.
    fn begin(&self) -> State {
        let engine = Engine::new(self.config.clone(), Seed(0), Timestamp::ZERO);
        let mut state = State {
            engine: Arc::new(engine),
            digest: 0,
            now: Timestamp::ZERO,
            socket: None,
            requests: Vec::new(),
            host: Host { visible: true, signed_in: true, renewing: false },
            forbidden: false,
            log: Pair::default(),
            lost: Pair::default(),
            skipped: Pair::default(),
            views: Pair::default(),
            left: self.setup.scope,
            broken: None,
            retired: Vec::new(),
        };
        self.feed(&mut state, Input::Command(Command::SetToken { present: true }));
        self.feed(&mut state, Input::Command(Command::StartSync(self.wire.ids.a.clone())));
        self.finish(&mut state);
        state
    }
}

impl Model for SyncModel {
    type State = State;
    type Action = Action;

    fn init_states(&self) -> Vec<State> {
        vec![self.begin()]
    }

    fn actions(&self, state: &State, actions: &mut Vec<Action>) {
        if state.broken.is_some() {
            return;
        }
        if let Some(socket) = &state.socket {
            moves_of_socket(socket, state, actions);
        }
        for (index, request) in state.requests.iter().enumerate().filter(|(_, request)| !request.lost) {
            moves_of_request(index, request, state, actions);
        }
        if state.host.renewing {
            actions.push(Action::Renew);
        }
        if state.left.messages > 0 {
            actions.extend(Session::BOTH.map(Action::Publish));
        }
        if state.left.actions > 0 {
            moves_of_user(state, actions);
        }
        if state.left.timers > 0 && state.alarm().is_some() {
            actions.push(Action::Timer);
        }
    }

    fn next_state(&self, last: &State, action: Action) -> Option<State> {
        let mut state = last.clone();
        self.step(&mut state, action);
        self.finish(&mut state);
        Some(state)
    }

    fn properties(&self) -> Vec<Property<Self>> {
        /// Properties are plain functions, so each rule needs one of its own.
        macro_rules! properties {
            ($($rule:ident)*) => {
                vec![$(Property::always(Rule::$rule.name(), |model: &Self, state| model.holds(Rule::$rule, state)),)*]
            };
        }
        properties![
            NoDuplicate Ordered Isolated Provenance Monotonic OneSocket OwnSignature OneRead OneAuthorisation
            ToldOnce Stopped SignedOut TimersMove RetiredIds NoPanic Honest Settles
        ]
    }
}

fn moves_of_socket(socket: &Socket, state: &State, actions: &mut Vec<Action>) {
    if !socket.down.is_empty() {
        actions.push(Action::Deliver);
    }
    if !socket.up.is_empty() {
        actions.push(Action::Serve);
    }
    if state.left.faults == 0 || socket.peer != Peer::Alive {
        return;
    }
    // A push may be lost anywhere; it makes no difference before it would be delivered.
    if matches!(socket.down.front(), Some(Down::Push { .. })) {
        actions.push(Action::DropPush);
    }
    actions.extend([Action::Cut, Action::Silence]);
}

fn moves_of_request(request: usize, asked: &Request, state: &State, actions: &mut Vec<Action>) {
    let length = *state.log.of(asked.ask.session());
    actions.extend(asked.ask.snapshots(length).map(|seen| Action::Answer { request, seen }));
    if state.left.faults == 0 {
        return;
    }
    let refusals: &[u16] = match asked.ask {
        Ask::Authorisation { .. } => &[401, 403, 500],
        Ask::Messages { .. } => &[401, 500],
    };
    actions.extend(refusals.iter().map(|&status| Action::Refuse { request, status }));
    actions.extend([Action::Unreachable { request }, Action::LoseAnswer { request }]);
}

fn moves_of_user(state: &State, actions: &mut Vec<Action>) {
    let others = Session::BOTH.into_iter().filter(|session| state.shown() != Some(*session));
    actions.extend(others.map(Action::Start));
    if !state.is_stopped() {
        actions.push(Action::Stop);
    }
    actions.extend([Action::ToggleVisible, Action::NewToken]);
    if state.host.signed_in {
        actions.push(Action::SignOut);
    }
}
