//! The normal form of calls.

use super::super::normal::Form;
use super::{Calls, Made};

impl Calls {
    pub(in crate::engine) fn write(&self, form: &mut Form) {
        let Self { waiting, not_before } = self;
        form.number(waiting.len());
        for made in waiting {
            made.write(form);
        }
        form.due(*not_before);
    }
}

impl Made {
    pub(in crate::engine) fn write(&self, form: &mut Form) {
        let Self { call, what, at } = self;
        form.text(format!("c{} {what:?}", call.as_raw()).as_bytes());
        form.duration(form.now().since(*at));
    }
}
