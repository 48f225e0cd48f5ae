//! Text that streams: the content of a message goes on in pieces, each with its offset.
//!
//! The pieces of a message are a set, like its versions: of one offset the longest text counts, of equally long ones
//! the larger. What is shown is the content of the version shown and, behind it, whatever the pieces tell without a
//! gap, lowest offset first. A final version (`success`, `failure`) ends that for good: from then on only versions
//! count. A server that goes back on what it streamed therefore has to say so with a final status.

use core::mem;

use super::entry::Entry;
use super::{Applied, Timeline};
use crate::defect::planted;
use crate::json::{hash, same};

/// Where pieces of one message may end, and what they may cost together, in UTF-16 units.
const MOST: usize = 256 << 10;
/// What a piece costs beside its text.
const PIECE: usize = 8;
/// Messages whose pieces may come before they do. Beyond, the ones that waited longest are read from the log.
const WAITING: usize = 16;
/// Texts that may stream at once. Beyond, of the oldest only versions count.
const OPEN: usize = 256;
/// The rank of a final status.
const FINAL: u8 = 3;

/// The pieces of one message.
#[derive(Clone, Debug, Default)]
pub(super) struct Stream {
    /// By offset. In UTF-16, because offsets are counted so, and a piece may end within a pair of surrogates.
    pieces: Vec<(usize, Box<[u16]>)>,
    cost: usize,
    /// Length of the content of the version shown.
    base: usize,
    /// What the pieces add to it.
    tail: Vec<u16>,
    /// A repair of what is missing here was tried in vain.
    given_up: Option<usize>,
}

impl Stream {
    /// Adds a piece; returns whether that shows.
    fn add(&mut self, offset: usize, text: &[u16]) -> bool {
        if text.is_empty() || self.is_spent() {
            return false;
        }
        let at = self.pieces.partition_point(|(other, _)| *other < offset);
        let last = at == self.pieces.len();
        match self.pieces.get_mut(at).filter(|(other, _)| *other == offset) {
            Some((_, known)) if (known.len(), &**known) >= (text.len(), text) => return false,
            Some((_, known)) => {
                self.cost += text.len() - known.len();
                *known = text.into();
            }
            None => {
                self.cost += PIECE + text.len();
                self.pieces.insert(at, (offset, text.into()));
            }
        }
        if self.cost.max(offset.saturating_add(text.len())) > MOST {
            *self = Self {
                cost: usize::MAX,
                base: self.base,
                tail: mem::take(&mut self.tail),
                ..Self::default()
            };
            return !mem::take(&mut self.tail).is_empty();
        }
        let before = self.tail.len();
        if last {
            self.extend(offset, text);
            return self.tail.len() > before;
        }
        let before = mem::take(&mut self.tail);
        self.lay();
        before != self.tail
    }

    /// Begins behind the content of another version.
    fn rebase(&mut self, base: usize) {
        self.base = base;
        self.lay();
    }

    fn lay(&mut self) {
        self.tail.clear();
        let pieces = mem::take(&mut self.pieces);
        for (offset, text) in &pieces {
            self.extend(*offset, text);
        }
        self.pieces = pieces;
    }

    /// Adds what a piece tells beyond the end, if it reaches back to it.
    fn extend(&mut self, offset: usize, text: &[u16]) {
        let known = if planted!(DeltaOffsetIgnored) { Some(0) } else { self.end().checked_sub(offset) };
        if let Some(known) = known {
            self.tail.extend_from_slice(text.get(known..).unwrap_or_default());
        }
    }

    /// What the pieces add to the content of the version shown.
    pub(super) fn tail(&self) -> &[u16] {
        &self.tail
    }

    fn end(&self) -> usize {
        self.base.saturating_add(self.tail.len())
    }

    /// More than can be kept was told; only versions count any more.
    fn is_spent(&self) -> bool {
        self.cost > MOST
    }

    /// A piece lies beyond the end of what can be shown, and nobody has tried to repair that.
    fn is_broken(&self) -> bool {
        let end = self.end();
        self.given_up != Some(end) && self.pieces.last().is_some_and(|(offset, _)| *offset > end)
    }
}

impl Entry {
    /// Where the content of the version shown ends, in UTF-16 units. Nothing is added to a stand-in.
    fn end_of_content(&self) -> usize {
        if self.is_placeholder() {
            return usize::MAX;
        }
        self.content().map_or(0, |content| content.encode_utf16().count())
    }
}

impl Timeline {
    /// Adds a piece of a message's content: `text` begins `offset` UTF-16 units behind the content's beginning. Before
    /// its message a piece waits unseen. [`Applied::Poke`]: only the log can help.
    pub fn merge_delta(&mut self, id: &str, offset: u64, text: &[u16]) -> Applied {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        let known = self.table.find(id).filter(|entry| !entry.is_echo());
        let Some(slot) = known.map(|entry| entry.slot) else {
            return self.let_wait(id, offset, text);
        };
        let Some(entry) = self.table.entry_mut(slot).filter(|entry| !entry.sealed) else {
            return Applied::Unchanged;
        };
        if entry.stream().is_none() {
            let base = entry.end_of_content();
            entry.more().stream = Some(Stream { base, ..Stream::default() });
            self.streams.push(slot);
        }
        let Some(stream) = entry.stream_mut() else { return Applied::Unchanged };
        let (shows, spent) = (stream.add(offset, text), stream.is_spent());
        if spent {
            self.seal(slot);
        }
        if self.streams.len() > OPEN
            && let Some(&oldest) = self.streams.first()
        {
            self.seal(oldest);
        }
        if shows {
            self.table.touch(slot);
            self.revision += 1;
        }
        match (spent, shows) {
            (true, _) => Applied::Poke,
            (false, true) => Applied::Updated,
            (false, false) => Applied::Unchanged,
        }
    }

    /// A sign of what is missing of a text that streams, or of its message; the same as long as the same is missing.
    pub(crate) fn stream_gap(&self) -> Option<u64> {
        let waiting = self.waiting.iter().find(|(_, stream)| stream.given_up.is_none());
        if let Some((id, _)) = waiting {
            return Some(hash(id.as_bytes()).into());
        }
        let entries = self.streams.iter().filter_map(|&slot| self.table.entry(slot));
        let broken = |entry: &Entry| {
            let stream = entry.stream().filter(|stream| stream.is_broken())?;
            let end = u64::try_from(stream.end()).unwrap_or(u64::MAX);
            Some(u64::from(hash(entry.id())).wrapping_add(end))
        };
        entries.into_iter().find_map(broken)
    }

    /// What [`Self::stream_gap`] tells of cannot be repaired for now.
    pub(crate) fn give_up_stream_gap(&mut self) {
        let waiting =
            self.waiting.iter_mut().map(|(_, stream)| stream).find(|stream| stream.given_up.is_none());
        if let Some(stream) = waiting {
            stream.given_up = Some(0);
            return;
        }
        for &slot in &self.streams {
            let stream = self.table.entry_mut(slot).and_then(Entry::stream_mut);
            if let Some(stream) = stream.filter(|stream| stream.is_broken()) {
                stream.given_up = Some(stream.end());
                return;
            }
        }
    }

    fn let_wait(&mut self, id: &str, offset: usize, text: &[u16]) -> Applied {
        if planted!(WaitingDeltasDropped) {
            return Applied::Unchanged;
        }
        let mut dropped = false;
        let at = self.waiting.iter().position(|(other, _)| same(other.as_bytes(), id.as_bytes()));
        let at = at.unwrap_or_else(|| {
            dropped = self.waiting.len() == WAITING;
            if dropped {
                self.waiting.remove(0);
            }
            self.waiting.push((id.into(), Stream::default()));
            self.waiting.len() - 1
        });
        if let Some((_, stream)) = self.waiting.get_mut(at) {
            stream.add(offset, text);
        }
        if dropped { Applied::Poke } else { Applied::Unchanged }
    }

    /// A message has come: what waited for it goes on behind its content.
    pub(super) fn take_up_stream(&mut self, entry: &mut Entry) {
        entry.sealed = entry.stamp().rank >= FINAL && !planted!(DeltaOutlivesFinal);
        let at = self.waiting.iter().position(|(id, _)| same(id.as_bytes(), entry.id()));
        let Some((_, mut stream)) = at.map(|at| self.waiting.remove(at)) else { return };
        entry.sealed |= stream.is_spent();
        if !entry.sealed {
            stream.given_up = None;
            stream.rebase(entry.end_of_content());
            entry.more().stream = Some(stream);
            self.streams.push(entry.slot);
        }
    }

    /// A version has come: a final one ends the stream, one that is shown is its new beginning. Returns whether that
    /// shows in a row whose version shown stayed the same.
    pub(super) fn follow_version(&mut self, slot: u32, rank: u8, shown: bool) -> bool {
        if rank >= FINAL && !planted!(DeltaOutlivesFinal) {
            return self.seal(slot);
        }
        let Some(entry) = self.table.entry_mut(slot).filter(|entry| shown && entry.stream().is_some()) else {
            return false;
        };
        let base = entry.end_of_content();
        if let Some(stream) = entry.stream_mut() {
            stream.rebase(base);
        }
        true
    }

    /// From now on only versions count. Returns whether pieces were shown.
    fn seal(&mut self, slot: u32) -> bool {
        let Some(entry) = self.table.entry_mut(slot) else { return false };
        entry.sealed = true;
        if entry.stream().is_none() {
            return false;
        }
        let Some(stream) = entry.more().stream.take() else { return false };
        self.streams.retain(|&other| other != slot);
        !stream.tail.is_empty()
    }

    /// Everything known of streams beyond what the rows show: ids, where repairs were given up, and the pieces.
    #[cfg(feature = "model")]
    pub(crate) fn stream_pieces(&self) -> impl Iterator<Item = (&str, Option<usize>, usize, &[u16])> {
        let open = self.streams.iter().filter_map(|&slot| self.table.entry(slot));
        let open = open.filter_map(|entry| Some((entry.id_text(), entry.stream()?)));
        let waiting = self.waiting.iter().map(|(id, stream)| (&**id, stream));
        open.chain(waiting).flat_map(|(id, stream)| {
            stream.pieces.iter().map(move |(offset, text)| (id, stream.given_up, *offset, &**text))
        })
    }
}
