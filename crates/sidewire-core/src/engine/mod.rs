//! The whole machine. Parents own children; nothing below reaches up except through what this file hands it.

mod channel;
mod fetch;
mod io;
mod link;
mod outbox;
mod schedule;
mod status;

use core::time::Duration;

use channel::{AuthGate, Channel, Unacknowledged};
use fetch::{Fetch, Source, Want};
pub use io::Counters;
use io::{Ask, Io, Pending};
use link::{Link, Outage};
use outbox::Outbox;
use schedule::{Cover, Gap, Refresh};
use status::{Episode, Reported};

use crate::config::Config;
use crate::ids::{CallId, ClientMessageId, RequestId, SessionId};
use crate::input::{ApiCall, Command, HttpFailure, HttpResponse, Input};
use crate::map::Map;
use crate::output::{ApiFailure, Body, Cause, CloseInfo, Effect, Event, Method, ProblemCode, TypingContext};
use crate::rng::Seed;
use crate::time::{Timestamp, WallTime};
use crate::timeline::Timeline;
use crate::wire::payload::{self, AppEvent};
use crate::wire::pusher::Data;
use crate::wire::rest;

/// The sync engine: inputs in, effects and events out. See the crate docs for the driver's contract.
#[derive(Debug)]
pub struct Engine {
    config: Config,
    io: Io,
    /// The host wants a connection.
    wanted: bool,
    /// `None` until the host has asked its token provider once.
    token: Option<bool>,
    visible: bool,
    online: bool,
    link: Link,
    outage: Outage,
    gate: AuthGate,
    unacknowledged: Option<Unacknowledged>,
    shown: Option<SessionId>,
    sessions: Map<SessionId, Session>,
    shown_count: u64,
    lives: u32,
    episode: Episode,
    /// What the present input brought about, for the next status change.
    cause: Cause,
    close: Option<CloseInfo>,
    reported: Reported,
}

/// One conversation.
#[derive(Debug)]
struct Session {
    timeline: Timeline,
    channel: Channel,
    fetch: Fetch,
    cover: Cover,
    gap: Gap,
    refresh: Refresh,
    typing: Option<(TypingContext, Timestamp)>,
    outbox: Outbox,
    last_news: Timestamp,
    last_shown: u64,
    reported_revision: u64,
    life: u32,
}

/// Sessions kept in memory after they were left, so that a return shows them at once.
const SESSIONS_KEPT: usize = 8;

impl Session {
    fn new(id: SessionId, now: Timestamp, life: u32) -> Self {
        Self {
            timeline: Timeline::new(id),
            channel: Channel::default(),
            fetch: Fetch::default(),
            cover: Cover::default(),
            gap: Gap::default(),
            refresh: Refresh::default(),
            typing: None,
            outbox: Outbox::default(),
            last_news: now,
            last_shown: 0,
            // Told even if it stays empty: what was shown under this id before is gone.
            reported_revision: u64::MAX,
            life,
        }
    }

    fn is_caught_up(&self) -> bool {
        matches!(self.channel, Channel::Subscribed { caught_up: true })
    }

    /// Returns whether this made the subscription complete.
    fn mark_caught_up(&mut self) -> bool {
        let Channel::Subscribed { caught_up } = &mut self.channel else { return false };
        !core::mem::replace(caught_up, true)
    }
}

impl Engine {
    /// An engine at rest. Equal configuration, seed and inputs give equal outputs, on every platform.
    pub fn new(config: Config, seed: Seed, now: Timestamp) -> Self {
        let policy = config.policy.clone();
        Self {
            config,
            io: Io::new(seed, now, policy),
            wanted: false,
            token: None,
            visible: true,
            online: true,
            link: Link::Idle,
            outage: Outage::default(),
            gate: AuthGate::default(),
            unacknowledged: None,
            shown: None,
            sessions: Map::default(),
            shown_count: 0,
            lives: 0,
            episode: Episode::default(),
            cause: Cause::Command,
            close: None,
            reported: Reported::default(),
        }
    }

    /// Takes one input. Drain [`Self::poll_effect`] and [`Self::poll_event`] afterwards, then re-arm the timer.
    ///
    /// A `now` before the last one counts as the last one; a jump forward fires each due deadline once.
    pub fn handle_input(&mut self, now: Timestamp, input: Input<'_>) {
        self.io.now = self.io.now.max(now);
        self.cause = Cause::Environment;
        match input {
            Input::Command(command) => self.handle_command(command),
            Input::Socket(connection, event) => self.handle_socket(connection, event),
            Input::Response(request, outcome) => self.handle_response(request, outcome),
            Input::Timeout => {}
        }
        self.settle();
    }

    /// The next IO to do, until `None`.
    pub fn poll_effect(&mut self) -> Option<Effect> {
        self.io.poll_effect()
    }

    /// The next fact for the application, until `None`.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.io.poll_event()
    }

    /// When to call again with [`Input::Timeout`]; `None` when nothing is planned.
    pub fn poll_timeout(&self) -> Option<Timestamp> {
        if !self.wanted {
            return None;
        }
        let link = earliest(self.link_deadline(), self.channel_deadline());
        let session = earliest(self.fetch_deadline(), self.schedule_deadline());
        let next = earliest(earliest(link, session), self.episode_deadline());
        next.map(|at| at.max(self.io.now))
    }

    /// A fresh id for [`crate::Outgoing`].
    pub fn mint_client_message_id(&mut self, wall: WallTime) -> ClientMessageId {
        ClientMessageId::mint(wall, &mut self.io.rng)
    }

    /// Sockets before timers: what has arrived is judged before what is late. Each step is idempotent.
    fn settle(&mut self) {
        self.pump_link();
        self.pump_channel();
        self.pump_schedules();
        self.pump_fetch();
        self.pump_outbox();
        self.report();
    }

    fn handle_command(&mut self, command: Command) {
        self.cause = Cause::Command;
        match command {
            Command::Connect => self.connect(),
            Command::StartSync(id) => self.start_sync(id),
            Command::LeaveSession => self.leave_session(),
            Command::StopSync => self.stop_sync(),
            Command::Refresh(id) => self.refresh(&id),
            Command::Send(message) => self.send(message),
            Command::RetrySend(id, key) => self.retry_send(&id, &key),
            Command::SetToken { present } => self.set_token(present),
            Command::SetVisible(visible) => self.set_visible(visible),
            Command::SetOnline(online) => self.set_online(online),
            Command::Call(call, api_call) => self.call(call, &api_call),
        }
    }

    fn connect(&mut self) {
        if !self.wanted {
            self.wanted = true;
            self.begin_episode();
        }
    }

    fn start_sync(&mut self, id: SessionId) {
        if self.wanted && self.shown.as_ref() == Some(&id) {
            return;
        }
        self.leave_shown();
        self.wanted = true;
        self.ensure_session(&id);
        self.shown_count += 1;
        let now = self.io.now;
        if let Some(session) = self.sessions.get_mut(&id) {
            session.last_shown = self.shown_count;
            session.last_news = now;
            session.fetch.forgive();
            session.fetch.want(Want::CatchUp);
        }
        self.shown = Some(id);
        self.begin_episode();
        self.evict_sessions();
    }

    fn leave_session(&mut self) {
        if self.shown.is_some() {
            self.leave_shown();
            self.begin_episode();
        }
    }

    fn leave_shown(&mut self) {
        let Some(id) = self.shown.take() else { return };
        self.leave_channel(&id);
        self.set_typing(&id, None);
        if let Some(session) = self.sessions.get_mut(&id) {
            session.cover = Cover::Unplanned;
            session.gap = Gap::None;
            session.refresh = Refresh::Rest;
            if let Some(request) = session.fetch.abandon() {
                self.io.cancel(request);
            }
        }
    }

    fn stop_sync(&mut self) {
        self.fail_outboxes();
        self.leave_shown();
        self.drop_link();
        self.wanted = false;
        self.io.cancel_all();
        self.outage = Outage::default();
        self.episode = Episode::default();
    }

    fn refresh(&mut self, id: &SessionId) {
        if self.shown.as_ref() == Some(id)
            && let Some(session) = self.sessions.get_mut(id)
        {
            session.fetch.forgive();
            session.fetch.want(Want::CatchUp);
        }
    }

    fn set_token(&mut self, present: bool) {
        let known_before = self.token.replace(present).is_some();
        self.cause = Cause::Environment;
        self.io.token = crate::ids::TokenGeneration::from_raw(self.io.token.as_raw().wrapping_add(1));
        if !present {
            self.sign_out();
        } else if known_before {
            self.forgive_channels();
            for session in self.sessions.values_mut() {
                session.fetch.forgive();
            }
            self.want_catch_up();
            self.nudge_link();
        }
    }

    /// Nothing of a user outlives the token: connection, requests and messages go.
    fn sign_out(&mut self) {
        self.drop_link();
        self.io.cancel_all();
        self.sessions.clear();
        if let Some(id) = self.shown.clone() {
            self.ensure_session(&id);
            self.want_catch_up();
        }
    }

    fn set_visible(&mut self, visible: bool) {
        let shown_again = visible && !self.visible;
        self.visible = visible;
        self.cause = Cause::Environment;
        if shown_again {
            self.nudge_link();
            self.hasten_cover();
        }
    }

    fn set_online(&mut self, online: bool) {
        let back = online && !self.online;
        let gone = !online && self.online;
        self.online = online;
        self.cause = Cause::Environment;
        if back {
            self.nudge_link();
            self.hasten_cover();
        } else if gone && matches!(self.link, Link::Open(_)) {
            // The event may be wrong; a silent socket will tell within seconds.
            self.nudge_link();
        }
    }

    fn call(&mut self, call: CallId, api_call: &ApiCall) {
        let (method, path, body) = match api_call {
            ApiCall::ListSessions => (Method::Get, "/api/session".to_owned(), None),
            ApiCall::CreateSession(fields) => {
                (Method::Post, "/api/session".to_owned(), Some(Body::Json(rest::session_body(fields))))
            }
            ApiCall::UpdateSession(id, fields) => {
                (Method::Patch, rest::session_path(id), Some(Body::Json(rest::session_body(fields))))
            }
        };
        let missing = match self.config.api_url(&path) {
            Some(url) if self.token == Some(true) => {
                let (idempotency_key, timeout) = (None, self.io.policy.rest_timeout);
                let pending = Pending::Call(call);
                self.io.request(Ask { pending, method, url, body, idempotency_key, timeout });
                return;
            }
            Some(_) => http_failure(HttpFailure::NoToken),
            None => api_failure(None, "NOT_CONFIGURED", "no API base is configured"),
        };
        self.io.event(Event::CallAnswered { call, outcome: Err(missing) });
    }

    fn handle_response(&mut self, request: RequestId, outcome: Result<HttpResponse<'_>, HttpFailure>) {
        match self.io.answered(request) {
            None => {}
            Some(Pending::Authorize(id)) => self.handle_auth_answer(&id, request, outcome),
            Some(Pending::Messages(id)) => self.handle_messages_answer(&id, request, outcome),
            Some(Pending::Interact(id)) => self.handle_interact_answer(&id, request, outcome),
            Some(Pending::Call(call)) => {
                let outcome = match outcome {
                    Ok(r) if (200..300).contains(&r.status) => {
                        Ok(String::from_utf8_lossy(r.body).into_owned())
                    }
                    Ok(r) => Err(refusal(&r)),
                    Err(failure) => Err(http_failure(failure)),
                };
                self.io.event(Event::CallAnswered { call, outcome });
            }
        }
    }

    /// One application event. Only the shown session's own channel is listened to.
    fn handle_event(&mut self, name: &str, channel: Option<&str>, data: &Data<'_>) {
        let shown = self.shown.clone().filter(|id| channel == Some(self.config.channel(id).as_str()));
        let Some(id) = shown else {
            self.io.counters.events_foreign += 1;
            return;
        };
        match payload::read(name, data.json(), &id) {
            AppEvent::Message { message, sequence } => {
                self.merge_message(&id, message, Source::Push { sequence });
            }
            AppEvent::InteractResponse { response, last_sequence } => {
                self.set_typing(&id, None);
                self.io.event(Event::InteractResponse(response));
                self.note_log_head(&id, last_sequence);
                self.refresh_soon();
            }
            AppEvent::Typing(typing) => self.set_typing(&id, typing),
            AppEvent::Error { code, message } => {
                self.io.problem(ProblemCode::ApplicationError, &format!("{code}: {message}"));
            }
            AppEvent::Dirty(detail) => {
                self.io.counters.frames_malformed += 1;
                self.io.problem(ProblemCode::MalformedEvent, detail);
                self.want_catch_up();
            }
            AppEvent::Foreign => {
                self.io.counters.events_foreign += 1;
                self.io
                    .problem(ProblemCode::ForeignSession, "an event on this channel names another session");
            }
            AppEvent::Unknown => {}
        }
    }

    fn shown_session(&self) -> Option<&Session> {
        self.sessions.get(self.shown.as_ref()?)
    }

    fn shown_session_mut(&mut self) -> Option<&mut Session> {
        self.sessions.get_mut(self.shown.as_ref()?)
    }

    fn ensure_session(&mut self, id: &SessionId) {
        if !self.sessions.contains_key(id) {
            self.lives = self.lives.wrapping_add(1);
            self.sessions.insert(id.clone(), Session::new(id.clone(), self.io.now, self.lives));
        }
    }

    /// Forgets the sessions left longest ago; none that still has something to send.
    fn evict_sessions(&mut self) {
        while self.sessions.len() > SESSIONS_KEPT {
            let spare =
                |(id, s): &(&SessionId, &Session)| self.shown.as_ref() != Some(*id) && s.outbox.is_empty();
            let oldest = self.sessions.iter().filter(spare).min_by_key(|(_, s)| s.last_shown);
            let Some(id) = oldest.map(|(id, _)| id.clone()) else { return };
            self.sessions.remove(&id);
        }
    }
}

fn earliest(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

/// How long the server asked us to wait, between 1 s and 10 min; 5 s for a 429 that does not tell.
fn retry_after(response: &HttpResponse<'_>) -> Option<Duration> {
    let told = response.retry_after.and_then(|text| text.trim().parse::<u64>().ok());
    let told = told.or_else(|| (response.status == 429).then_some(5));
    told.map(|seconds| Duration::from_secs(seconds.clamp(1, 600)))
}

fn api_failure(status: Option<u16>, code: &str, message: &str) -> ApiFailure {
    ApiFailure { status, code: code.to_owned(), message: message.to_owned() }
}

fn http_failure(failure: HttpFailure) -> ApiFailure {
    match failure {
        HttpFailure::Network => api_failure(None, "NETWORK", "the server cannot be reached"),
        HttpFailure::Timeout => api_failure(None, "TIMEOUT", "the server did not answer in time"),
        HttpFailure::NoToken => api_failure(None, "NO_TOKEN", "signed out: there is no access token"),
        HttpFailure::TokenProvider => api_failure(None, "NO_TOKEN", "the token provider failed"),
        HttpFailure::TooLarge => api_failure(None, "BAD_ANSWER", "the answer is larger than 8 MiB"),
    }
}

fn refusal(response: &HttpResponse<'_>) -> ApiFailure {
    let (code, message) = match response.status {
        401 => ("UNAUTHORIZED", "the access token was refused: sign in again"),
        403 => ("FORBIDDEN", "this session is not available to this account"),
        404 => ("NOT_FOUND", "this session does not exist"),
        429 => ("RATE_LIMITED", "the server asks for fewer requests"),
        500..=599 => ("SERVER", "the server failed"),
        _ => ("BAD_ANSWER", "the server gave an answer that does not fit the contract"),
    };
    let told = rest::error_body(response.body).1;
    api_failure(Some(response.status), code, told.as_deref().unwrap_or(message))
}
