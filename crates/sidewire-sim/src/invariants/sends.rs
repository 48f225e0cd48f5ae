//! Own messages on their way: when they are tried again, how often, and what must not be sent at all.

use std::collections::BTreeMap;

use sidewire_core::Command;

use super::{Broken, Facts};
use crate::log::ServerLog;

/// Tries of one message without an answer that the user does not ask for.
const TRIES: u32 = 5;

/// What became of the tries lately.
#[derive(Debug, Default)]
pub(super) struct Sends {
    /// The endpoint asked for silence until then.
    not_before: u64,
    sessions: BTreeMap<usize, Tries>,
    /// By session: the message on the wire.
    on_the_wire: BTreeMap<usize, String>,
}

/// Tries of a session's first message that brought nothing, and the pause that they are worth.
#[derive(Clone, Debug, Default)]
struct Tries {
    message: String,
    failures: u32,
    until: u64,
}

impl Sends {
    /// What the user does, and a change for the better, are worth a try at once.
    pub(super) fn commanded(&mut self, command: &Command, log: &ServerLog) {
        match command {
            Command::Send(message) => self.forgive(log.index_of(message.session.as_str())),
            Command::RetrySend(session, _) => self.forgive(log.index_of(session.as_str())),
            Command::SetVisible(_) | Command::SetOnline(_) | Command::SetToken { .. } => self.hasten(),
            Command::TokenRenewed { .. } => self.hasten(),
            Command::StopSync => self.sessions.clear(),
            Command::Connect
            | Command::StartSync(_)
            | Command::LeaveSession
            | Command::Refresh(_)
            | Command::LoadOlder(_)
            | Command::CancelSend(..)
            | Command::SetOwner { .. }
            | Command::Restore(_)
            | Command::Call(..) => {}
        }
    }

    fn forgive(&mut self, session: Option<usize>) {
        if let Some(session) = session {
            self.sessions.remove(&session);
        }
    }

    /// The pauses end; the tries still count.
    pub(super) fn hasten(&mut self) {
        for tries in self.sessions.values_mut() {
            tries.until = 0;
        }
    }

    /// An answer to a send reaches the engine: its status, or 0 for none, and what `Retry-After` says.
    pub(super) fn landed(&mut self, now: u64, session: usize, status: u16, told: Option<u64>) {
        let message = self.on_the_wire.remove(&session).unwrap_or_default();
        match (status, told) {
            (0 | 408 | 425 | 429 | 500..=599, None) => {
                let tries = self.sessions.entry(session).or_default();
                if tries.message != message {
                    *tries = Tries { message, ..Tries::default() };
                }
                tries.failures += 1;
                tries.until = now + (1000_u64 << (tries.failures - 1).min(5)).min(15_000);
            }
            (408 | 425 | 429 | 500..=599, Some(until)) => self.not_before = self.not_before.max(until),
            (401, _) => {}
            _ => self.forgive(Some(session)),
        }
    }

    pub(super) fn asked(&mut self, facts: &Facts<'_>, session: usize, client_id: &str) -> Option<Broken> {
        self.on_the_wire.insert(session, client_id.to_owned());
        let Some(sent) = facts.sent.iter().find(|sent| sent.id.as_str() == client_id) else {
            return Some(("M6", format!("sends under {client_id}, which nobody gave out")));
        };
        if sent.cancelled {
            return Some(("M12", format!("\"{}\" was taken back and is sent all the same", sent.content)));
        }
        if !facts.host.online && !facts.socket {
            return Some(("M13", format!("\"{}\" is sent without a network", sent.content)));
        }
        let early = self.not_before.saturating_sub(facts.now);
        if early > 0 {
            return Some(("S8", format!("a send {early} ms before Retry-After")));
        }
        let tries = self.sessions.get(&session).filter(|tries| tries.message == client_id)?;
        if tries.failures >= TRIES {
            return Some(("M11", format!("\"{}\" is tried again after {TRIES} failures", sent.content)));
        }
        let early = tries.until.saturating_sub(facts.now);
        (early > 0).then(|| ("S15", format!("a send {early} ms too early after {} failures", tries.failures)))
    }
}
