//! Messages as JSON, and those that a world begins with.

use sidewire_core::SessionId;
use smallvec::SmallVec;

use super::{ServerKind, Stored, Version, message_id};
use crate::text::{push_all, push_number};

/// How a server writes its messages.
#[derive(Clone, Copy, Debug)]
pub(super) struct Style {
    pub(super) kind: ServerKind,
    pub(super) echoes_ids: bool,
    pub(super) anonymous: bool,
}

/// What a session holds from the start.
#[derive(Clone, Copy, Debug)]
pub(super) struct History {
    /// The session's number.
    pub(super) session: usize,
    pub(super) length: u64,
    pub(super) style: Style,
    pub(super) wall_offset: u64,
}

impl History {
    pub(super) fn write(&self, id: &SessionId) -> Vec<Stored> {
        // Room for what is said later too: growing means copying.
        let mut messages = Vec::with_capacity(usize::try_from(self.length).unwrap_or(0) + 32);
        let mut content = "old ".to_owned();
        for number in 0..self.length {
            content.truncate("old ".len());
            push_number(&mut content, number);
            // Spread over the first second, so that times differ.
            let time = self.wall_offset + number * 5;
            let mut stored = Stored {
                id: message_id(self.session, messages.len()),
                sequence: (self.style.kind != ServerKind::Times).then_some(number + 1),
                time,
                origin: None,
                role: if number % 2 == 0 { "user" } else { "assistant" },
                versions: SmallVec::new(),
            };
            stored.say(self.style, id, time, number + 1, 0, ("success", &content));
            messages.push(stored);
        }
        messages
    }
}

impl Stored {
    /// Adds a version of this status and content, stored when the server's clock showed `updated`, the simulator's `at`.
    pub(super) fn say(
        &mut self,
        style: Style,
        session: &SessionId,
        updated: u64,
        revision: u64,
        at: u64,
        (status, content): (&'static str, &str),
    ) {
        let json = self.write(style, session, updated, revision, (status, content));
        self.versions.push(Version { json, revision, at, status, content: content.to_owned() });
    }

    fn write(
        &self,
        style: Style,
        session: &SessionId,
        updated: u64,
        revision: u64,
        (status, content): (&str, &str),
    ) -> String {
        let origin = self.origin.as_ref().filter(|_| style.echoes_ids);
        let room = 208 + content.len() + origin.map_or(0, |origin| origin.len() + 32);
        let mut json = String::with_capacity(room);
        push_all(&mut json, &[r#"{"messageId":""#, &self.id, r#"","#]);
        if !style.anonymous {
            push_all(&mut json, &[r#""sessionId":""#, session.as_str(), r#"","#]);
        }
        push_all(&mut json, &[r#""role":""#, self.role, r#"","content":"#]);
        sidewire_core::json::write_str(&mut json, content);
        number(&mut json, r#","timestamp":"#, self.time);
        number(&mut json, r#","updatedAt":"#, updated);
        push_all(&mut json, &[r#","status":""#, status, "\""]);
        if let Some(sequence) = self.sequence {
            number(&mut json, r#","sequenceNumber":"#, sequence);
        }
        if style.kind == ServerKind::Revisions {
            number(&mut json, r#","revision":"#, revision);
        }
        if let Some(origin) = origin {
            push_all(&mut json, &[r#","clientMessageId":""#, origin, "\""]);
        }
        json.push('}');
        json
    }
}

/// Appends `name` and the digits of `value`.
pub(super) fn number(out: &mut String, name: &str, value: u64) {
    out.push_str(name);
    push_number(out, value);
}
