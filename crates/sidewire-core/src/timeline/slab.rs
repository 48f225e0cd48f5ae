//! Entries by slot, in blocks: one long vector would be copied whole whenever it grows, and keep room for half as many
//! again.

use super::entry::Entry;

/// Entries of one block.
const BLOCK: usize = 128;

/// All entries by slot. A slot freed stays empty, so that a number never means two messages.
#[derive(Clone, Debug, Default)]
pub(super) struct Slab {
    /// All full but the last one.
    blocks: Vec<Vec<Option<Entry>>>,
}

impl Slab {
    /// The number for the next entry.
    pub(super) fn next(&self) -> usize {
        self.blocks.last().map_or(0, |last| (self.blocks.len() - 1) * BLOCK + last.len())
    }

    pub(super) fn get(&self, slot: u32) -> Option<&Entry> {
        let slot = usize::try_from(slot).ok()?;
        self.blocks.get(slot / BLOCK)?.get(slot % BLOCK)?.as_ref()
    }

    pub(super) fn get_mut(&mut self, slot: u32) -> Option<&mut Entry> {
        self.place(slot)?.as_mut()
    }

    /// Puts an entry into its slot: one that was freed, or the next one.
    pub(super) fn put(&mut self, entry: Entry) {
        if let Some(free) = self.place(entry.slot) {
            *free = Some(entry);
            return;
        }
        match self.blocks.last_mut() {
            Some(block) if block.len() < BLOCK => block.push(Some(entry)),
            Some(_) | None => {
                // The first block of a session grows with it; most sessions have no second one.
                let mut block = Vec::with_capacity(if self.blocks.is_empty() { 0 } else { BLOCK });
                block.push(Some(entry));
                self.blocks.push(block);
            }
        }
    }

    pub(super) fn take(&mut self, slot: u32) -> Option<Entry> {
        self.place(slot)?.take()
    }

    fn place(&mut self, slot: u32) -> Option<&mut Option<Entry>> {
        let slot = usize::try_from(slot).ok()?;
        self.blocks.get_mut(slot / BLOCK)?.get_mut(slot % BLOCK)
    }
}
