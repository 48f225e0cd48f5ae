//! Which slot holds a message id: a hash table without an order, so that nothing can depend on one.

/// No entry was ever here.
const FREE: u32 = u32::MAX;
/// An entry was here; searching goes on behind it.
const GONE: u32 = u32::MAX - 1;

/// Slots by the hash of what they hold; open addressing, at most half full.
#[derive(Clone, Debug, Default)]
pub(super) struct Index {
    /// A power of two of cells, or none.
    cells: Vec<u32>,
    /// Cells that are not [`FREE`].
    used: usize,
}

impl Index {
    /// The slot among those with this hash that `is_it` recognises.
    pub(super) fn find(&self, hash: u64, is_it: impl Fn(u32) -> bool) -> Option<u32> {
        for at in self.probe(hash) {
            match self.cells.get(at).copied() {
                None | Some(FREE) => return None,
                Some(GONE) => {}
                Some(slot) if is_it(slot) => return Some(slot),
                Some(_) => {}
            }
        }
        None
    }

    /// Adds a slot that is not in it. `hash_of` tells the hashes of the others, for when the table grows.
    pub(super) fn insert(&mut self, hash: u64, slot: u32, hash_of: impl Fn(u32) -> u64) {
        if (self.used + 1) * 2 > self.cells.len() {
            let size = (self.cells.len() * 2).max(16);
            let before = core::mem::replace(&mut self.cells, vec![FREE; size]);
            self.used = 0;
            for other in before.into_iter().filter(|&cell| cell < GONE) {
                self.put(hash_of(other), other);
            }
        }
        self.put(hash, slot);
    }

    /// Takes a slot out.
    pub(super) fn remove(&mut self, hash: u64, slot: u32) {
        let at = self
            .probe(hash)
            .find(|&at| matches!(self.cells.get(at), Some(&cell) if cell == slot || cell == FREE));
        if let Some(cell) = at.and_then(|at| self.cells.get_mut(at))
            && *cell == slot
        {
            *cell = GONE;
        }
    }

    fn put(&mut self, hash: u64, slot: u32) {
        let free = self.probe(hash).find(|&at| self.cells.get(at) == Some(&FREE));
        if let Some(cell) = free.and_then(|at| self.cells.get_mut(at)) {
            *cell = slot;
            self.used += 1;
        }
    }

    /// All cells, the likeliest first.
    fn probe(&self, hash: u64) -> impl Iterator<Item = usize> + use<> {
        let size = self.cells.len();
        let first = usize::try_from(hash & u64::from(u32::MAX)).unwrap_or(0);
        (0..size).map(move |step| (first + step) & (size - 1))
    }
}

/// A hash of some bytes, the same everywhere. Eight at a time, mixed well enough for tables of any size.
pub(super) fn hash(bytes: &[u8]) -> u64 {
    let mix = |hash: u64, word: u64| {
        let product = (hash ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        product ^ (product >> 32)
    };
    let (words, rest) = bytes.as_chunks::<8>();
    let whole = words.iter().fold(0, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    rest.iter()
        .fold(mix(whole, u64::try_from(bytes.len()).unwrap_or(0)), |hash, &byte| mix(hash, u64::from(byte)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rng::{Rng, Seed};

    #[test]
    fn agrees_with_a_plain_set_through_random_changes_even_when_hashes_collide() {
        for spread in [1, 3, u64::MAX] {
            let hash_of = |slot: u32| hash(&slot.to_le_bytes()) % spread;
            let (mut index, mut set, mut rng) = (Index::default(), BTreeSet::new(), Rng::new(Seed(spread)));
            for _ in 0..3000 {
                let slot = u32::try_from(rng.next_u64() % 200).unwrap();
                if set.remove(&slot) {
                    index.remove(hash_of(slot), slot);
                } else {
                    set.insert(slot);
                    index.insert(hash_of(slot), slot, hash_of);
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
