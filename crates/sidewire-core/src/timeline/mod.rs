//! The messages of one session: merged, ordered, without duplicates, together with local echoes of what was sent.
//!
//! Server messages form a join-semilattice: whatever arrives, in whatever order and however often, the result is
//! the same function of the *set* of versions that arrived. Of one id the version with the larger stamp is shown,
//! whole: fields of different versions are never mixed, with two exceptions that only ever add knowledge, the
//! sequence number and the sender's id; and what the pieces of a streamed text add to its content, see `stream`. The
//! stamp is, compared in this order, with missing fields as 0:
//! `revision`, `updatedAt` (else `timestamp`), the rank of `status`, completeness, sequence number, raw bytes.
//!
//! The place of a message is its key (anchor, class, time, id), see `Key`; it depends on the set as well. The
//! anchors of echoes are the one thing that depends on time: on when the user pressed the key.

mod echo;
mod entry;
mod index;
mod instant;
mod message;
mod place;
mod row;
mod sequence;
mod slab;
mod stream;
mod table;

use core::ops::Range;

use self::entry::Entry;
pub(crate) use self::message::{Fields, message_id};
use self::sequence::{Runs, Stairs};
use self::stream::Stream;
use self::table::Table;
use crate::defect::planted;
use crate::ids::{ClientMessageId, SessionId};
use crate::json::{Json, same};

pub use self::echo::EchoState;
pub(crate) use self::instant::http_date;
pub use self::row::{Row, write_row_json};

/// What a merge did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applied {
    /// A message not known before. It may have taken the place of an echo.
    Inserted,
    /// A known message changed visibly, or an echo of it went away.
    Updated,
    /// Nothing new.
    Unchanged,
    /// A message without content tells of a message, or of a version, that only REST has.
    Poke,
    /// It cannot be a message of this session; the log has to be asked what it was.
    Rejected(Reject),
}

/// Why something is no message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Reject {
    /// Not a JSON object.
    NotAnObject,
    /// Neither `messageId` nor `id` is a text or a whole number.
    NoId,
    /// The id is longer than 256 bytes.
    IdTooLong,
    /// It names another session.
    ForeignSession,
}

impl Reject {
    /// A few words for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotAnObject => "it is no object",
            Self::NoId => "it has no id",
            Self::IdTooLong => "its id is longer than 256 bytes",
            Self::ForeignSession => "it names another session",
        }
    }

    /// The field of the message that is wrong; empty for the message itself.
    pub const fn field(self) -> &'static str {
        match self {
            Self::NotAnObject => "",
            Self::NoId | Self::IdTooLong => ".messageId",
            Self::ForeignSession => ".sessionId",
        }
    }
}

/// Who wrote a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The user.
    User,
    /// The agent, and whoever else.
    Assistant,
    /// The system.
    System,
}

impl Role {
    /// The name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Assistant => "assistant",
            Self::System => "system",
        }
    }
}

/// The messages of one session.
#[derive(Clone, Debug)]
pub struct Timeline {
    session: SessionId,
    table: Table,
    /// Sequence numbers of the messages present.
    runs: Runs,
    /// Built while there are unsequenced messages with a time, which alone need it.
    stairs: Option<Stairs>,
    /// Unsequenced server messages with a time: (time, slot), sorted.
    loose: Vec<(u64, u32)>,
    /// Slots of echoes, in the order in which they were added.
    echoes: Vec<u32>,
    /// Slots of messages whose text streams, the oldest first.
    streams: Vec<u32>,
    /// Pieces that came before their message, by its id, the oldest first.
    waiting: Vec<(Box<str>, Stream)>,
    /// Echoes that met their server copy and were not reported yet.
    settled: Vec<ClientMessageId>,
    floor: Option<u64>,
    /// Runs of numbers that the log turned out not to have.
    gaps: Vec<(u64, u64)>,
    newest: Option<u64>,
    revision: u64,
}

/// What comes with a message beside its JSON.
#[derive(Clone, Copy, Default)]
struct Context<'a> {
    fallback_sequence: Option<u64>,
    answers: Option<&'a ClientMessageId>,
    from_log: bool,
}

impl Timeline {
    /// An empty timeline.
    pub fn new(session: SessionId) -> Self {
        Self {
            session,
            table: Table::default(),
            runs: Runs::default(),
            stairs: None,
            loose: Vec::new(),
            echoes: Vec::new(),
            streams: Vec::new(),
            waiting: Vec::new(),
            settled: Vec::new(),
            floor: None,
            gaps: Vec::new(),
            newest: None,
            revision: 0,
        }
    }

    /// Whose messages these are.
    pub const fn session(&self) -> &SessionId {
        &self.session
    }

    /// Merges a message as it came by push. `fallback_sequence` is the sequence number of its envelope.
    ///
    /// One without content is no message but the news of one: [`Applied::Poke`] asks for a fetch if the message is
    /// unknown or if status, revision or time say that the known version is old.
    pub fn merge(&mut self, message: Json<'_>, fallback_sequence: Option<u64>) -> Applied {
        self.merge_push(&Fields::find(message), fallback_sequence)
    }

    /// Merges a message from a page of the log. One without content is taken as it is: there is nothing to fetch.
    pub fn merge_from_log(&mut self, message: Json<'_>, fallback_sequence: Option<u64>) -> Applied {
        let context = Context { fallback_sequence, from_log: true, ..Context::default() };
        self.absorb(&Fields::find(message), context)
    }

    /// Merges the stored message out of the answer to a send. Exact even if the server does not echo the id.
    pub fn merge_reply(&mut self, id: &ClientMessageId, message: Json<'_>) -> Applied {
        self.merge_answer(id, &Fields::find(message))
    }

    /// [`Timeline::merge`] of a message whose fields are found already.
    pub(crate) fn merge_push(&mut self, message: &Fields<'_>, fallback_sequence: Option<u64>) -> Applied {
        self.absorb(message, Context { fallback_sequence, ..Context::default() })
    }

    /// [`Timeline::merge_from_log`] of a message whose fields are found already.
    pub(crate) fn merge_logged(&mut self, message: &Fields<'_>) -> Applied {
        self.absorb(message, Context { from_log: true, ..Context::default() })
    }

    /// [`Timeline::merge_reply`] of a message whose fields are found already.
    pub(crate) fn merge_answer(&mut self, id: &ClientMessageId, message: &Fields<'_>) -> Applied {
        self.absorb(message, Context { answers: Some(id), from_log: true, ..Context::default() })
    }

    /// How many rows there are, echoes included.
    pub fn len(&self) -> usize {
        self.table.len()
    }

    /// Whether there is no row.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Grows with every visible change.
    pub const fn revision(&self) -> u64 {
        self.revision
    }

    /// One row.
    pub fn row(&self, index: usize) -> Option<Row<'_>> {
        self.table.at(index).map(Row::of)
    }

    /// The rows of a range, cut to what there is.
    pub fn rows(&self, range: Range<usize>) -> impl Iterator<Item = Row<'_>> {
        self.table.view(range).map(Row::of)
    }

    /// JSON, sequence number and time of one row, unless it is an echo: that is none of the log's.
    pub(crate) fn logged(&self, index: usize) -> Option<(&[u8], Option<u64>, Option<u64>)> {
        let entry = self.table.at(index).filter(|entry| !entry.is_echo())?;
        Some((entry.raw(), entry.sequence(), entry.time()))
    }

    /// Where the message stands that has the id of this one, and whether this one tells nothing new: its bytes are the
    /// same.
    pub(crate) fn find(&self, fields: &Fields<'_>) -> Option<(usize, bool)> {
        let id = fields.identify(&self.session).ok()?;
        let entry = self.table.find(&id).filter(|entry| !entry.is_echo())?;
        Some((self.table.index_of(entry)?, same(entry.raw(), fields.raw())))
    }

    /// Where the message with this id stands; for an echo the id is the sender's.
    pub fn index_of(&self, id: &str) -> Option<usize> {
        self.table.find(id).and_then(|entry| self.table.index_of(entry))
    }

    /// Whether there is a message, or an echo, with this id.
    pub fn contains(&self, id: &str) -> bool {
        self.table.find(id).is_some()
    }

    /// The smallest index range that covers every change since the last call, in indices as they are now. If the
    /// number of rows changed, it reaches to the end; it may then be empty, when the last rows went away.
    pub fn take_changes(&mut self) -> Option<Range<usize>> {
        self.table.take_changes()
    }

    /// The newest time that the server told. Echoes do not count.
    pub const fn newest_server_time(&self) -> Option<u64> {
        self.newest
    }

    fn absorb(&mut self, fields: &Fields<'_>, context: Context<'_>) -> Applied {
        let id = match fields.identify(&self.session) {
            Ok(id) => id,
            Err(reject) => return reject.into(),
        };
        let known = self.table.find(&id);
        let server = known.filter(|entry| !entry.is_echo());
        if let Some(entry) = server
            && (context.fallback_sequence, context.answers) == (None, None)
            && same(entry.raw(), fields.raw())
        {
            return Applied::Unchanged;
        }
        if fields.content().is_none() && !context.from_log {
            let stale = server.is_none_or(|entry| fields.is_news_to(&entry.stamp()));
            return if stale { Applied::Poke } else { Applied::Unchanged };
        }
        match (server.map(|entry| entry.slot), known.map(|entry| entry.slot)) {
            (Some(slot), _) => self.update(slot, &id, fields, context),
            (None, echo) => self.insert(&id, fields, context, echo),
        }
    }

    /// Adds a message not known before, in the place of its echo if there is one.
    fn insert(
        &mut self,
        id: &str,
        fields: &Fields<'_>,
        context: Context<'_>,
        same_id: Option<u32>,
    ) -> Applied {
        let version = fields.version(id, context.fallback_sequence);
        let told = fields.client(context.answers);
        let echo = match (same_id, &told) {
            (Some(slot), _) => Some(slot),
            (None, _) if planted!(EchoNotReplaced) => None,
            (None, Some(client)) => self.echo_slot(client),
            (None, None) => self.echo_like(fields, &version),
        };
        let replaced = echo.and_then(|slot| self.take_echo(slot));
        let guess = replaced.as_ref().and_then(|entry| entry.client()).cloned();
        let origin = told.clone().map(|client| (true, client)).or(guess.map(|client| (false, client)));
        let slot = replaced.as_ref().map_or(self.table.next_slot(), |entry| entry.slot);
        let mut entry = Entry::new(slot, id, version, origin);
        entry.version = replaced.map_or(0, |entry| entry.version.wrapping_add(1));
        self.take_up_stream(&mut entry);
        self.table.store(entry);
        self.place(slot);
        self.settle(told.as_ref());
        self.revision += 1;
        Applied::Inserted
    }

    /// Joins another version to a known message.
    fn update(&mut self, slot: u32, id: &str, fields: &Fields<'_>, context: Context<'_>) -> Applied {
        let version = fields.version(id, context.fallback_sequence);
        let told = fields.client(context.answers);
        let Some(entry) = self.table.entry(slot) else {
            return Applied::Unchanged;
        };
        let told_origin = told.clone().map(|client| (true, client));
        let origin = entry.origin().cloned().max(told_origin);
        let new_origin = origin.as_ref() != entry.origin();
        let sequenced = entry.sequenced().max(version.stamp.sequenced());
        let wins = entry.loses_to(&version);
        let new_stamp = wins || sequenced != entry.sequenced();
        let time = if wins { version.time } else { entry.time() };
        let sequence = sequenced.map(|stamp| stamp.sequence);
        let moves = (sequence, time) != (entry.sequence(), entry.time());
        let rank = version.stamp.rank;
        if new_origin {
            self.table.set_origin(slot, origin);
        }
        if new_stamp {
            self.change(slot, moves, |entry| entry.join(id, version));
        }
        let cut = self.follow_version(slot, rank, wins);
        let visible = wins || moves || new_origin || cut;
        if visible {
            self.table.touch(slot);
        }
        if self.settle(told.as_ref()) || visible {
            self.revision += 1;
            return Applied::Updated;
        }
        Applied::Unchanged
    }
}

#[cfg(test)]
mod echo_tests;
#[cfg(test)]
mod stream_tests;
#[cfg(test)]
mod tests;
