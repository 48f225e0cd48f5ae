//! Snapshots: the newest messages of a session as text, and how far they reach.

use super::super::Engine;
use super::{Changed, Reading, What, patience};
use crate::decimal;
use crate::defect::planted;
use crate::ids::SessionId;
use crate::json::{self, Json, ObjectWriter};
use crate::storage::{Part, StorageCall};
use crate::timeline::{Fields, Timeline};

/// The version of the format; any other is a fresh start.
const VERSION: u64 = 1;
/// Longest snapshot, in bytes. Storage of extensions holds 10 MB.
const MAX_SNAPSHOT: usize = 1 << 20;

impl Engine {
    /// The shown session's snapshot is looked for before its first page is asked for.
    pub(in crate::engine) fn pump_reading(&mut self) {
        let Some(id) = self.shown.clone().filter(|_| self.keeps()) else { return };
        let until = self.io.now.after(patience(self.io.policy.snapshot_wait));
        let (now, busy) = (self.io.now, self.is_storing(Part::Snapshot, &id));
        let Some(session) = self.sessions.get_mut(&id) else { return };
        match session.kept.reading {
            Reading::Unread if session.fetch.is_loaded() => session.kept.reading = Reading::Done,
            Reading::Unread if !busy => {
                session.kept.reading = Reading::Asked { until };
                self.load(Part::Snapshot, &id);
            }
            Reading::Asked { until } if until <= now => session.kept.reading = Reading::Done,
            Reading::Unread | Reading::Asked { .. } | Reading::Done => {}
        }
    }

    /// Whether the first page of the watched session waits for its stored messages, which tell where to read on.
    pub fn is_restoring(&self) -> bool {
        let reading = self.shown_session().map(|s| s.kept.reading);
        self.keeps() && matches!(reading, Some(Reading::Asked { .. }))
    }

    pub(super) fn snapshot_loaded(&mut self, id: &SessionId, value: Option<&str>) {
        let waits = self.shown.as_ref() == Some(id) && self.is_restoring();
        if let Some(session) = self.sessions.get_mut(id).filter(|_| waits) {
            session.kept.reading = Reading::Done;
        }
        let Some(text) = value else {
            self.store.kept.remove(id);
            return;
        };
        let Some(snapshot) = Snapshot::read(text) else {
            self.store.kept.remove(id);
            self.tell_bad_value(Part::Snapshot, id);
            return;
        };
        if !self.is_own(&snapshot.owner) || self.is_too_old(snapshot.seen) {
            self.store.kept.remove(id);
            self.remove(Part::Snapshot, id);
            return;
        }
        self.store.kept.insert(id.clone(), Some(snapshot.seen));
        if waits && !planted!(SnapshotNotShown) {
            self.restore_snapshot(id, &snapshot);
        }
        if let Some(session) = self.sessions.get_mut(id).filter(|_| waits) {
            session.timeline.raise_echoes();
        }
    }

    pub(super) fn is_own(&self, owner: &str) -> bool {
        self.store.owner.as_deref() == Some(owner) || planted!(OwnerNotChecked)
    }

    fn is_too_old(&self, seen: u64) -> bool {
        let age = self.wall_now().map_or(0, |now| now.as_millis().saturating_sub(seen));
        age > self.io.policy.snapshot_age.as_millis()
    }

    fn restore_snapshot(&mut self, id: &SessionId, snapshot: &Snapshot<'_>) {
        let Some(session) = self.sessions.get_mut(id).filter(|s| !s.fetch.is_loaded()) else { return };
        for pair in snapshot.messages.elements() {
            let mut parts = pair.elements();
            let (number, message) = (parts.next(), parts.next());
            if let Some(message) = message {
                session.timeline.merge_from_log(message, number.and_then(Json::as_integer));
            }
        }
        if let Some(floor) = snapshot.floor {
            session.timeline.set_floor(floor);
        }
        for gap in snapshot.gaps.into_iter().flat_map(Json::elements) {
            let mut ends = gap.elements().filter_map(Json::as_integer);
            if let (Some(from), Some(to)) = (ends.next(), ends.next()) {
                session.timeline.accept_gap(from, to);
            }
        }
        let end = session.timeline.highest_sequence();
        session.fetch.restored(snapshot.revision, snapshot.log_time, snapshot.more, end);
        session.kept.snapshot = session.timeline.revision();
        self.settle_echoes(id);
    }

    /// Changes are stored together: a while after the last one, not too long after the first.
    pub(super) fn pump_snapshots(&mut self) {
        let (now, policy) = (self.io.now, &self.io.policy);
        if policy.keep_sessions == 0 || policy.keep_messages == 0 {
            return;
        }
        let mut due = Vec::new();
        for (id, session) in self.sessions.iter_mut().filter(|(_, session)| session.fetch.is_loaded()) {
            let revision = session.timeline.revision();
            if revision == session.kept.snapshot {
                session.kept.changed = None;
                continue;
            }
            let known = session.kept.changed;
            let latest = known.map_or(now.after(policy.snapshot_latest), |changed| changed.latest);
            let changed = match known.filter(|changed| changed.revision == revision) {
                Some(changed) => changed,
                None => Changed { revision, latest, at: now.after(policy.snapshot_after) },
            };
            session.kept.changed = Some(changed);
            if changed.at.min(latest) <= now {
                due.push(id.clone());
            }
        }
        for id in due {
            self.save_snapshot(&id);
        }
    }

    /// The page is hidden or the session left: who knows whether there will be another moment.
    pub(in crate::engine) fn flush_snapshots(&mut self) {
        let now = self.io.now;
        for session in self.sessions.values_mut() {
            if let Some(changed) = &mut session.kept.changed {
                changed.at = now;
            }
        }
    }

    fn save_snapshot(&mut self, id: &SessionId) {
        if self.is_storing(Part::Snapshot, id) {
            return;
        }
        let shown = self.shown.as_ref() == Some(id);
        let seen = self.store.kept.get(id).copied().flatten().filter(|_| !shown);
        let seen = seen.or(self.wall_now().map(crate::time::WallTime::as_millis)).unwrap_or(0);
        let most = self.io.policy.keep_messages;
        let Some(owner) = self.store.owner.clone() else { return };
        let Some(session) = self.sessions.get_mut(id) else { return };
        let mark = session.timeline.revision();
        session.kept.changed = None;
        let (revision, log_time) = (session.fetch.change_cursor, session.fetch.complete_to());
        let reach = Reach { revision, log_time, more: session.fetch.older.more() };
        let value = write(&session.timeline, &owner, seen, most, &reach);
        self.store.kept.insert(id.clone(), Some(seen));
        let (part, session) = (Part::Snapshot, id.clone());
        let call = StorageCall::Save { key: part.key(id), value };
        self.call_storage(What::Save { part, session, mark }, call);
    }
}

/// A stored snapshot as it is read.
struct Snapshot<'a> {
    owner: std::borrow::Cow<'a, str>,
    seen: u64,
    floor: Option<u64>,
    more: Option<bool>,
    revision: Option<u64>,
    log_time: Option<u64>,
    gaps: Option<Json<'a>>,
    messages: Json<'a>,
}

impl<'a> Snapshot<'a> {
    fn read(text: &'a str) -> Option<Self> {
        let value = json::parse(text.as_bytes()).ok()?;
        let [version, owner, seen, floor, more, revision, log_time, gaps, messages] = value
            .pick(["v", "owner", "seen", "floor", "hasOlder", "revision", "logTime", "gaps", "messages"]);
        let number = |value: Option<Json<'_>>| value.and_then(Json::as_integer);
        if number(version) != Some(VERSION) {
            return None;
        }
        Some(Self {
            owner: owner?.as_str()?,
            seen: number(seen)?,
            floor: number(floor),
            more: more.and_then(Json::as_bool),
            revision: number(revision),
            log_time: number(log_time),
            gaps,
            messages: messages.filter(|messages| is_list_of_messages(*messages))?,
        })
    }
}

/// Bytes of a short message, as it is stored.
const MESSAGE: usize = 256;

/// One that cannot be read would be missing without anybody knowing.
fn is_list_of_messages(list: Json<'_>) -> bool {
    let readable = |pair: Json<'_>| pair.elements().nth(1).is_some_and(|m| Fields::find(m).named().is_some());
    list.kind() == json::Kind::Array && list.elements().all(readable)
}

/// How far the log was read, beside what the messages tell.
struct Reach {
    revision: Option<u64>,
    log_time: Option<u64>,
    more: Option<bool>,
}

fn write(timeline: &Timeline, owner: &str, seen: u64, most: usize, reach: &Reach) -> String {
    let (start, cut) = first_row(timeline, most, reach.more == Some(false));
    let kept = || timeline.rows(start..timeline.len()).filter(|row| row.echo.is_none());
    let floor = if cut { kept().filter_map(|row| row.sequence).min() } else { timeline.floor() };
    // A text that grows is copied each time.
    let mut out = String::with_capacity(timeline.len().saturating_sub(start).saturating_mul(MESSAGE));
    let mut record = ObjectWriter::begin(&mut out);
    record.number("v", Some(VERSION)).text("owner", Some(owner)).number("seen", Some(seen));
    record.number("floor", floor).number("revision", reach.revision).number("logTime", reach.log_time);
    if let Some(more) = reach.more.filter(|more| *more || !cut).or(cut.then_some(true)) {
        record.flag("hasOlder", more);
    }
    let list = record.name("gaps");
    list.push('[');
    for (from, to) in timeline.gaps().filter(|(from, _)| floor.is_some_and(|floor| floor <= *from)) {
        begin_pair(list, Some(from));
        decimal::push(list, to);
        list.push(']');
    }
    list.push(']');
    let list = record.name("messages");
    list.push('[');
    for row in kept() {
        begin_pair(list, row.sequence);
        json::push_lossy(list, row.raw);
        list.push(']');
    }
    list.push(']');
    record.end();
    out
}

/// Appends the beginning of another `[number,`.
fn begin_pair(list: &mut String, number: Option<u64>) {
    list.push_str(if list.ends_with('[') { "[" } else { ",[" });
    match number {
        Some(number) => decimal::push(list, number),
        None => list.push_str("null"),
    }
    list.push(',');
}

/// The first row to keep, and whether rows of the log are left out before it. Stand-ins are not kept, nor anything
/// before the last of them: as what they stand for they could never be told from it.
fn first_row(timeline: &Timeline, most: usize, complete: bool) -> (usize, bool) {
    let begin = timeline.floor().filter(|_| !complete).map_or(0, |floor| timeline.gap_index(floor));
    let (mut start, mut count, mut bytes) = (timeline.len(), 0, 0);
    while start > begin {
        let Some(row) = timeline.row(start - 1) else { break };
        bytes += row.raw.len();
        count += usize::from(row.echo.is_none());
        if count > most || bytes > MAX_SNAPSHOT || row.placeholder {
            return (start, true);
        }
        start -= 1;
    }
    (start, false)
}
