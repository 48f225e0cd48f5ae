//! The normal form of joining channels.

use super::super::normal::Form;
use super::{AuthGate, Channel, Unacknowledged};
use crate::policy::Policy;

/// No run in a model asks so often; a budget larger than this never binds.
const MANY: usize = 64;

impl Channel {
    pub(in crate::engine) fn write(&self, form: &mut Form) {
        match self {
            Self::Idle => form.tag(0),
            Self::Paused { until } => {
                form.tag(1);
                form.due(*until);
            }
            Self::Authorizing { request } => {
                form.tag(2);
                form.request(*request);
            }
            Self::Authorized { auth } => {
                form.tag(3);
                form.signature(auth);
            }
            Self::Subscribing => form.tag(4),
            Self::Subscribed { caught_up } => {
                form.tag(5);
                form.flag(*caught_up);
            }
            Self::Refused(reason) => {
                form.tag(6);
                form.text(reason.as_str().as_bytes());
            }
        }
    }
}

impl Unacknowledged {
    pub(in crate::engine) fn write(&self, form: &mut Form) {
        let Self { session, deadline } = self;
        form.text(session.as_str().as_bytes());
        form.due(*deadline);
    }
}

impl AuthGate {
    pub(in crate::engine) fn write(&self, form: &mut Form, policy: &Policy) {
        let Self { sent, refusals, troubles, silent_until } = self;
        if policy.auth_budget < MANY {
            for at in sent.iter().filter(|at| form.is_recent(**at, policy.auth_window)).collect::<Vec<_>>() {
                form.tag(1);
                form.age(*at, policy.auth_window);
            }
        }
        form.tag(0);
        form.long((*refusals).into());
        form.long((*troubles).into());
        form.due(*silent_until);
    }
}
