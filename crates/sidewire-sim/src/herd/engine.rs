//! The shipped engine as a client of the herd: nothing of its policy is copied here.

use sidewire_core::{
    Command, Config, ConfigError, ConfigInput, ConnectionId, Effect, Engine, HttpFailure, HttpResponse,
    Input, Method, Policy, RequestId, Seed, SessionId, SocketEvent, Status, Timestamp,
};

use super::sim::{Act, Client, Note};

const SIGNATURE: &[u8] = br#"{"auth":"dev-key:0000"}"#;
const PAGE: &[u8] = br#"{"messages":[],"hasMore":false,"lastSequenceNumber":0,"revision":0}"#;
const PONG: &[u8] = br#"{"event":"pusher:pong","data":"{}"}"#;
/// Clients keep both other sessions subscribed.
const WARM: usize = 2;

/// An engine with what its host remembers.
pub(crate) struct EngineClient {
    engine: Engine,
    socket: u32,
    shown: u8,
    /// Channels acknowledged on the present socket, a bit each.
    joined: u8,
    wanted: u8,
    polls: u64,
}

/// The configuration of every client.
pub(crate) fn config() -> Result<Config, ConfigError> {
    Config::build(ConfigInput {
        key: Some("dev-key".to_owned()),
        api_base: Some("http://127.0.0.1:3000".to_owned()),
        policy: Policy { warm_channels: WARM, ..Policy::default() },
        ..ConfigInput::default()
    })
}

impl EngineClient {
    /// A client that will watch so many channels.
    pub(crate) fn new(config: Config, seed: u64, channels: u8) -> Self {
        let mut engine = Engine::new(config, Seed(seed), Timestamp::ZERO);
        engine.handle_input(Timestamp::ZERO, Input::Command(Command::SetToken { present: true }));
        Self { engine, socket: 0, shown: 0, joined: 0, wanted: (1 << channels) - 1, polls: 0 }
    }

    fn feed(&mut self, now: u64, input: Input<'_>) {
        self.engine.handle_input(Timestamp::from_millis(now), input);
    }

    fn socket(&mut self, now: u64, socket: u32, event: SocketEvent<'_>) {
        self.feed(now, Input::Socket(ConnectionId::from_raw(socket), event));
    }

    fn answer(&mut self, now: u64, request: u32, answer: Result<HttpResponse<'_>, HttpFailure>) {
        self.feed(now, Input::Response(RequestId::from_raw(request), answer));
    }

    fn closed(&mut self, now: u64, socket: u32) {
        if socket == self.socket {
            self.joined = 0;
        }
        self.socket(now, socket, SocketEvent::Closed { code: 1006, reason: String::new() });
    }

    fn joined(&mut self, now: u64, socket: u32, channel: u8) {
        if socket == self.socket {
            self.joined |= bit(channel);
        }
        let frame = format!(
            r#"{{"event":"pusher_internal:subscription_succeeded","channel":"private-session-s{channel}","data":"{{}}"}}"#
        );
        self.socket(now, socket, SocketEvent::Frame(frame.as_bytes()));
    }

    fn news(&mut self, now: u64) {
        let shown = self.shown;
        let frame = format!(
            r#"{{"event":"new_message","channel":"private-session-s{shown}","data":"{{\"type\":\"new_message\",\"sessionId\":\"s{shown}\",\"message\":{{\"messageId\":\"m1\",\"role\":\"assistant\",\"content\":\"news\",\"status\":\"success\",\"sequenceNumber\":1}}}}"}}"#
        );
        self.socket(now, self.socket, SocketEvent::Frame(frame.as_bytes()));
    }

    fn take(&mut self, now: u64, note: Note) {
        match note {
            Note::Start(channel) => {
                self.shown = channel;
                if let Ok(id) = SessionId::parse(&format!("s{channel}")) {
                    self.feed(now, Input::Command(Command::StartSync(id)));
                }
            }
            Note::News => self.news(now),
            Note::Lost => self.closed(now, self.socket),
            Note::Timer => self.feed(now, Input::Timeout),
            Note::Established(socket) => {
                let frame = format!(
                    r#"{{"event":"pusher:connection_established","data":"{{\"socket_id\":\"1.{socket}\",\"activity_timeout\":120}}"}}"#
                );
                self.socket(now, socket, SocketEvent::Opened);
                self.socket(now, socket, SocketEvent::Frame(frame.as_bytes()));
            }
            Note::Refused(socket) => self.closed(now, socket),
            Note::Joined(socket, channel) => self.joined(now, socket, channel),
            Note::Pong(socket) => self.socket(now, socket, SocketEvent::Frame(PONG)),
            Note::Signed(request) => self.answer(now, request, Ok(ok(SIGNATURE))),
            Note::Page(request) => self.answer(now, request, Ok(ok(PAGE))),
            Note::Shed(request, seconds) => {
                let told = seconds.map(|seconds| seconds.to_string());
                let shed = HttpResponse { status: 503, retry_after: told.as_deref(), body: b"{}" };
                self.answer(now, request, Ok(shed));
            }
            Note::TimedOut(request) => self.answer(now, request, Err(HttpFailure::Timeout)),
        }
    }

    fn perform(&mut self, effect: &Effect, acts: &mut Vec<Act>) {
        match effect {
            Effect::OpenSocket { connection, .. } => {
                self.socket = connection.as_raw();
                self.joined = 0;
                acts.push(Act::Open(self.socket));
            }
            Effect::SendFrame { connection, text } => {
                let socket = connection.as_raw();
                let channel = text.split_once("private-session-s").and_then(|(_, rest)| rest.bytes().next());
                let channel = channel.map(|digit| digit.saturating_sub(b'0'));
                match channel {
                    Some(channel) if text.contains("pusher:subscribe") => {
                        acts.push(Act::Subscribe(socket, channel));
                    }
                    Some(channel) => self.joined &= !bit(channel),
                    None if text.contains("pusher:ping") => acts.push(Act::Ping(socket)),
                    None => {}
                }
            }
            Effect::CloseSocket { .. } => self.joined = 0,
            Effect::Request { request, http } => {
                let patience = http.timeout.as_millis();
                let request = request.as_raw();
                acts.push(match http.method {
                    Method::Get => Act::Read(request, patience),
                    Method::Post | Method::Patch => Act::Auth(request, patience),
                });
            }
            Effect::CancelRequest { request } => acts.push(Act::Cancel(request.as_raw())),
            Effect::RenewToken | Effect::Storage { .. } => {}
        }
    }
}

impl Client for EngineClient {
    fn handle(&mut self, now: u64, note: Note, acts: &mut Vec<Act>) {
        self.take(now, note);
        while let Some(effect) = self.engine.poll_effect() {
            self.perform(&effect, acts);
        }
        while self.engine.poll_event().is_some() {}
        let polls = self.engine.counters().polls;
        if polls > self.polls {
            self.polls = polls;
            acts.push(Act::Polled);
        }
    }

    fn timer(&self) -> Option<u64> {
        self.engine.poll_timeout().map(Timestamp::as_millis)
    }

    fn shown(&self) -> bool {
        self.engine.status() == Status::Connected
    }

    fn back(&self) -> bool {
        self.shown() && self.joined == self.wanted
    }
}

const fn bit(channel: u8) -> u8 {
    1 << (channel.saturating_sub(1) & 7)
}

const fn ok(body: &[u8]) -> HttpResponse<'_> {
    HttpResponse { status: 200, retry_after: None, body }
}
