//! The run loop: one inbox, one engine, one timer. The host's code is never called while a borrow is held.

pub(crate) mod clock;
pub(crate) mod http;
mod socket;

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use gloo_timers::callback::Timeout;
use http::{Abort, Answer};
use sidewire_core::{
    Command, Config, ConnectionId, Duration, Effect, Engine, Event, HttpFailure, HttpRequest, HttpResponse,
    Input, RequestId, Seed, Timestamp,
};
use socket::Socket;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::spawn_local;

use crate::convert;
use crate::host::RawHost;

/// Something that happened, owned while it waits in the inbox.
enum Arrival {
    Command(Command),
    Opened(ConnectionId),
    Frame(ConnectionId, String),
    BinaryFrame(ConnectionId),
    Closed(ConnectionId, u16, String),
    Answered(RequestId, Result<Answer, HttpFailure>),
    Timeout,
}

/// The engine with its surroundings.
pub(crate) struct Driver {
    engine: RefCell<Engine>,
    inbox: RefCell<VecDeque<Arrival>>,
    running: Cell<bool>,
    closed: Cell<bool>,
    clock: clock::Clock,
    wall_told: Cell<Timestamp>,
    host: RawHost,
    socket: RefCell<Option<Socket>>,
    requests: RefCell<Vec<(RequestId, Abort)>>,
    timer: RefCell<Option<Timeout>>,
    this: std::rc::Weak<Driver>,
}

impl Driver {
    pub(crate) fn new(config: Config, seed: Seed, host: RawHost, record: bool) -> Rc<Self> {
        let clock = clock::Clock::of_this_scope();
        let now = clock.now();
        let engine =
            if record { Engine::recorded(config, seed, now) } else { Engine::new(config, seed, now) };
        Rc::new_cyclic(|this| Self {
            engine: RefCell::new(engine),
            inbox: RefCell::default(),
            running: Cell::new(false),
            closed: Cell::new(false),
            clock,
            wall_told: Cell::new(Timestamp::ZERO),
            host,
            socket: RefCell::default(),
            requests: RefCell::default(),
            timer: RefCell::default(),
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
            let present = http::has_token(&host, renew).await;
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

    fn feed(&self, arrival: Arrival) {
        if self.closed.get() {
            return;
        }
        self.inbox.borrow_mut().push_back(arrival);
        if self.running.replace(true) {
            return;
        }
        while let Some(arrival) = self.next_arrival() {
            self.step(&arrival);
        }
        self.running.set(false);
        self.arm_timer();
    }

    fn next_arrival(&self) -> Option<Arrival> {
        self.inbox.borrow_mut().pop_front()
    }

    fn step(&self, arrival: &Arrival) {
        let now = self.clock.now();
        if let Arrival::Answered(request, _) = arrival {
            self.forget_request(*request);
        }
        self.tell_wall_clock(now);
        self.engine.borrow_mut().handle_input(now, input(arrival));
        while let Some(effect) = self.next_effect() {
            self.perform(effect);
        }
        while let Some(event) = self.next_event() {
            self.tell(event);
        }
    }

    /// At most once a second: only jumps of many seconds matter.
    fn tell_wall_clock(&self, now: Timestamp) {
        if now.since(self.wall_told.get()) >= Duration::from_secs(1) {
            self.wall_told.set(now);
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

    /// Drops the request's guard, which aborts it unless it is done.
    fn forget_request(&self, request: RequestId) {
        self.requests.borrow_mut().retain(|(known, _)| *known != request);
    }

    fn tell(&self, event: Event) {
        if let Err(error) = self.host.on_event(convert::event(event)) {
            // A listener's exception is its author's to see, and must not stop the sync.
            web_sys::console::error_1(&error);
        }
    }

    fn arm_timer(&self) {
        self.timer.take();
        let Some(at) = self.engine.borrow().poll_timeout().filter(|_| !self.closed.get()) else { return };
        let this = self.this.clone();
        let timer = Timeout::new(http::timer_millis(at.since(self.clock.now())), move || {
            if let Some(driver) = this.upgrade() {
                driver.feed(Arrival::Timeout);
            }
        });
        self.timer.replace(Some(timer));
    }
}

fn input(arrival: &Arrival) -> Input<'_> {
    if let Some((connection, event)) = socket::event(arrival) {
        return Input::Socket(connection, event);
    }
    match arrival {
        Arrival::Command(command) => Input::Command(command.clone()),
        Arrival::Answered(request, outcome) => {
            let outcome = outcome.as_ref().map_err(|failure| *failure).map(|answer| HttpResponse {
                status: answer.status,
                retry_after: answer.retry_after.as_deref(),
                body: &answer.body,
            });
            Input::Response(*request, outcome)
        }
        Arrival::Timeout
        | Arrival::Opened(_)
        | Arrival::Frame(..)
        | Arrival::BinaryFrame(_)
        | Arrival::Closed(..) => Input::Timeout,
    }
}

/// A JavaScript error as the promise rejections of this crate carry it.
pub(crate) fn coded_error(code: &str, message: &str) -> JsValue {
    convert::coded_error(code, message)
}
