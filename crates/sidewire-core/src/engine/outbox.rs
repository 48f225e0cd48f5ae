//! Own messages on their way: one at a time per session, in order, each with one id through all tries.
//!
//! A message waits in the queue while there is no network, while the server asks for patience, and between tries. It
//! fails only when it was refused as it is, or when several tries brought nothing; what waits behind it then fails
//! with it, so that the order stays the user's.

use std::collections::VecDeque;

use super::Engine;
use super::failure::UNTOLD;
use super::io::{Answer, Ask, Pending};
use super::merge::Source;
use super::token::Refusal;
use crate::defect::planted;
use crate::ids::{ClientMessageId, RequestId, SessionId};
use crate::input::{HttpFailure, HttpResponse, Outgoing};
use crate::json::{self, Kind};
use crate::map::Map;
use crate::output::{Body, Event, Method, ProblemCode, SendFailure, SendState, TypingContext};
use crate::time::{Duration, Timestamp};
use crate::timeline::{EchoState, Fields};
use crate::wire::rest;

mod restart;

#[cfg(feature = "model")]
#[path = "normal/outbox.rs"]
mod normal;

#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox {
    /// In the order in which they were written; the first one goes next.
    queue: VecDeque<Outgoing>,
    in_flight: Option<(RequestId, Outgoing)>,
    /// Kept whole, so that a retry sends what the user wrote.
    failed: Map<ClientMessageId, (Outgoing, SendFailure)>,
    /// Tries of the first one that brought nothing, and when the next one is due.
    tries: u32,
    not_before: Timestamp,
}

impl Outbox {
    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.in_flight.is_none() && self.failed.is_empty()
    }

    fn is_waiting(&self) -> bool {
        (self.in_flight.is_none() || planted!(SendsOverlap)) && !self.queue.is_empty()
    }

    /// The user is at it: no pause that the server did not ask for.
    fn hasten(&mut self) {
        self.tries = 0;
        self.not_before = Timestamp::ZERO;
    }

    fn queued(&self, key: &ClientMessageId) -> Option<usize> {
        self.queue.iter().position(|message| message.client_message_id == *key)
    }
}

/// What an answer means for the message.
enum Verdict {
    /// The server said when it will take it.
    PutOff(Duration),
    /// Another try is worth it, after a pause that begins with this one.
    Again(SendFailure, Duration),
    /// This message will not be taken as it is.
    Refused(SendFailure),
}

/// Whether an answer comes from the endpoint itself and not from something in front of it: maintenance pages and
/// hotel portals say 200 as well.
fn accepted(response: &HttpResponse<'_>) -> bool {
    let told = || json::parse(response.body).is_ok_and(|body| body.kind() == Kind::Object);
    (200..300).contains(&response.status) && (response.body.is_empty() || told())
}

impl Engine {
    pub(super) fn send(&mut self, message: Outgoing) {
        let id = message.session.clone();
        self.ensure_session(&id);
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.timeline.add_echo(&message.client_message_id, &message.content, message.wall);
        session.outbox.hasten();
        self.tell_send(&id, &message.client_message_id, SendState::Pending);
        if let Some(session) = self.sessions.get_mut(&id) {
            session.outbox.queue.push_back(message);
        }
    }

    pub(super) fn retry_send(&mut self, id: &SessionId, client_message_id: &ClientMessageId) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        let Some((message, _)) = session.outbox.failed.remove(client_message_id) else { return };
        session.timeline.set_echo_state(client_message_id, EchoState::Queued);
        session.outbox.hasten();
        let message = if planted!(RetryWithNewId) {
            Outgoing { client_message_id: ClientMessageId::mint(message.wall, &mut self.io.rng), ..message }
        } else {
            message
        };
        session.outbox.queue.push_back(message);
        self.tell_send(id, client_message_id, SendState::Pending);
    }

    /// Whether a message is not on the wire, so that [`crate::Command::CancelSend`] takes it back.
    pub fn can_cancel(&self, id: &SessionId, client_message_id: &ClientMessageId) -> bool {
        self.sessions.get(id).is_some_and(|session| {
            let outbox = &session.outbox;
            outbox.queued(client_message_id).is_some() || outbox.failed.contains_key(client_message_id)
        })
    }

    pub(super) fn cancel_send(&mut self, id: &SessionId, key: &ClientMessageId) {
        if !self.can_cancel(id, key) {
            return;
        }
        let Some(session) = self.sessions.get_mut(id) else { return };
        session.outbox.failed.remove(key);
        if let Some(at) = session.outbox.queued(key).filter(|_| !planted!(CancelledSendLeaves)) {
            session.outbox.queue.remove(at);
        }
        session.timeline.remove_echo(key);
        self.tell_send(id, key, SendState::Cancelled);
    }

    /// The network, the page or the token changed for the better: no use in waiting out a pause of our own.
    pub(super) fn hasten_sends(&mut self) {
        for session in self.sessions.values_mut() {
            session.outbox.not_before = Timestamp::ZERO;
        }
    }

    /// Nobody is signed in: what is unsent has failed, and no pause or network is worth waiting for.
    fn is_signed_out(&self) -> bool {
        self.token == Some(false)
    }

    /// Whether a message could leave or fail right now, as far as the whole client is concerned.
    fn may_send(&self) -> bool {
        let reachable = self.reachable() || planted!(SendsWithoutNetwork);
        let ready = self.token.is_some() && !self.renewing() && reachable;
        self.wanted && (ready || self.is_signed_out())
    }

    /// When the next message of a session is due, if one waits.
    fn send_due(&self, outbox: &Outbox) -> Option<Timestamp> {
        let pause =
            if self.is_signed_out() { Timestamp::ZERO } else { outbox.not_before.max(self.send_not_before) };
        outbox.is_waiting().then_some(pause)
    }

    pub(super) fn pump_outbox(&mut self) {
        if !self.may_send() {
            return;
        }
        let now = self.io.now;
        let due = |s: &super::Session| self.send_due(&s.outbox).is_some_and(|at| at <= now);
        let ids: Vec<_> = self.sessions.iter().filter(|(_, s)| due(s)).map(|(id, _)| id.clone()).collect();
        for id in ids {
            self.send_next(&id);
        }
    }

    pub(super) fn outbox_deadline(&self) -> Option<Timestamp> {
        let due = self.sessions.iter().filter_map(|(_, s)| self.send_due(&s.outbox)).min();
        due.filter(|_| self.may_send())
    }

    fn send_next(&mut self, id: &SessionId) {
        let url = self.config.api_url("/api/agent/interact").filter(|_| self.token == Some(true));
        let Some(session) = self.sessions.get_mut(id) else { return };
        let Some(message) = session.outbox.queue.pop_front() else { return };
        let Some(url) = url else {
            if planted!(UnsentFailOneByOne) {
                self.send_failed(id, message, SendFailure::Unauthorized);
            } else {
                self.fail_behind(id, message, SendFailure::Unauthorized);
            }
            return;
        };
        session.timeline.set_echo_state(&message.client_message_id, EchoState::Pending);
        let request = self.io.request(Ask {
            pending: Pending::Interact(id.clone()),
            method: Method::Post,
            url,
            body: Some(Body::Json(rest::interact_body(&message))),
            idempotency_key: Some(message.client_message_id.clone()),
            timeout: self.io.policy.rest_timeout,
        });
        session.outbox.in_flight = Some((request, message));
        // A server may send no typing event, so the wait for an answer counts as typing.
        self.set_typing(id, Some(TypingContext::Processing));
    }

    pub(super) fn handle_interact_answer(&mut self, id: &SessionId, answer: &Answer<'_>) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        let Some((_, message)) = session.outbox.in_flight.take_if(|(r, _)| *r == answer.request) else {
            return;
        };
        let verdict = match answer.outcome {
            Ok(response) if accepted(&response) => {
                session.outbox.hasten();
                self.token_accepted(answer.token);
                self.sent(id, &message, response.body);
                return;
            }
            Ok(HttpResponse { status: 401, .. }) if self.token_refused(answer.token) == Refusal::AskAgain => {
                self.queue_again(id, message);
                return;
            }
            Ok(HttpResponse { status: 200..300, .. }) => {
                self.io
                    .problem(ProblemCode::RequestFailed, "a send was answered by something that is no JSON");
                Verdict::Again(SendFailure::Server, self.io.policy.send_pause)
            }
            Ok(response) => self.verdict(&response),
            Err(HttpFailure::NoToken | HttpFailure::TokenProvider) => {
                Verdict::Refused(SendFailure::Unauthorized)
            }
            Err(HttpFailure::Network | HttpFailure::Timeout | HttpFailure::TooLarge) => {
                Verdict::Again(SendFailure::Network, self.io.policy.send_pause)
            }
        };
        match verdict {
            Verdict::Refused(failure) => self.send_failed(id, message, failure),
            Verdict::PutOff(told) => {
                // The endpoint asks for silence, not the session.
                let told = self.io.or_later(told);
                self.send_not_before = self.send_not_before.max(self.io.now.after(told));
                self.queue_again(id, message);
            }
            Verdict::Again(failure, pause) => self.send_again(id, message, failure, pause),
        }
    }

    fn verdict(&self, response: &HttpResponse<'_>) -> Verdict {
        match response.status {
            401 => Verdict::Refused(SendFailure::Unauthorized),
            403 | 404 => Verdict::Refused(SendFailure::Forbidden),
            408 | 425 | 429 | 500..=599 => {
                let pause = if response.status == 429 { UNTOLD } else { self.io.policy.send_pause };
                let told = self.told_wait(response).filter(|_| !planted!(SendRetryAfterIgnored));
                told.map_or(Verdict::Again(SendFailure::Server, pause), Verdict::PutOff)
            }
            _ => Verdict::Refused(SendFailure::Rejected),
        }
    }

    /// Another try after a pause that grows, as long as there are tries left.
    fn send_again(&mut self, id: &SessionId, message: Outgoing, failure: SendFailure, first: Duration) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        session.outbox.tries = session.outbox.tries.saturating_add(1);
        let tries = session.outbox.tries;
        let most = if planted!(SendRetriesWithoutEnd) { u32::MAX } else { self.io.policy.send_tries };
        if tries >= most || planted!(NoSendRetry) {
            self.fail_behind(id, message, failure);
            return;
        }
        let nominal = first.saturating_mul(1 << tries.min(6).saturating_sub(1));
        let pause = self.io.half_spread(nominal.min(self.io.policy.send_pause_max));
        let pause = if planted!(NoSendBackoff) { Duration::from_millis(20) } else { pause };
        let not_before = self.io.now.after(pause);
        if let Some(session) = self.sessions.get_mut(id) {
            session.outbox.not_before = not_before;
        }
        self.queue_again(id, message);
    }

    /// Back to its place, unless its copy came in the meantime: then only the answer was lost.
    fn queue_again(&mut self, id: &SessionId, message: Outgoing) {
        self.set_typing(id, None);
        let Some(session) = self.sessions.get_mut(id) else { return };
        if session.timeline.echo_state(&message.client_message_id).is_none() {
            session.outbox.hasten();
            return;
        }
        session.timeline.set_echo_state(&message.client_message_id, EchoState::Queued);
        if planted!(SendOrderLost) {
            session.outbox.queue.push_back(message);
        } else {
            session.outbox.queue.push_front(message);
        }
    }

    fn sent(&mut self, id: &SessionId, message: &Outgoing, body: &[u8]) {
        let key = &message.client_message_id;
        if let Some(stored) = json::parse(body).ok().and_then(|reply| reply.get("message")) {
            self.merge_message(id, &Fields::find(stored), Source::Reply(key));
        }
        let Some(session) = self.sessions.get_mut(id) else { return };
        if session.timeline.echo_state(key).is_some() {
            // The reply did not carry the stored message, so the log must.
            session.fetch.want(super::fetch::Want::CatchUp);
            self.tell_send(id, key, SendState::Sent);
        }
    }

    /// The tries are used up, or nobody is signed in. What waits behind it waited for the same.
    fn fail_behind(&mut self, id: &SessionId, message: Outgoing, failure: SendFailure) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        session.outbox.hasten();
        let behind = core::mem::take(&mut session.outbox.queue);
        self.send_failed(id, message, failure);
        for message in behind {
            self.send_failed(id, message, failure);
        }
    }

    fn send_failed(&mut self, id: &SessionId, message: Outgoing, failure: SendFailure) {
        let client_message_id = message.client_message_id.clone();
        self.set_typing(id, None);
        let Some(session) = self.sessions.get_mut(id) else { return };
        if session.timeline.echo_state(&client_message_id).is_none() {
            // Its copy came by push or poll and was told as sent, whatever became of the reply.
            return;
        }
        session.timeline.set_echo_state(&client_message_id, EchoState::Failed(failure));
        session.outbox.failed.insert(client_message_id.clone(), (message, failure));
        self.tell_send(id, &client_message_id, SendState::Failed(failure));
    }

    /// Echoes that met their copy are sent, failed and queued ones included: only the reply was lost.
    pub(super) fn settle_echoes(&mut self, id: &SessionId) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        for key in session.timeline.take_settled() {
            session.outbox.failed.remove(&key);
            if let Some(at) = session.outbox.queued(&key) {
                session.outbox.queue.remove(at);
            }
            let (session, client_message_id) = (id.clone(), key);
            self.io.event(Event::SendChanged { session, client_message_id, state: SendState::Sent });
        }
    }

    /// The connection is being stopped: what is on the wire goes back into the queue and leaves again, with the
    /// same id, when somebody starts.
    pub(super) fn hold_outboxes(&mut self) {
        for id in self.sessions.keys().cloned().collect::<Vec<_>>() {
            let Some(session) = self.sessions.get_mut(&id) else { continue };
            session.outbox.hasten();
            if let Some((_, message)) = session.outbox.in_flight.take() {
                self.queue_again(&id, message);
            }
        }
    }

    fn tell_send(&mut self, id: &SessionId, key: &ClientMessageId, state: SendState) {
        let (session, client_message_id) = (id.clone(), key.clone());
        self.io.event(Event::SendChanged { session, client_message_id, state });
    }
}
