//! Own messages over restarts: what is stored of them, and how they come back.

use super::super::Engine;
use super::Outbox;
use crate::defect::planted;
use crate::ids::SessionId;
use crate::input::Outgoing;
use crate::output::{SendFailure, SendState};
use crate::timeline::EchoState;

impl Outbox {
    /// Equal for outboxes that are stored the same way; 0 for an empty one, odd for any other.
    pub(in crate::engine) fn digest(&self) -> u64 {
        if self.is_empty() || (planted!(OutboxForgottenEarly) && self.queue.is_empty()) {
            return 0;
        }
        let mut digest = 0xcbf2_9ce4_8422_2325;
        let mut take = |message: &Outgoing, state: &str| {
            for byte in message.client_message_id.as_str().bytes().chain(state.bytes()) {
                digest = (digest ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
            }
        };
        // Asked for with every input while something waits. In which order they were written is told by the list.
        if self.failed.is_empty() {
            for message in self.open() {
                take(message, "");
            }
        } else {
            for (message, failure) in self.all() {
                take(message, failure.map_or("", SendFailure::as_str));
            }
        }
        digest | 1
    }

    /// What has not failed, in the order in which they were written.
    fn open(&self) -> impl Iterator<Item = &Outgoing> {
        self.in_flight.iter().map(|(_, message)| message).chain(&self.queue)
    }

    /// Every message in the order in which they were written, and why it failed.
    pub(in crate::engine) fn all(&self) -> Vec<(&Outgoing, Option<SendFailure>)> {
        let mut all: Vec<(&Outgoing, Option<SendFailure>)> =
            self.open().map(|message| (message, None)).collect();
        for (_, (message, failure)) in self.failed.iter() {
            let later = all.iter().position(|(other, _)| other.wall >= message.wall);
            all.insert(later.unwrap_or(all.len()), (message, Some(*failure)));
        }
        all
    }
}

impl Engine {
    /// Goes on with what an earlier run did not get sent: before anything written since, each unless it is known.
    pub(in crate::engine) fn take_up(
        &mut self,
        id: &SessionId,
        messages: Vec<(Outgoing, Option<SendFailure>)>,
    ) {
        let mut open = 0;
        for (message, failure) in messages {
            let key = message.client_message_id.clone();
            let Some(session) = self.sessions.get_mut(id) else { return };
            if session.timeline.echo_state(&key).is_some() {
                continue;
            }
            session.timeline.add_echo(&key, &message.content, message.wall);
            if session.timeline.echo_state(&key).is_none() {
                // Its copy is there: only the acknowledgement was lost.
                continue;
            }
            let state = match failure {
                Some(failure) => {
                    session.timeline.set_echo_state(&key, EchoState::Failed(failure));
                    session.outbox.failed.insert(key.clone(), (message, failure));
                    SendState::Failed(failure)
                }
                None => {
                    session.outbox.queue.insert(open.min(session.outbox.queue.len()), message);
                    open += 1;
                    SendState::Pending
                }
            };
            self.tell_send(id, &key, state);
        }
    }
}
