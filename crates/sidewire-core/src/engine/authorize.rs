//! Signatures for channels: asking for them politely, and what the answers mean.

use super::Engine;
use super::channel::Channel;
use super::io::{Answer, Ask, Pending};
use super::link::Link;
use super::server::Server;
use super::token::Refusal;
use crate::decimal::Decimal;
use crate::defect::planted;
use crate::ids::SessionId;
use crate::input::{HttpFailure, HttpResponse};
use crate::output::{Body, Cause, FallbackReason, Method, ProblemCode};
use crate::time::{Duration, Timestamp};
use crate::wire::rest;

impl Engine {
    pub(super) fn authorize(&mut self, id: &SessionId) {
        let Link::Open(open) = &self.link else { return };
        let Some(url) = self.config.auth_url().map(str::to_owned) else {
            self.set_channel(id, Channel::Refused { reason: FallbackReason::NotConfigured, code: None });
            return;
        };
        let form = rest::auth_form(open.socket.as_str(), &self.config.channel(id));
        self.withdraw_authorization();
        if let Err(until) = self.may_authorize() {
            self.set_channel(id, Channel::Paused { until });
            return;
        }
        self.io.counters.auth_requests += 1;
        let request = self.io.request(Ask {
            pending: Pending::Authorize(id.clone()),
            method: Method::Post,
            url,
            body: Some(Body::Form(form)),
            idempotency_key: None,
            timeout: self.signer().patience(self.io.policy.auth_timeout, self.io.now, &self.io.policy),
        });
        self.set_channel(id, Channel::Authorizing { request });
    }

    /// One in flight in the whole client: the session just chosen goes before a warm one.
    fn withdraw_authorization(&mut self) {
        for session in self.sessions.values_mut() {
            if let Channel::Authorizing { request } = session.channel {
                self.io.cancel(request);
                session.channel = Channel::Idle;
            }
        }
    }

    /// Takes one authorisation from every budget, or tells when to ask again.
    fn may_authorize(&mut self) -> Result<(), Timestamp> {
        let (now, policy) = (self.io.now, &self.io.policy);
        let silent = self.signer().silent_until();
        if now < silent {
            return Err(silent);
        }
        let open = self.budget.next_at(now, policy);
        if now < open && !planted!(SignaturesUncounted) {
            return Err(open);
        }
        self.gate.enter(now, policy)?;
        self.budget.draw(false, now, policy);
        Ok(())
    }

    /// The server that signs.
    fn signer(&self) -> &Server {
        if self.config.one_server() { &self.servers.api } else { &self.servers.signer }
    }

    pub(super) fn handle_auth_answer(&mut self, id: &SessionId, answer: &Answer<'_>) {
        let waiting = self.sessions.get(id).map(|s| &s.channel);
        if !matches!(waiting, Some(Channel::Authorizing { request }) if *request == answer.request) {
            return;
        }
        match answer.outcome {
            Ok(HttpResponse { status: 200, body, .. }) => {
                self.token_accepted(answer.token);
                self.handle_signature(id, body);
            }
            Ok(HttpResponse { status: 401, .. }) => self.handle_auth_401(id, answer),
            Ok(HttpResponse { status: 403, body, .. }) => {
                let code = rest::error_body(body).0;
                let told = matches!(code.as_deref(), Some("SESSION_NOT_FOUND" | "USER_MISMATCH"));
                let reason = if told { FallbackReason::SessionRefused } else { FallbackReason::AuthFailed };
                let detail = ["authorisation answered 403 ", code.as_deref().unwrap_or_default()].concat();
                self.refuse_channel(id, reason, code, detail.trim_ascii_end());
            }
            Ok(response) => {
                let detail = ["authorisation answered ", Decimal::of(response.status).as_str()].concat();
                self.io.problem(ProblemCode::RequestFailed, &detail);
                self.auth_trouble(id, self.retry_after(&response), Duration::ZERO);
            }
            Err(HttpFailure::NoToken) => {
                self.refuse_channel(id, FallbackReason::NoToken, None, "the token provider had no token");
            }
            Err(failure) => {
                if answer.in_vain > Duration::ZERO {
                    self.put_off_cover(answer.in_vain);
                }
                self.io.problem(
                    ProblemCode::RequestFailed,
                    &["authorisation failed: ", failure.as_str()].concat(),
                );
                self.auth_trouble(id, None, answer.in_vain);
            }
        }
    }

    fn handle_auth_401(&mut self, id: &SessionId, answer: &Answer<'_>) {
        match self.token_refused(answer.token) {
            Refusal::AskAgain => {
                self.gate.refused(self.io.now, &self.io.policy);
                self.set_channel(id, Channel::Idle);
            }
            Refusal::Final => {
                self.refuse_channel(id, FallbackReason::AuthFailed, None, "authorisation answered 401");
            }
        }
    }

    fn handle_signature(&mut self, id: &SessionId, body: &[u8]) {
        match rest::auth_answer(body) {
            Some((auth, head)) => {
                self.set_channel(id, Channel::Authorized { auth });
                self.note_log_head(id, head);
            }
            None => {
                let detail = "authorisation answered 200 without a usable auth string";
                self.io.problem_at(ProblemCode::BadAuthAnswer, detail, "auth");
                self.auth_trouble(id, None, Duration::ZERO);
            }
        }
    }

    fn refuse_channel(&mut self, id: &SessionId, reason: FallbackReason, code: Option<String>, detail: &str) {
        self.gate.refused(self.io.now, &self.io.policy);
        self.io.problem(ProblemCode::RequestFailed, detail);
        self.cause = Cause::AuthRefused;
        let refused = Channel::Refused { reason, code };
        let channel = if planted!(RefusalNotTerminal) { Channel::Idle } else { refused };
        self.set_channel(id, channel);
    }

    /// Not a refusal: the endpoint is overloaded, broken or out of reach. The pause doubles, and lasts as long as was
    /// `waited` in vain.
    fn auth_trouble(&mut self, id: &SessionId, told: Option<Duration>, waited: Duration) {
        self.gate.troubles = self.gate.troubles.saturating_add(1);
        let exponent = self.gate.troubles.min(7) - 1;
        let doubled = Duration::from_secs(2).saturating_mul(1 << exponent).min(self.io.policy.auth_pause_max);
        let nominal = doubled.max(waited);
        let pause = self.io.half_spread(nominal);
        let until = self.io.now.after(Self::pause_beside(&mut self.io, told, pause, &mut self.gate.told));
        // The endpoint is in trouble, not the session: the pause outlives a switch or a new socket.
        self.gate.silent_until = self.gate.silent_until.max(until);
        self.set_channel(id, Channel::Paused { until });
    }
}
