//! The server's memory: every version of every message, and the pages that REST makes of it.

#![allow(
    clippy::indexing_slicing,
    reason = "indices come from this file's own vectors; a bad one is a harness bug"
)]

use std::fmt::Write as _;

use sidewire_core::SessionId;

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
    /// What it says.
    pub content: String,
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
    /// Messages do not tell the session that they belong to.
    pub anonymous: bool,
}

impl Stored {
    /// The version that a reader of a copy at `as_of` sees.
    fn version_at(&self, as_of: u64) -> Option<&Version> {
        self.versions.iter().rev().find(|version| version.at <= as_of)
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
            Some(SessionLog { id, messages: Vec::new(), revision: 0, last_sequence: 0 })
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
        };
        for session in 0..config.sessions {
            for index in 0..config.history {
                let role = if index % 2 == 0 { "user" } else { "assistant" };
                let content = format!("old {index}");
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
            id: format!("m{session}-{index}"),
            sequence: numbered.then_some(log.last_sequence),
            time,
            origin: draft.origin.map(str::to_owned),
            role: draft.role,
            content: draft.content.to_owned(),
            versions: Vec::new(),
        };
        log.revision += 1;
        let json = self.write(session, &stored, draft.status, draft.content, time);
        let revision = self.sessions[session].revision;
        stored.versions.push(Version { json, revision, at: now });
        self.sessions[session].messages.push(stored);
        index
    }

    /// Stores another version of a message.
    pub fn update(&mut self, now: u64, session: usize, index: usize, status: &'static str, content: &str) {
        self.sessions[session].revision += 1;
        let revision = self.sessions[session].revision;
        let stored = self.sessions[session].messages[index].clone();
        // Versions of one message must differ in their time even when the change counter is not told.
        let floor = stored.versions.len() as u64 + stored.time;
        let json = self.write(session, &stored, status, content, floor.max(self.wall_offset + now));
        let stored = &mut self.sessions[session].messages[index];
        content.clone_into(&mut stored.content);
        stored.versions.push(Version { json, revision, at: now });
    }

    fn write(&self, session: usize, stored: &Stored, status: &str, content: &str, updated: u64) -> String {
        let log = &self.sessions[session];
        let Stored { id, role, time, .. } = stored;
        let own = if self.anonymous { String::new() } else { format!(r#""sessionId":"{}","#, log.id) };
        let mut json = format!(r#"{{"messageId":"{id}",{own}"role":"{role}","content":"#);
        sidewire_core::json::write_str(&mut json, content);
        // Writing to a String cannot fail.
        let _ = write!(json, r#","timestamp":{time},"updatedAt":{updated},"status":"{status}""#);
        if let Some(sequence) = stored.sequence {
            let _ = write!(json, r#","sequenceNumber":{sequence}"#);
        }
        if self.kind == ServerKind::Revisions {
            let _ = write!(json, r#","revision":{}"#, log.revision);
        }
        if let Some(origin) = stored.origin.as_ref().filter(|_| self.echoes_ids) {
            let _ = write!(json, r#","clientMessageId":"{origin}""#);
        }
        json.push('}');
        json
    }

    /// One page as a copy of the database at `as_of` gives it.
    pub fn page(&self, session: usize, cursor: Cursor, limit: usize, as_of: u64) -> Page {
        let log = &self.sessions[session];
        let cursor = if self.stuck { Cursor::Newest } else { cursor };
        let visible = log.messages.iter().enumerate();
        let visible: Vec<_> = visible.filter_map(|(at, m)| Some((at, m, m.version_at(as_of)?))).collect();
        let mut found: Vec<_> = match cursor {
            Cursor::Newest => visible.clone(),
            Cursor::Before(number) => {
                let before = |(_, m, _): &(usize, &Stored, &Version)| m.sequence.is_none_or(|s| s < number);
                visible.iter().copied().take_while(before).collect()
            }
            Cursor::After(number) => {
                visible.iter().copied().filter(|(_, m, _)| m.sequence.is_some_and(|s| s > number)).collect()
            }
            Cursor::Changed(revision) => {
                visible.iter().copied().filter(|(_, _, v)| v.revision > revision).collect()
            }
            Cursor::Since(time) => visible.iter().copied().filter(|(_, m, _)| m.time >= time).collect(),
        };
        if matches!(cursor, Cursor::Changed(_)) {
            found.sort_by_key(|(_, _, version)| version.revision);
        }
        let has_more = found.len() > limit;
        if matches!(cursor, Cursor::Newest | Cursor::Before(_)) {
            found.drain(..found.len().saturating_sub(limit));
        } else {
            found.truncate(limit);
        }
        let current = visible.iter().map(|(_, _, v)| v.revision).max().unwrap_or(0);
        let cut = has_more && matches!(cursor, Cursor::Changed(_));
        let revision = if cut { found.last().map_or(current, |(_, _, v)| v.revision) } else { current };
        let last = visible.iter().filter_map(|(_, m, _)| m.sequence).max().unwrap_or(0);
        let first = found.iter().map(|(at, _, _)| *at).min().unwrap_or(visible.len());
        let has_more = has_more || self.stuck;
        let mut bodies: Vec<&str> = found.iter().map(|(_, _, v)| v.json.as_str()).collect();
        if self.poison {
            bodies.insert(0, r#"{"content":"no id"}"#);
        }
        Page { body: self.page_body(&bodies, has_more, last, revision), first }
    }

    fn page_body(&self, bodies: &[&str], has_more: bool, last: u64, revision: u64) -> String {
        let mut body = format!(r#"{{"messages":[{}],"hasMore":{has_more}"#, bodies.join(","));
        if self.kind != ServerKind::Times {
            let _ = write!(body, r#","lastSequenceNumber":{last}"#);
        }
        if self.kind == ServerKind::Revisions {
            let _ = write!(body, r#","revision":{revision}"#);
        }
        body.push('}');
        body
    }
}
