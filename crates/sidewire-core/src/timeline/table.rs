//! Storage: entries by slot, and sorted lists of slots for the view, the ids and the senders' ids.

use core::cmp::Ordering;
use core::ops::Range;

use super::entry::{Entry, Key};
use super::index::Index;
use super::slab::Slab;
use crate::ids::ClientMessageId;
use crate::json::{hash, same};

/// All entries and their indexes.
#[derive(Clone, Debug, Default)]
pub(super) struct Table {
    entries: Slab,
    /// The view.
    order: Vec<u32>,
    by_id: Index,
    /// Server messages that tell a sender's id; several may tell the same one.
    by_client: Vec<u32>,
    changes: Changes,
}

/// Which rows changed since somebody asked, in indices of the view as it is now.
#[derive(Clone, Debug, Default)]
struct Changes {
    touched: Option<Range<usize>>,
    length_told: usize,
}

impl Changes {
    fn touch(&mut self, index: usize) {
        self.cover(index, index + 1);
    }

    fn insert(&mut self, index: usize) {
        if let Some(range) = self.touched.as_mut().filter(|range| range.end > index) {
            range.end += 1;
        }
        self.cover(index, index + 1);
    }

    fn remove(&mut self, index: usize) {
        if let Some(range) = self.touched.as_mut().filter(|range| range.end > index) {
            range.end -= 1;
        }
        self.cover(index, index);
    }

    fn cover(&mut self, start: usize, end: usize) {
        let range = self.touched.get_or_insert(start..end);
        *range = range.start.min(start)..range.end.max(end);
    }

    fn take(&mut self, length: usize) -> Option<Range<usize>> {
        let range = self.touched.take()?;
        // Rows behind the last change moved exactly if the length did.
        let end = if length == self.length_told { range.end } else { length };
        self.length_told = length;
        Some(range.start.min(end)..end)
    }
}

impl Table {
    pub(super) fn len(&self) -> usize {
        self.order.len()
    }

    pub(super) fn entry(&self, slot: u32) -> Option<&Entry> {
        self.entries.get(slot)
    }

    pub(super) fn entry_mut(&mut self, slot: u32) -> Option<&mut Entry> {
        self.entries.get_mut(slot)
    }

    /// The entries of the view in their order.
    pub(super) fn view(&self, range: Range<usize>) -> impl Iterator<Item = &Entry> {
        let end = range.end.min(self.len());
        let slots = self.order.get(range.start.min(end)..end).unwrap_or_default();
        slots.iter().filter_map(|&slot| self.entry(slot))
    }

    pub(super) fn at(&self, index: usize) -> Option<&Entry> {
        self.entry(*self.order.get(index)?)
    }

    /// The number for the next entry.
    pub(super) fn next_slot(&self) -> u32 {
        u32::try_from(self.entries.next()).unwrap_or(u32::MAX)
    }

    pub(super) fn find(&self, id: &str) -> Option<&Entry> {
        let is_it = |slot| self.entry(slot).is_some_and(|entry| same(entry.id(), id.as_bytes()));
        self.entry(self.by_id.find(hash(id.as_bytes()), is_it)?)
    }

    pub(super) fn index_of(&self, entry: &Entry) -> Option<usize> {
        let key = entry.key();
        self.search(&self.order, |other| other.key().cmp(&key)).ok()
    }

    /// Whether a server message is the copy of what was sent under this id.
    pub(super) fn has_client(&self, client: &ClientMessageId) -> bool {
        self.search(&self.by_client, |entry| entry.client().cmp(&Some(client))).is_ok()
    }

    /// Whether a message in the view has this sequence number.
    pub(super) fn has_sequence(&self, number: u64) -> bool {
        self.at(self.first_at(number))
            .is_some_and(|entry| !entry.is_echo() && entry.sequence() == Some(number))
    }

    /// The index of the first row that belongs at or behind a sequence number.
    pub(super) fn first_at(&self, number: u64) -> usize {
        let key = Key { anchor: number, class: 0, time: 0, id: &[] };
        let (Ok(at) | Err(at)) = self.search(&self.order, |entry| entry.key().cmp(&key));
        at
    }

    /// Stores an entry under its slot, a new one or the one of an entry taken out. It gets no place in the view yet.
    pub(super) fn store(&mut self, entry: Entry) {
        let slot = entry.slot;
        if self.find(entry.id_text()).is_none() {
            self.by_id.insert(hash(entry.id()), slot);
        }
        self.entries.put(entry);
        self.index_client(slot);
    }

    /// Takes an entry out of everything, so that its slot stays empty or [`Table::store`] fills it again.
    pub(super) fn take(&mut self, slot: u32) -> Option<Entry> {
        self.detach(slot);
        self.forget_client(slot);
        let id = hash(self.entry(slot)?.id());
        self.by_id.remove(id, slot);
        self.entries.take(slot)
    }

    /// Changes whose copy a message is.
    pub(super) fn set_origin(&mut self, slot: u32, origin: Option<super::entry::Origin>) {
        self.forget_client(slot);
        if let Some(entry) = self.entry_mut(slot) {
            entry.more().origin = origin;
        }
        self.index_client(slot);
    }

    /// Gives an entry its place in the view, by its anchor as it is now.
    pub(super) fn attach(&mut self, slot: u32) {
        let Some(entry) = self.entry(slot) else { return };
        let key = entry.key();
        if let Err(at) = self.search(&self.order, |other| other.key().cmp(&key)) {
            self.order.insert(at, slot);
            self.changes.insert(at);
        }
    }

    /// Takes an entry out of the view. Must come before any change to what [`Entry::key`] looks at.
    pub(super) fn detach(&mut self, slot: u32) {
        if let Some(at) = self.entry(slot).and_then(|entry| self.index_of(entry)) {
            self.order.remove(at);
            self.changes.remove(at);
        }
    }

    /// Moves an entry to the place of another anchor.
    pub(super) fn set_anchor(&mut self, slot: u32, anchor: u64) {
        if self.entry(slot).is_none_or(|entry| entry.anchor() == anchor) {
            return;
        }
        self.detach(slot);
        if let Some(entry) = self.entry_mut(slot) {
            entry.set_anchor(anchor);
        }
        self.attach(slot);
    }

    /// Marks a row as changed in something that the user sees.
    pub(super) fn touch(&mut self, slot: u32) {
        if let Some(entry) = self.entry_mut(slot) {
            entry.version = entry.version.wrapping_add(1);
        }
        if let Some(at) = self.entry(slot).and_then(|entry| self.index_of(entry)) {
            self.changes.touch(at);
        }
    }

    pub(super) fn take_changes(&mut self) -> Option<Range<usize>> {
        self.changes.take(self.order.len())
    }

    fn index_client(&mut self, slot: u32) {
        let Some(entry) = self.entry(slot) else { return };
        if !entry.is_echo()
            && entry.origin().is_some()
            && let Err(at) = self.search_client(entry)
        {
            self.by_client.insert(at, slot);
        }
    }

    fn forget_client(&mut self, slot: u32) {
        let at = self.entry(slot).and_then(|entry| self.search_client(entry).ok());
        if let Some(at) = at {
            self.by_client.remove(at);
        }
    }

    fn search_client(&self, entry: &Entry) -> Result<usize, usize> {
        let sought = (entry.client(), entry.slot);
        self.search(&self.by_client, |other| (other.client(), other.slot).cmp(&sought))
    }

    /// Binary search through a list of slots, with a short cut for what belongs behind its end, as most news does.
    fn search(&self, list: &[u32], compare: impl Fn(&Entry) -> Ordering) -> Result<usize, usize> {
        let order = |&slot: &u32| self.entry(slot).map_or(Ordering::Less, &compare);
        match list.last().map(order) {
            None | Some(Ordering::Less) => Err(list.len()),
            Some(_) => list.binary_search_by(order),
        }
    }
}
