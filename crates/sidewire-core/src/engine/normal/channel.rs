//! The normal form of joining channels.

use super::super::normal::Form;
use super::{Channel, Unacknowledged};

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
            // The code is shown and changes nothing.
            Self::Refused { reason, code: _ } => {
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
