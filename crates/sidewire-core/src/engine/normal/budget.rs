//! The normal form of the budget for reads.

use super::super::normal::Form;
use super::Budget;
use crate::policy::Policy;

/// No run in a model reads so often; more than this never runs out.
const MANY: u32 = 1000;

impl Budget {
    pub(in crate::engine) fn write(&self, form: &mut Form, policy: &Policy) {
        let mut filled = self.clone();
        filled.refill(form.now(), policy);
        let Self { left, refilled } = filled;
        form.long(left.min(MANY).into());
        if left < policy.rest_burst.min(MANY) {
            form.age(refilled, policy.rest_refill);
        }
    }
}
