//! The server's memory: every version of every message, and the pages that REST makes of it.

#![allow(
    clippy::indexing_slicing,
    reason = "indices come from this file's own vectors; a bad one is a harness bug"
)]

mod history;
mod page;

use std::cell::OnceCell;

use sidewire_core::SessionId;
use smallvec::SmallVec;

use self::history::{History, Style};
pub use self::page::{Cursor, Page};
use crate::text::push_number;
use crate::world::WorldConfig;

/// What kind of server this is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerKind {
    /// Sequence numbers and a change counter, as the contract's reference backend.
    Revisions,
    /// Sequence numbers only: edits travel by push alone.
    Sequences,
    /// Neither: `since` with server times is all there is.
    Times,
}

/// One version of a message.
#[derive(Clone, Debug)]
pub struct Version {
    /// The message as JSON, the same bytes by push and by REST.
    pub json: String,
    /// The session's change counter at this version.
    pub revision: u64,
    /// When it was stored, on the simulator's clock.
    pub at: u64,
    /// How far the message was by then.
    pub status: &'static str,
    /// What it said by then.
    pub content: String,
}

/// One message.
#[derive(Clone, Debug)]
pub struct Stored {
    /// Its id: session number and index, so that the checker finds it again.
    pub id: String,
    /// Its number in the session.
    pub sequence: Option<u64>,
    /// The server's wall clock when it was stored.
    pub time: u64,
    /// Which send of the user it came from; told to the client only if the server echoes ids.
    pub origin: Option<String>,
    /// Who wrote it.
    pub role: &'static str,
    /// All versions, oldest first, never empty. Most messages have one.
    pub versions: SmallVec<[Version; 1]>,
}

/// One session's log.
#[derive(Clone, Debug)]
pub struct SessionLog {
    /// The session.
    pub id: SessionId,
    /// In the order in which they were stored. What the world begins with is written when somebody looks at the
    /// session, which is seldom.
    messages: OnceCell<Vec<Stored>>,
    history: History,
    /// The change counter.
    pub revision: u64,
    /// The last sequence number given.
    pub last_sequence: u64,
    /// When the last message or version was stored, on the simulator's clock.
    changed_at: u64,
}

impl SessionLog {
    /// All messages, in the order in which they were stored.
    pub fn messages(&self) -> &[Stored] {
        self.messages.get_or_init(|| self.history.write(&self.id))
    }

    /// One of them, to change it.
    pub fn message_mut(&mut self, index: usize) -> Option<&mut Stored> {
        self.messages();
        self.messages.get_mut()?.get_mut(index)
    }

    fn push(&mut self, stored: Stored) {
        self.messages();
        if let Some(messages) = self.messages.get_mut() {
            messages.push(stored);
        }
    }
}

/// What a new message is made of.
#[derive(Clone, Copy, Debug)]
pub struct Draft<'a> {
    /// Who wrote it.
    pub role: &'static str,
    /// What it says.
    pub content: &'a str,
    /// Its first status.
    pub status: &'static str,
    /// Which send it came from.
    pub origin: Option<&'a str>,
    /// Whether it gets a sequence number, where the server has them.
    pub numbered: bool,
}

/// All sessions of one server.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent oddities, not a state")]
pub struct ServerLog {
    /// What the server can do.
    pub kind: ServerKind,
    /// Whether it tells the sender's id.
    pub echoes_ids: bool,
    /// Milliseconds from the simulator's clock to the server's wall clock.
    pub wall_offset: u64,
    /// By session number.
    pub sessions: Vec<SessionLog>,
    /// Pages ignore where they are to begin, and always promise more.
    pub stuck: bool,
    /// Pages hold something that is no message.
    pub poison: bool,
    /// Pages deny so many of each session's newest messages, as after a backup was restored.
    pub denied: usize,
    /// Messages do not tell the session that they belong to.
    pub anonymous: bool,
}

impl Stored {
    /// The version that a reader of a copy at `as_of` sees.
    fn version_at(&self, as_of: u64) -> Option<&Version> {
        self.versions.iter().rev().find(|version| version.at <= as_of)
    }

    /// What it says by now.
    pub fn content(&self) -> &str {
        &self.latest().content
    }

    /// The sender's id, of what the user wrote.
    pub(crate) fn own(&self) -> Option<&str> {
        self.origin.as_deref().filter(|_| self.role == "user")
    }

    /// The newest version.
    pub fn latest(&self) -> &Version {
        &self.versions[self.versions.len() - 1]
    }
}

impl ServerLog {
    /// The log that a world begins with.
    pub(crate) fn of(config: &WorldConfig, wall_offset: u64) -> Self {
        let wall_offset = wall_offset.saturating_add_signed(config.skew);
        let style = Style { kind: config.kind, echoes_ids: config.echoes_ids, anonymous: false };
        let length = config.history as u64;
        let sessions = (0..config.sessions).filter_map(|session| {
            let id = SessionId::parse(&format!("s{session}")).ok()?;
            let history = History { session, length, style, wall_offset };
            let last_sequence = if config.kind == ServerKind::Times { 0 } else { length };
            Some(SessionLog {
                id,
                messages: OnceCell::new(),
                history,
                revision: length,
                last_sequence,
                changed_at: 0,
            })
        });
        Self {
            kind: config.kind,
            echoes_ids: config.echoes_ids,
            wall_offset,
            sessions: sessions.collect(),
            stuck: false,
            poison: false,
            anonymous: false,
            denied: 0,
        }
    }

    /// The number of a session.
    pub fn index_of(&self, id: &str) -> Option<usize> {
        self.sessions.iter().position(|log| log.id.as_str() == id)
    }

    /// Stores a message and returns its index.
    pub fn append(&mut self, now: u64, session: usize, draft: Draft<'_>) -> usize {
        let (style, wall) = (self.style(), self.wall_offset + now);
        let log = &mut self.sessions[session];
        let messages = log.messages();
        let index = messages.len();
        // Times tie, but never more than three: whole pages of one time cannot be paged by `since`.
        let third = index.checked_sub(3).map_or(0, |third| messages[third].time + 1);
        let time = wall.max(third).max(messages.last().map_or(0, |last| last.time));
        let numbered = style.kind != ServerKind::Times && draft.numbered;
        log.last_sequence += u64::from(numbered);
        log.revision += 1;
        let sequence = numbered.then_some(log.last_sequence);
        let id = message_id(session, index);
        let origin = draft.origin.map(str::to_owned);
        let mut stored = Stored { id, sequence, time, origin, role: draft.role, versions: SmallVec::new() };
        stored.say(style, &log.id, time, log.revision, now, (draft.status, draft.content));
        log.push(stored);
        log.changed_at = now;
        index
    }

    /// Stores another version of a message.
    pub fn update(&mut self, now: u64, session: usize, index: usize, status: &'static str, content: &str) {
        let (style, wall) = (self.style(), self.wall_offset + now);
        let log = &mut self.sessions[session];
        log.revision += 1;
        let (id, revision) = (log.id.clone(), log.revision);
        log.changed_at = now;
        let Some(stored) = log.message_mut(index) else { return };
        // Versions of one message must differ in their time even when the change counter is not told.
        let floor = stored.versions.len() as u64 + stored.time;
        stored.say(style, &id, floor.max(wall), revision, now, (status, content));
    }

    const fn style(&self) -> Style {
        Style { kind: self.kind, echoes_ids: self.echoes_ids, anonymous: self.anonymous }
    }
}

/// The id of a message tells where it is in the log.
fn message_id(session: usize, index: usize) -> String {
    let mut id = String::with_capacity(8);
    id.push('m');
    push_number(&mut id, session as u64);
    id.push('-');
    push_number(&mut id, index as u64);
    id
}
