//! Calls of the application beside the sync: each is answered once, whatever becomes of its request.
//!
//! A token that was refused, or a server that says when to come back, is no reason to bother the application at once:
//! the call waits, and its request is made again.

use super::Engine;
use super::failure::{api_failure, http_failure, refusal};
use super::io::{Answer, Ask, Pending};
use super::token::Refusal;
use crate::defect::planted;
use crate::ids::CallId;
use crate::input::{ApiCall, HttpFailure, HttpResponse};
use crate::output::{ApiFailure, Body, Event, Method};
use crate::time::Timestamp;
use crate::wire::rest;

#[cfg(feature = "model")]
#[path = "normal/calls.rs"]
mod normal;

/// A call that was not answered yet.
#[derive(Clone, Debug)]
pub(crate) struct Made {
    pub(crate) call: CallId,
    what: ApiCall,
    at: Timestamp,
}

impl Made {
    /// Whether asking again cannot do the same thing twice: reading and setting cannot, and a 429 was done nothing for.
    fn may_repeat(&self, response: &HttpResponse<'_>) -> bool {
        response.status == 429 || (response.status == 503 && !matches!(self.what, ApiCall::CreateSession(_)))
    }
}

/// Calls that are not on the wire.
#[derive(Clone, Debug, Default)]
pub(super) struct Calls {
    waiting: Vec<Made>,
    /// The server asked for silence until then (`Retry-After`).
    not_before: Timestamp,
}

impl Engine {
    pub(super) fn call(&mut self, call: CallId, what: ApiCall) {
        let at = self.io.now;
        let refused = self.missing_access().or_else(|| {
            let asked = self.is_too_long(at).then_some("the server asks for fewer requests");
            asked.map(|message| api_failure(None, "RATE_LIMITED", message))
        });
        match refused {
            Some(failure) => self.io.event(Event::CallAnswered { call, outcome: Err(failure) }),
            // Whether there is a token may not be known yet: the driver asks for one with each request anyway.
            None => self.calls.waiting.push(Made { call, what, at }),
        }
    }

    /// Whether a call made `at` would have to wait for longer than anybody looks at a button.
    fn is_too_long(&self, at: Timestamp) -> bool {
        self.calls.not_before > at.after(self.io.policy.call_wait)
    }

    pub(super) fn pump_calls(&mut self) {
        if self.renewing() || self.io.now < self.calls.not_before {
            return;
        }
        for made in core::mem::take(&mut self.calls.waiting) {
            self.ask_call(made);
        }
    }

    /// When waiting calls can leave. They are wanted even while no connection is.
    pub(super) fn calls_deadline(&self) -> Option<Timestamp> {
        let due = self.renewal_deadline().unwrap_or(Timestamp::ZERO).max(self.calls.not_before);
        (!self.calls.waiting.is_empty()).then_some(due)
    }

    /// Answers every call that is not on the wire.
    pub(super) fn end_calls(&mut self, why: &ApiFailure) {
        for Made { call, .. } in core::mem::take(&mut self.calls.waiting) {
            self.io.event(Event::CallAnswered { call, outcome: Err(why.clone()) });
        }
    }

    fn ask_call(&mut self, made: Made) {
        let (method, path, body) = match &made.what {
            ApiCall::ListSessions => (Method::Get, "/api/session".to_owned(), None),
            ApiCall::CreateSession(fields) => {
                (Method::Post, "/api/session".to_owned(), Some(Body::Json(rest::session_body(fields))))
            }
            ApiCall::UpdateSession(id, fields) => {
                (Method::Patch, rest::session_path(id), Some(Body::Json(rest::session_body(fields))))
            }
        };
        let Some(url) = self.config.api_url(&path) else {
            let outcome = Err(http_failure(HttpFailure::NoToken));
            self.io.event(Event::CallAnswered { call: made.call, outcome });
            return;
        };
        let (idempotency_key, timeout) = (None, self.io.policy.rest_timeout);
        self.io.request(Ask { pending: Pending::Call(made), method, url, body, idempotency_key, timeout });
    }

    pub(super) fn handle_call_answer(&mut self, made: Made, answer: &Answer<'_>) {
        let outcome = match answer.outcome {
            Ok(response) if (200..300).contains(&response.status) => {
                self.token_accepted(answer.token);
                Ok(sidewire_json::lossy(response.body).into_owned())
            }
            Ok(response) if response.status == 401 && self.is_renewed_for_call(answer) => {
                self.calls.waiting.push(made);
                return;
            }
            Ok(response) => {
                self.note_silence_for_calls(&response);
                if made.may_repeat(&response)
                    && self.io.now < self.calls.not_before
                    && !self.is_too_long(made.at)
                {
                    self.calls.waiting.push(made);
                    return;
                }
                Err(refusal(&response))
            }
            Err(failure) => Err(http_failure(failure)),
        };
        self.io.event(Event::CallAnswered { call: made.call, outcome });
    }

    fn is_renewed_for_call(&mut self, answer: &Answer<'_>) -> bool {
        !planted!(CallsNotRenewed) && self.token_refused(answer.token) == Refusal::AskAgain
    }

    fn note_silence_for_calls(&mut self, response: &HttpResponse<'_>) {
        let busy = matches!(response.status, 429 | 503) && !planted!(CallsRetryAfterIgnored);
        if let Some(told) = self.retry_after(response).filter(|_| busy) {
            let told = self.io.or_later(told);
            self.calls.not_before = self.calls.not_before.max(self.io.now.after(told));
        }
    }
}
