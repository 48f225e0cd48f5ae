//! The normal form of reading older messages.

use super::super::normal::Form;
use super::Older;

impl Older {
    pub(in crate::engine) fn write(&self, form: &mut Form) {
        let Self { calls, more } = self;
        form.number(calls.len());
        form.option(more.as_ref(), |form, more| form.flag(*more));
    }
}
