//! The normal form of own messages on their way.

use super::super::normal::Form;
use super::Outbox;

impl Outbox {
    pub(in crate::engine) fn write(&self, form: &mut Form) {
        let Self { queue, in_flight, failed, tries, not_before } = self;
        form.number(queue.len());
        for message in queue {
            form.text(message.client_message_id.as_str().as_bytes());
        }
        form.option(in_flight.as_ref(), |form, (request, message)| {
            form.request(*request);
            form.text(message.client_message_id.as_str().as_bytes());
        });
        // The pause doubles six times at most, and the tries are counted up to their limit.
        form.long((*tries).min(16).into());
        form.due(*not_before);
        form.number(failed.len());
        for (key, (_, failure)) in failed.iter() {
            form.text(key.as_str().as_bytes());
            form.text(failure.as_str().as_bytes());
        }
    }
}
