//! Who asks for older messages, and whether what he is told is true.

use sidewire_core::json::{self, Json};
use sidewire_core::{ApiFailure, CallId, Command};

use crate::world::World;

/// One question for older messages.
#[derive(Clone, Debug)]
pub struct Asked {
    call: CallId,
    session: Option<usize>,
    /// What came of it: how many messages were added and whether there are more, or why nothing came.
    pub answer: Option<Result<(u64, Option<bool>), ApiFailure>>,
}

impl World {
    /// Asks for the page before the oldest message shown; the number of the question in [`World::older`].
    pub fn load_older(&mut self) -> usize {
        let number = self.older.len();
        let call = CallId::from_raw(u32::try_from(number).unwrap_or(u32::MAX));
        self.older.push(Asked { call, session: self.host.shown, answer: None });
        self.command(Command::LoadOlder(call));
        number
    }

    pub(crate) fn note_older(&mut self, call: CallId, outcome: &Result<String, ApiFailure>) {
        let Some(asked) = self.older.iter_mut().find(|asked| asked.call == call) else { return };
        if asked.answer.is_some() {
            let detail = format!("question {} is answered twice", call.as_raw());
            self.broken("P2", detail);
            return;
        }
        let answer = outcome.clone().map(|text| read(&text));
        asked.answer = Some(answer.clone());
        let (Some(session), Ok((_, more))) = (asked.session, answer) else { return };
        let floor = self.floor(session);
        let told_end = more == Some(false) && floor != Some(0);
        let told_more = more == Some(true) && floor == Some(0) && !self.log.stuck;
        if told_end || told_more {
            self.broken("P1", format!("told {more:?} while the view begins at {floor:?} of the log"));
        }
    }

    /// P2: whoever asked was answered.
    pub(crate) fn all_answered(&mut self) {
        if let Some(open) = self.older.iter().find(|asked| asked.answer.is_none()) {
            let detail = format!("nobody answers question {} for older messages", open.call.as_raw());
            self.broken("P2", detail);
        }
    }
}

fn read(text: &str) -> (u64, Option<bool>) {
    let value = json::parse(text.as_bytes()).ok();
    let field = |name| value.and_then(|value| value.get(name));
    (field("added").and_then(Json::as_integer).unwrap_or(0), field("hasOlder").and_then(Json::as_bool))
}
