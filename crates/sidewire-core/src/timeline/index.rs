//! Which slot holds a message id: a hash table without an order, so that nothing can depend on one.

/// No entry was ever here.
const FREE: u32 = u32::MAX;
/// An entry was here; searching goes on behind it.
const GONE: u32 = u32::MAX - 1;

/// The hash of what a slot holds, and the slot.
#[derive(Clone, Copy, Debug)]
struct Cell {
    hash: u32,
    slot: u32,
}

/// Slots by the hash of what they hold; open addressing, at most four fifths full.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// A power of two of cells, or none.
    cells: Vec<Cell>,
    /// Cells that are not [`FREE`].
    used: usize,
}

impl Index {
    /// The slot among those with this hash that `is_it` recognises.
    pub(super) fn find(&self, hash: u32, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        for at in self.probe(hash) {
            match self.cells.get(at) {
                None | Some(Cell { slot: FREE, .. }) => return None,
                Some(cell) if cell.hash == hash && cell.slot < GONE && is_it(cell.slot) => {
                    return Some(cell.slot);
                }
                Some(_) => {}
            }
        }
        None
    }

    /// Adds a slot that is not in it.
    pub(super) fn insert(&mut self, hash: u32, slot: u32) {
        if (self.used + 1) * 5 > self.cells.len() * 4 {
            let size = (self.cells.len() * 2).max(16);
            let before = core::mem::replace(&mut self.cells, vec![Cell { hash: 0, slot: FREE }; size]);
            self.used = 0;
            for cell in before.into_iter().filter(|cell| cell.slot < GONE) {
                self.put(cell);
            }
        }
        self.put(Cell { hash, slot });
    }

    /// Takes a slot out.
    pub(super) fn remove(&mut self, hash: u32, slot: u32) {
        let at = self
            .probe(hash)
            .find(|&at| matches!(self.cells.get(at), Some(cell) if cell.slot == slot || cell.slot == FREE));
        if let Some(cell) = at.and_then(|at| self.cells.get_mut(at))
            && cell.slot == slot
        {
            cell.slot = GONE;
        }
    }

    fn put(&mut self, cell: Cell) {
        let is_free = |at: &usize| self.cells.get(*at).is_some_and(|cell| cell.slot == FREE);
        let free = self.probe(cell.hash).find(is_free);
        if let Some(place) = free.and_then(|at| self.cells.get_mut(at)) {
            *place = cell;
            self.used += 1;
        }
    }

    /// All cells, the likeliest first.
    fn probe(&self, hash: u32) -> impl Iterator<Item = usize> + use<> {
        let size = self.cells.len();
        let first = usize::try_from(hash).unwrap_or(0);
        (0..size).map(move |step| (first + step) & (size - 1))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::json;
    use crate::rng::{Rng, Seed};

    #[test]
    fn agrees_with_a_plain_set_through_random_changes_even_when_hashes_collide() {
        for spread in [1, 3, u32::MAX] {
            let hash_of = |slot: u32| json::hash(&slot.to_le_bytes()) % spread;
            let (mut index, mut set, mut rng) =
                (Index::default(), BTreeSet::new(), Rng::new(Seed(spread.into())));
            for _ in 0..3000 {
                let slot = u32::try_from(rng.next_u64() % 200).unwrap();
                if set.remove(&slot) {
                    index.remove(hash_of(slot), slot);
                } else {
                    set.insert(slot);
                    index.insert(hash_of(slot), slot);
                }
                let probe = u32::try_from(rng.next_u64() % 200).unwrap();
                assert_eq!(
                    index.find(hash_of(probe), |other| other == probe).is_some(),
                    set.contains(&probe)
                );
            }
        }
    }
}
