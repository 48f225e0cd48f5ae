//! What survives a restart: snapshots of the last sessions, and own messages until they are acknowledged.
//!
//! The host stores text under keys and answers by id; every call is given up after a while, so that a store which
//! never answers blocks nothing. One call is under way per key. Every value names its owner: what belongs to somebody
//! else is never read, and all of it goes when the token goes.

mod outbox;
mod room;
mod snapshot;

use super::{Engine, earliest};
use crate::defect::planted;
use crate::ids::{SessionId, StorageId};
use crate::map::Map;
use crate::output::{Effect, ProblemCode};
use crate::storage::{Part, StorageAnswer, StorageCall, StorageFailure};
use crate::time::{Duration, Timestamp};

#[cfg(feature = "model")]
#[path = "../normal/store.rs"]
mod normal;

/// Keys that are looked at: more than any number of sessions that somebody could have left unsent messages in.
const MOST_KEYS: usize = 1000;

/// The engine's side of the host's storage.
#[derive(Clone, Debug, Default)]
pub(super) struct Store {
    /// Whose data it is; nothing is kept for nobody.
    owner: Option<Box<str>>,
    listing: Listing,
    listing_not_before: Timestamp,
    /// Stored outboxes that were not read yet, and when to read them.
    unread: Map<SessionId, Timestamp>,
    pending: Map<StorageId, Pending>,
    last: u32,
    /// The snapshots that the store holds, and when each session was seen last, on the wall clock.
    kept: Map<SessionId, Option<u64>>,
    /// A save of this session found no room.
    crowded: Option<(Part, SessionId)>,
    told: Told,
}

/// Whether it is known which keys there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Listing {
    #[default]
    Unknown,
    Asked,
    Known,
    /// Everything has to go: the owner signed out, or is another one.
    Cleared,
    ClearAsked,
}

/// What the user was told already; once is enough.
#[derive(Clone, Copy, Debug, Default)]
struct Told {
    full: bool,
    failed: bool,
}

#[derive(Clone, Debug)]
struct Pending {
    what: What,
    deadline: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum What {
    Keys,
    Load(Part, SessionId),
    /// `mark` is what the session notes once it is stored.
    Save {
        part: Part,
        session: SessionId,
        mark: u64,
    },
    /// A save of somebody who has gone: what it leaves is removed.
    Stray(Part, SessionId),
    Remove(Part, SessionId),
}

/// What one session has stored and still wants to store.
#[derive(Clone, Debug, Default)]
pub(super) struct Kept {
    reading: Reading,
    /// The timeline's revision that is stored, and since when and until when there is another one.
    snapshot: u64,
    changed: Option<Changed>,
    /// The digest of the outbox that is stored.
    outbox: u64,
    outbox_not_before: Timestamp,
}

#[derive(Clone, Copy, Debug)]
struct Changed {
    revision: u64,
    latest: Timestamp,
    at: Timestamp,
}

/// Whether the session's snapshot was looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Reading {
    #[default]
    Unread,
    /// The first page waits for it until then.
    Asked {
        until: Timestamp,
    },
    Done,
}

impl Engine {
    /// Whether anything can be kept, for whom is known.
    fn keeps(&self) -> bool {
        self.config.storage() && self.store.owner.is_some()
    }

    /// Says whose data it is from now on. `renewed`: another name for the same person.
    pub(super) fn set_owner(&mut self, owner: &str, renewed: bool) {
        if self.store.owner.as_deref() == Some(owner) {
            return;
        }
        if self.store.owner.is_some() && !renewed && !planted!(OwnerNotChecked) {
            self.sign_out();
        }
        self.store.owner = Some(owner.into());
        for session in self.sessions.values_mut() {
            // Stored under the former name, if at all.
            session.kept = Kept { reading: session.kept.reading, ..Kept::default() };
        }
    }

    /// The session is left: its snapshot, if it comes, comes too late.
    pub(super) fn stop_reading(&mut self, id: &SessionId) {
        if let Some(session) = self.sessions.get_mut(id)
            && matches!(session.kept.reading, Reading::Asked { .. })
        {
            session.kept.reading = Reading::Unread;
        }
    }

    /// Nobody is signed in: nothing of anybody stays.
    pub(super) fn forget_owner(&mut self) {
        self.store.owner = None;
        self.store.crowded = None;
        if !self.config.storage() || planted!(SignOutKeepsStore) {
            return;
        }
        self.store.kept.clear();
        self.store.unread.clear();
        self.store.listing = Listing::Cleared;
        self.store.listing_not_before = Timestamp::ZERO;
        for pending in self.store.pending.values_mut() {
            if let What::Save { part, session, .. } = &pending.what {
                pending.what = What::Stray(*part, session.clone());
            }
        }
    }

    pub(super) fn pump_store(&mut self) {
        if !self.config.storage() {
            return;
        }
        self.give_up_storage();
        if self.listing_due().is_some_and(|due| due <= self.io.now) {
            let clear = self.store.listing == Listing::Cleared;
            self.store.listing = if clear { Listing::ClearAsked } else { Listing::Asked };
            self.call_storage(What::Keys, StorageCall::Keys);
        }
        if self.keeps() {
            self.pump_outbox_reads();
            self.pump_outbox_saves();
            self.pump_snapshots();
            self.pump_room();
        }
    }

    pub(super) fn store_deadline(&self) -> Option<Timestamp> {
        let pending = self.store.pending.iter().map(|(_, pending)| pending.deadline).min();
        let pending = earliest(pending, self.listing_due());
        if !self.keeps() {
            return pending;
        }
        let unread = self.store.unread.iter().filter(|(id, _)| !self.is_reading(Part::Outbox, id));
        let sessions = self.sessions.iter().filter_map(|(id, session)| self.kept_deadline(id, session)).min();
        earliest(earliest(pending, sessions), unread.map(|(_, at)| *at).min())
    }

    fn listing_due(&self) -> Option<Timestamp> {
        let due = match self.store.listing {
            Listing::Unknown => self.keeps(),
            Listing::Cleared => self.config.storage(),
            Listing::Asked | Listing::Known | Listing::ClearAsked => false,
        };
        due.then_some(self.store.listing_not_before)
    }

    fn kept_deadline(&self, id: &SessionId, session: &super::Session) -> Option<Timestamp> {
        let waits = match session.kept.reading {
            Reading::Asked { until } => Some(until),
            Reading::Unread | Reading::Done => None,
        };
        let snapshot = session.kept.changed.map(|changed| changed.at.min(changed.latest));
        // A session that is read anew is stored once its first page is there.
        let snapshot = snapshot.filter(|_| session.fetch.is_loaded() && !self.is_storing(Part::Snapshot, id));
        earliest(earliest(waits, snapshot), self.outbox_save_due(id, session))
    }

    fn call_storage(&mut self, what: What, call: StorageCall) {
        self.store.last = self.store.last.wrapping_add(1);
        let id = StorageId::from_raw(self.store.last);
        let deadline = self.io.now.after(self.io.policy.storage_timeout);
        self.store.pending.insert(id, Pending { what, deadline });
        self.io.effect(Effect::Storage { id, call });
    }

    fn remove(&mut self, part: Part, session: &SessionId) {
        let call = StorageCall::Remove { key: part.key(session) };
        self.call_storage(What::Remove(part, session.clone()), call);
    }

    /// Whether a key is being written: another call on it has to wait.
    fn is_storing(&self, part: Part, id: &SessionId) -> bool {
        self.store.pending.iter().any(|(_, pending)| match &pending.what {
            What::Save { part: known, session, .. }
            | What::Stray(known, session)
            | What::Remove(known, session) => (*known, session) == (part, id),
            What::Keys | What::Load(..) => false,
        })
    }

    fn is_reading(&self, part: Part, id: &SessionId) -> bool {
        let sought = What::Load(part, id.clone());
        self.store.pending.iter().any(|(_, pending)| pending.what == sought)
    }

    /// Whether a snapshot is on its way out, so that there will be room.
    fn makes_room(&self) -> bool {
        let going = |what: &What| matches!(what, What::Remove(Part::Snapshot, _));
        self.store.pending.iter().any(|(_, pending)| going(&pending.what))
    }

    /// A call without an answer has failed. Its answer may come yet; nobody waits for it then.
    fn give_up_storage(&mut self) {
        let now = self.io.now;
        let late = self.store.pending.iter().filter(|(_, pending)| pending.deadline <= now);
        for id in late.map(|(id, _)| *id).collect::<Vec<_>>() {
            self.handle_storage(id, Err(StorageFailure::Failed));
        }
    }

    /// The one door for answers of the store.
    pub(super) fn handle_storage(
        &mut self,
        id: StorageId,
        outcome: Result<StorageAnswer<'_>, StorageFailure>,
    ) {
        let Some(pending) = self.store.pending.remove(&id) else {
            self.io.counters.frames_stale += 1;
            return;
        };
        if outcome == Err(StorageFailure::Failed) {
            self.tell_storage_failed();
        }
        match (pending.what, outcome) {
            (What::Keys, Ok(StorageAnswer::Keys(keys))) => self.keys_known(keys),
            (What::Keys, _) => self.list_again(),
            (What::Load(Part::Snapshot, session), outcome) => {
                self.snapshot_loaded(&session, value_of(outcome).unwrap_or(None));
            }
            (What::Load(Part::Outbox, session), outcome) => {
                self.outbox_loaded(&session, value_of(outcome));
            }
            (What::Save { part, session, mark }, Ok(_)) => self.saved(part, &session, mark),
            (What::Save { part, session, mark }, Err(failure)) => {
                self.save_failed(part, &session, mark, failure);
            }
            (What::Stray(part, session), _) => self.remove(part, &session),
            (What::Remove(..), _) => {}
        }
    }

    /// The keys could not be listed: what an earlier run left is there all the same.
    fn list_again(&mut self) {
        let clear = self.store.listing == Listing::ClearAsked;
        self.store.listing = if clear { Listing::Cleared } else { Listing::Unknown };
        self.store.listing_not_before = self.io.now.after(self.io.policy.storage_retry);
    }

    fn keys_known(&mut self, keys: &[String]) {
        let clear = self.store.listing == Listing::ClearAsked;
        self.store.listing = if clear { Listing::Unknown } else { Listing::Known };
        for (part, session) in keys.iter().filter_map(|key| Part::of(key)).take(MOST_KEYS) {
            if clear {
                self.remove(part, &session);
            } else if part == Part::Snapshot {
                if !self.store.kept.contains_key(&session) {
                    self.store.kept.insert(session, None);
                }
            } else {
                self.store.unread.insert(session, Timestamp::ZERO);
            }
        }
    }

    fn load(&mut self, part: Part, session: &SessionId) {
        let call = StorageCall::Load { key: part.key(session) };
        self.call_storage(What::Load(part, session.clone()), call);
    }

    fn saved(&mut self, part: Part, id: &SessionId, mark: u64) {
        let Some(session) = self.sessions.get_mut(id) else { return };
        match part {
            Part::Snapshot => session.kept.snapshot = mark,
            Part::Outbox => session.kept.outbox = mark,
        }
    }

    fn save_failed(&mut self, part: Part, id: &SessionId, mark: u64, failure: StorageFailure) {
        if failure == StorageFailure::Quota {
            self.tell_storage_full();
            self.store.crowded = Some((part, id.clone()));
        }
        let again = self.io.now.after(self.io.policy.storage_retry);
        let Some(session) = self.sessions.get_mut(id) else { return };
        match part {
            // Not worth another try before the next change, unless room is made.
            Part::Snapshot => session.kept.snapshot = mark,
            Part::Outbox => session.kept.outbox_not_before = again,
        }
    }

    fn tell_storage_full(&mut self) {
        if !core::mem::replace(&mut self.store.told.full, true) {
            let detail = "the storage is full: the messages of the session seen longest ago are forgotten";
            self.io.problem(ProblemCode::StorageFull, detail);
        }
    }

    fn tell_storage_failed(&mut self) {
        if !core::mem::replace(&mut self.store.told.failed, true) {
            let detail =
                "the storage fails or does not answer: messages may be lost when the panel is closed";
            self.io.problem(ProblemCode::StorageFailed, detail);
        }
    }

    fn tell_bad_value(&mut self, part: Part, session: &SessionId) {
        self.io.problem(ProblemCode::BadState, "a stored value cannot be read; it is forgotten");
        self.remove(part, session);
    }
}

/// What a load brought.
fn value_of(outcome: Result<StorageAnswer<'_>, StorageFailure>) -> Result<Option<&str>, StorageFailure> {
    match outcome? {
        StorageAnswer::Value(value) => Ok(value),
        StorageAnswer::Done | StorageAnswer::Keys(_) => Err(StorageFailure::Failed),
    }
}

/// What is left of `duration`, as good as never when a defect is planted.
fn patience(duration: Duration) -> Duration {
    crate::defect::unless(planted!(SnapshotWaitsForEver), duration)
}
