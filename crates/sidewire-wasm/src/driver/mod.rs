//! The run loop: one inbox, one engine, one timer. The host's code is never called while a borrow is held.

pub(crate) mod clock;
mod frames;
pub(crate) mod http;
mod socket;
mod storage;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use http::{Abort, Answer};
use sidewire_core::queue::Queue;
use sidewire_core::{
    Command, Config, ConnectionId, Duration, Effect, Engine, Event, HttpFailure, HttpRequest, Input,
    RequestId, Seed, SessionId, SocketEvent, StorageCall, StorageFailure, StorageId, Timeline, Timestamp,
};
use socket::Socket;
use storage::Stored;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;
use web_sys::MessageEvent;

use crate::convert;
use crate::host::RawHost;

/// Something that happened, owned while it waits in the inbox.
enum Arrival {
    Command(Command),
    Opened(ConnectionId),
    Frame(ConnectionId, Vec<u8>),
    BinaryFrame(ConnectionId),
    Closed(ConnectionId, u16, String),
    Answered(RequestId, Result<Answer, HttpFailure>),
    Stored(StorageId, Result<Stored, StorageFailure>),
    Timeout,
}

/// The engine with its surroundings.
pub(crate) struct Driver {
    engine: RefCell<Engine>,
    inbox: RefCell<Queue<Arrival>>,
    running: Cell<bool>,
    closed: Cell<bool>,
    clock: clock::Clock,
    /// Before the first time the engine knows no wall clock, and a record of that time would hold none.
    wall_told: Cell<Option<Timestamp>>,
    host: RawHost,
    socket: RefCell<Option<Socket>>,
    requests: RefCell<Vec<(RequestId, Abort)>>,
    timer: RefCell<Option<(Timestamp, Timeout)>>,
    buffer: RefCell<Vec<u8>>,
    /// The session told last, as JavaScript has it: a text need not cross with every change.
    named: RefCell<Option<(SessionId, JsValue)>>,
    /// Somebody listens for single new messages.
    tells_messages: Cell<bool>,
    this: std::rc::Weak<Driver>,
}

impl Driver {
    pub(crate) fn new(config: Config, seed: Seed, host: RawHost, record: bool) -> Rc<Self> {
        let clock = clock::Clock::of_this_scope();
        let now = clock.now();
        let build = if record { Engine::recorded } else { Engine::new };
        let engine = build(config, seed, now);
        Rc::new_cyclic(|this| Self {
            engine: RefCell::new(engine),
            inbox: RefCell::default(),
            running: Cell::new(false),
            closed: Cell::new(false),
            clock,
            wall_told: Cell::new(None),
            host,
            socket: RefCell::default(),
            requests: RefCell::default(),
            timer: RefCell::default(),
            buffer: RefCell::default(),
            named: RefCell::default(),
            tells_messages: Cell::new(false),
            this: this.clone(),
        })
    }

    pub(crate) fn command(&self, command: Command) {
        self.feed(Arrival::Command(command));
    }

    /// Reads the engine. Fine at any time: no borrow outlives a step.
    pub(crate) fn with_engine<T>(&self, read: impl FnOnce(&mut Engine) -> T) -> T {
        read(&mut self.engine.borrow_mut())
    }

    /// The client's state as one object.
    pub(crate) fn snapshot(&self) -> JsValue {
        convert::snapshot(&self.engine.borrow(), self.clock.now(), clock::wall_now())
    }

    /// Asks the token provider whether there is a token, and tells the engine.
    pub(crate) fn ask_for_token(&self) {
        self.ask_provider(false);
    }

    fn ask_provider(&self, renew: bool) {
        let this = self.this.clone();
        let host = self.host.clone();
        spawn_local(async move {
            let present = match http::has_token(&host, renew).await {
                // A provider that fails to renew signs nobody out; the engine waits for it, and not for ever.
                Err(HttpFailure::TokenProvider) if renew => return,
                outcome => outcome.is_ok(),
            };
            if let Some(driver) = this.upgrade() {
                let answer =
                    if renew { Command::TokenRenewed { present } } else { Command::SetToken { present } };
                driver.command(answer);
            }
        });
    }

    /// Ends everything at once; nothing is told any more.
    pub(crate) fn close(&self) {
        self.command(Command::StopSync);
        self.closed.set(true);
        self.timer.take();
        self.socket.take();
        self.requests.take();
    }

    /// Whether single new messages are told; somebody has to listen for them.
    pub(crate) fn tell_messages(&self, wanted: bool) {
        self.tells_messages.set(wanted);
    }

    fn feed(&self, arrival: Arrival) {
        if self.closed.get() {
            return;
        }
        self.inbox.borrow_mut().push_back(arrival);
        if !self.running.replace(true) {
            self.run();
        }
    }

    /// A text frame goes from the reused buffer straight into the engine, unless the engine is at work.
    fn frame(&self, connection: ConnectionId, event: &MessageEvent) {
        if self.closed.get() {
            return;
        }
        let mut buffer = self.buffer.take();
        match frames::read(&self.host, event, &mut buffer) {
            None => self.feed(Arrival::BinaryFrame(connection)),
            Some(text) if self.running.replace(true) => {
                self.inbox.borrow_mut().push_back(Arrival::Frame(connection, text.to_vec()));
            }
            Some(text) => {
                self.step(Input::Socket(connection, SocketEvent::Frame(text)));
                self.run();
            }
        }
        self.buffer.replace(buffer);
    }

    /// Works until the inbox is empty.
    fn run(&self) {
        while let Some(arrival) = self.next_arrival() {
            self.give(arrival);
        }
        self.running.set(false);
        self.arm_timer();
    }

    fn next_arrival(&self) -> Option<Arrival> {
        self.inbox.borrow_mut().pop_front()
    }

    fn give(&self, arrival: Arrival) {
        match arrival {
            Arrival::Command(command) => self.step(Input::Command(command)),
            Arrival::Opened(id) => self.step(Input::Socket(id, SocketEvent::Opened)),
            Arrival::Frame(id, text) => self.step(Input::Socket(id, SocketEvent::Frame(&text))),
            Arrival::BinaryFrame(id) => self.step(Input::Socket(id, SocketEvent::BinaryFrame)),
            Arrival::Closed(id, code, reason) => {
                self.step(Input::Socket(id, SocketEvent::Closed { code, reason }));
            }
            Arrival::Answered(request, outcome) => {
                self.forget_request(request);
                let outcome = outcome.as_ref().map_err(|failure| *failure).map(Answer::response);
                self.step(Input::Response(request, outcome));
            }
            Arrival::Stored(id, outcome) => {
                let outcome = outcome.as_ref().map_err(|failure| *failure).map(Stored::answer);
                self.step(Input::Storage(id, outcome));
            }
            Arrival::Timeout => self.step(Input::Timeout),
        }
    }

    fn step(&self, input: Input<'_>) {
        let now = self.clock.now();
        self.tell_wall_clock(now);
        self.engine.borrow_mut().handle_input(now, input);
        while let Some(effect) = self.next_effect() {
            self.perform(effect);
        }
        while let Some(event) = self.next_event() {
            self.tell(event);
        }
    }

    /// At most once a second: only jumps of many seconds matter.
    fn tell_wall_clock(&self, now: Timestamp) {
        if self.wall_told.get().is_none_or(|told| now.since(told) >= Duration::from_secs(1)) {
            self.wall_told.set(Some(now));
            self.engine.borrow_mut().handle_input(now, Input::Wall(clock::wall_now()));
        }
    }

    fn next_effect(&self) -> Option<Effect> {
        self.engine.borrow_mut().poll_effect()
    }

    fn next_event(&self) -> Option<Event> {
        self.engine.borrow_mut().poll_event()
    }

    fn perform(&self, effect: Effect) {
        match effect {
            Effect::OpenSocket { connection, url } => self.open_socket(connection, &url),
            Effect::SendFrame { connection, text } => {
                let socket = self.socket.borrow();
                if let Some(socket) = socket.as_ref().filter(|s| s.connection == connection) {
                    socket.send(&text);
                }
            }
            Effect::CloseSocket { connection } => {
                self.socket.borrow_mut().take_if(|socket| socket.connection == connection);
            }
            Effect::Request { request, http } => self.request(request, http),
            Effect::RenewToken => self.ask_provider(true),
            Effect::Storage { id, call } => self.store(id, &call),
            Effect::CancelRequest { request } => self.forget_request(request),
        }
    }

    fn open_socket(&self, connection: ConnectionId, url: &str) {
        match Socket::open(&self.this, connection, url) {
            Ok(socket) => {
                self.socket.replace(Some(socket));
            }
            Err(error) => {
                let reason = convert::error_text(&error);
                self.inbox.borrow_mut().push_back(Arrival::Closed(connection, 1006, reason));
            }
        }
    }

    fn request(&self, request: RequestId, http: HttpRequest) {
        let (abort, outcome) = match http::start(self.host.clone(), http) {
            Ok(started) => started,
            Err(failure) => {
                self.inbox.borrow_mut().push_back(Arrival::Answered(request, Err(failure)));
                return;
            }
        };
        self.requests.borrow_mut().push((request, abort));
        let this = self.this.clone();
        spawn_local(async move {
            let outcome = outcome.await;
            if let Some(driver) = this.upgrade() {
                driver.feed(Arrival::Answered(request, outcome));
            }
        });
    }

    fn store(&self, id: StorageId, call: &StorageCall) {
        let begun = storage::begin(&self.host, call);
        let kind = storage::Kind::of(call);
        let this = self.this.clone();
        spawn_local(async move {
            let outcome = storage::finish(begun, kind).await;
            if let Some(driver) = this.upgrade() {
                driver.feed(Arrival::Stored(id, outcome));
            }
        });
    }

    /// Drops the request's guard, which aborts it unless it is done.
    fn forget_request(&self, request: RequestId) {
        self.requests.borrow_mut().retain(|(known, _)| *known != request);
    }

    fn tell(&self, event: Event) {
        if matches!(event, Event::NewMessage { .. }) && !self.tells_messages.get() {
            return;
        }
        if let Event::TimelineChanged { session, revision, rows } = &event {
            self.tell_timeline(session, *revision, rows);
        } else if let Err(error) = self.host.on_event(convert::event(event)) {
            // A listener's exception is its author's to see, and must not stop the sync.
            web_sys::console::error_1(&error);
        }
    }

    /// By numbers alone: it happens with every message.
    fn tell_timeline(&self, session: &SessionId, revision: u64, rows: &core::ops::Range<usize>) {
        let length = self.engine.borrow().timeline(session).map_or(0, Timeline::len);
        if self.named.borrow().as_ref().is_none_or(|(id, _)| id != session) {
            self.named.replace(Some((session.clone(), JsValue::from_str(session.as_str()))));
        }
        // Borrowed through the call: only this function looks at it, and telling is never re-entered.
        let named = self.named.borrow();
        if let Some((_, name)) = named.as_ref() {
            self.host.on_timeline(name, convert::count(revision), rows.start, rows.end, length);
        }
    }

    /// A timer that fires before the deadline does no harm, so one that is armed already is left alone: each frame
    /// moves the heartbeat's deadline.
    fn arm_timer(&self) {
        let wanted = self.engine.borrow().poll_timeout().filter(|_| !self.closed.get());
        let armed = self.timer.borrow().as_ref().map(|(at, _)| *at);
        let Some(at) = wanted else {
            self.timer.take();
            return;
        };
        if armed.is_some_and(|armed| armed <= at) {
            return;
        }
        let this = self.this.clone();
        let timer = Timeout::new(http::timer_millis(at.since(self.clock.now())), move || {
            if let Some(driver) = this.upgrade() {
                // It has fired: the next one is armed anew.
                driver.timer.take();
                driver.feed(Arrival::Timeout);
            }
        });
        self.timer.replace(Some((at, timer)));
    }
}

/// A JavaScript error as the promise rejections of this crate carry it.
pub(crate) fn coded_error(code: &str, message: &str) -> JsValue {
    convert::coded_error(code, message)
}
