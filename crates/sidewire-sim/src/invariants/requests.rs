//! S7 (one fetch per session), S8 (polite authorisation), S17 (no secret, no foreign host), `Retry-After`.

use std::collections::VecDeque;

use sidewire_core::{Body, Command, Effect, RequestId, StorageCall};

use super::pace::{Backoff, READS};
use super::{Broken, Facts};
use crate::few::Few;
use crate::log::{Cursor, ServerLog};
use crate::rest::Endpoint;
use crate::world::API;

/// Put into every error body of the fake server; no effect may hold it.
pub(crate) const CANARY: &str = "canary-token-7d1f";

/// So long at most the word of one endpoint binds the others.
const SILENCE: u64 = 60_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Auth(Option<usize>),
    Messages(usize),
    Interact(usize),
    Sessions,
}

/// What is in flight and what was asked lately.
#[derive(Debug)]
pub(super) struct Requests {
    in_flight: Few<RequestId, Kind>,
    auths: VecDeque<u64>,
    refusals: VecDeque<u64>,
    auth_not_before: u64,
    /// A 503 closed the whole server until then for what nobody asked for.
    silent_until: u64,
    /// Sessions that the user wants read.
    wanted: Vec<bool>,
    messages_not_before: Vec<u64>,
    backoffs: Vec<Backoff>,
    sessions_not_before: u64,
    /// Sessions whose channel was refused for good: until another token, or until they are shown again.
    forbidden: Vec<bool>,
    recent: VecDeque<u64>,
    peak: usize,
    last: u32,
}

impl Requests {
    pub(super) fn new(sessions: usize) -> Self {
        Self {
            in_flight: Few::default(),
            auths: VecDeque::new(),
            refusals: VecDeque::new(),
            auth_not_before: 0,
            silent_until: 0,
            wanted: vec![false; sessions],
            messages_not_before: vec![0; sessions],
            sessions_not_before: 0,
            backoffs: vec![Backoff::default(); sessions],
            forbidden: vec![false; sessions],
            recent: VecDeque::new(),
            peak: 0,
            last: 0,
        }
    }

    pub(super) fn in_flight(&self) -> usize {
        self.in_flight.len()
    }

    pub(super) const fn peak(&self) -> usize {
        self.peak
    }

    pub(super) fn cancelled(&mut self, request: RequestId) {
        self.in_flight.remove(&request);
    }

    /// Another token is another try.
    pub(super) fn token_changed(&mut self) {
        self.refusals.clear();
        self.auth_not_before = 0;
        self.messages_not_before.fill(0);
        self.backoffs.fill(Backoff::default());
        self.forbidden.fill(false);
    }

    /// What the user asks for himself passes.
    pub(super) fn commanded(&mut self, command: &Command, log: &ServerLog) {
        if matches!(command, Command::Restore(_)) {
            self.wanted.fill(true);
        }
        let (Command::StartSync(session) | Command::Refresh(session)) = command else { return };
        let Some(index) = log.index_of(session.as_str()) else { return };
        if let Some(slot) = self.messages_not_before.get_mut(index) {
            *slot = 0;
        }
        if let Some(slot) = self.wanted.get_mut(index) {
            *slot = true;
        }
        self.backoffs.iter_mut().skip(index).take(1).for_each(Backoff::forgive);
        if matches!(command, Command::StartSync(_)) {
            self.forbidden.fill(false);
        }
    }

    /// An answer reaches the engine; `None` if nobody waits for it.
    pub(super) fn landed(
        &mut self,
        now: u64,
        request: RequestId,
        status: u16,
        until: Option<u64>,
    ) -> Option<Kind> {
        let kind = self.in_flight.remove(&request)?;
        let told = until.is_some() || status == 429;
        let until = until.unwrap_or(0);
        if status == 503 {
            self.silent_until = self.silent_until.max(until.min(now + SILENCE));
        }
        let refused = matches!(status, 401 | 403);
        match kind {
            Kind::Auth(session) if refused => {
                // 401 is worth a renewal, 403 is an answer.
                if let Some(slot) = session.and_then(|session| self.forbidden.get_mut(session)) {
                    *slot |= status == 403;
                }
                self.refusals.push_back(now);
                let recent = self.refusals.len() >= 3;
                let third = self.refusals.len().checked_sub(3).and_then(|at| self.refusals.get(at));
                if recent && third.is_some_and(|first| now - first < 30_000) {
                    self.auth_not_before = self.auth_not_before.max(now + 30_000);
                }
            }
            Kind::Auth(_) => {
                self.auth_not_before = self.auth_not_before.max(until);
                if status == 200 {
                    self.refusals.clear();
                }
            }
            Kind::Messages(session) if !matches!(status, 200 | 401 | 403 | 404) => {
                self.backoffs.iter_mut().skip(session).take(1).for_each(|backoff| backoff.failed(now, told));
                if let Some(slot) = self.messages_not_before.get_mut(session) {
                    *slot = until;
                }
            }
            Kind::Messages(session) => {
                self.backoffs.iter_mut().skip(session).take(1).for_each(Backoff::forgive);
            }
            Kind::Sessions if matches!(status, 429 | 503) => {
                self.sessions_not_before = self.sessions_not_before.max(until);
            }
            Kind::Interact(_) | Kind::Sessions => {}
        }
        Some(kind)
    }

    pub(super) fn asked(
        &mut self,
        facts: &Facts<'_>,
        request: RequestId,
        endpoint: &Endpoint,
        command: bool,
    ) -> Option<Broken> {
        let now = facts.now;
        if request.as_raw() <= self.last {
            return Some(("S12", format!("request id {} was used before", request.as_raw())));
        }
        self.last = request.as_raw();
        let kind = match endpoint {
            Endpoint::Auth { channel, .. } => {
                let session = channel.strip_prefix("private-session-");
                Kind::Auth(session.and_then(|id| facts.log.index_of(id)))
            }
            Endpoint::Messages { session, .. } => Kind::Messages(*session),
            Endpoint::Interact { session, .. } => Kind::Interact(*session),
            Endpoint::Sessions => Kind::Sessions,
            Endpoint::Unknown => return Some(("S17", "a request outside the contract".to_owned())),
        };
        let alike = |other: &Kind| *other == kind || matches!((other, kind), (Kind::Auth(_), Kind::Auth(_)));
        let twice = self.in_flight.values().any(alike);
        self.in_flight.insert(request, kind);
        match kind {
            Kind::Auth(_) if twice => Some(("S8", "two authorisations in flight".to_owned())),
            Kind::Auth(session) => self.auth_asked(now, session).or_else(|| self.count(now, command)),
            Kind::Messages(_) if twice => Some(("S7", "two fetches of one session in flight".to_owned())),
            Kind::Messages(session) => {
                // Only the user asks for older messages: by a cursor of their own or by the longest page.
                let older = match endpoint {
                    Endpoint::Messages { cursor, limit, .. } => {
                        matches!(cursor, Cursor::Before(_)) || *limit > 50
                    }
                    Endpoint::Auth { .. }
                    | Endpoint::Interact { .. }
                    | Endpoint::Sessions
                    | Endpoint::Unknown => false,
                };
                // One read for each time that the user chose or refreshed it, be it after a moment.
                let wanted = !older && self.wanted.get_mut(session).is_some_and(std::mem::take);
                let asked_for = command || older || wanted;
                let often = self.count(now, asked_for);
                let loud = !asked_for && now < self.silent_until;
                let often = often.or_else(|| loud.then(|| too_loud("a fetch")));
                let early = self.messages_not_before.get(session).is_some_and(|at| *at > now);
                let early = early.then(|| ("S8", "a fetch before Retry-After".to_owned()));
                early.or_else(|| self.backoffs.get(session)?.asked(now)).or(often)
            }
            Kind::Interact(_) if twice => Some(("M8", "two sends of one session in flight".to_owned())),
            Kind::Sessions if now < self.sessions_not_before => {
                Some(("S8", "a call before Retry-After".to_owned()))
            }
            Kind::Interact(_) | Kind::Sessions => None,
        }
    }

    fn auth_asked(&mut self, now: u64, session: Option<usize>) -> Option<Broken> {
        self.auths.push_back(now);
        while self.auths.front().is_some_and(|first| now - first >= 30_000) {
            self.auths.pop_front();
        }
        if self.auths.len() > 10 {
            return Some(("S8", format!("{} authorisations in 30 s", self.auths.len())));
        }
        if session.and_then(|session| self.forbidden.get(session)) == Some(&true) {
            return Some(("D7", "a channel that was refused is asked for again".to_owned()));
        }
        if now < self.silent_until {
            return Some(too_loud("an authorisation"));
        }
        let wait = self.auth_not_before.saturating_sub(now);
        (wait > 0).then(|| ("S8", format!("authorisation {wait} ms too early")))
    }

    fn count(&mut self, now: u64, command: bool) -> Option<Broken> {
        if command {
            return None;
        }
        self.recent.push_back(now);
        while self.recent.front().is_some_and(|first| now - first >= 60_000) {
            self.recent.pop_front();
        }
        let reads = self.recent.len();
        self.peak = self.peak.max(reads);
        (reads > READS).then(|| ("S15", format!("{reads} unasked reads and authorisations in a minute")))
    }
}

fn too_loud(what: &str) -> Broken {
    ("S8", format!("{what} although a 503 asked for silence"))
}

/// Until when an answer that comes now asks for silence.
pub(super) fn told_until(now: u64, told: Option<&str>) -> Option<u64> {
    let seconds = told?.trim().parse::<u64>().ok()?;
    Some(now + seconds.clamp(1, 600) * 1000)
}

/// No effect holds the token or goes anywhere but to the configured hosts.
pub(super) fn secrets(effect: &Effect) -> Option<Broken> {
    let (texts, fits) = match effect {
        Effect::OpenSocket { url, .. } => ([Some(url), None], url.starts_with("ws://127.0.0.1:3005/app/")),
        Effect::SendFrame { text, .. } => ([Some(text), None], true),
        Effect::Request { http, .. } => {
            let body = http.body.as_ref().map(|(Body::Form(text) | Body::Json(text))| text);
            ([Some(&http.url), body], http.url.strip_prefix(API).is_some_and(|rest| rest.starts_with('/')))
        }
        Effect::Storage { call: StorageCall::Save { value, .. }, .. } => ([Some(value), None], true),
        Effect::Storage { .. }
        | Effect::CloseSocket { .. }
        | Effect::CancelRequest { .. }
        | Effect::RenewToken => ([None, None], true),
    };
    if !fits {
        return Some(("S17", format!("a foreign address: {effect:?}")));
    }
    let leaks = texts.into_iter().flatten().any(|text| text.contains(CANARY));
    leaks.then(|| ("S17", "an effect holds the token".to_owned()))
}
