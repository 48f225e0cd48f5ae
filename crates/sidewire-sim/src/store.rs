//! The host's storage: what it keeps over restarts, how it fails, and whether the engine uses it rightly.

use std::borrow::Cow;
use std::collections::BTreeMap;

use sidewire_core::json::{self, Json};
use sidewire_core::{Input, SendState, SessionId, StorageAnswer, StorageCall, StorageFailure, StorageId};

use crate::action::Action;
use crate::world::World;

/// How the storage behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StoreMode {
    /// Everything is done within a few milliseconds.
    #[default]
    Good,
    /// It takes this long.
    Slow(u64),
    /// Nothing is ever answered, and nothing done.
    Hang,
    /// Writes are done, and never answered.
    HangAfter,
    /// Everything fails.
    Fail,
    /// There is room for so many bytes.
    Quota(usize),
    /// Writes are answered as done and lost.
    Lost,
    /// What is read is garbage.
    Corrupt(u8),
}

/// The storage.
#[derive(Clone, Debug, Default)]
pub struct Store {
    /// What it holds.
    pub values: BTreeMap<String, String>,
    /// How it behaves.
    pub mode: StoreMode,
    /// The host's lives: what an earlier one asked is answered to nobody.
    lives: u32,
    /// Own messages that were stored when the host was killed.
    pub(crate) promised: Vec<String>,
    /// When the last work asked for is done.
    last_work: u64,
    /// What an earlier life asked for is done by then, and nothing of a later one before.
    not_before: u64,
}

/// An answer on its way to the engine.
#[derive(Clone, Debug)]
pub enum StoreAnswer {
    /// Saved or removed.
    Done,
    /// What was under this key.
    Value(String, Option<String>),
    /// All keys.
    Keys(Vec<String>),
    /// It did not work.
    Failed(StorageFailure),
}

impl Store {
    fn size(&self) -> usize {
        self.values.iter().map(|(key, value)| key.len() + value.len()).sum()
    }

    fn work(&mut self, mode: StoreMode, call: StorageCall) -> StoreAnswer {
        match call {
            _ if mode == StoreMode::Fail => StoreAnswer::Failed(StorageFailure::Failed),
            StorageCall::Keys => StoreAnswer::Keys(self.values.keys().cloned().collect()),
            StorageCall::Load { key } => {
                let value = self.values.get(&key).cloned();
                let value = if let StoreMode::Corrupt(kind) = mode {
                    value.map(|value| garbage(&value, kind))
                } else {
                    value
                };
                StoreAnswer::Value(key, value)
            }
            StorageCall::Save { .. } | StorageCall::Remove { .. } if mode == StoreMode::Lost => {
                StoreAnswer::Done
            }
            StorageCall::Save { key, value } => {
                let room = if let StoreMode::Quota(room) = mode { room } else { usize::MAX };
                let before = self.values.get(&key).map_or(0, |old| key.len() + old.len());
                if self.size() - before + key.len() + value.len() > room {
                    return StoreAnswer::Failed(StorageFailure::Quota);
                }
                self.values.insert(key, value);
                StoreAnswer::Done
            }
            StorageCall::Remove { key } => {
                self.values.remove(&key);
                StoreAnswer::Done
            }
        }
    }
}

fn garbage(value: &str, kind: u8) -> String {
    match kind % 5 {
        0 => String::new(),
        1 => value.chars().take(value.len() / 2).collect(),
        2 => r#"{"v":99,"owner":"user0","seen":1,"messages":[]}"#.to_owned(),
        3 => {
            r#"{"v":1,"owner":"user0","seen":1790000001000,"floor":7,"messages":[7,[1],[2,{}],[3,{"messageId":""}],{}]}"#
                .to_owned()
        }
        _ => "null".to_owned(),
    }
}

impl World {
    /// Who is signed in, as the engine is told.
    pub(crate) fn owner(&self) -> String {
        format!("user{}", self.user)
    }

    pub(crate) fn storage(&mut self, id: StorageId, call: StorageCall) {
        let mode = self.store.mode;
        if mode == StoreMode::Hang {
            return;
        }
        let (work, answer) = if let StoreMode::Slow(millis) = mode {
            (millis / 2, millis / 2)
        } else {
            (1 + self.rng.below(4), 1 + self.rng.below(4))
        };
        let life = self.store.lives;
        let at = self.store.not_before.max(self.now + work);
        self.store.last_work = self.store.last_work.max(at);
        self.plan(at, Action::StoreWork(id, life, call, mode, at + answer));
    }

    /// The storage does it. It belongs to the browser, so it does so even when the host was killed meanwhile.
    pub(crate) fn store_work(
        &mut self,
        id: StorageId,
        life: u32,
        call: StorageCall,
        mode: StoreMode,
        at: u64,
    ) {
        let write = matches!(call, StorageCall::Save { .. } | StorageCall::Remove { .. });
        let answer = self.store.work(mode, call);
        if mode != StoreMode::HangAfter || !write {
            self.plan(at, Action::Stored(id, life, answer));
        }
    }

    pub(crate) fn stored(&mut self, id: StorageId, life: u32, answer: &StoreAnswer) {
        if life != self.store.lives {
            return;
        }
        let outcome = match answer {
            StoreAnswer::Done => Ok(StorageAnswer::Done),
            StoreAnswer::Value(_, value) => Ok(StorageAnswer::Value(value.as_deref())),
            StoreAnswer::Keys(keys) => Ok(StorageAnswer::Keys(keys)),
            StoreAnswer::Failed(failure) => Err(*failure),
        };
        let read = if let StoreAnswer::Value(key, Some(value)) = answer {
            Some((key.as_str(), value.as_str()))
        } else {
            None
        };
        let session =
            read.and_then(|(key, _)| key.rsplit(':').next()).and_then(|name| self.log.index_of(name));
        let parsed = read.and_then(|(_, value)| json::parse(value.as_bytes()).ok());
        let fields = parsed.map(|value| value.pick(["owner", "messages", "hasOlder", "floor"]));
        let owner = fields.and_then(|[owner, ..]| owner?.as_str());
        let foreign = owner.is_some_and(|owner| owner != self.owner());
        let garbled =
            read.is_some_and(|(key, value)| self.store.values.get(key).is_none_or(|stored| stored != value));
        if let (Some(session), Some((key, _)), Some(fields)) = (session, read, fields)
            && key.contains("snapshot")
            && self.host.shown == Some(session)
            && self.engine.is_restoring()
            && !foreign
            && let Some(floor) = self.floor_of(session, fields, garbled)
        {
            self.checker.snapshot_arrives(session, floor);
        }
        if garbled && read.is_some_and(|(key, _)| key.contains("outbox")) {
            // What cannot be read is lost, and told.
            self.store.promised.clear();
        }
        let before = self.rows(session);
        self.feed(&Input::Storage(id, outcome));
        if foreign && self.rows(session) > before {
            self.broken("U2", format!("what {read:?} holds is shown to {}", self.owner()));
        }
    }

    fn rows(&self, session: Option<usize>) -> usize {
        let id = session.and_then(|session| self.session(session));
        id.and_then(|id| self.engine.timeline(id)).map_or(0, sidewire_core::Timeline::len)
    }

    /// The log index from which on a snapshot holds everything up to where it was taken.
    /// None if it is garbled, so that the engine cannot read it.
    fn floor_of(
        &self,
        session: usize,
        [_, stored, more, floor]: [Option<Json<'_>>; 4],
        garbled: bool,
    ) -> Option<usize> {
        let messages = self.log.sessions.get(session)?.messages();
        let ids = || {
            let ids = stored?.elements().map(|pair| pair.elements().nth(1)?.get("messageId")?.as_str());
            ids.collect::<Option<Vec<_>>>()
        };
        if garbled {
            ids()?;
        }
        if more.and_then(Json::as_bool) == Some(false) {
            return Some(0);
        }
        if let Some(floor) = floor.and_then(Json::as_integer) {
            let at = messages.iter().position(|stored| stored.sequence.is_some_and(|number| number >= floor));
            return Some(at.unwrap_or(messages.len()));
        }
        let ids = ids()?;
        messages.iter().position(|stored| ids.iter().any(|id| *id == stored.id))
    }

    /// The host is killed: what is on its way to it is lost, what it stored is not.
    pub(crate) fn kill_store(&mut self) {
        self.store.lives += 1;
        self.store.not_before = self.store.last_work;
        self.store.promised = self.unsent_in_store();
    }

    /// The ids of the messages in stored outboxes of whoever is signed in.
    fn unsent_in_store(&self) -> Vec<String> {
        let outboxes = self.store.values.iter().filter(|(key, _)| key.starts_with("sidewire:outbox:"));
        let values = outboxes.filter_map(|(_, value)| json::parse(value.as_bytes()).ok());
        let own = values.filter(|value| owner_of(*value).is_some_and(|owner| owner == self.owner()));
        let ids = own.flat_map(|value| {
            let ids = value
                .get("messages")
                .into_iter()
                .flat_map(Json::elements)
                .filter_map(|message| message.get("id"));
            ids.filter_map(|id| Some(id.as_str()?.into_owned())).collect::<Vec<_>>()
        });
        ids.collect()
    }

    /// An engine that was just started knows a message of an earlier run: it came out of the store.
    pub(crate) fn adopt(&mut self, client_id: &str) {
        let Some(at) = self.sent.iter().position(|sent| sent.id.as_str() == client_id) else { return };
        let Some(session) = self.sent.get(at).map(|sent| sent.session) else { return };
        let highest = self.session(session).and_then(|id| self.engine.timeline(id)?.highest_sequence());
        let life = self.life;
        // Nothing waits for a slow store, so what is written since may have gone first.
        let overtaken = self.sent.iter().skip(at).any(|sent| sent.life == life && sent.session == session);
        let rank = self.next_rank();
        if let Some(sent) = self.sent.get_mut(at).filter(|sent| sent.life != life) {
            (sent.rank, sent.adopted) = (rank, true);
            (sent.life, sent.anchor) = (life, highest.unwrap_or(0));
            sent.failed |= overtaken;
            // Taken back too late for the store to hear of it.
            sent.cancelled = false;
        }
    }

    /// The sessions whose log this input may begin to show: those not read yet.
    pub(crate) fn beginnings(&self, input: &Input<'_>) -> Vec<usize> {
        let unread = |(session, log): (usize, &crate::log::SessionLog)| {
            (!self.engine.is_loaded(&log.id)).then_some(session)
        };
        match input {
            Input::Response(..) => self.log.sessions.iter().enumerate().filter_map(unread).collect(),
            Input::Storage(_, Ok(StorageAnswer::Value(Some(_)))) if self.engine.is_restoring() => {
                self.host.shown.into_iter().collect()
            }
            Input::Storage(..) | Input::Command(_) | Input::Socket(..) | Input::Timeout | Input::Wall(_) => {
                Vec::new()
            }
        }
    }

    /// What was written before the log was shown stands behind what is shown of it then.
    pub(crate) fn note_beginnings(&mut self, input: &Input<'_>, unread: &[usize]) {
        for &session in unread {
            let Some(id) = self.session(session) else { continue };
            let stored = matches!(input, Input::Storage(..)) && !self.engine.is_restoring();
            if !stored && !self.engine.is_loaded(id) {
                continue;
            }
            let highest = self.engine.timeline(id).and_then(sidewire_core::Timeline::highest_sequence);
            let own = self.sent.iter_mut().filter(|sent| sent.session == session && sent.life == self.life);
            for sent in own {
                sent.anchor = sent.anchor.max(highest.unwrap_or(0));
            }
        }
    }

    /// A number larger than that of every message written before.
    pub(crate) fn next_rank(&self) -> u64 {
        self.sent.iter().map(|sent| sent.rank + 1).max().unwrap_or(0)
    }

    /// U3: what was stored when the host was killed is not lost. What had been told as sent is up to the server.
    pub(crate) fn promises_kept(&mut self) {
        let kept = |id: &&String| {
            let sent = self.sent.iter().find(|sent| sent.id.as_str() == id.as_str());
            let told = |sent: &crate::world::Sent| sent.state == SendState::Sent;
            sent.is_none_or(|sent| {
                sent.life == self.life || sent.cancelled || told(sent) || self.rest.has_done(id)
            })
        };
        if let Some(lost) = self.store.promised.iter().find(|id| !kept(id)).cloned() {
            self.broken("U3", format!("{lost} was stored and is lost"));
        }
    }

    /// U3: a message whose storing was acknowledged is in the store as long as it is not sent.
    pub(crate) fn unsent_is_stored(&mut self) {
        if !self.config.storage || self.host.token != Some(true) {
            return;
        }
        let stored = self.unsent_in_store();
        let open = |sent: &&crate::world::Sent| {
            sent.life == self.life && sent.state != SendState::Sent && sent.state != SendState::Cancelled
        };
        let lost = self.sent.iter().filter(open).find(|sent| !stored.iter().any(|id| id == sent.id.as_str()));
        if let Some(content) = lost.map(|sent| sent.content.clone()) {
            self.broken("U3", format!("\"{content}\" is not sent and not stored"));
        }
    }

    /// U1: nothing of anybody is left in the store.
    pub(crate) fn store_is_empty(&mut self, when: &str) {
        let ours = |key: &&String| key.starts_with("sidewire:");
        if let Some(key) = self.store.values.keys().find(ours).cloned() {
            self.broken("U1", format!("{key} is left in the store {when}"));
        }
    }

    /// The stored snapshot's session ids.
    pub(crate) fn snapshots(&self) -> Vec<SessionId> {
        let keys = self.store.values.keys().filter_map(|key| key.strip_prefix("sidewire:snapshot:"));
        keys.filter_map(|id| SessionId::parse(id).ok()).collect()
    }

    /// The host tells its wall clock, as every driver does now and then.
    pub(crate) fn tell_wall(&mut self) {
        let wall = sidewire_core::WallTime::from_millis(self.wall());
        self.feed(&Input::Wall(wall));
    }
}

fn owner_of(value: Json<'_>) -> Option<Cow<'_, str>> {
    value.get("owner")?.as_str()
}
