//! The access token as the engine knows it: there or not, and whether a refusal is worth a renewal.

use super::Engine;
use super::failure::http_failure;
use crate::defect::planted;
use crate::ids::TokenGeneration;
use crate::input::HttpFailure;
use crate::output::{Cause, Effect};
use crate::time::Timestamp;

/// One renewal per token: an endpoint that refuses the renewed one as well means it.
#[derive(Clone, Debug, Default)]
pub(super) enum Renewal {
    #[default]
    Unused,
    Asked {
        deadline: Timestamp,
    },
    /// The provider did not answer in time. It may yet, and then its token is as good as any.
    Late,
    Used,
}

/// What a 401 means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// Ask again once the token is another: it is being renewed, or was already.
    AskAgain,
    /// The token is good for nothing.
    Final,
}

impl Engine {
    /// Whether requests must wait for the token provider.
    pub(super) fn renewing(&self) -> bool {
        matches!(self.renewal, Renewal::Asked { .. })
    }

    /// A request with the token of `generation` was answered 401.
    pub(super) fn token_refused(&mut self, generation: TokenGeneration) -> Refusal {
        if generation != self.io.token {
            return Refusal::AskAgain;
        }
        match self.renewal {
            _ if planted!(NoRenewal) => Refusal::Final,
            Renewal::Used if planted!(RenewWithoutEnd) => {
                self.renewal = Renewal::Unused;
                self.token_refused(generation)
            }
            Renewal::Asked { .. } => Refusal::AskAgain,
            Renewal::Late | Renewal::Used => Refusal::Final,
            Renewal::Unused => {
                let deadline = self.io.now.after(self.io.policy.token_timeout);
                self.renewal = Renewal::Asked { deadline };
                self.io.effect(Effect::RenewToken);
                Refusal::AskAgain
            }
        }
    }

    /// A request with the present token was accepted.
    pub(super) fn token_accepted(&mut self, generation: TokenGeneration) {
        if generation == self.io.token && matches!(self.renewal, Renewal::Late | Renewal::Used) {
            self.renewal = Renewal::Unused;
        }
    }

    pub(super) fn pump_renewal(&mut self) {
        if matches!(self.renewal, Renewal::Asked { deadline } if deadline <= self.io.now) {
            self.renewal = Renewal::Late;
        }
    }

    pub(super) fn renewal_deadline(&self) -> Option<Timestamp> {
        match self.renewal {
            Renewal::Asked { deadline } => Some(deadline),
            Renewal::Unused | Renewal::Late | Renewal::Used => None,
        }
    }

    /// The provider's answer to a renewal, in time or not: whoever slept meanwhile needs it all the same.
    pub(super) fn token_renewed(&mut self, present: bool) {
        if matches!(self.renewal, Renewal::Asked { .. } | Renewal::Late) {
            self.take_token(present);
            self.renewal = Renewal::Used;
        }
    }

    /// The host says that the token appeared, changed or went away.
    pub(super) fn set_token(&mut self, present: bool) {
        self.take_token(present);
        self.renewal = Renewal::Unused;
    }

    fn take_token(&mut self, present: bool) {
        let known_before = self.token.replace(present).is_some();
        self.cause = Cause::Environment;
        self.io.token = TokenGeneration::from_raw(self.io.token.as_raw().wrapping_add(1));
        if !present {
            self.sign_out();
        } else if known_before {
            self.forgive_channels();
            // What the old token is still answered must not be held against the new one.
            for session in self.sessions.values_mut() {
                session.fetch.forgive();
                if let Some(request) = session.fetch.abandon() {
                    self.io.cancel(request);
                }
            }
            self.want_catch_up();
            self.hasten_sends();
            self.nudge_link(true);
        }
    }

    /// Nothing of a user outlives the token: connection, requests and messages go.
    pub(super) fn sign_out(&mut self) {
        self.forget_owner();
        self.drop_link();
        let why = http_failure(HttpFailure::NoToken);
        self.io.cancel_all(&why);
        self.end_calls(&why);
        if let Some(id) = self.shown.clone() {
            self.answer_older(&id, &Err(why));
        }
        if !planted!(SignOutKeepsMessages) {
            self.sessions.clear();
        }
        if let Some(id) = self.shown.clone() {
            self.ensure_session(&id);
            self.want_catch_up();
        }
    }
}
