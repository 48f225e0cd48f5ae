//! The normal form of one watch.

use super::super::normal::Form;
use super::Episode;

impl Episode {
    pub(in crate::engine) fn write(&self, form: &mut Form) {
        let Self { live_once, patience } = self;
        form.flag(*live_once);
        form.option(patience.as_ref(), |form, at| form.due(*at));
    }
}
