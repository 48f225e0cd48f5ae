//! The normal form of what is known of the servers.

use super::super::normal::Form;
use super::{MUTE, Server, Servers, Told};
use crate::policy::Policy;
use crate::time::Timestamp;

impl Servers {
    /// `asked`: when a signature was asked for last, which answers are compared with.
    pub(in crate::engine) fn write(&self, form: &mut Form, policy: &Policy, asked: Option<Timestamp>) {
        let Self { api, signer } = self;
        api.write(form, policy, asked);
        signer.write(form, policy, asked);
    }
}

impl Server {
    fn write(&self, form: &mut Form, policy: &Policy, asked: Option<Timestamp>) {
        let Self { timeouts: _, last_timeout, mute, last_answer: _, silent_until, last_busy } = self;
        let level = self.level(form.now(), policy);
        form.long(level.into());
        if level > 0 {
            form.age(*last_timeout, policy.patience_memory);
        }
        form.long((*mute).min(MUTE).into());
        form.flag(asked.is_some_and(|asked| self.answered_since(asked)));
        form.due(*silent_until);
        let busy = last_busy.filter(|last| form.now().since(*last) < policy.patience_memory);
        form.option(busy.as_ref(), |form, last| form.age(*last, policy.patience_memory));
    }
}

impl Told {
    pub(in crate::engine) fn write(&self, form: &mut Form) {
        let Self(wait) = self;
        form.option(wait.as_ref(), |form, wait| form.duration(*wait));
    }
}
