//! What an answer of the log means: more pages, a pause, or a refusal.

use super::super::Engine;
use super::super::failure::refusal;
use super::super::query::Query;
use super::{Begun, InFlight, Want};
use crate::decimal::Decimal;
use crate::defect::planted;
use crate::ids::SessionId;
use crate::input::HttpResponse;
use crate::output::{ApiFailure, Cause, Event, GapCause, ProblemCode};
use crate::time::Duration;
use crate::wire::rest::Page;

impl Engine {
    pub(super) fn fetch_refused(&mut self, id: &SessionId, flight: InFlight, response: &HttpResponse<'_>) {
        let failure = refusal(response);
        if !matches!(response.status, 401 | 403 | 404) {
            let told = self.retry_after(response);
            self.fetch_failed(id, flight, failure, told);
            return;
        }
        self.cause = Cause::RestRefused;
        self.io.problem(
            ProblemCode::RequestFailed,
            &["messages answered ", Decimal::of(response.status).as_str()].concat(),
        );
        self.answer_older(id, &Err(failure.clone()));
        if let Some(session) = self.sessions.get_mut(id) {
            session.fetch.refused = true;
            session.fetch.wanted = None;
            session.fetch.error = Some(failure);
        }
    }

    pub(super) fn fetch_failed(
        &mut self,
        id: &SessionId,
        flight: InFlight,
        failure: ApiFailure,
        told: Option<Duration>,
    ) {
        let told = told.filter(|_| !planted!(RetryAfterIgnored));
        let exponent = self.sessions.get(id).map_or(0, |s| s.fetch.errors.min(5));
        let nominal = Duration::from_secs(2).saturating_mul(1 << exponent).min(self.io.policy.poll_error_max);
        let pause = self.io.fifth_spread(nominal);
        let pause = if planted!(NoReadBackoff) { Duration::from_millis(20) } else { pause };
        let pause = Self::pause_beside(&mut self.io, told, pause, &mut self.read_told);
        let not_before = self.io.now.after(pause);
        if let Some(told) = told {
            self.read_not_before = self.read_not_before.max(self.io.now.after(told));
        }
        if flight.want == Want::Older {
            self.answer_older(id, &Err(failure.clone()));
        }
        let Some(session) = self.sessions.get_mut(id) else { return };
        session.fetch.errors = session.fetch.errors.saturating_add(1);
        session.fetch.not_before = not_before;
        // A poll is due again by its schedule; wanted on top, it would go out beside the next authorisation.
        if flight.want != Want::CatchUp || !session.is_covered() {
            session.fetch.want(flight.want);
        }
        if flight.want != Want::Older {
            session.fetch.error = Some(failure);
        }
    }

    pub(super) fn handle_page(&mut self, id: &SessionId, flight: InFlight, page: &Page<'_>) {
        if flight.want == Want::Older {
            self.handle_older_page(id, flight, page);
            return;
        }
        let is_cut = self.is_log_cut(id, page);
        if is_cut || self.is_too_far_behind(id, flight.query, page) {
            self.begin_anew(id, Some(page).filter(|_| !is_cut));
            if flight.query != Query::Newest {
                return;
            }
        }
        let highest = self.merge_page(id, page, true);
        self.first_page_merged(id, flight.query, page, highest);
        let Some(session) = self.sessions.get_mut(id) else { return };
        session.fetch.succeeded();
        session.fetch.error = None;
        session.fetch.begun = Begun::Loaded;
        // A look at the newest page in between says nothing of what lies before it.
        if (flight.want, flight.query) != (Want::Stream, Query::Newest) {
            session.fetch.log_time = session.fetch.log_time.max(highest.time);
        }
        if planted!(CursorFollowsPush) {
            session.fetch.log_time = session.timeline.newest_server_time();
        }
        if matches!(flight.query, Query::Newest | Query::Changed(_)) {
            session.fetch.change_cursor = session.fetch.change_cursor.max(page.revision);
        }
        if flight.query == Query::Newest {
            let floor = session.timeline.floor();
            session.fetch.older.first_page(page.has_more, floor);
        }
        let next = (page.has_more == Some(true) && !planted!(FirstPageOnly))
            .then(|| flight.query.next(page, highest))
            .flatten();
        if (flight.want, flight.query) != (Want::Stream, Query::Newest) {
            session.fetch.read_to = next.and(highest.time);
        }
        let filled = matches!(flight.want, Want::Hole { end } if highest.sequence.is_some_and(|s| s >= end));
        if next.is_none() && page.has_more == Some(true) && flight.query.goes_on() {
            self.io.problem_at(
                ProblemCode::BadPage,
                "a page promises more and brings nothing new",
                "hasMore",
            );
        }
        match next {
            Some(query) if !filled => self.next_page(id, InFlight { query, ..flight }),
            Some(_) | None => self.chain_finished(id, flight),
        }
    }

    /// The log ends before what it had, for good: what is shown of it is no more. Told here, reloaded by the caller.
    fn is_log_cut(&mut self, id: &SessionId, page: &Page<'_>) -> bool {
        let (now, patience) = (self.io.now, self.io.policy.cut_log_wait);
        let Some(session) = self.sessions.get_mut(id) else { return false };
        let Some(to) = session.fetch.log_ends(page.last_sequence, now, patience) else { return false };
        if planted!(CutLogKept) {
            return false;
        }
        let from = page.last_sequence.map_or(1, |end| end.saturating_add(1));
        self.io.event(Event::Discontinuity { session: id.clone(), from, to, cause: GapCause::LogCut });
        true
    }

    /// More is to come: at once while the budget lasts, otherwise as soon as it allows.
    fn next_page(&mut self, id: &SessionId, flight: InFlight) {
        let (now, shown) = (self.io.now, self.shown.as_ref() == Some(id));
        let older = self.sessions.get(id).is_some_and(|s| s.fetch.older.is_wanted());
        let silent = now < self.silent_for_reads_until(false);
        if shown && !older && !silent && self.budget.draw(false, now, &self.io.policy) {
            self.send_query(flight.want, flight.query, flight.acknowledgements);
        } else if let Some(session) = self.sessions.get_mut(id) {
            session.fetch.resume = shown.then_some(flight);
            session.fetch.want(flight.want);
        }
    }

    fn chain_finished(&mut self, id: &SessionId, flight: InFlight) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        if flight.want == Want::CatchUp {
            session.fetch.caught_up_to = flight.acknowledgements;
        }
        if session.fetch.caught_up() {
            if session.mark_caught_up() {
                self.cause = Cause::CaughtUp;
            }
        } else {
            session.fetch.want(Want::CatchUp);
        }
    }
}
