//! The normal form of the politeness towards the authorisation endpoint.

use super::super::normal::Form;
use super::AuthGate;
use crate::policy::Policy;

/// No run in a model asks so often; a budget larger than this never binds.
const MANY: usize = 64;

impl AuthGate {
    pub(in crate::engine) fn write(&self, form: &mut Form, policy: &Policy) {
        let Self { sent, refusals, troubles, silent_until, told } = self;
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
        told.write(form);
    }
}
