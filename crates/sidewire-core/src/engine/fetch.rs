//! Reading the log: first page, catch-up, holes. At most one request in flight per session.

use super::Engine;
use super::failure::{api_failure, http_failure};
use super::io::{Answer, Ask, Pending};
use super::link::Link;
use super::older::Older;
use super::query::Query;
use super::token::Refusal;
use crate::defect::planted;
use crate::ids::{RequestId, SessionId};
use crate::input::HttpResponse;
use crate::output::{ApiFailure, Method, ProblemCode};
use crate::time::{Duration, Timestamp};
use crate::timeline::Timeline;
use crate::wire::rest::Page;

mod answer;

#[cfg(feature = "model")]
#[path = "normal/fetch.rs"]
mod normal;

/// What one session has read and still wants to read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fetch {
    in_flight: Option<InFlight>,
    wanted: Option<Want>,
    /// A chain of pages that the budget interrupted goes on there.
    resume: Option<InFlight>,
    pub(super) older: Older,
    not_before: Timestamp,
    errors: u32,
    begun: Begun,
    /// The log's change counter up to which everything was read.
    pub(super) change_cursor: Option<u64>,
    /// The newest server time that pages brought. Pushes do not count: what was missed before them is older.
    pub(super) log_time: Option<u64>,
    /// How far, by the server's time, a chain of pages came that is not at its end: behind that messages may be missing.
    pub(super) read_to: Option<u64>,
    /// The last answer was a failure.
    pub(crate) error: Option<ApiFailure>,
    /// The user waits for it: it passes the budget.
    urgent: bool,
    /// The server will say no again until the token or the session changes.
    pub(crate) refused: bool,
    acknowledgements: u32,
    caught_up_to: u32,
    /// When the last request left.
    pub(super) attempted: Option<Timestamp>,
    end: End,
}

/// Where the log ends, as its pages tell.
#[derive(Clone, Copy, Debug, Default)]
struct End {
    /// The largest number that it had.
    known: u64,
    /// Since when pages tell of a smaller one.
    shorter: Option<Timestamp>,
}

/// What is there of the log.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Begun {
    #[default]
    Nothing,
    /// What an earlier run stored; the first page is still to come.
    Restored,
    /// The first page was answered.
    Loaded,
}

/// Why a read is wanted. A hole reads from the hole, older messages end at the floor, everything else begins at the
/// cursor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Want {
    CatchUp,
    Hole {
        end: u64,
    },
    /// What is missing of a text that streams.
    Stream,
    Older,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct InFlight {
    request: RequestId,
    want: Want,
    pub(super) query: Query,
    /// Acknowledgements seen when this chain of pages began.
    acknowledgements: u32,
}

impl Fetch {
    pub(crate) fn want(&mut self, want: Want) {
        self.wanted = match (self.wanted, want) {
            // Who waits for older messages is remembered apart.
            (wanted, Want::Older) => wanted,
            (Some(Want::CatchUp), _) | (_, Want::CatchUp) => Some(Want::CatchUp),
            (Some(Want::Hole { end }), Want::Stream) => Some(Want::Hole { end }),
            (_, other) => Some(other),
        };
    }

    /// What to read next. Older messages go first: somebody waits for them.
    fn next(&self) -> Option<Want> {
        if self.is_loaded() && self.older.is_wanted() { Some(Want::Older) } else { self.wanted }
    }

    /// The same, because the user asked.
    pub(crate) fn want_now(&mut self) {
        self.want(Want::CatchUp);
        self.urgent = true;
    }

    /// Nothing is under way or asked for.
    pub(crate) fn idle(&self) -> bool {
        self.in_flight.is_none() && self.wanted.is_none()
    }

    /// A snapshot tells where to read on.
    pub(super) fn restored(
        &mut self,
        revision: Option<u64>,
        log_time: Option<u64>,
        more: Option<bool>,
        end: Option<u64>,
    ) {
        self.begun = Begun::Restored;
        self.change_cursor = revision;
        self.log_time = log_time;
        self.older.restored(more);
        self.end.known = end.unwrap_or(0);
    }

    /// The server's time up to which nothing is missing, as far as is known.
    pub(super) fn complete_to(&self) -> Option<u64> {
        if planted!(HoleStoredAsRead) { self.log_time } else { self.read_to.or(self.log_time) }
    }

    /// What is shown was stored by an earlier run.
    pub(super) fn is_restored(&self) -> bool {
        self.begun == Begun::Restored
    }

    /// The first page was answered.
    pub(super) fn is_loaded(&self) -> bool {
        self.begun == Begun::Loaded
    }

    /// The log is read from its newest page on, as if nothing had been read before.
    pub(super) fn begin_anew(&mut self) {
        self.begun = Begun::Nothing;
        self.change_cursor = None;
        self.log_time = None;
        self.read_to = None;
        self.resume = None;
        self.older.restored(None);
        self.end = End::default();
        self.want(Want::CatchUp);
    }

    /// A page told where the log ends. Gives the number up to which the log once went, if it has been shorter for so
    /// long that no copy of it that lags explains it.
    fn log_ends(&mut self, told: Option<u64>, now: Timestamp, patience: Duration) -> Option<u64> {
        let told = told?;
        if told >= self.end.known {
            self.end = End { known: told, shorter: None };
            return None;
        }
        let since = *self.end.shorter.get_or_insert(now);
        (now.since(since) >= patience).then_some(self.end.known)
    }

    /// The log seems to have lost messages: it is looked at again sooner.
    pub(super) const fn is_in_doubt(&self) -> bool {
        self.end.shorter.is_some()
    }

    /// A read was answered as it should be.
    pub(super) const fn succeeded(&mut self) {
        self.errors = 0;
    }

    /// No read leaves before.
    pub(super) const fn wait_until(&mut self, at: Timestamp) {
        self.not_before = at;
    }

    /// No read leaves before: after one that failed, or after a hasty switch.
    pub(super) const fn not_before(&self) -> Timestamp {
        self.not_before
    }

    /// Reads that failed in a row.
    pub(crate) const fn failures(&self) -> u32 {
        self.errors
    }

    pub(crate) fn busy(&self) -> bool {
        self.in_flight.is_some()
    }

    pub(crate) fn acknowledged(&mut self) {
        self.acknowledgements = self.acknowledgements.wrapping_add(1);
        self.want(Want::CatchUp);
    }

    pub(crate) fn caught_up(&self) -> bool {
        self.is_loaded() && self.caught_up_to == self.acknowledgements
    }

    /// The session is left: returns the request to cancel.
    pub(crate) fn abandon(&mut self) -> Option<RequestId> {
        self.wanted = None;
        self.resume = None;
        if planted!(FetchOutlivesSwitch) {
            return None;
        }
        self.in_flight.take().map(|flight| flight.request)
    }

    /// Another token, or the user asks: refusals and pauses are forgotten.
    pub(crate) fn forgive(&mut self) {
        self.refused = false;
        self.error = None;
        self.not_before = Timestamp::ZERO;
        self.errors = 0;
    }
}

impl Engine {
    /// Asks for a catch-up of the shown session.
    pub(super) fn want_catch_up(&mut self) {
        if let Some(session) = self.shown_session_mut() {
            session.fetch.want(Want::CatchUp);
        }
    }

    /// The same for any session; one that is not shown is read when it is.
    pub(super) fn want_catch_up_of(&mut self, id: &SessionId) {
        if let Some(session) = self.sessions.get_mut(id) {
            session.fetch.want(Want::CatchUp);
        }
    }

    pub(super) fn pump_fetch(&mut self) {
        self.pump_older();
        let now = self.io.now;
        let Some(session) = self.shown_session() else { return };
        let Some(want) = session.fetch.next().filter(|_| self.may_fetch()) else { return };
        let urgent = session.fetch.urgent || want == Want::Older;
        let busy = session.fetch.in_flight.is_some() && !planted!(TwoReadsAtOnce);
        let silent = now < self.silent_for_reads_until(urgent);
        if busy || silent || now < session.fetch.not_before || self.is_restoring() {
            return;
        }
        if !self.budget.draw(urgent || planted!(NoReadBudget), now, &self.io.policy) {
            return;
        }
        if want != Want::Older
            && let Some(flight) = self.shown_session_mut().and_then(|s| s.fetch.resume.take())
        {
            self.send_query(flight.want, flight.query, flight.acknowledgements);
            return;
        }
        let Some(session) = self.shown_session() else { return };
        let query = match want {
            Want::Hole { .. } => session.timeline.prefix().map_or(Query::Newest, Query::After),
            Want::CatchUp => session.catch_up_query(),
            // Only a change counter tells of changes to what is known; else the newest page is read again.
            Want::Stream => session.fetch.change_cursor.map_or(Query::Newest, Query::Changed),
            Want::Older => session.older_query(),
        };
        let acknowledgements = session.fetch.acknowledgements;
        self.send_query(want, query, acknowledgements);
    }

    pub(super) fn fetch_deadline(&self) -> Option<Timestamp> {
        let session = self.shown_session()?;
        let next = session.fetch.next()?;
        let busy = session.fetch.in_flight.is_some() && !planted!(TwoReadsAtOnce);
        let waiting = !busy && !self.is_restoring() && self.may_fetch();
        let urgent = session.fetch.urgent || next == Want::Older;
        let open = self.budget.open_at(urgent, &self.io.policy);
        let open = open.max(self.silent_for_reads_until(urgent));
        waiting.then_some(session.fetch.not_before.max(open))
    }

    /// Until when the server wants no reads. What the user waits for heeds the word of the endpoint itself alone.
    pub(super) fn silent_for_reads_until(&self, urgent: bool) -> Timestamp {
        let server = if urgent { Timestamp::ZERO } else { self.servers.api.silent_until() };
        self.read_not_before.max(server)
    }

    /// The browser thinks so, or a socket proves it.
    pub(super) fn reachable(&self) -> bool {
        self.online || matches!(self.link, Link::Open(_))
    }

    /// Whether REST can be asked for the shown session right now.
    pub(super) fn may_fetch(&self) -> bool {
        let refused = self.shown_session().is_none_or(|s| s.fetch.refused);
        self.wanted
            && !refused
            && self.reachable()
            && !self.renewing()
            && self.token == Some(true)
            && self.config.has_api()
    }

    fn send_query(&mut self, want: Want, query: Query, acknowledgements: u32) {
        let Some(id) = self.shown.clone() else { return };
        let path = query.path(&id, self.io.policy.page_limit);
        let Some(url) = self.config.api_url(&path) else { return };
        self.io.counters.message_requests += 1;
        let request = self.io.request(Ask {
            pending: Pending::Messages(id.clone()),
            method: Method::Get,
            url,
            body: None,
            idempotency_key: None,
            timeout: self.servers.api.patience(self.io.policy.rest_timeout, self.io.now, &self.io.policy),
        });
        let now = self.io.now;
        if let Some(session) = self.sessions.get_mut(&id) {
            if want != Want::Older {
                session.fetch.wanted = None;
                session.fetch.urgent = false;
            }
            session.fetch.attempted = Some(now);
            session.fetch.in_flight = Some(InFlight { request, want, query, acknowledgements });
        }
    }

    pub(super) fn handle_messages_answer(&mut self, id: &SessionId, answer: &Answer<'_>) {
        if planted!(FetchOutlivesSwitch) && self.shown.as_ref() != Some(id) {
            self.merge_stray(answer);
            return;
        }
        let Some(session) = self.sessions.get_mut(id) else { return };
        let Some(flight) = session.fetch.in_flight.take_if(|f| f.request == answer.request) else { return };
        match answer.outcome {
            Ok(HttpResponse { status: 200, body, .. }) => {
                self.token_accepted(answer.token);
                match Page::read(body, self.known_messages(id)) {
                    Some(page) => self.handle_page(id, flight, &page),
                    None => {
                        let detail = "messages answered 200 without a readable page";
                        self.io.problem_at(ProblemCode::BadPage, detail, "messages");
                        self.fetch_failed(
                            id,
                            flight,
                            api_failure(Some(200), "BAD_ANSWER", "unreadable page"),
                            None,
                        );
                    }
                }
            }
            Ok(HttpResponse { status: 401, .. }) if self.token_refused(answer.token) == Refusal::AskAgain => {
                if let Some(session) = self.sessions.get_mut(id) {
                    session.fetch.want(flight.want);
                }
            }
            Ok(response) => self.fetch_refused(id, flight, &response),
            Err(failure) => self.fetch_failed(id, flight, http_failure(failure), None),
        }
        self.plan_after_fetch(id);
    }

    /// What a page need not bring again. Behind a snapshot the view may begin anew, without what it holds.
    fn known_messages(&self, id: &SessionId) -> Option<&Timeline> {
        self.sessions.get(id).filter(|session| !session.fetch.is_restored()).map(|session| &session.timeline)
    }

    /// The mistake that [`crate::defect`] plants: an answer lands in whatever is shown.
    fn merge_stray(&mut self, answer: &Answer<'_>) {
        let (Some(id), Ok(response)) = (self.shown.clone(), answer.outcome) else { return };
        if let Some(page) = Page::read(response.body, None) {
            self.merge_page(&id, &page, true);
        }
    }
}
