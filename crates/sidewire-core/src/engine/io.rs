//! What every part of the engine shares: time, randomness, queued output, ids and the answers being waited for.

use crate::time::Duration;
use std::sync::Arc;

use super::calls::Made;
use crate::defect::planted;
use crate::ids::{ClientMessageId, ConnectionId, RequestId, SessionId, TokenGeneration};
use crate::input::{HttpFailure, HttpResponse};
use crate::limits::{MAX_DETAIL, cut};
use crate::map::Map;
use crate::output::{ApiFailure, Body, Effect, Event, HttpRequest, Method, Problem, ProblemCode};
use crate::policy::Policy;
use crate::queue::Queue;
use crate::rng::{Rng, Seed};
use crate::time::Timestamp;

#[cfg(feature = "model")]
#[path = "normal/io.rs"]
mod normal;

/// What the engine has done and seen since it was built.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counters {
    /// Text frames of the current socket.
    pub frames_received: u64,
    /// Frames and event payloads that could not be read.
    pub frames_malformed: u64,
    /// Inputs that carried a retired id.
    pub frames_stale: u64,
    /// Events of channels that are not watched, or that name another session.
    pub events_foreign: u64,
    /// Sockets opened.
    pub sockets_opened: u64,
    /// Requests to the authorisation endpoint.
    pub auth_requests: u64,
    /// Requests for messages, polls included.
    pub message_requests: u64,
    /// Requests for messages that polling caused.
    pub polls: u64,
    /// Messages that were new.
    pub messages_inserted: u64,
    /// Messages that replaced an older version.
    pub messages_updated: u64,
    /// Messages that were known already.
    pub messages_duplicate: u64,
}

/// Whose answer a request is.
#[derive(Clone, Debug)]
pub(crate) enum Pending {
    Authorize(SessionId),
    Messages(SessionId),
    Interact(SessionId),
    Call(Made),
}

/// A request that somebody waits for.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    pub(crate) pending: Pending,
    /// The token that it was sent with.
    pub(crate) token: TokenGeneration,
    pub(crate) sent: Timestamp,
    pub(crate) patience: Duration,
}

impl Waiting {
    /// When it is given up.
    pub(crate) fn due(&self) -> Timestamp {
        self.sent.after(self.patience)
    }
}

/// An answer with what it answers.
pub(crate) struct Answer<'a> {
    pub(crate) request: RequestId,
    /// The token that the request was sent with.
    pub(crate) token: TokenGeneration,
    /// How long it was waited for, if the server did not answer in time.
    pub(crate) in_vain: Duration,
    pub(crate) outcome: Result<HttpResponse<'a>, HttpFailure>,
}

/// A request as the parts of the engine describe it.
pub(crate) struct Ask {
    pub(crate) pending: Pending,
    pub(crate) method: Method,
    pub(crate) url: String,
    pub(crate) body: Option<Body>,
    pub(crate) idempotency_key: Option<ClientMessageId>,
    pub(crate) timeout: Duration,
}

/// In the order written, as [`super::Engine`] is.
#[derive(Clone, Debug)]
#[repr(C)]
pub(crate) struct Io {
    pub(crate) now: Timestamp,
    pub(crate) policy: Arc<Policy>,
    pub(crate) token: TokenGeneration,
    effects: Queue<Effect>,
    events: Queue<Event>,
    pending: Map<RequestId, Waiting>,
    last_request: u32,
    last_connection: u32,
    pub(crate) rng: Rng,
    /// The text inside the frame that is being handled, reused.
    pub(crate) buffer: Vec<u8>,
    pub(crate) counters: Counters,
}

impl Io {
    pub(crate) fn new(seed: Seed, now: Timestamp, policy: Arc<Policy>) -> Self {
        Self {
            now,
            rng: Rng::new(seed),
            policy,
            counters: Counters::default(),
            token: TokenGeneration::from_raw(0),
            buffer: Vec::new(),
            effects: Queue::default(),
            events: Queue::default(),
            pending: Map::default(),
            last_request: 0,
            last_connection: 0,
        }
    }

    pub(crate) fn poll_effect(&mut self) -> Option<Effect> {
        self.effects.pop_front()
    }

    pub(crate) fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    pub(crate) fn effect(&mut self, effect: Effect) {
        self.effects.push_back(effect);
    }

    pub(crate) fn event(&mut self, event: Event) {
        self.events.push_back(event);
    }

    pub(crate) fn problem(&mut self, code: ProblemCode, detail: &str) {
        self.problem_at(code, detail, "");
    }

    /// The same, with the field that was wrong; an empty path is none.
    pub(crate) fn problem_at(&mut self, code: ProblemCode, detail: &str, path: &str) {
        let path = (!path.is_empty()).then(|| path.to_owned());
        let longest = if planted!(DetailNotCut) { usize::MAX } else { MAX_DETAIL };
        self.event(Event::Problem(Problem { code, detail: cut(detail, longest), path }));
    }

    pub(crate) fn next_connection(&mut self) -> ConnectionId {
        self.last_connection = self.last_connection.wrapping_add(1);
        ConnectionId::from_raw(self.last_connection)
    }

    pub(crate) fn request(&mut self, ask: Ask) -> RequestId {
        self.last_request = self.last_request.wrapping_add(1);
        let request = RequestId::from_raw(self.last_request);
        let (pending, token, sent, patience) = (ask.pending, self.token, self.now, ask.timeout);
        self.pending.insert(request, Waiting { pending, token, sent, patience });
        let http = HttpRequest {
            method: ask.method,
            url: ask.url,
            token: self.token,
            body: ask.body,
            idempotency_key: ask.idempotency_key,
            timeout: ask.timeout,
        };
        self.effect(Effect::Request { request, http });
        request
    }

    /// Aborts a request; does nothing when it was answered already.
    pub(crate) fn cancel(&mut self, request: RequestId) {
        if self.pending.remove(&request).is_some() {
            self.effect(Effect::CancelRequest { request });
        }
    }

    /// Aborts every request. The application waits for its own calls: they are answered with `why`.
    pub(crate) fn cancel_all(&mut self, why: &ApiFailure) {
        for (&request, Waiting { pending, .. }) in core::mem::take(&mut self.pending).iter() {
            self.effect(Effect::CancelRequest { request });
            if let Pending::Call(made) = pending {
                self.event(Event::CallAnswered { call: made.call, outcome: Err(why.clone()) });
            }
        }
    }

    /// The one door for answers: `None` for those nobody waits for.
    pub(crate) fn answered(&mut self, request: RequestId) -> Option<Waiting> {
        let waiting = self.pending.remove(&request);
        if waiting.is_none() {
            self.counters.frames_stale += 1;
        }
        waiting
    }

    /// `nominal` spread by half of itself, as retries are.
    pub(crate) fn half_spread(&mut self, nominal: Duration) -> Duration {
        let permille = self.policy.jitter / 2;
        self.rng.spread(nominal, permille)
    }

    /// `nominal` spread by a fifth of itself, as schedules are.
    pub(crate) fn fifth_spread(&mut self, nominal: Duration) -> Duration {
        let permille = self.policy.jitter / 5;
        self.rng.spread(nominal, permille)
    }

    /// `told` by a server, or up to a fifth later: those told the same must not all come at once.
    pub(crate) fn or_later(&mut self, told: Duration) -> Duration {
        let spread = told.saturating_mul(self.policy.jitter) / 5000;
        self.rng.between(told, told.saturating_add(spread))
    }

    /// A draw from `bounds`; their middle when jitter is off.
    pub(crate) fn within(&mut self, bounds: (Duration, Duration)) -> Duration {
        let middle = (bounds.0 + bounds.1) / 2;
        let half = bounds.1.saturating_sub(bounds.0).saturating_mul(self.policy.jitter) / 2000;
        self.rng.between(middle.saturating_sub(half), middle.saturating_add(half))
    }
}
