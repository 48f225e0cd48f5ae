//! What the sequence numbers tell: which are there, and where messages without one belong.

use core::cmp::Ordering;

/// A set of numbers, kept as its maximal runs. Its cost grows with the holes, never with their size.
#[derive(Clone, Debug, Default)]
pub(super) struct Runs(Vec<(u64, u64)>);

impl Runs {
    /// Adds one number; harmless when it is there.
    pub(super) fn insert(&mut self, number: u64) {
        let at = self.0.partition_point(|&(start, _)| start <= number);
        let before = at.checked_sub(1).and_then(|index| self.0.get_mut(index));
        let grown = match before {
            Some((_, end)) if number <= *end => return,
            Some((_, end)) if number - *end == 1 => {
                *end = number;
                true
            }
            _ => false,
        };
        let joined = self.0.get(at).copied().filter(|&(start, _)| start - number == 1);
        match (grown, joined) {
            (true, Some((_, end))) => {
                self.0.remove(at);
                self.set(at - 1, |run| run.1 = end);
            }
            (true, None) => {}
            (false, Some(_)) => self.set(at, |run| run.0 = number),
            (false, None) => self.0.insert(at, (number, number)),
        }
    }

    /// Takes one number out.
    pub(super) fn remove(&mut self, number: u64) {
        let Some(at) = self.find(number) else { return };
        let Some((start, end)) = self.0.get(at).copied() else {
            return;
        };
        match (start < number, number < end) {
            (false, false) => {
                self.0.remove(at);
            }
            (true, false) => self.set(at, |run| run.1 = number - 1),
            (false, true) => self.set(at, |run| run.0 = number + 1),
            (true, true) => {
                self.set(at, |run| run.1 = number - 1);
                self.0.insert(at + 1, (number + 1, end));
            }
        }
    }

    /// The largest number.
    pub(super) fn last(&self) -> Option<u64> {
        self.0.last().map(|&(_, end)| end)
    }

    /// The end of the run that holds `number`.
    pub(super) fn end_of_run(&self, number: u64) -> Option<u64> {
        self.find(number).and_then(|at| self.0.get(at)).map(|&(_, end)| end)
    }

    /// The first run that begins after `number`.
    pub(super) fn start_after(&self, number: u64) -> Option<u64> {
        let at = self.0.partition_point(|&(start, _)| start <= number);
        self.0.get(at).map(|&(start, _)| start)
    }

    fn find(&self, number: u64) -> Option<usize> {
        let around = |&(start, end): &(u64, u64)| match (number < start, number > end) {
            (true, _) => Ordering::Greater,
            (_, true) => Ordering::Less,
            _ => Ordering::Equal,
        };
        self.0.binary_search_by(around).ok()
    }

    fn set(&mut self, at: usize, change: impl FnOnce(&mut (u64, u64))) {
        if let Some(run) = self.0.get_mut(at) {
            change(run);
        }
    }
}

/// For every moment the largest sequence number whose server time is not later: a rising staircase.
#[derive(Clone, Debug, Default)]
pub(super) struct Stairs(Vec<(u64, u64)>);

/// The moments from `from` up to before `until` got a new step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Raised {
    pub(super) from: u64,
    pub(super) until: Option<u64>,
}

impl Stairs {
    /// The largest number known at `time`, or 0.
    pub(super) fn at(&self, time: u64) -> u64 {
        let after = self.0.partition_point(|&(start, _)| start <= time);
        after.checked_sub(1).and_then(|at| self.0.get(at)).map_or(0, |&(_, number)| number)
    }

    /// Adds a message with both a time and a number, and tells for which moments that changed anything.
    pub(super) fn insert(&mut self, time: u64, number: u64) -> Option<Raised> {
        if self.at(time) >= number {
            return None;
        }
        let start = self.0.partition_point(|&(start, _)| start < time);
        let end = self.0.partition_point(|&(_, held)| held <= number).max(start);
        // What the new step covers leaves; the first of these makes room for it.
        for _ in start..end {
            self.0.remove(start);
        }
        self.0.insert(start, (time, number));
        Some(Raised { from: time, until: self.0.get(start + 1).map(|&(time, _)| time) })
    }

    /// Whether taking this message away could change anything.
    pub(super) fn rests_on(&self, time: u64, number: u64) -> bool {
        self.0.binary_search(&(time, number)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rng::{Rng, Seed};

    #[test]
    fn runs_agree_with_a_plain_set_through_random_changes() {
        let mut rng = Rng::new(Seed(3));
        let (mut runs, mut set) = (Runs::default(), BTreeSet::new());
        for _ in 0..5000 {
            let number = rng.next_u64() % 60 + 1;
            if rng.next_u64().is_multiple_of(3) {
                runs.remove(number);
                set.remove(&number);
            } else {
                runs.insert(number);
                set.insert(number);
            }
            assert_eq!(runs.last(), set.last().copied());
            for number in 0..62 {
                let end = (number..=62).take_while(|n| set.contains(n)).last();
                assert_eq!(runs.end_of_run(number), end);
                let next = (number + 1..62).find(|n| set.contains(n) && !set.contains(&(n - 1)));
                assert_eq!(runs.start_after(number), next);
            }
        }
    }

    #[test]
    fn runs_hold_the_largest_numbers_without_overflow() {
        let mut runs = Runs::default();
        for number in [u64::MAX, 1, u64::MAX - 1, 0, 2] {
            runs.insert(number);
        }

        assert_eq!(runs.0, [(0, 2), (u64::MAX - 1, u64::MAX)]);
    }

    #[test]
    fn stairs_agree_with_a_search_through_all_points() {
        let mut rng = Rng::new(Seed(4));
        for _ in 0..300 {
            let (mut stairs, mut points) = (Stairs::default(), Vec::new());
            for _ in 0..20 {
                let point = (rng.next_u64() % 12, rng.next_u64() % 12 + 1);
                let before: Vec<_> = (0..12).map(|time| stairs.at(time)).collect();
                let raised = stairs.insert(point.0, point.1);
                points.push(point);
                for time in 0..12 {
                    let best = points.iter().filter(|p| p.0 <= time).map(|p| p.1).max().unwrap_or(0);
                    assert_eq!(stairs.at(time), best);
                    let inside = raised.is_some_and(|r| r.from <= time && r.until.is_none_or(|u| time < u));
                    let changed = before.get(usize::try_from(time).unwrap()) != Some(&best);
                    assert!(inside || !changed);
                    assert!(!inside || best == point.1);
                }
            }
        }
    }
}
