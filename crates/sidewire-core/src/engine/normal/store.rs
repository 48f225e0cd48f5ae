//! The normal form of what is kept across restarts.

use super::super::normal::Form;
use super::{Changed, Kept, Pending, Reading, Store};

impl Store {
    pub(in crate::engine) fn write(&self, form: &mut Form) {
        // Names only: the numbers of calls.
        let Self { owner, listing, listing_not_before, unread, pending, last: _, kept, crowded, told } = self;
        form.option(owner.as_ref(), |form, owner| form.text(owner.as_bytes()));
        form.tag(*listing as u8);
        form.due(*listing_not_before);
        form.number(unread.len());
        for (id, at) in unread.iter() {
            form.text(id.as_str().as_bytes());
            form.due(*at);
        }
        form.number(pending.len());
        for (_, Pending { what, deadline }) in pending.iter() {
            form.text(format!("{what:?}").as_bytes());
            form.due(*deadline);
        }
        form.number(kept.len());
        for (id, seen) in kept.iter() {
            form.text(id.as_str().as_bytes());
            form.option(seen.as_ref(), |form, seen| form.long(*seen));
        }
        form.option(crowded.as_ref(), |form, who| form.text(format!("{who:?}").as_bytes()));
        form.flag(told.full);
        form.flag(told.failed);
    }
}

impl Kept {
    pub(in crate::engine) fn write(&self, form: &mut Form, revision: u64) {
        let Self { reading, snapshot, changed, outbox, outbox_not_before } = self;
        match reading {
            Reading::Unread => form.tag(0),
            Reading::Asked { until } => {
                form.tag(1);
                form.due(*until);
            }
            Reading::Done => form.tag(2),
        }
        form.flag(*snapshot == revision);
        form.option(changed.as_ref(), |form, Changed { revision: changed, latest, at }| {
            form.flag(*changed == revision);
            form.due(*latest);
            form.due(*at);
        });
        form.long(*outbox);
        form.due(*outbox_not_before);
    }
}
