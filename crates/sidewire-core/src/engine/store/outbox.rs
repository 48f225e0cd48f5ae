//! Own messages as text, until the server has acknowledged them.

use super::super::Engine;
use super::{Listing, What};
use crate::defect::planted;
use crate::ids::{ClientMessageId, SessionId};
use crate::input::Outgoing;
use crate::json::{self, Json, ObjectWriter};
use crate::output::SendFailure;
use crate::storage::{Part, StorageCall, StorageFailure};
use crate::time::{Timestamp, WallTime};

/// The version of the format; any other is a fresh start.
const VERSION: u64 = 1;

impl Engine {
    /// At once: the next moment may be the last one.
    pub(super) fn pump_outbox_saves(&mut self) {
        let now = self.io.now;
        let is_due = |(id, session): &(&SessionId, &super::super::Session)| {
            self.outbox_save_due(id, session).is_some_and(|due| due <= now)
        };
        let due = self.sessions.iter().filter(is_due).map(|(id, _)| id.clone()).collect::<Vec<_>>();
        for id in due {
            let Some(session) = self.sessions.get(&id) else { continue };
            let mark = session.outbox.digest();
            let Some(owner) = self.store.owner.as_deref() else { return };
            let key = Part::Outbox.key(&id);
            let call = if mark == 0 {
                StorageCall::Remove { key }
            } else {
                StorageCall::Save { key, value: write(session.outbox.all(), owner) }
            };
            self.call_storage(What::Save { part: Part::Outbox, session: id, mark }, call);
        }
    }

    /// When the outbox of a session is to be stored; `None` if it is, or has to wait for another call.
    pub(super) fn outbox_save_due(
        &self,
        id: &SessionId,
        session: &super::super::Session,
    ) -> Option<Timestamp> {
        // What an earlier run stored must not be written over before it was read.
        let read = self.store.listing == Listing::Known && !self.store.unread.contains_key(id);
        let changed = || session.outbox.digest() != session.kept.outbox && !planted!(OutboxNotStored);
        let busy = || self.is_storing(Part::Outbox, id);
        (read && changed() && !busy() && !self.makes_room()).then_some(session.kept.outbox_not_before)
    }

    pub(super) fn pump_outbox_reads(&mut self) {
        let now = self.io.now;
        let due =
            self.store.unread.iter().filter(|(id, at)| **at <= now && !self.is_reading(Part::Outbox, id));
        for id in due.map(|(id, _)| id.clone()).collect::<Vec<_>>() {
            self.load(Part::Outbox, &id);
        }
    }

    /// What could not be read is tried again.
    pub(super) fn outbox_loaded(&mut self, id: &SessionId, value: Result<Option<&str>, StorageFailure>) {
        if !self.store.unread.contains_key(id) {
            return;
        }
        let Ok(value) = value else {
            self.store.unread.insert(id.clone(), self.io.now.after(self.io.policy.storage_retry));
            return;
        };
        self.store.unread.remove(id);
        let Some(text) = value else { return };
        let Some((owner, messages)) = read(text) else {
            self.tell_bad_value(Part::Outbox, id);
            return;
        };
        if !self.is_own(&owner) {
            self.remove(Part::Outbox, id);
            return;
        }
        let stored: Vec<_> = messages.elements().map(|message| Stored::read(id, message)).collect();
        if stored.iter().any(Option::is_none) {
            self.tell_bad_value(Part::Outbox, id);
        }
        self.ensure_session(id);
        self.take_up(id, stored.into_iter().flatten().map(|s| (s.message, s.failure)).collect());
        if let Some(session) = self.sessions.get_mut(id) {
            // Stored anew as it is now, or removed.
            session.kept.outbox = STORED_BEFORE;
        }
    }
}

/// Digests of outboxes are odd or 0.
const STORED_BEFORE: u64 = 2;

struct Stored {
    message: Outgoing,
    failure: Option<SendFailure>,
}

impl Stored {
    fn read(session: &SessionId, value: Json<'_>) -> Option<Self> {
        let field = |name| value.get(name).and_then(Json::as_str).map(std::borrow::Cow::into_owned);
        let failure = field("failed");
        Some(Self {
            message: Outgoing {
                session: session.clone(),
                client_message_id: ClientMessageId::from_text(&field("id")?)?,
                content: field("content")?,
                wall: WallTime::from_millis(value.get("at").and_then(Json::as_integer)?),
                url: field("url"),
                domain: field("domain"),
            },
            failure: failure.map(|code| SendFailure::named(&code).unwrap_or(SendFailure::Network)),
        })
    }
}

fn read(text: &str) -> Option<(std::borrow::Cow<'_, str>, Json<'_>)> {
    let value = json::parse(text.as_bytes()).ok()?;
    if value.get("v").and_then(Json::as_integer) != Some(VERSION) {
        return None;
    }
    let messages = value.get("messages").filter(|messages| messages.kind() == json::Kind::Array)?;
    Some((value.get("owner")?.as_str()?, messages))
}

/// Every message in the order in which they were written, those that failed among them.
fn write(messages: Vec<(&Outgoing, Option<SendFailure>)>, owner: &str) -> String {
    let mut out = String::new();
    let mut record = ObjectWriter::begin(&mut out);
    record.number("v", Some(VERSION)).text("owner", Some(owner));
    let list = record.name("messages");
    list.push('[');
    for (message, failure) in messages {
        if !list.ends_with('[') {
            list.push(',');
        }
        ObjectWriter::begin(list)
            .text("id", Some(message.client_message_id.as_str()))
            .number("at", Some(message.wall.as_millis()))
            .text("content", Some(&message.content))
            .text_if_any("url", message.url.as_deref())
            .text_if_any("domain", message.domain.as_deref())
            .text_if_any("failed", failure.map(SendFailure::as_str))
            .end();
    }
    list.push(']');
    record.end();
    out
}
