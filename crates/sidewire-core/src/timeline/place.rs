//! Keeping the view ordered while the set changes, and what its sequence numbers tell.

use super::Timeline;
use super::entry::Entry;
use super::sequence::{Raised, Stairs};

impl Timeline {
    /// The largest sequence number present.
    pub fn highest_sequence(&self) -> Option<u64> {
        self.runs.last()
    }

    /// Whether the server numbers its messages: at least one of them has a sequence number.
    pub fn is_sequenced(&self) -> bool {
        self.highest_sequence().is_some()
    }

    /// The lowest sequence number from which on the log has been loaded. Before [`Timeline::set_floor`], none.
    pub const fn floor(&self) -> Option<u64> {
        self.floor
    }

    /// Says that a page of the log which begins at `number` was loaded. Messages below are islands and no hole. The
    /// floor only moves down.
    pub fn set_floor(&mut self, number: u64) {
        let known = self.floor.unwrap_or(u64::MAX);
        self.floor = Some(number.clamp(1, known));
    }

    /// The end of the numbers that are there, or known to be in no log, from the floor on; the number before the
    /// floor if that one is missing itself. So the next number to ask for is always one more.
    pub fn prefix(&self) -> Option<u64> {
        let mut end = self.floor?.saturating_sub(1);
        loop {
            let next = end.saturating_add(1);
            let further = self.runs.end_of_run(next).or_else(|| self.gap_over(next));
            match further.filter(|further| *further > end) {
                Some(further) => end = further,
                None => return Some(end),
            }
        }
    }

    /// Says that the log has nothing between `from` and `to`: what follows is complete without it.
    pub fn accept_gap(&mut self, from: u64, to: u64) {
        if self.floor.is_some_and(|floor| floor <= to) {
            let at = self.gaps.partition_point(|gap| *gap < (from, to));
            self.gaps.insert(at, (from, to));
            self.revision += 1;
        }
    }

    /// The index of the row before which the marker of a gap stands that begins at `from`.
    pub fn gap_index(&self, from: u64) -> usize {
        self.table.first_at(from)
    }

    fn gap_over(&self, number: u64) -> Option<u64> {
        self.gaps.iter().find(|(from, to)| (*from..=*to).contains(&number)).map(|(_, to)| *to)
    }

    /// Accepted gaps that are still empty, lowest first, both ends included. One that was filled in part counts.
    pub fn gaps(&self) -> impl Iterator<Item = (u64, u64)> {
        let filled = |&(from, to): &(u64, u64)| self.runs.end_of_run(from).is_some_and(|end| end >= to);
        self.gaps.iter().copied().filter(move |gap| !filled(gap))
    }

    /// The first run of missing sequence numbers between the floor and the highest one, both ends included.
    pub fn first_hole(&self) -> Option<(u64, u64)> {
        let prefix = self.prefix()?;
        let next = self.runs.start_after(prefix)?;
        let gap = self.gaps.iter().map(|(from, _)| *from).find(|from| *from > prefix);
        Some((prefix + 1, gap.map_or(next, |gap| gap.min(next)) - 1))
    }

    /// Gives a stored server message its place, and every other one whose place depends on it.
    pub(super) fn place(&mut self, slot: u32) {
        let Some(entry) = self.table.entry(slot) else {
            return;
        };
        let (sequence, time) = (entry.sequence(), entry.time());
        self.newest = self.newest.max(time);
        let anchor = match (sequence, time) {
            (Some(number), _) => {
                self.runs.insert(number);
                number
            }
            (None, None) => 0,
            (None, Some(time)) => self.loosen(slot, time),
        };
        if let Some(entry) = self.table.entry_mut(slot) {
            entry.set_anchor(anchor);
        }
        self.table.attach(slot);
        if let (Some(number), Some(time)) = (sequence, time)
            && let Some(raised) = self.stairs.as_mut().and_then(|stairs| stairs.insert(time, number))
        {
            self.lift(raised, number);
        }
    }

    /// Applies a change to a server message; `moves` tells whether it touches sequence number or time.
    pub(super) fn change(&mut self, slot: u32, moves: bool, change: impl FnOnce(&mut Entry)) {
        let before = self.table.entry(slot).map(|entry| (entry.sequence(), entry.time()));
        if moves {
            self.table.detach(slot);
        }
        if let Some(entry) = self.table.entry_mut(slot) {
            change(entry);
        }
        if let Some((sequence, time)) = before.filter(|_| moves) {
            self.displace(slot, sequence, time);
            self.place(slot);
        }
    }

    /// Forgets what a message, detached from the view already, had told by its former sequence number and time.
    fn displace(&mut self, slot: u32, sequence: Option<u64>, time: Option<u64>) {
        if time.is_some() && time == self.newest {
            let others = self.table.view(0..self.table.len()).filter(|entry| !entry.is_echo());
            self.newest = others.filter_map(Entry::time).max();
        }
        match (sequence, time) {
            (Some(number), _) => {
                if !self.table.has_sequence(number) {
                    self.runs.remove(number);
                }
                if let Some(time) = time
                    && self.stairs.as_ref().is_some_and(|stairs| stairs.rests_on(time, number))
                {
                    self.rebuild_stairs();
                }
            }
            (None, Some(time)) => self.tighten(slot, time),
            (None, None) => {}
        }
    }

    /// Files an unsequenced message under its time and gives its anchor.
    fn loosen(&mut self, slot: u32, time: u64) -> u64 {
        if let Err(at) = self.loose.binary_search(&(time, slot)) {
            self.loose.insert(at, (time, slot));
        }
        if self.stairs.is_none() {
            self.stairs = Some(self.build_stairs());
        }
        self.stairs.as_ref().map_or(0, |stairs| stairs.at(time))
    }

    fn tighten(&mut self, slot: u32, time: u64) {
        if let Ok(at) = self.loose.binary_search(&(time, slot)) {
            self.loose.remove(at);
        }
        if self.loose.is_empty() {
            self.stairs = None;
        }
    }

    fn build_stairs(&self) -> Stairs {
        let mut stairs = Stairs::default();
        for entry in self.table.view(0..self.table.len()) {
            if let (Some(number), Some(time)) = (entry.sequence(), entry.time()) {
                stairs.insert(time, number);
            }
        }
        stairs
    }

    /// Builds the stairs anew without the message just detached. Only a server that changes its mind about a time
    /// or a number brings us here.
    fn rebuild_stairs(&mut self) {
        let stairs = self.build_stairs();
        for &(time, slot) in &self.loose {
            self.table.set_anchor(slot, stairs.at(time));
        }
        self.stairs = Some(stairs);
    }

    /// Moves the unsequenced messages of the moments raised behind the message that raised them.
    fn lift(&mut self, raised: Raised, anchor: u64) {
        let first = self.loose.partition_point(|&(time, _)| time < raised.from);
        for &(time, slot) in self.loose.iter().skip(first) {
            if raised.until.is_some_and(|until| time >= until) {
                break;
            }
            self.table.set_anchor(slot, anchor);
        }
    }
}
