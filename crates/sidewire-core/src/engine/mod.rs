//! The whole machine. Parents own children; nothing below reaches up except through what this file hands it.

mod auth_gate;
mod authorize;
mod budget;
mod calls;
mod channel;
mod clock;
mod commands;
mod failure;
mod fetch;
mod io;
mod link;
mod merge;
#[cfg(feature = "model")]
mod normal;
mod older;
mod outbox;
mod persist;
mod query;
mod schedule;
mod server;
mod status;
mod store;
mod token;

use std::sync::Arc;

use auth_gate::AuthGate;
use budget::Budget;
use calls::Calls;
use channel::{Channel, Unacknowledged};
use clock::Reading;
use fetch::Fetch;
pub use io::Counters;
use io::{Answer, Io, Pending};
use link::{Link, Outage};
use merge::Source;
use outbox::Outbox;
use schedule::{Cover, Gap, Refresh};
use server::{Servers, Told};
use status::{Episode, Reported};
use store::{Kept, Store};
use token::Renewal;

use crate::config::Config;
use crate::defect::planted;
use crate::ids::{ClientMessageId, RequestId, SessionId};
use crate::input::{HttpFailure, HttpResponse, Input};
use crate::map::Map;
use crate::output::{Cause, CloseInfo, Effect, Event, ProblemCode, TypingContext};
use crate::rng::Seed;
use crate::time::{Timestamp, WallTime};
use crate::timeline::Timeline;
use crate::trace::Recorder;
use crate::wire::payload::{self, AppEvent};
use crate::wire::pusher::Data;

/// The sync engine: inputs in, effects and events out. See the crate docs for the driver's contract.
///
/// In the order written, what is used most at first: an offset below 128 takes one byte where it is named.
#[derive(Clone, Debug)]
#[repr(C)]
pub struct Engine {
    sessions: Map<SessionId, Session>,
    shown: Option<SessionId>,
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
    budget: Budget,
    servers: Servers,
    /// The server asked for silence on reads until then (`Retry-After`).
    read_not_before: Timestamp,
    read_told: Told,
    /// The same for sends.
    send_not_before: Timestamp,
    calls: Calls,
    renewal: Renewal,
    store: Store,
    reading: Option<Reading>,
    last_connected: Option<WallTime>,
    last_switch: Option<Timestamp>,
    unacknowledged: Option<Unacknowledged>,
    shown_count: u64,
    lives: u32,
    episode: Episode,
    /// What the present input brought about, for the next status change.
    cause: Cause,
    close: Option<CloseInfo>,
    reported: Reported,
    recorder: Option<Recorder>,
    config: Config,
}

/// One conversation.
#[derive(Clone, Debug)]
struct Session {
    timeline: Timeline,
    channel: Channel,
    fetch: Fetch,
    cover: Cover,
    gap: Gap,
    /// What is missing of a text that streams.
    stream_gap: Gap,
    refresh: Refresh,
    typing: Option<(TypingContext, Timestamp)>,
    outbox: Outbox,
    kept: Kept,
    last_news: Timestamp,
    last_shown: u64,
    reported_revision: u64,
    life: u32,
    /// Left, but still subscribed, so that a switch back takes no round trip.
    warm: bool,
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
            stream_gap: Gap::default(),
            refresh: Refresh::default(),
            typing: None,
            outbox: Outbox::default(),
            kept: Kept::default(),
            last_news: now,
            last_shown: 0,
            // Told even if it stays empty: what was shown under this id before is gone.
            reported_revision: u64::MAX,
            life,
            warm: false,
        }
    }

    /// Polling stands in for push.
    fn is_covered(&self) -> bool {
        let joined = matches!(self.channel, Channel::Subscribed { .. });
        self.fetch.is_loaded() && !joined && matches!(self.cover, Cover::Poll { .. })
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
        let policy = Arc::clone(&config.policy);
        Self {
            config,
            io: Io::new(seed, now, Arc::clone(&policy)),
            wanted: false,
            token: None,
            visible: true,
            online: true,
            link: Link::Idle,
            outage: Outage::default(),
            gate: AuthGate::default(),
            budget: Budget::new(&policy, now),
            servers: Servers::default(),
            read_not_before: Timestamp::ZERO,
            read_told: Told::default(),
            send_not_before: Timestamp::ZERO,
            calls: Calls::default(),
            renewal: Renewal::default(),
            store: Store::default(),
            reading: None,
            last_connected: None,
            last_switch: None,
            unacknowledged: None,
            shown: None,
            sessions: Map::default(),
            shown_count: 0,
            lives: 0,
            episode: Episode::default(),
            cause: Cause::Command,
            close: None,
            reported: Reported::default(),
            recorder: None,
        }
    }

    /// The same, with a flight recorder: the last 4,000 inputs, at most 2 MiB.
    pub fn recorded(config: Config, seed: Seed, now: Timestamp) -> Self {
        let recorder = Recorder::new(&config, seed, now);
        let mut engine = Self::new(config, seed, now);
        engine.recorder = Some(recorder);
        engine
    }

    /// What was recorded, without what people wrote; `None` without a recorder.
    pub fn export_trace(&self) -> Option<String> {
        self.recorder.as_ref().map(Recorder::export)
    }

    /// The same with every word in place.
    #[cfg(feature = "replay")]
    pub fn export_plain_trace(&self) -> Option<String> {
        self.recorder.as_ref().map(Recorder::export_plain)
    }

    /// Takes one input. Drain [`Self::poll_effect`] and [`Self::poll_event`] afterwards, then re-arm the timer.
    ///
    /// A `now` before the last one counts as the last one; a jump forward fires each due deadline once.
    pub fn handle_input(&mut self, now: Timestamp, input: Input<'_>) {
        if let Some(recorder) = &mut self.recorder {
            recorder.note(now, &input);
        }
        let due = if matches!(input, Input::Timeout) { self.next_deadline() } else { None };
        self.io.now = self.io.now.max(now);
        self.cause = Cause::Environment;
        match input {
            Input::Command(command) => self.handle_command(command),
            Input::Socket(connection, event) => self.handle_socket(connection, event),
            Input::Response(request, outcome) => self.handle_response(request, outcome),
            Input::Storage(id, outcome) => self.handle_storage(id, outcome),
            Input::Timeout => self.note_timer(due),
            Input::Wall(wall) => self.note_wall(wall),
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
        self.next_deadline().map(|at| at.max(self.io.now))
    }

    fn next_deadline(&self) -> Option<Timestamp> {
        let calls = self.calls_deadline();
        if !self.wanted {
            return calls;
        }
        let link = earliest(self.link_deadline(), self.channel_deadline());
        let reads = earliest(self.fetch_deadline(), self.schedule_deadline());
        let session = earliest(reads, self.outbox_deadline());
        let session = earliest(session, self.store_deadline());
        let watch = earliest(earliest(self.episode_deadline(), self.renewal_deadline()), calls);
        earliest(earliest(link, session), watch)
    }

    /// A fresh id for [`crate::Outgoing`].
    pub fn mint_client_message_id(&mut self, wall: WallTime) -> ClientMessageId {
        if let Some(recorder) = &mut self.recorder {
            recorder.note_mint(self.io.now, wall);
        }
        ClientMessageId::mint(wall, &mut self.io.rng)
    }

    /// Sockets before timers: what has arrived is judged before what is late. Each step is idempotent.
    fn settle(&mut self) {
        self.pump_renewal();
        self.pump_link();
        self.pump_channel();
        self.pump_schedules();
        self.pump_reading();
        self.pump_fetch();
        self.pump_outbox();
        self.pump_calls();
        self.pump_store();
        self.report();
    }

    fn handle_response(&mut self, request: RequestId, outcome: Result<HttpResponse<'_>, HttpFailure>) {
        let Some(waiting) = self.io.answered(request) else { return };
        let in_vain = self.waited_in_vain(&waiting, &outcome);
        self.note_server(&waiting.pending, in_vain, &outcome);
        let answer = Answer { request, token: waiting.token, in_vain, outcome };
        match waiting.pending {
            Pending::Authorize(id) => self.handle_auth_answer(&id, &answer),
            Pending::Messages(id) => self.handle_messages_answer(&id, &answer),
            Pending::Interact(id) => self.handle_interact_answer(&id, &answer),
            Pending::Call(made) => self.handle_call_answer(made, &answer),
        }
    }

    /// One application event. Only channels of the shown and the warm sessions are listened to.
    fn handle_event(&mut self, name: &str, channel: Option<&str>, data: Data<'_>) {
        let Some(id) = channel.and_then(|channel| self.session_of_channel(channel)) else {
            self.io.counters.events_foreign += 1;
            return;
        };
        match payload::read(name, data, &id) {
            AppEvent::Message { message, sequence } => {
                self.merge_message(&id, &message, Source::Push { sequence });
            }
            AppEvent::Delta { id: message, offset, text } => self.merge_delta(&id, &message, offset, &text),
            AppEvent::InteractResponse { response, last_sequence } => {
                self.set_typing(&id, None);
                self.io.event(Event::InteractResponse(response));
                self.note_log_head(&id, last_sequence);
                self.refresh_soon(&id);
            }
            AppEvent::Typing(typing) => self.set_typing(&id, typing),
            AppEvent::SessionUpdate(payload) => {
                self.io.event(Event::SessionUpdated { session: id, payload });
            }
            AppEvent::Error { code, message } => {
                self.io.event(Event::ApplicationError { session: id, code, message });
            }
            AppEvent::Dirty { detail, path } => {
                self.io.counters.frames_malformed += 1;
                self.io.problem_at(ProblemCode::MalformedEvent, detail, path);
                self.want_catch_up_of(&id);
            }
            AppEvent::Foreign => {
                self.io.counters.events_foreign += 1;
                let detail = "an event on this channel names another session";
                self.io.problem_at(ProblemCode::ForeignSession, detail, "sessionId");
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
        while self.sessions.len() > SESSIONS_KEPT && !planted!(SessionsKeptForEver) {
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
