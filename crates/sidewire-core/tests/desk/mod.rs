//! An engine on a desk: connected, joined to one session, its first page read. A test hands it what servers might send.

#![allow(dead_code, reason = "every test binary uses its own part of this")]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::wildcard_enum_match_arm,
    reason = "test support outside of #[test]"
)]

use sidewire_core::json::write_str;
use sidewire_core::{
    Command, Config, ConfigInput, ConnectionId, Effect, Engine, Event, HttpFailure, HttpRequest,
    HttpResponse, Input, Policy, Problem, ProblemCode, RequestId, Seed, SessionId, SocketEvent, Status,
    Timeline, Timestamp,
};

/// The channel of session `s1`.
pub(crate) const CHANNEL: &str = "private-session-s1";

/// The engine and what it said so far.
pub(crate) struct Desk {
    pub(crate) engine: Engine,
    pub(crate) now: u64,
    pub(crate) effects: Vec<Effect>,
    pub(crate) events: Vec<Event>,
    connection: Option<ConnectionId>,
}

impl Desk {
    /// An engine at rest, with a token.
    pub(crate) fn at_rest(storage: bool) -> Self {
        let input = ConfigInput {
            key: Some("dev-key".to_owned()),
            api_base: Some("http://127.0.0.1:3000".to_owned()),
            storage,
            policy: Policy { jitter: 0, ..Policy::default() },
            ..ConfigInput::default()
        };
        let engine = Engine::new(Config::build(input).unwrap(), Seed(1), Timestamp::ZERO);
        let mut desk = Self { engine, now: 0, effects: Vec::new(), events: Vec::new(), connection: None };
        desk.give(Input::Command(Command::SetToken { present: true }));
        desk
    }

    /// Chooses session `s1`; the socket's handshake is done.
    pub(crate) fn start(&mut self) {
        self.give(Input::Command(Command::StartSync(SessionId::parse("s1").unwrap())));
        self.connection = self.effects.iter().find_map(|effect| match effect {
            Effect::OpenSocket { connection, .. } => Some(*connection),
            _ => None,
        });
        self.socket(SocketEvent::Opened);
        self.frame(r#"{"event":"pusher:connection_established","data":"{\"socket_id\":\"1.2\"}"}"#);
    }

    /// An engine that watches session `s1` and has read the first page, `page`.
    pub(crate) fn with_page(page: &str) -> Self {
        let mut desk = Self::at_rest(false);
        desk.start();
        desk.answer("/messages", 200, page);
        desk.answer("/auth", 200, r#"{"auth":"dev-key:00"}"#);
        desk.frame(
            r#"{"event":"pusher_internal:subscription_succeeded","channel":"private-session-s1","data":"{}"}"#,
        );
        desk.answer("/messages", 200, page);
        assert_eq!(desk.engine.status(), Status::Connected);
        desk.forget();
        desk
    }

    /// The same with an empty log.
    pub(crate) fn new() -> Self {
        Self::with_page(r#"{"messages":[],"hasMore":false,"lastSequenceNumber":0}"#)
    }

    /// One input, and everything that comes of it.
    pub(crate) fn give(&mut self, input: Input<'_>) {
        self.engine.handle_input(Timestamp::from_millis(self.now), input);
        self.effects.extend(std::iter::from_fn(|| self.engine.poll_effect()));
        self.events.extend(std::iter::from_fn(|| self.engine.poll_event()));
    }

    pub(crate) fn socket(&mut self, event: SocketEvent<'_>) {
        self.give(Input::Socket(self.connection.unwrap(), event));
    }

    pub(crate) fn frame(&mut self, text: impl AsRef<[u8]>) {
        self.socket(SocketEvent::Frame(text.as_ref()));
    }

    /// An event of the session's channel; its data is encoded as a text, as push servers do.
    pub(crate) fn event(&mut self, name: &str, data: &str) {
        let mut text = String::from(r#"{"event":"#);
        write_str(&mut text, name);
        text.push_str(r#","channel":"private-session-s1","data":"#);
        write_str(&mut text, data);
        self.frame(text + "}");
    }

    /// A message by push.
    pub(crate) fn push(&mut self, message: &str) {
        self.event("new_message", &[r#"{"message":"#, message, "}"].concat());
    }

    /// Requests whose address holds `part` and that were not answered yet.
    pub(crate) fn open(&self, part: &str) -> Vec<(RequestId, HttpRequest)> {
        let requests = self.effects.iter().filter_map(|effect| match effect {
            Effect::Request { request, http } if http.url.contains(part) => Some((*request, http.clone())),
            _ => None,
        });
        requests.collect()
    }

    /// Answers the last of them.
    pub(crate) fn answer(&mut self, part: &str, status: u16, body: impl AsRef<[u8]>) {
        let (request, _) = self.open(part).pop().unwrap_or_else(|| panic!("nothing was asked of {part}"));
        self.answer_with(request, status, None, body);
    }

    pub(crate) fn answer_with(
        &mut self,
        request: RequestId,
        status: u16,
        retry_after: Option<&str>,
        body: impl AsRef<[u8]>,
    ) {
        self.effects
            .retain(|effect| !matches!(effect, Effect::Request { request: known, .. } if *known == request));
        self.give(Input::Response(request, Ok(HttpResponse { status, retry_after, body: body.as_ref() })));
    }

    /// The last of them fails.
    pub(crate) fn fail(&mut self, part: &str, failure: HttpFailure) {
        let (request, _) = self.open(part).pop().unwrap();
        self.effects
            .retain(|effect| !matches!(effect, Effect::Request { request: known, .. } if *known == request));
        self.give(Input::Response(request, Err(failure)));
    }

    /// Lets time pass, timers and all. Pings are answered.
    pub(crate) fn wait(&mut self, millis: u64) {
        let until = self.now + millis;
        let mut at_once = 0;
        while let Some(at) = self.engine.poll_timeout().map(Timestamp::as_millis).filter(|at| *at <= until) {
            at_once = if at > self.now { 0 } else { at_once + 1 };
            assert!(at_once <= 16, "a timer stays due at {at} ms");
            self.now = self.now.max(at);
            self.give(Input::Timeout);
            let pinged = self.effects.iter().position(
                |effect| matches!(effect, Effect::SendFrame { text, .. } if text.contains("pusher:ping")),
            );
            if let Some(Effect::SendFrame { connection, .. }) = pinged.map(|at| self.effects.remove(at)) {
                let pong = br#"{"event":"pusher:pong","data":{}}"#;
                self.give(Input::Socket(connection, SocketEvent::Frame(pong)));
            }
        }
        self.now = until;
    }

    /// Forgets what was said.
    pub(crate) fn forget(&mut self) {
        self.effects.clear();
        self.events.clear();
    }

    pub(crate) fn timeline(&self) -> &Timeline {
        self.engine.shown().and_then(|id| self.engine.timeline(id)).unwrap()
    }

    pub(crate) fn ids(&self) -> Vec<String> {
        self.timeline().rows(0..self.timeline().len()).map(|row| row.id.to_owned()).collect()
    }

    /// The problems told, with their paths.
    pub(crate) fn problems(&self) -> Vec<(ProblemCode, Option<&str>)> {
        let told = self.events.iter().filter_map(|event| match event {
            Event::Problem(Problem { code, path, .. }) => Some((*code, path.as_deref())),
            _ => None,
        });
        told.collect()
    }

    /// Whether the socket still works: a ping is answered, and so is a message shown.
    pub(crate) fn is_alive(&mut self) -> bool {
        let before = self.timeline().len();
        self.effects.retain(|effect| !matches!(effect, Effect::SendFrame { .. }));
        self.frame(r#"{"event":"pusher:ping","data":{}}"#);
        let ponged = self
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::SendFrame { text, .. } if text.contains("pusher:pong")));
        self.push(r#"{"messageId":"alive","content":"alive"}"#);
        ponged && self.engine.status() == Status::Connected && self.timeline().len() == before + 1
    }
}
