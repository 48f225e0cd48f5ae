//! Local echoes: what the user sent, shown at once, until the server's copy takes its place.
//!
//! A copy is recognised by `clientMessageId`, in either order of arrival. A server that does not echo that id leaves
//! only a guess: a user message not known before, with the text of an echo, that came into the log after the echo
//! was added. The guess has limits. Two equal texts in flight are paired in the order in which they were sent; the
//! same text sent from another device at the same time may be taken for ours, until the answer to our own send
//! (see `Timeline::merge_reply`) tells which it was; and an echo added after its copy came is not recognised.

use std::borrow::Cow;

use super::entry::Entry;
use super::message::{Fields, Version};
use super::{Role, Timeline};
use crate::ids::ClientMessageId;
use crate::json::ObjectWriter;
use crate::output::SendFailure;
use crate::time::WallTime;

/// How the delivery of an echo stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EchoState {
    /// Waiting to leave: for its turn, for the network, or for another try.
    Queued,
    /// On the wire.
    Pending,
    /// Not delivered.
    Failed(SendFailure),
}

impl Timeline {
    /// Shows a message just sent. Does nothing if the echo, or the server's copy, is there already.
    pub fn add_echo(&mut self, id: &ClientMessageId, content: &str, wall: WallTime) {
        if self.contains(id.as_str()) || self.table.has_client(id) {
            return;
        }
        let slot = self.table.next_slot();
        let mut entry = Entry::echo(slot, id, echo_json(id, content, wall), wall);
        entry.set_known_time(self.newest.unwrap_or(0));
        entry.set_anchor(self.highest_sequence().unwrap_or(0));
        self.table.store(entry);
        self.table.attach(slot);
        self.echoes.push(slot);
        self.revision += 1;
    }

    /// A timeline with the echoes of this one, acknowledged ones whose copy did not come yet as well, and with the
    /// messages from this number and time on: the page that it begins with may be older than they are.
    pub(crate) fn begun_anew(&self, number: Option<u64>, time: Option<u64>) -> Self {
        let mut fresh = Self::new(self.session.clone());
        let lies_behind = |entry: &&Entry| match entry.sequence() {
            Some(own) => number.is_some_and(|number| own >= number),
            None => time.is_some_and(|time| entry.time() >= Some(time)),
        };
        let logged = self.table.view(0..self.len()).filter(|entry| !entry.is_echo());
        for entry in logged.filter(lies_behind) {
            let slot = fresh.take_over(entry);
            fresh.place(slot);
        }
        for &slot in &self.echoes {
            let Some(entry) = self.table.entry(slot) else { continue };
            let slot = fresh.take_over(entry);
            fresh.echoes.push(slot);
            if let Some(echo) = fresh.table.entry_mut(slot) {
                echo.set_anchor(0);
            }
            fresh.table.attach(slot);
        }
        fresh
    }

    /// Stores a copy of another timeline's entry, without a place in the view yet.
    fn take_over(&mut self, entry: &Entry) -> u32 {
        let slot = self.table.next_slot();
        if entry.stream().is_some() {
            self.streams.push(slot);
        }
        let mut copy = entry.clone();
        copy.slot = slot;
        self.table.store(copy);
        slot
    }

    /// What was written before anything was loaded belongs behind what is there now.
    pub fn raise_echoes(&mut self) {
        let highest = self.highest_sequence().unwrap_or(0);
        for slot in self.echoes.clone() {
            if self.table.entry(slot).is_some_and(|entry| entry.anchor() < highest) {
                self.table.set_anchor(slot, highest);
                self.revision += 1;
            }
        }
    }

    /// Changes the state of an echo; false if it had that state or there is no such echo any more.
    pub fn set_echo_state(&mut self, id: &ClientMessageId, state: EchoState) -> bool {
        let Some(slot) = self.echo_slot(id) else {
            return false;
        };
        let Some(entry) = self.table.entry_mut(slot) else {
            return false;
        };
        if entry.echo_state() == Some(state) {
            return false;
        }
        entry.set_echo_state(state);
        self.table.touch(slot);
        self.revision += 1;
        true
    }

    /// The text of an echo, to send it again.
    pub fn echo_content(&self, id: &ClientMessageId) -> Option<Cow<'_, str>> {
        self.table.entry(self.echo_slot(id)?)?.content()
    }

    /// The state of an echo; `None` once the server's copy took its place.
    pub fn echo_state(&self, id: &ClientMessageId) -> Option<EchoState> {
        self.table.entry(self.echo_slot(id)?)?.echo_state()
    }

    /// The echoes in the order in which they were added.
    pub fn echoes(&self) -> impl Iterator<Item = (&ClientMessageId, EchoState)> {
        let entries = self.echoes.iter().filter_map(|&slot| self.table.entry(slot));
        entries.filter_map(|entry| entry.client().zip(entry.echo_state()))
    }

    /// Takes an echo away; false if there is none.
    pub fn remove_echo(&mut self, id: &ClientMessageId) -> bool {
        let removed = self.echo_slot(id).and_then(|slot| self.remove_slot(slot)).is_some();
        self.revision += u64::from(removed);
        removed
    }

    /// The echoes that met their server copy since the last call, in the order in which they did.
    pub fn take_settled(&mut self) -> Vec<ClientMessageId> {
        core::mem::take(&mut self.settled)
    }

    pub(super) fn echo_slot(&self, id: &ClientMessageId) -> Option<u32> {
        let mut slots = self.echoes.iter().copied();
        slots.find(|&slot| self.table.entry(slot).is_some_and(|entry| entry.client() == Some(id)))
    }

    /// The echo that a new message without a sender's id is probably the copy of: the oldest one not failed, else
    /// the oldest failed one, whose loss may have been that of the answer only.
    pub(super) fn echo_like(&self, fields: &Fields<'_>, version: &Version<'_>) -> Option<u32> {
        if self.echoes.is_empty() || version.role != Role::User {
            return None;
        }
        let text = fields.content()?.as_str()?;
        let later = |echo: &&Entry| match version.stamp.sequence {
            0 => version.time.is_none_or(|time| time >= echo.known_time()),
            number => number > echo.anchor(),
        };
        let entries = || self.echoes.iter().filter_map(|&slot| self.table.entry(slot));
        let alike = || entries().filter(later).filter(|echo| echo.content().is_some_and(|own| own == text));
        let open = alike().find(|echo| !matches!(echo.echo_state(), Some(EchoState::Failed(_))));
        open.or_else(|| alike().next()).map(|echo| echo.slot)
    }

    /// Takes out the echo whose copy arrived, and remembers to report it.
    pub(super) fn take_echo(&mut self, slot: u32) -> Option<Entry> {
        let entry = self.remove_slot(slot)?;
        self.settled.extend(entry.client().cloned());
        Some(entry)
    }

    /// Takes out the echo of this id, if its copy took another place than its own.
    pub(super) fn settle(&mut self, told: Option<&ClientMessageId>) -> bool {
        told.and_then(|id| self.echo_slot(id)).and_then(|slot| self.take_echo(slot)).is_some()
    }

    fn remove_slot(&mut self, slot: u32) -> Option<Entry> {
        self.echoes.retain(|&echo| echo != slot);
        self.table.take(slot)
    }
}

/// An echo in the form of a server message. Its status is not in it: that changes, and the row tells it.
fn echo_json(id: &ClientMessageId, content: &str, wall: WallTime) -> String {
    let mut json = String::with_capacity(content.len() + 200);
    let mut object = ObjectWriter::begin(&mut json);
    object.text("messageId", Some(id.as_str())).text("clientMessageId", Some(id.as_str()));
    object.text("role", Some("user")).text("content", Some(content));
    object.number("timestamp", Some(wall.as_millis()));
    object.end();
    json
}
