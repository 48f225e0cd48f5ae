//! The engine alone on a bench: hand-made inputs in, effects and events kept, exact waits.

#![allow(dead_code, reason = "every test binary uses its own part of this")]
#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::unwrap_used,
    reason = "helpers of tests: a panic is a failed test"
)]

use sidewire_core::{
    CloseInfo, Command, Config, ConfigInput, ConnectionId, Effect, Engine, Event, HttpFailure, HttpRequest,
    HttpResponse, Input, Policy, ProblemCode, RequestId, Seed, SessionId, SocketEvent, Status, Timestamp,
};

pub(crate) const CHANNEL: &str = "private-session-s0";
pub(crate) const EMPTY_PAGE: &str = r#"{"messages":[],"hasMore":false,"revision":0}"#;
pub(crate) const SIGNATURE: &str = r#"{"auth":"dev-key:ab"}"#;

pub(crate) struct Bench {
    pub(crate) now: u64,
    pub(crate) engine: Engine,
    pub(crate) effects: Vec<(u64, Effect)>,
    pub(crate) events: Vec<(u64, Event)>,
}

impl Bench {
    /// At rest, signed in, at time 1000.
    pub(crate) fn new() -> Self {
        Self::with(Policy::default())
    }

    /// The same with numbers of its own, but always without jitter.
    pub(crate) fn with(policy: Policy) -> Self {
        let mut bench = Self::unsigned(policy, false);
        bench.command(Command::SetToken { present: true });
        bench
    }

    /// At rest at time 1000, and nobody signed in yet; with or without a store.
    pub(crate) fn unsigned(mut policy: Policy, storage: bool) -> Self {
        policy.jitter = 0;
        let input = ConfigInput {
            key: Some("dev-key".to_owned()),
            api_base: Some("http://127.0.0.1:3000".to_owned()),
            storage,
            policy,
            ..ConfigInput::default()
        };
        Self::resting(Config::build(input).unwrap())
    }

    /// Signed in, at time 1000, with a configuration of its own.
    pub(crate) fn of(config: Config) -> Self {
        let mut bench = Self::resting(config);
        bench.command(Command::SetToken { present: true });
        bench
    }

    fn resting(config: Config) -> Self {
        let engine = Engine::new(config, Seed(7), Timestamp::from_millis(1000));
        Self { now: 1000, engine, effects: Vec::new(), events: Vec::new() }
    }

    /// Watching session `s0`, its socket on the way.
    pub(crate) fn started() -> Self {
        let mut bench = Self::new();
        bench.start("s0");
        bench
    }

    /// Subscribed to session `s0` and caught up.
    pub(crate) fn connected() -> Self {
        let mut bench = Self::started();
        bench.join();
        assert_eq!(bench.engine.status(), Status::Connected);
        bench
    }

    pub(crate) fn feed(&mut self, input: Input<'_>) {
        self.engine.handle_input(Timestamp::from_millis(self.now), input);
        let now = self.now;
        self.effects.extend(std::iter::from_fn(|| self.engine.poll_effect()).map(|effect| (now, effect)));
        self.events.extend(std::iter::from_fn(|| self.engine.poll_event()).map(|event| (now, event)));
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.feed(Input::Command(command));
    }

    pub(crate) fn start(&mut self, session: &str) {
        self.command(Command::StartSync(SessionId::parse(session).unwrap()));
    }

    pub(crate) fn stop(&mut self) {
        self.command(Command::StopSync);
    }

    /// Lets so many milliseconds pass, timers included; nothing else happens.
    pub(crate) fn pass(&mut self, millis: u64) {
        let until = self.now + millis;
        while let Some(at) = self.engine.poll_timeout().map(Timestamp::as_millis).filter(|at| *at <= until) {
            self.now = at.max(self.now);
            self.feed(Input::Timeout);
        }
        self.now = until;
    }

    /// The socket asked for last.
    pub(crate) fn connection(&self) -> ConnectionId {
        let mut opens = self.effects.iter().rev();
        opens
            .find_map(|(_, effect)| match effect {
                Effect::OpenSocket { connection, .. } => Some(*connection),
                _ => None,
            })
            .unwrap()
    }

    pub(crate) fn socket(&mut self, event: SocketEvent<'_>) {
        let connection = self.connection();
        self.feed(Input::Socket(connection, event));
    }

    pub(crate) fn frame(&mut self, text: &str) {
        self.socket(SocketEvent::Frame(text.as_bytes()));
    }

    pub(crate) fn close(&mut self, code: u16) {
        self.socket(SocketEvent::Closed { code, reason: "so it is".to_owned() });
    }

    /// The upgrade and the protocol's handshake; `activity` is what stands behind the socket's id.
    pub(crate) fn handshake(&mut self, activity: &str) {
        self.socket(SocketEvent::Opened);
        let data = format!(r#"{{\"socket_id\":\"12.34\"{activity}}}"#);
        self.frame(&format!(r#"{{"event":"pusher:connection_established","data":"{data}"}}"#));
    }

    pub(crate) fn acknowledge(&mut self, channel: &str) {
        self.frame(&format!(
            r#"{{"event":"pusher_internal:subscription_succeeded","channel":"{channel}","data":"{{}}"}}"#
        ));
    }

    /// From the socket's upgrade to the catch-up behind the acknowledgement.
    pub(crate) fn join(&mut self) {
        self.join_with(EMPTY_PAGE);
    }

    /// The same with a first page of one's own.
    pub(crate) fn join_with(&mut self, page: &str) {
        self.handshake(r#",\"activity_timeout\":120"#);
        self.reply("/messages", 200, page);
        self.reply("/pusher/auth", 200, SIGNATURE);
        self.acknowledge(CHANNEL);
        self.reply("/messages", 200, EMPTY_PAGE);
    }

    /// All requests whose address holds `part`, cancelled ones included.
    pub(crate) fn requests(&self, part: &str) -> Vec<(u64, RequestId, HttpRequest)> {
        let all = self.effects.iter().filter_map(|(at, effect)| match effect {
            Effect::Request { request, http } => Some((*at, *request, http.clone())),
            _ => None,
        });
        all.filter(|(.., http)| http.url.contains(part)).collect()
    }

    /// Answers the last request whose address holds `part`, if there is one.
    pub(crate) fn reply(&mut self, part: &str, status: u16, body: &str) {
        self.reply_later(part, status, None, body);
    }

    pub(crate) fn reply_later(&mut self, part: &str, status: u16, retry_after: Option<&str>, body: &str) {
        if let Some((_, request, _)) = self.requests(part).pop() {
            let response = HttpResponse { status, retry_after, body: body.as_bytes() };
            self.feed(Input::Response(request, Ok(response)));
        }
    }

    pub(crate) fn fail(&mut self, part: &str, failure: HttpFailure) {
        if let Some((_, request, _)) = self.requests(part).pop() {
            self.feed(Input::Response(request, Err(failure)));
        }
    }

    pub(crate) fn frames(&self) -> Vec<(u64, &str)> {
        let sent = self.effects.iter().filter_map(|(at, effect)| match effect {
            Effect::SendFrame { text, .. } => Some((*at, text.as_str())),
            _ => None,
        });
        sent.collect()
    }

    /// When frames of this event were sent.
    pub(crate) fn sent(&self, event: &str) -> Vec<u64> {
        let name = format!(r#""event":"{event}""#);
        self.frames().into_iter().filter(|(_, text)| text.contains(&name)).map(|(at, _)| at).collect()
    }

    pub(crate) fn opens(&self) -> Vec<u64> {
        let opens = self.effects.iter().filter(|(_, effect)| matches!(effect, Effect::OpenSocket { .. }));
        opens.map(|(at, _)| *at).collect()
    }

    pub(crate) fn closes(&self) -> Vec<u64> {
        let closes = self.effects.iter().filter(|(_, effect)| matches!(effect, Effect::CloseSocket { .. }));
        closes.map(|(at, _)| *at).collect()
    }

    pub(crate) fn problems(&self) -> Vec<(ProblemCode, &str)> {
        let problems = self.events.iter().filter_map(|(_, event)| match event {
            Event::Problem(problem) => Some((problem.code, problem.detail.as_str())),
            _ => None,
        });
        problems.collect()
    }

    pub(crate) fn statuses(&self) -> Vec<(u64, Status)> {
        let told = self.events.iter().filter_map(|(at, event)| match event {
            Event::StatusChanged(change) => Some((*at, change.current)),
            _ => None,
        });
        told.collect()
    }

    /// The last words of a socket that were told last.
    pub(crate) fn last_close(&self) -> Option<CloseInfo> {
        let mut told = self.events.iter().rev().filter_map(|(_, event)| match event {
            Event::StatusChanged(change) => Some(change.close.clone()),
            _ => None,
        });
        told.find_map(|close| close)
    }

    /// The waits before a next try that were told.
    pub(crate) fn waits(&self) -> Vec<u64> {
        let waits = self.events.iter().filter_map(|(_, event)| match event {
            Event::Reconnecting { delay, .. } => Some(delay.as_millis()),
            _ => None,
        });
        waits.collect()
    }

    /// The ids shown in a session.
    pub(crate) fn ids(&self, session: &str) -> Vec<String> {
        let timeline = self.engine.timeline(&SessionId::parse(session).unwrap());
        timeline.map_or_else(Vec::new, |t| t.rows(0..t.len()).map(|row| row.id.to_owned()).collect())
    }

    /// What a session's rows hold, as received.
    pub(crate) fn raws(&self, session: &str) -> Vec<String> {
        let timeline = self.engine.timeline(&SessionId::parse(session).unwrap());
        let raw = |row: sidewire_core::timeline::Row<'_>| String::from_utf8_lossy(row.raw).into_owned();
        timeline.map_or_else(Vec::new, |t| t.rows(0..t.len()).map(raw).collect())
    }

    /// A pushed message on a session's channel.
    pub(crate) fn push(&mut self, session: &str, id: &str, fields: &str) {
        self.frame(&format!(
            r#"{{"event":"new_message","channel":"private-session-{session}","data":{{"message":{{"messageId":"{id}","content":"c"{fields}}}}}}}"#
        ));
    }
}
