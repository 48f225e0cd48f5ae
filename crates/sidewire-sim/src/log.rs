//! The server's memory: every version of every message, and the pages that REST makes of it.

#![allow(
    clippy::indexing_slicing,
    reason = "indices come from this file's own vectors; a bad one is a harness bug"
)]

use sidewire_core::SessionId;

use crate::text::{decimals, push_all, push_number};
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
    /// All versions, oldest first, never empty.
    pub versions: Vec<Version>,
}

/// One session's log.
#[derive(Clone, Debug)]
pub struct SessionLog {
    /// The session.
    pub id: SessionId,
    /// In the order in which they were stored.
    pub messages: Vec<Stored>,
    /// The change counter.
    pub revision: u64,
    /// The last sequence number given.
    pub last_sequence: u64,
}

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// The newest page.
    Newest,
    /// The last ones before a sequence number.
    Before(u64),
    /// Behind a sequence number.
    After(u64),
    /// Changes behind a revision.
    Changed(u64),
    /// From a server time on.
    Since(u64),
}

impl Cursor {
    /// Whether a message lies on its side, as far as the message alone tells.
    fn takes(self, message: &Stored, version: &Version) -> bool {
        match self {
            Self::Newest | Self::Before(_) => true,
            Self::After(number) => message.sequence > Some(number),
            Self::Changed(revision) => version.revision > revision,
            Self::Since(time) => message.time >= time,
        }
    }
}

/// A page, and where in the log it begins.
#[derive(Clone, Debug)]
pub struct Page {
    /// The body.
    pub body: String,
    /// Index of its first message; the length of the log when it is empty.
    pub first: usize,
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
        let sessions = (0..config.sessions).filter_map(|index| {
            let id = SessionId::parse(&format!("s{index}")).ok()?;
            // Room for what is said later too: growing means copying.
            let messages = Vec::with_capacity(config.history + 32);
            Some(SessionLog { id, messages, revision: 0, last_sequence: 0 })
        });
        let wall_offset = wall_offset.saturating_add_signed(config.skew);
        let mut log = Self {
            kind: config.kind,
            echoes_ids: config.echoes_ids,
            wall_offset,
            sessions: sessions.collect(),
            stuck: false,
            poison: false,
            anonymous: false,
            denied: 0,
        };
        let mut content = "old ".to_owned();
        for session in 0..config.sessions {
            for index in 0..config.history {
                let role = if index % 2 == 0 { "user" } else { "assistant" };
                content.truncate("old ".len());
                push_number(&mut content, index as u64);
                let draft =
                    Draft { role, content: &content, status: "success", origin: None, numbered: true };
                // Spread over the first second, so that times differ.
                log.append(u64::try_from(index).unwrap_or(0) * 5, session, draft);
            }
        }
        for version in log.sessions.iter_mut().flat_map(|s| &mut s.messages).flat_map(|m| &mut m.versions) {
            version.at = 0;
        }
        log
    }

    /// The number of a session.
    pub fn index_of(&self, id: &str) -> Option<usize> {
        self.sessions.iter().position(|log| log.id.as_str() == id)
    }

    /// Stores a message and returns its index.
    pub fn append(&mut self, now: u64, session: usize, draft: Draft<'_>) -> usize {
        let kind = self.kind;
        let log = &mut self.sessions[session];
        let index = log.messages.len();
        // Times tie, but never more than three: whole pages of one time cannot be paged by `since`.
        let third = index.checked_sub(3).map_or(0, |third| log.messages[third].time + 1);
        let time = (self.wall_offset + now).max(third).max(log.messages.last().map_or(0, |last| last.time));
        let numbered = kind != ServerKind::Times && draft.numbered;
        log.last_sequence += u64::from(numbered);
        let mut stored = Stored {
            id: message_id(session, index),
            sequence: numbered.then_some(log.last_sequence),
            time,
            origin: draft.origin.map(str::to_owned),
            role: draft.role,
            versions: Vec::with_capacity(1),
        };
        log.revision += 1;
        let json = self.write(session, &stored, draft.status, draft.content, time);
        let revision = self.sessions[session].revision;
        let (status, content) = (draft.status, draft.content.to_owned());
        stored.versions.push(Version { json, revision, at: now, status, content });
        self.sessions[session].messages.push(stored);
        index
    }

    /// Stores another version of a message.
    pub fn update(&mut self, now: u64, session: usize, index: usize, status: &'static str, content: &str) {
        self.sessions[session].revision += 1;
        let revision = self.sessions[session].revision;
        let stored = &self.sessions[session].messages[index];
        // Versions of one message must differ in their time even when the change counter is not told.
        let floor = stored.versions.len() as u64 + stored.time;
        let json = self.write(session, stored, status, content, floor.max(self.wall_offset + now));
        let stored = &mut self.sessions[session].messages[index];
        stored.versions.push(Version { json, revision, at: now, status, content: content.to_owned() });
    }

    fn write(&self, session: usize, stored: &Stored, status: &str, content: &str, updated: u64) -> String {
        let log = &self.sessions[session];
        let mut json = String::with_capacity(256 + content.len());
        push_all(&mut json, &[r#"{"messageId":""#, &stored.id, r#"","#]);
        if !self.anonymous {
            push_all(&mut json, &[r#""sessionId":""#, log.id.as_str(), r#"","#]);
        }
        push_all(&mut json, &[r#""role":""#, stored.role, r#"","content":"#]);
        sidewire_core::json::write_str(&mut json, content);
        number(&mut json, r#","timestamp":"#, stored.time);
        if updated == stored.time {
            // The same digits again: most messages are never changed.
            let digits = json.len() - decimals(updated)..json.len();
            json.push_str(r#","updatedAt":"#);
            json.extend_from_within(digits);
        } else {
            number(&mut json, r#","updatedAt":"#, updated);
        }
        push_all(&mut json, &[r#","status":""#, status, "\""]);
        if let Some(sequence) = stored.sequence {
            number(&mut json, r#","sequenceNumber":"#, sequence);
        }
        if self.kind == ServerKind::Revisions {
            number(&mut json, r#","revision":"#, log.revision);
        }
        if let Some(origin) = stored.origin.as_ref().filter(|_| self.echoes_ids) {
            push_all(&mut json, &[r#","clientMessageId":""#, origin, "\""]);
        }
        json.push('}');
        json
    }

    /// One page as a copy of the database at `as_of` gives it.
    pub fn page(&self, session: usize, cursor: Cursor, limit: usize, as_of: u64) -> Page {
        let log = &self.sessions[session];
        let cursor = if self.stuck { Cursor::Newest } else { cursor };
        let visible = log.messages.iter().enumerate().take(log.messages.len().saturating_sub(self.denied));
        let visible = visible.filter_map(|(at, message)| Some((at, message, message.version_at(as_of)?)));
        let (mut found, mut count, mut current, mut last) = (Vec::new(), 0, 0, 0);
        for item @ (_, message, version) in visible {
            count += 1;
            current = current.max(version.revision);
            last = last.max(message.sequence.unwrap_or(0));
            if cursor.takes(message, version) {
                found.push(item);
            }
        }
        if let Cursor::Before(number) = cursor {
            let behind = |(_, message, _): &(usize, &Stored, &Version)| message.sequence >= Some(number);
            found.truncate(found.iter().position(behind).unwrap_or(found.len()));
        }
        if matches!(cursor, Cursor::Changed(_)) {
            found.sort_by_key(|(_, _, version)| version.revision);
        }
        let has_more = found.len() > limit;
        if matches!(cursor, Cursor::Newest | Cursor::Before(_)) {
            found.drain(..found.len().saturating_sub(limit));
        } else {
            found.truncate(limit);
        }
        let cut = has_more && matches!(cursor, Cursor::Changed(_));
        let revision = if cut { found.last().map_or(current, |(_, _, v)| v.revision) } else { current };
        let first = found.iter().map(|(at, _, _)| *at).min().unwrap_or(count);
        let has_more = has_more || self.stuck;
        let mut bodies: Vec<&str> = found.iter().map(|(_, _, v)| v.json.as_str()).collect();
        if self.poison {
            bodies.insert(0, r#"{"content":"no id"}"#);
        }
        Page { body: self.page_body(&bodies, has_more, last, revision), first }
    }

    fn page_body(&self, bodies: &[&str], has_more: bool, last: u64, revision: u64) -> String {
        let length = bodies.iter().map(|body| body.len() + 1).sum::<usize>();
        let mut body = String::with_capacity(96 + length);
        body.push_str(r#"{"messages":["#);
        for (index, message) in bodies.iter().enumerate() {
            push_all(&mut body, &[if index > 0 { "," } else { "" }, message]);
        }
        push_all(&mut body, &[r#"],"hasMore":"#, if has_more { "true" } else { "false" }]);
        if self.kind != ServerKind::Times {
            number(&mut body, r#","lastSequenceNumber":"#, last);
        }
        if self.kind == ServerKind::Revisions {
            number(&mut body, r#","revision":"#, revision);
        }
        body.push('}');
        body
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

/// Appends `name` and the digits of `value`.
fn number(out: &mut String, name: &str, value: u64) {
    out.push_str(name);
    push_number(out, value);
}
