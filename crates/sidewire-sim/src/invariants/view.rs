//! S1 to S5 and S13: what is shown, in which order, from where, and what is asked for next.

#![allow(clippy::indexing_slicing, reason = "the vectors are sized to the log before they are indexed")]

use std::cell::LazyCell;
use std::cmp::Reverse;

use sidewire_core::Event;
use sidewire_core::timeline::{Row, Timeline};
use smallvec::SmallVec;

use super::bounds::SESSIONS;
use super::{Broken, Facts};
use crate::log::{Cursor, ServerKind, Stored, Version};

/// A place in the order, computed from the rule and from nothing of the engine's: anchor, class, time or rank, id.
type Key<'a> = (u64, u8, u64, &'a str);

/// Senders' ids of what is shown.
type Own<'a> = SmallVec<[&'a str; 16]>;

/// Instead of a check's number: the row is among the leading ones.
const LEADS: u64 = u64::MAX;

/// So many changes from one look at the whole view to the next.
const WHOLE: u64 = 16;

/// What was seen of one session.
#[derive(Debug, Default)]
pub(super) struct View {
    /// The timeline's revision at the last check.
    revision: Option<u64>,
    /// By log index: one more than the version shown, 0 for never shown.
    shown: Vec<u32>,
    /// How many were shown ever, and how many are now.
    known: usize,
    present: usize,
    /// By log index: the number of the check that saw it last, or [`LEADS`].
    stamp: Vec<u64>,
    checks: u64,
    /// The log indices of the rows that lead the view, up to the first one whose place others decide. What a change
    /// does not touch needs no second look: see [`View::untouched`].
    leading: Vec<usize>,
    /// Those of them that the user wrote: place among the leading ones, and log index.
    leading_own: Vec<(usize, usize)>,
    floor: Option<usize>,
    /// Where the page begins that arrives just now.
    last_page: Option<usize>,
    /// The timeline's life.
    life: Option<u32>,
}

impl View {
    /// The log index from which on the view holds everything.
    pub(super) const fn floor(&self) -> Option<usize> {
        self.floor
    }

    pub(super) fn page_arrives(&mut self, floor: usize) {
        self.floor = Some(self.floor.map_or(floor, |known| known.min(floor)));
        self.last_page = Some(floor);
    }

    /// Checks the view, if it changed. `events` tell which rows did.
    pub(super) fn check(&mut self, facts: &Facts<'_>, session: usize, events: &[Event]) -> Option<Broken> {
        let id = &facts.log.sessions[session].id;
        let Some(timeline) = facts.engine.timeline(id) else {
            // Only where there are more than are kept, and never the one that is shown.
            if facts.log.sessions.len() > SESSIONS && facts.host.shown != Some(session) {
                *self = Self::default();
            }
            return self.revision.map(|_| ("S5", format!("session {id} was forgotten")));
        };
        let life = facts.engine.life_of(id);
        if self.life != life {
            // The log is read anew: what was shown before is no measure any more.
            let fresh = Self { life, floor: self.last_page, ..Self::default() };
            if self.life.is_some() {
                *self = fresh;
            }
            self.life = life;
        }
        self.last_page = None;
        if self.revision == Some(timeline.revision()) {
            return None;
        }
        self.revision = Some(timeline.revision());
        self.checks += 1;
        let length = facts.log.sessions[session].messages().len();
        if self.shown.capacity() < length {
            // Room for what is said later too.
            self.shown.reserve(length + 32 - self.shown.len());
            self.stamp.reserve(length + 32 - self.stamp.len());
            self.leading.reserve(length + 32 - self.leading.len());
        }
        self.shown.resize(length, 0);
        self.stamp.resize(length, 0);
        let mut own = Own::new();
        let untouched = self.untouched(timeline, events);
        let broken = self
            .rows(facts, session, timeline, untouched, &mut own)
            .or_else(|| bubbles(facts, session, &own, self.floor));
        broken.or_else(|| self.nothing_lost(session))
    }

    /// How many of the leading rows are as they were: those before what the change touched, by the engine's own word.
    /// Every sixteenth change is looked at as a whole, so that a wrong word is noticed as well.
    fn untouched(&mut self, timeline: &Timeline, events: &[Event]) -> usize {
        let first_touched = |event: &Event| {
            let Event::TimelineChanged { session, rows, .. } = event else { return None };
            (session == timeline.session()).then_some(rows.start)
        };
        let first = events.iter().filter_map(first_touched).min();
        let first = first.filter(|_| !self.checks.is_multiple_of(WHOLE)).unwrap_or(0);
        let kept = first.min(timeline.len()).min(self.leading.len());
        for index in self.leading.drain(kept..) {
            self.stamp[index] = 0;
        }
        self.leading_own.truncate(self.leading_own.partition_point(|(at, _)| *at < kept));
        kept
    }

    /// Checks row after row from `first` on and gathers the senders' ids of what the user wrote, echoes and copies.
    fn rows<'a>(
        &mut self,
        facts: &Facts<'a>,
        session: usize,
        timeline: &'a Timeline,
        first: usize,
        own: &mut Own<'a>,
    ) -> Option<Broken> {
        // Only messages without a number need them.
        let stairs = LazyCell::new(|| stairs(facts, session, timeline));
        let mut last = self.pass_over(facts, session, own);
        for (at, row) in (first..).zip(timeline.rows(first..timeline.len())) {
            let key = if row.echo.is_some() {
                own.push(row.id);
                echo_key(facts, session, &row)
            } else {
                let stored = self.server_row(facts, session, &row);
                if let Ok((index, stored)) = stored {
                    own.extend(stored.own());
                    // The place of one without a number may change, unless there are none at all.
                    let fixed = stored.sequence.is_some() || facts.log.kind == ServerKind::Times;
                    if self.leading.len() == at && fixed {
                        self.stamp[index] = LEADS;
                        self.leading.push(index);
                        self.leading_own.extend(stored.own().map(|_| (at, index)));
                    }
                }
                stored.map(|(_, stored)| key_of(stored, || &stairs))
            };
            let key = match key {
                Ok(key) => key,
                Err(broken) => return Some(broken),
            };
            if last.is_some_and(|last| last >= key) {
                return Some(("S2", format!("{key:?} stands behind {last:?}")));
            }
            last = Some(key);
        }
        None
    }

    /// The leading rows that nothing touched are there still; gives the place of the last one.
    fn pass_over<'a>(&mut self, facts: &Facts<'a>, session: usize, own: &mut Own<'a>) -> Option<Key<'a>> {
        let messages = facts.log.sessions[session].messages();
        own.extend(self.leading_own.iter().filter_map(|(_, index)| messages[*index].own()));
        self.present = self.leading.len();
        self.leading.last().map(|index| key_of(&messages[*index], || &[]))
    }

    /// A row that is no echo: a version of a message of this session's log, each message once.
    fn server_row<'a>(
        &mut self,
        facts: &Facts<'a>,
        session: usize,
        row: &Row<'_>,
    ) -> Result<(usize, &'a Stored), Broken> {
        let (of, index) = parse_id(row.id).ok_or_else(|| ("S4", format!("{} is in no log", row.id)))?;
        if of != session {
            return Err(("S3", format!("{} of session {of} is shown in {session}", row.id)));
        }
        let stored = facts.log.sessions[session].messages().get(index);
        let stored = stored.ok_or_else(|| ("S4", format!("{} is not in the log", row.id)))?;
        let seen = std::mem::replace(&mut self.stamp[index], self.checks);
        if seen == self.checks || seen == LEADS {
            return Err(("S1", format!("{} is there twice", row.id)));
        }
        let version = stored.versions.iter().rposition(|version| version.json.as_bytes() == row.raw);
        let Some(version) = version else {
            let raw = String::from_utf8_lossy(row.raw);
            return Err(("S4", format!("{} says what the server never said: {raw}", row.id)));
        };
        let Some(version) = grown(stored, version, row.tail) else {
            let tail = String::from_utf16_lossy(row.tail);
            return Err(("S4", format!("{} goes on as the server never did: {tail}", row.id)));
        };
        let same = row.sequence == stored.sequence && row.time == Some(stored.time);
        if !same || row.role.as_str() != stored.role {
            return Err(("S4", format!("{} has other fields than the server's: {row:?}", row.id)));
        }
        let version = u32::try_from(version).unwrap_or(u32::MAX) + 1;
        let before = std::mem::replace(&mut self.shown[index], version);
        self.known += usize::from(before == 0);
        self.present += 1;
        if version < before {
            return Err(("S5", format!("{} went back to version {version}", row.id)));
        }
        Ok((index, stored))
    }

    fn nothing_lost(&self, session: usize) -> Option<Broken> {
        // All of them are there once: no need to look for one that is not.
        if self.present == self.known {
            return None;
        }
        let there = |stamp: u64| stamp == self.checks || stamp == LEADS;
        let lost = |at: &usize| self.shown[*at] > 0 && !there(self.stamp[*at]);
        let lost = (0..self.shown.len()).find(lost)?;
        Some(("S5", format!("m{session}-{lost} was shown and is gone")))
    }

    /// S13: a question after some position is honest only if everything up to it is there.
    pub(super) fn asks(&self, facts: &Facts<'_>, session: usize, cursor: Cursor) -> Option<Broken> {
        if matches!(cursor, Cursor::Newest | Cursor::Before(_)) {
            return None;
        }
        let Some(floor) = self.floor else {
            return Some(("S13", format!("{cursor:?} is asked before the first page")));
        };
        let messages = facts.log.sessions[session].messages();
        let missing = messages.iter().enumerate().skip(floor).find(|(index, stored)| {
            let has = self.shown.get(*index).map_or(0, |shown| usize::try_from(*shown).unwrap_or(0));
            match cursor {
                Cursor::Newest | Cursor::Before(_) => false,
                Cursor::After(number) => stored.sequence.is_some_and(|s| s <= number) && has == 0,
                Cursor::Since(time) => stored.time < time && has == 0,
                // A message changed again later comes with that change.
                Cursor::Changed(revision) => {
                    stored.latest().revision <= revision && has < stored.versions.len()
                }
            }
        });
        missing.map(|(_, stored)| ("S13", format!("{cursor:?} is asked while {} is missing", stored.id)))
    }

    /// What the view lacks of the log from the floor on, for what was stored up to `before`.
    pub(super) fn lacks(
        &self,
        facts: &Facts<'_>,
        session: usize,
        before: u64,
        versions: bool,
    ) -> Option<String> {
        let Some(floor) = self.floor else { return Some("the first page".to_owned()) };
        let messages = facts.log.sessions[session].messages();
        for (index, stored) in messages.iter().enumerate().skip(floor) {
            let Some(due) = stored.versions.iter().rposition(|version| version.at <= before) else {
                continue;
            };
            // Without a change counter edits travel by push alone: a lost one cannot be asked for.
            let due = if versions && facts.log.kind == ServerKind::Revisions { due + 1 } else { 1 };
            let has = self.shown.get(index).map_or(0, |shown| usize::try_from(*shown).unwrap_or(0));
            if has < due {
                return Some(format!("{} (version {has} of {due})", stored.id));
            }
        }
        None
    }
}

/// The version of a message that says what `version` and the pieces behind it do.
fn grown(stored: &Stored, version: usize, tail: &[u16]) -> Option<usize> {
    if tail.is_empty() {
        return Some(version);
    }
    let shown = &stored.versions[version];
    let text = [shown.content.as_str(), &String::from_utf16(tail).ok()?].concat();
    let same = |other: &Version| other.status == shown.status && other.content == text;
    stored.versions.iter().rposition(same).filter(|at| *at >= version)
}

/// Exactly one bubble per send, as long as the timeline lives that it was added to. `shown` are the senders' ids.
fn bubbles(facts: &Facts<'_>, session: usize, shown: &[&str], floor: Option<usize>) -> Option<Broken> {
    let own = facts.sent.iter().filter(|sent| sent.session == session && sent.life == facts.life);
    for sent in own {
        // Ids begin with the time, so that those of one run differ at their end at most.
        let (own, last) = (sent.id.as_str(), sent.id.as_str().as_bytes().last());
        let count = shown.iter().filter(|id| id.as_bytes().last() == last && **id == own).count();
        if sent.cancelled {
            // An earlier try may have reached the server.
            if count > 1 {
                return Some(("M12", format!("\"{}\" was taken back and is shown", sent.content)));
            }
            continue;
        }
        // Without ids told, only the answer to the send tells that its copy was there before the restart; and not
        // even that, if it leaves out the message.
        let unsure = sent.adopted && !facts.log.echoes_ids;
        if count == 0 && is_before(facts, session, sent.id.as_str(), floor) {
            continue;
        }
        if count != 1 && !(unsure && count == 2) {
            return Some(("S4", format!("{count} bubbles of {:?} ({})", sent.id, sent.content)));
        }
    }
    None
}

/// Whether the copy of a send lies before what the view holds of the log.
fn is_before(facts: &Facts<'_>, session: usize, client_id: &str, floor: Option<usize>) -> bool {
    let mut messages = facts.log.sessions[session].messages().iter();
    let at = messages.position(|stored| stored.origin.as_deref() == Some(client_id));
    at.is_some_and(|at| floor.is_none_or(|floor| at < floor))
}

/// Session number and index out of `m<session>-<index>`. By hand: it is the checks' most frequent question.
fn parse_id(id: &str) -> Option<(usize, usize)> {
    let (mut numbers, mut at, mut digits) = ([0_usize; 2], 0, 0);
    for byte in id.strip_prefix('m')?.bytes() {
        match byte {
            b'0'..=b'9' => {
                numbers[at] = numbers[at].checked_mul(10)?.checked_add(usize::from(byte - b'0'))?;
                digits += 1;
            }
            b'-' if at == 0 && digits > 0 => (at, digits) = (1, 0),
            _ => return None,
        }
    }
    (at == 1 && digits > 0).then_some((numbers[0], numbers[1]))
}

/// The sequenced messages shown, as (time, number), largest number first.
fn stairs(facts: &Facts<'_>, session: usize, timeline: &Timeline) -> Vec<(u64, u64)> {
    if facts.log.kind == ServerKind::Times {
        return Vec::new();
    }
    let messages = facts.log.sessions[session].messages();
    let rows = timeline.rows(0..timeline.len()).filter(|row| row.echo.is_none());
    let shown = rows.filter_map(|row| messages.get(parse_id(row.id)?.1));
    let mut steps: Vec<_> = shown.filter_map(|stored| Some((stored.time, stored.sequence?))).collect();
    steps.sort_unstable_by_key(|(_, number)| Reverse(*number));
    steps
}

fn key_of<'a, 'b>(stored: &'a Stored, stairs: impl FnOnce() -> &'b [(u64, u64)]) -> Key<'a> {
    if let Some(number) = stored.sequence {
        return (number, 0, 0, &stored.id);
    }
    let anchor = stairs().iter().find(|(time, _)| *time <= stored.time).map_or(0, |(_, number)| *number);
    (anchor, 1, stored.time, &stored.id)
}

fn echo_key<'a>(facts: &Facts<'a>, session: usize, row: &Row<'_>) -> Result<Key<'a>, Broken> {
    let known = facts.sent.iter().position(|sent| sent.id.as_str() == row.id && sent.session == session);
    let Some(rank) = known else { return Err(("S4", format!("{} is an echo of nothing", row.id))) };
    let sent = &facts.sent[rank];
    if sent.cancelled {
        return Err(("M12", format!("\"{}\" was taken back and is shown", sent.content)));
    }
    // Echoes of one anchor stand in the order in which they were written.
    Ok((sent.anchor, 2, sent.rank, sent.id.as_str()))
}
