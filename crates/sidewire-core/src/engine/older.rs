//! Older messages, page by page, when somebody asks for them.

use super::Engine;
use super::failure::{api_failure, http_failure};
use super::fetch::InFlight;
use super::query::Query;
use crate::defect::planted;
use crate::ids::{CallId, SessionId};
use crate::input::HttpFailure;
use crate::json::ObjectWriter;
use crate::output::{ApiFailure, Event, GapCause, ProblemCode};
use crate::wire::rest::{Page, Reach};

#[cfg(feature = "model")]
#[path = "normal/older.rs"]
mod normal;

/// Who waits for older messages, and whether there are any.
#[derive(Clone, Debug, Default)]
pub(crate) struct Older {
    calls: Vec<CallId>,
    /// Whether the log goes on before what is loaded; `None` as long as nobody knows, and for good if the server
    /// numbers nothing: it cannot be asked for more than its longest page.
    more: Option<bool>,
}

impl Older {
    pub(super) fn is_wanted(&self) -> bool {
        !self.calls.is_empty()
    }

    pub(super) const fn more(&self) -> Option<bool> {
        self.more
    }

    pub(super) const fn restored(&mut self, more: Option<bool>) {
        self.more = more;
    }

    /// What the newest page tells. Without a word of the server the numbers tell: a log begins at 1.
    pub(super) fn first_page(&mut self, told: Option<bool>, floor: Option<u64>) {
        if self.more.is_none() {
            self.more = told.or(floor.map(|floor| floor > 1));
        }
    }
}

impl Engine {
    /// Reads the page before the oldest message of the watched session.
    pub(super) fn load_older(&mut self, call: CallId) {
        if let Some(failure) = self.older_refusal() {
            self.io.event(Event::CallAnswered { call, outcome: Err(failure) });
        } else if let Some(session) = self.shown_session_mut() {
            session.fetch.older.calls.push(call);
        }
    }

    /// Why there is no point in waiting.
    fn older_refusal(&self) -> Option<ApiFailure> {
        let Some(session) = self.shown_session() else {
            return Some(api_failure(None, "NO_SESSION", "no session is watched"));
        };
        if session.fetch.refused {
            return session.fetch.error.clone();
        }
        self.missing_access().or_else(|| (!self.reachable()).then(|| http_failure(HttpFailure::Network)))
    }

    /// Why no request can be made at all.
    pub(super) fn missing_access(&self) -> Option<ApiFailure> {
        if self.config.api_url("").is_none() {
            return Some(api_failure(None, "NOT_CONFIGURED", "no API base is configured"));
        }
        (self.token == Some(false)).then(|| http_failure(HttpFailure::NoToken))
    }

    /// Whoever asks for more than there is gets his answer without a request.
    pub(super) fn pump_older(&mut self) {
        let done = |s: &super::Session| {
            s.fetch.older.is_wanted() && s.fetch.is_loaded() && s.fetch.older.more == Some(false)
        };
        if self.shown_session().is_some_and(done)
            && let Some(id) = self.shown.clone()
        {
            self.answer_older(&id, &Ok(0));
        }
    }

    /// Answers everybody who waits: with how many messages were added, or why none could be.
    pub(super) fn answer_older(&mut self, id: &SessionId, outcome: &Result<u64, ApiFailure>) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        let more = session.fetch.older.more;
        for call in core::mem::take(&mut session.fetch.older.calls) {
            let outcome = outcome.clone().map(|added| answer(added, more));
            self.io.event(Event::CallAnswered { call, outcome });
        }
    }

    pub(super) fn handle_older_page(&mut self, id: &SessionId, flight: InFlight, page: &Page<'_>) {
        let before = self.io.counters.messages_inserted;
        let reach = self.merge_page(id, page, false);
        let added = self.io.counters.messages_inserted - before;
        let more = match flight.query {
            Query::Before(floor) => self.lower_floor(id, floor, reach, page.has_more),
            // All that such a server can be asked for; only it knows whether that was everything.
            Query::Widest | Query::Newest | Query::After(_) | Query::Changed(_) | Query::Since(_) => {
                page.has_more.filter(|more| !more)
            }
        };
        if let Some(session) = self.sessions.get_mut(id) {
            session.fetch.succeeded();
            session.fetch.older.more = more;
        }
        self.answer_older(id, &Ok(added));
    }

    /// The page reaches down to here. Numbers that it passes over are in no log.
    fn lower_floor(&mut self, id: &SessionId, floor: u64, reach: Reach, told: Option<bool>) -> Option<bool> {
        match reach.lowest {
            Some(lowest) if lowest < floor => {
                if !planted!(OlderFloorKept) {
                    self.mark_what_is_passed_over(id, lowest, floor);
                }
                Some(told.unwrap_or(lowest > 1))
            }
            None if told != Some(true) => Some(false),
            Some(_) | None => {
                self.io.problem(ProblemCode::BadPage, "a page of older messages holds none");
                None
            }
        }
    }

    fn mark_what_is_passed_over(&mut self, id: &SessionId, lowest: u64, floor: u64) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        session.timeline.set_floor(lowest);
        while let Some((from, to)) = session.timeline.first_hole().filter(|(from, _)| *from < floor) {
            let to = to.min(floor - 1);
            session.timeline.accept_gap(from, to);
            let (session, cause) = (id.clone(), GapCause::NotInLog);
            self.io.event(Event::Discontinuity { session, from, to, cause });
        }
    }
}

impl super::Session {
    pub(super) fn older_query(&self) -> Query {
        self.timeline.floor().map_or(Query::Widest, Query::Before)
    }
}

fn answer(added: u64, more: Option<bool>) -> String {
    let mut out = String::new();
    let mut object = ObjectWriter::begin(&mut out);
    object.number("added", Some(added));
    object.raw("hasOlder", more.map_or("null", |more| if more { "true" } else { "false" }));
    object.end();
    out
}
