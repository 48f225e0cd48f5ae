//! Room: only so many sessions are kept, and when the store is full the one seen longest ago goes first. Own messages
//! never go for lack of room.

use super::super::Engine;
use crate::defect::planted;
use crate::ids::SessionId;
use crate::storage::Part;
use crate::time::Timestamp;

impl Engine {
    /// Lets the snapshot seen longest ago go, if there is one too many or no room.
    pub(super) fn pump_room(&mut self) {
        let crowded = self.store.crowded.is_some();
        let too_many = self.store.kept.len() > self.io.policy.keep_sessions;
        if !(crowded || too_many) || planted!(FullStoreKeepsAll) {
            return;
        }
        if let Some(unknown) = self.unknown_snapshot() {
            if !self.is_reading(Part::Snapshot, &unknown) {
                self.load(Part::Snapshot, &unknown);
            }
            return;
        }
        let oldest = self.store.kept.iter().filter(|(id, _)| self.may_go(id)).min_by_key(|(_, seen)| **seen);
        let oldest = oldest.map(|(id, _)| id.clone());
        let writer = self.store.crowded.take();
        let Some(oldest) = oldest else { return };
        self.store.kept.remove(&oldest);
        self.remove(Part::Snapshot, &oldest);
        // There is room now: who found none may try again.
        if let Some((part, id)) = writer
            && let Some(session) = self.sessions.get_mut(&id)
        {
            match part {
                Part::Snapshot => session.kept.snapshot = u64::MAX,
                Part::Outbox => session.kept.outbox_not_before = Timestamp::ZERO,
            }
        }
    }

    /// A snapshot of an earlier run: only its text tells when its session was seen last.
    fn unknown_snapshot(&self) -> Option<SessionId> {
        let mut unknown = self.store.kept.iter().filter(|(id, seen)| seen.is_none() && self.may_go(id));
        unknown.next().map(|(id, _)| id.clone())
    }

    /// What is shown stays, unless own messages have no room, and so does the snapshot that just found none.
    fn may_go(&self, id: &SessionId) -> bool {
        let spared = match &self.store.crowded {
            Some((Part::Outbox, _)) => false,
            Some((Part::Snapshot, writer)) => writer == id || self.shown.as_ref() == Some(id),
            None => self.shown.as_ref() == Some(id),
        };
        !spared && !self.is_storing(Part::Snapshot, id)
    }
}
