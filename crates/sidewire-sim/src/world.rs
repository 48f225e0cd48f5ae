//! The engine in its world: virtual clock, queue of what is planned, and the one place where inputs are given.

use std::collections::BTreeSet;

use sidewire_core::{
    ClientMessageId, Config, Effect, Engine, Event, HttpResponse, Input, Policy, Seed, SendState, SessionId,
    Timestamp,
};

use crate::action::{Action, Answer, Down};
use crate::calls::Made;
pub use crate::host::Host;
use crate::invariants::{Checker, Violation};
use crate::log::{ServerKind, ServerLog};
use crate::network::Network;
use crate::older::Asked;
use crate::push::Push;
use crate::queue::Queue;
use crate::rest::Rest;
use crate::rng::Rng;
use crate::setup::build_config;
pub use crate::stats::Stats;
use crate::store::Store;
use crate::trace::Trace;

/// What a world is built from.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent settings, not a state")]
pub struct WorldConfig {
    /// Where the randomness of engine, network and servers begins.
    pub seed: u64,
    /// What the server can do.
    pub kind: ServerKind,
    /// Whether the server tells senders' ids.
    pub echoes_ids: bool,
    /// How many sessions there are.
    pub sessions: usize,
    /// Messages that each session has from the start.
    pub history: usize,
    /// One-way delay in milliseconds: least and most.
    pub latency: (u64, u64),
    /// The engine's jitter in thousandths; 0 for exact times.
    pub jitter: u32,
    /// Sessions that stay subscribed after they were left.
    pub warm: usize,
    /// Whether the engine has a push key.
    pub key: bool,
    /// Whether the host has a token; `None` when it does not know yet.
    pub token: Option<bool>,
    /// How far the server's clock is from the client's, in milliseconds.
    pub skew: i64,
    /// Late events of sockets and requests that the engine gave up, in thousandths.
    pub zombies: u64,
    /// Whether a timer goes before what arrives at the same time.
    pub timers_first: bool,
    /// Whether to keep lines, effects and events.
    pub record: bool,
    /// Whether lines are printed as they come.
    pub print: bool,
    /// Whether the agent answers what the user sends.
    pub agent: bool,
    /// Whether the host can store text.
    pub storage: bool,
    /// Whether the engine has its flight recorder and [`Trace::output`] is kept.
    pub record_trace: bool,
}

impl Default for WorldConfig {
    fn default() -> Self {
        Self {
            seed: 1,
            kind: ServerKind::Revisions,
            echoes_ids: true,
            sessions: 2,
            history: 3,
            latency: (20, 20),
            jitter: 0,
            warm: Policy::default().warm_channels,
            key: true,
            token: Some(true),
            skew: 0,
            zombies: 0,
            timers_first: false,
            record: true,
            print: false,
            agent: false,
            storage: false,
            record_trace: false,
        }
    }
}

/// A message of the user.
#[derive(Clone, Debug)]
pub struct Sent {
    /// Where it was written.
    pub session: usize,
    /// Its id.
    pub id: ClientMessageId,
    /// What it says.
    pub content: String,
    /// What the engine told last.
    pub state: SendState,
    /// The largest sequence number in the view when it was written.
    pub anchor: u64,
    /// The timeline's life in which it was written; a sign-out ends that.
    pub life: u32,
    /// Grows from message to message in the order in which they came into the view.
    pub rank: u64,
    /// It was written in an earlier run of the host.
    pub adopted: bool,
    /// It failed once, so its place in the order is the user's choice.
    pub failed: bool,
    /// The user took it back.
    pub cancelled: bool,
}

/// Everything.
#[derive(Debug)]
pub struct World {
    /// The virtual clock in milliseconds.
    pub now: u64,
    /// The engine under test.
    pub engine: Engine,
    /// The server's memory.
    pub log: ServerLog,
    /// The push server and its sockets.
    pub push: Push,
    /// The REST server and its requests.
    pub rest: Rest,
    /// Delays and losses.
    pub network: Network,
    /// The token provider never answers a renewal.
    pub mute_provider: bool,
    /// What happened.
    pub trace: Trace,
    /// Figures.
    pub stats: Stats,
    /// The user's side.
    pub host: Host,
    /// What the user wrote.
    pub sent: Vec<Sent>,
    /// The host's storage.
    pub store: Store,
    /// Who is signed in; another one after every sign-out.
    pub(crate) user: u32,
    /// Calls beside the sync.
    pub calls: Vec<Made>,
    /// When older messages were asked for.
    pub older: Vec<Asked>,
    /// How it was built.
    pub config: WorldConfig,
    pub(crate) queue: Queue,
    pub(crate) checker: Checker,
    pub(crate) rng: Rng,
    /// The timelines' life: grows with every sign-out.
    pub(crate) life: u32,
    /// The engine's deadline after its last input: it changes with an input only, and is asked for all the time.
    pub(crate) deadline: Option<u64>,
    /// Room for what an input brings about, kept from step to step.
    outputs: (Vec<Effect>, Vec<Event>),
}

/// The client's wall clock is this far from the simulator's.
pub(crate) const WALL_OFFSET: u64 = 1_790_000_000_000;

/// Key of the one app.
pub(crate) const APP_KEY: &str = "dev-key";
/// Origin of the REST server.
pub(crate) const API: &str = "http://127.0.0.1:3000";

impl World {
    /// A world at rest at time 1000.
    ///
    /// # Panics
    /// If the built-in configuration were wrong.
    pub fn new(config: WorldConfig) -> Self {
        let mut rng = Rng::new(config.seed);
        let now = 1000;
        let begin = if config.record_trace { Engine::recorded } else { Engine::new };
        let engine = begin(build_config(&config), Seed(rng.next_u64()), Timestamp::from_millis(now));
        let log = ServerLog::of(&config, WALL_OFFSET);
        let host = Host {
            shown: None,
            wanted: false,
            visible: true,
            online: true,
            token: None,
            frozen_until: 0,
            timer_delay: 0,
            acknowledged: false,
            joined: BTreeSet::new(),
            slept: 0,
        };
        let mut world = Self {
            now,
            engine,
            push: Push::new(rng.next_u64()),
            rest: Rest::default(),
            network: Network::new(rng.next_u64(), config.latency, config.sessions),
            mute_provider: false,
            trace: Trace::new(config.record).with_output(config.record_trace),
            stats: Stats::default(),
            host,
            sent: Vec::new(),
            calls: Vec::new(),
            older: Vec::new(),
            store: Store::default(),
            user: 0,
            queue: Queue::default(),
            checker: Checker::new(config.sessions),
            rng,
            life: 0,
            deadline: None,
            outputs: (Vec::new(), Vec::new()),
            log,
            config,
        };
        world.trace.printing = world.config.print;
        if world.config.storage {
            world.tell_wall();
        }
        if let Some(present) = world.config.token {
            world.set_token(present);
        }
        world
    }

    /// What the host configures every engine with.
    pub(crate) fn engine_config(&self) -> Config {
        build_config(&self.config)
    }

    /// The first violation of an invariant, if any.
    pub fn violation(&self) -> Option<&Violation> {
        self.checker.violation()
    }

    /// The id of a session.
    pub fn session(&self, session: usize) -> Option<&SessionId> {
        self.log.sessions.get(session).map(|log| &log.id)
    }

    /// The client's wall clock.
    pub fn wall(&self) -> u64 {
        WALL_OFFSET + self.now + self.host.slept
    }

    /// Plans something.
    pub fn plan(&mut self, at: u64, action: Action) {
        self.queue.push(at.max(self.now), action);
    }

    /// Lets everything up to `until` happen, in order, or up to the first violation.
    pub fn run_until(&mut self, until: u64) {
        while self.violation().is_none() && self.step(until) {}
        self.now = self.now.max(until);
    }

    /// Lets so many milliseconds pass.
    pub fn run_for(&mut self, millis: u64) {
        self.run_until(self.now + millis);
    }

    /// Runs until `done`, at most so many milliseconds; tells whether it came to that.
    pub fn run_while(&mut self, millis: u64, mut done: impl FnMut(&Self) -> bool) -> bool {
        let until = self.now + millis;
        while !done(self) {
            if self.violation().is_some() || !self.step(until) {
                self.now = self.now.max(until);
                return done(self);
            }
        }
        true
    }

    /// Lets the next thing happen, unless it lies after `until`.
    pub fn step(&mut self, until: u64) -> bool {
        let planned = self.queue.next_at();
        let hub = self.push.next_timeout();
        let timer = self.timer_at();
        let [first, second, third] = [planned, hub, timer].map(|at| at.unwrap_or(u64::MAX));
        let at = first.min(second).min(third);
        if at > until || at == u64::MAX {
            return false;
        }
        self.now = self.now.max(at);
        let timer_due = timer == Some(at);
        if timer_due && (self.config.timers_first || (planned != Some(at) && hub != Some(at))) {
            self.checker.tick(self.now);
            self.feed(&Input::Timeout);
        } else if planned == Some(at) {
            self.happen();
        } else if hub == Some(at) {
            self.push.handle_timeout(self.now);
            self.drain_hub();
        }
        true
    }

    fn timer_at(&self) -> Option<u64> {
        Some(self.deadline?.saturating_add(self.host.timer_delay).max(self.host.frozen_until).max(self.now))
    }

    fn happen(&mut self) {
        let Some((_, serial, action)) = self.queue.pop() else { return };
        let frozen = self.host.frozen_until;
        let to_client =
            matches!(action, Action::Down(..) | Action::Answer(..) | Action::Stored(..) | Action::User(_));
        if to_client && self.now < frozen {
            self.queue.defer(frozen, serial, action);
            return;
        }
        match action {
            Action::User(user) => self.user(user),
            Action::Server(server) => self.server(server),
            Action::Fault(fault) => self.fault(fault),
            Action::Dial(connection) => self.dialled(connection),
            Action::Down(connection, down) => self.came_down(connection, &down),
            Action::Up(connection, up) => self.came_up(connection, up),
            Action::Arrive(request) => self.arrived(request),
            Action::Answer(request, answer) => self.answered(request, &answer),
            Action::StoreWork(id, life, call, mode, at) => self.store_work(id, life, call, mode, at),
            Action::Stored(id, life, answer) => self.stored(id, life, &answer),
            Action::Publish(publication) => self.publish_now(&publication),
        }
    }

    fn came_down(&mut self, connection: sidewire_core::ConnectionId, down: &Down) {
        // What a socket that was given up says late is no news of the present one.
        let current = self.push.conn(connection).is_some_and(|conn| conn.local);
        if self.socket_event_wanted(connection, down) {
            if current {
                self.note_acknowledgement(down);
            }
            let event = crate::push::socket_event(down);
            self.feed(&Input::Socket(connection, event));
        }
    }

    fn answered(&mut self, request: sidewire_core::RequestId, answer: &Answer) {
        if !self.answer_wanted(request, answer) {
            return;
        }
        let outcome = match &answer.outcome {
            Ok((status, body)) => {
                Ok(HttpResponse { status: *status, retry_after: answer.retry_after, body: body.as_bytes() })
            }
            Err(failure) => Err(*failure),
        };
        self.feed(&Input::Response(request, outcome));
    }

    /// The one door to the engine: input in, everything out, checked before it takes effect.
    pub fn feed(&mut self, input: &Input<'_>) {
        self.stats.steps += 1;
        self.trace.input(self.now, input);
        let (before, begun) = (self.before(input), self.beginnings(input));
        self.engine.handle_input(Timestamp::from_millis(self.now), input.clone());
        let (mut effects, mut events) = std::mem::take(&mut self.outputs);
        effects.extend(std::iter::from_fn(|| self.engine.poll_effect()));
        events.extend(std::iter::from_fn(|| self.engine.poll_event()));
        self.deadline = self.engine.poll_timeout().map(Timestamp::as_millis);
        self.note_beginnings(input, &begun);
        for effect in &effects {
            self.trace.effect(self.now, effect);
        }
        for event in &events {
            self.trace.event(self.now, event);
            self.note_event(event);
        }
        let endpoints = self.check(&before, &effects, &events);
        for (effect, endpoint) in effects.drain(..).zip(endpoints) {
            self.perform(effect, endpoint);
        }
        events.clear();
        self.outputs = (effects, events);
    }
}
