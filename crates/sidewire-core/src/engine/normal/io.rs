//! The normal form of what is shared by all parts.

use super::super::normal::Form;
use super::{Io, Pending};
use crate::ids::RequestId;

impl Io {
    /// Requests being waited for, oldest first.
    pub(in crate::engine) fn pending_ids(&self) -> Vec<RequestId> {
        self.pending.keys().copied().collect()
    }

    pub(in crate::engine) fn write(&self, form: &mut Form) {
        let Self {
            pending,
            token,
            effects,
            events,
            now: _,
            // The same in every state, random, counted for people, or left over.
            buffer: _,
            policy: _,
            rng: _,
            counters: _,
            last_request: _,
            last_connection: _,
        } = self;
        form.number(effects.len());
        form.number(events.len());
        form.number(pending.len());
        for (_, waiting) in pending.iter() {
            match &waiting.pending {
                Pending::Authorize(id) => form.text(format!("a{id}").as_bytes()),
                Pending::Messages(id) => form.text(format!("m{id}").as_bytes()),
                Pending::Interact(id) => form.text(format!("i{id}").as_bytes()),
                Pending::Call(made) => made.write(form),
            }
            form.long(token.as_raw().wrapping_sub(waiting.token.as_raw()).into());
            form.due(waiting.due());
        }
    }
}
