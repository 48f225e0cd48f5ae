//! Own messages on their way: one at a time per session, in order, each with one id through all tries.

use std::collections::VecDeque;

use super::Engine;
use super::io::{Answer, Ask, Pending};
use super::merge::Source;
use super::token::Refusal;
use crate::defect::planted;
use crate::ids::{ClientMessageId, RequestId, SessionId};
use crate::input::{HttpFailure, Outgoing};
use crate::json;
use crate::map::Map;
use crate::output::{Body, Event, Method, SendFailure, SendState, TypingContext};
use crate::timeline::{EchoState, Fields};
use crate::wire::rest;

#[cfg(feature = "model")]
#[path = "normal/outbox.rs"]
mod normal;

#[derive(Clone, Debug, Default)]
pub(crate) struct Outbox {
    queue: VecDeque<Outgoing>,
    in_flight: Option<(RequestId, Outgoing)>,
    /// Kept whole, so that a retry sends what the user wrote.
    failed: Map<ClientMessageId, Outgoing>,
}

impl Outbox {
    pub(crate) fn is_empty(&self) -> bool {
        self.queue.is_empty() && self.in_flight.is_none() && self.failed.is_empty()
    }
}

impl Engine {
    pub(super) fn send(&mut self, message: Outgoing) {
        let id = message.session.clone();
        self.ensure_session(&id);
        let Some(session) = self.sessions.get_mut(&id) else { return };
        session.timeline.add_echo(&message.client_message_id, &message.content, message.wall);
        self.tell_send(&id, &message.client_message_id, SendState::Pending);
        if let Some(session) = self.sessions.get_mut(&id) {
            session.outbox.queue.push_back(message);
        }
    }

    pub(super) fn retry_send(&mut self, id: &SessionId, client_message_id: &ClientMessageId) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        let Some(message) = session.outbox.failed.remove(client_message_id) else { return };
        session.timeline.set_echo_state(client_message_id, EchoState::Pending);
        let message = if planted!(RetryWithNewId) {
            Outgoing { client_message_id: ClientMessageId::mint(message.wall, &mut self.io.rng), ..message }
        } else {
            message
        };
        session.outbox.queue.push_back(message);
        self.tell_send(id, client_message_id, SendState::Pending);
    }

    pub(super) fn pump_outbox(&mut self) {
        if !self.wanted || self.token.is_none() || self.renewing() {
            return;
        }
        let free = |s: &super::Session| s.outbox.in_flight.is_none() || planted!(SendsOverlap);
        let waiting = |s: &super::Session| free(s) && !s.outbox.queue.is_empty();
        let ids: Vec<_> =
            self.sessions.iter().filter(|(_, s)| waiting(s)).map(|(id, _)| id.clone()).collect();
        for id in ids {
            self.send_next(&id);
        }
    }

    fn send_next(&mut self, id: &SessionId) {
        let url = self.config.api_url("/api/agent/interact").filter(|_| self.token == Some(true));
        let Some(session) = self.sessions.get_mut(id) else { return };
        let Some(message) = session.outbox.queue.pop_front() else { return };
        let Some(url) = url else {
            self.send_failed(id, message, SendFailure::Unauthorized);
            return;
        };
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
        match answer.outcome {
            Ok(response) if (200..300).contains(&response.status) => {
                self.token_accepted(answer.token);
                self.sent(id, &message, response.body);
            }
            Ok(response)
                if response.status == 401 && self.token_refused(answer.token) == Refusal::AskAgain =>
            {
                if let Some(session) = self.sessions.get_mut(id) {
                    session.outbox.queue.push_front(message);
                }
            }
            Ok(response) => self.send_failed(id, message, failure_of(response.status)),
            Err(HttpFailure::NoToken | HttpFailure::TokenProvider) => {
                self.send_failed(id, message, SendFailure::Unauthorized);
            }
            Err(HttpFailure::Network | HttpFailure::Timeout | HttpFailure::TooLarge) => {
                self.send_failed(id, message, SendFailure::Network);
            }
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

    fn send_failed(&mut self, id: &SessionId, message: Outgoing, failure: SendFailure) {
        let client_message_id = message.client_message_id.clone();
        self.set_typing(id, None);
        let Some(session) = self.sessions.get_mut(id) else { return };
        if session.timeline.echo_state(&client_message_id).is_none() {
            // Its copy came by push or poll and was told as sent, whatever became of the reply.
            return;
        }
        session.timeline.set_echo_state(&client_message_id, EchoState::Failed(failure));
        session.outbox.failed.insert(client_message_id.clone(), message);
        self.tell_send(id, &client_message_id, SendState::Failed(failure));
    }

    /// Echoes that met their copy are sent, failed ones included: only the reply was lost.
    pub(super) fn settle_echoes(&mut self, id: &SessionId) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        for key in session.timeline.take_settled() {
            session.outbox.failed.remove(&key);
            let (session, client_message_id) = (id.clone(), key);
            self.io.event(Event::SendChanged { session, client_message_id, state: SendState::Sent });
        }
    }

    /// The connection is being stopped: what is under way can be tried again later with the same id.
    pub(super) fn fail_outboxes(&mut self) {
        for id in self.sessions.keys().cloned().collect::<Vec<_>>() {
            let Some(session) = self.sessions.get_mut(&id) else { continue };
            let mut open: Vec<_> = session.outbox.queue.drain(..).collect();
            open.extend(session.outbox.in_flight.take().map(|(_, message)| message));
            for message in open {
                self.send_failed(&id, message, SendFailure::Network);
            }
        }
    }

    fn tell_send(&mut self, id: &SessionId, key: &ClientMessageId, state: SendState) {
        let (session, client_message_id) = (id.clone(), key.clone());
        self.io.event(Event::SendChanged { session, client_message_id, state });
    }
}

fn failure_of(status: u16) -> SendFailure {
    match status {
        401 => SendFailure::Unauthorized,
        403 | 404 => SendFailure::Forbidden,
        429 | 500..=599 => SendFailure::Server,
        _ => SendFailure::Rejected,
    }
}
