//! Who makes calls beside the sync, and whether each is answered once.

use sidewire_core::{ApiCall, ApiFailure, CallId, Command, SessionFields};

use crate::world::World;

/// Ids of calls begin here; those below are questions for older messages.
const FIRST: u32 = 1_000_000;

/// One call.
#[derive(Clone, Debug)]
pub struct Made {
    call: CallId,
    /// What came of it.
    pub answer: Option<Result<String, ApiFailure>>,
}

impl World {
    /// Lists, creates or changes sessions, in turns; the number of the call in [`World::calls`].
    pub fn call(&mut self) -> usize {
        let number = self.calls.len();
        let call = CallId::from_raw(FIRST.saturating_add(u32::try_from(number).unwrap_or(0)));
        let what = match (number % 3, self.session(0).cloned()) {
            (1, _) => ApiCall::CreateSession(SessionFields::default()),
            (2, Some(session)) => ApiCall::UpdateSession(session, SessionFields::default()),
            _ => ApiCall::ListSessions,
        };
        self.calls.push(Made { call, answer: None });
        self.command(Command::Call(call, what));
        number
    }

    pub(crate) fn note_call(&mut self, call: CallId, outcome: &Result<String, ApiFailure>) {
        let Some(made) = self.calls.iter_mut().find(|made| made.call == call) else { return };
        if made.answer.replace(outcome.clone()).is_some() {
            self.broken("K1", format!("call {} is answered twice", call.as_raw()));
        }
    }

    /// K1: whoever called was answered.
    pub(crate) fn calls_answered(&mut self) {
        if let Some(open) = self.calls.iter().find(|made| made.answer.is_none()) {
            let detail = format!("nobody answers call {}", open.call.as_raw());
            self.broken("K1", detail);
        }
    }
}
