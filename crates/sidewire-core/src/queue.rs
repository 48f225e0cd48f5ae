//! First in, first out.

/// A queue in one vector. The standard library's ring buffer is three times the code for each type in it, which users
/// download; the queues of an engine and its driver are short and soon empty again.
#[derive(Clone, Debug)]
pub struct Queue<T> {
    /// Those taken out already are `None`.
    items: Vec<Option<T>>,
    /// The first one that is left.
    next: usize,
}

impl<T> Default for Queue<T> {
    fn default() -> Self {
        Self { items: Vec::new(), next: 0 }
    }
}

impl<T> Queue<T> {
    /// Adds one at the end.
    pub fn push_back(&mut self, item: T) {
        self.items.push(Some(item));
    }

    /// Takes the first one out.
    pub fn pop_front(&mut self) -> Option<T> {
        let item = self.items.get_mut(self.next).and_then(Option::take);
        self.next += usize::from(item.is_some());
        if self.next >= self.items.len() {
            self.items.clear();
            self.next = 0;
        } else if self.next > 32 && self.next > self.items.len() / 2 {
            let left = self.items.len() - self.next;
            for at in 0..left {
                self.items.swap(at, at + self.next);
            }
            self.items.truncate(left);
            self.next = 0;
        }
        item
    }

    /// The first one.
    pub fn front(&self) -> Option<&T> {
        self.items.get(self.next).and_then(Option::as_ref)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.items.len() - self.next
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All, the first one first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.items.iter().flatten()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::VecDeque;

    use super::*;
    use crate::rng::{Rng, Seed};

    #[test]
    fn behaves_like_a_ring_buffer_and_does_not_grow_with_what_passes_through() {
        let (mut queue, mut model, mut rng) = (Queue::default(), VecDeque::new(), Rng::new(Seed(8)));
        for step in 0..20_000_u64 {
            if rng.next_u64() % 100 < 50 + u64::from(model.len() < 100) * 10 {
                queue.push_back(step);
                model.push_back(step);
            } else {
                assert_eq!(queue.pop_front(), model.pop_front());
            }
            assert_eq!((queue.len(), queue.front()), (model.len(), model.front()));
            assert!(queue.items.len() <= 2 * model.len() + 66);
        }
        assert!(queue.iter().eq(model.iter()) && !queue.is_empty());
    }
}
