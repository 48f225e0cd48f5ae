//! Into the timeline: the one way for push, pages and replies.

use super::Engine;
use super::fetch::Want;
use super::query::Query;
use super::schedule::Gap;
use crate::decimal;
use crate::defect::planted;
use crate::ids::{ClientMessageId, SessionId};
use crate::output::{Event, ProblemCode};
use crate::timeline::{Applied, Fields};
use crate::wire::rest::{Page, Reach};

impl Engine {
    /// Merges every message of a page and tells how far the page reaches. `announce`: new ones are news.
    pub(super) fn merge_page(&mut self, id: &SessionId, page: &Page<'_>, announce: bool) -> Reach {
        let first_load = self.sessions.get(id).is_some_and(|s| !s.fetch.is_loaded());
        if planted!(PoisonKillsPage) && page.messages.iter().any(|message| message.named().is_none()) {
            return Reach::default();
        }
        self.io.counters.messages_duplicate += page.known;
        for at in ascending(&page.messages) {
            let Some(message) = page.messages.get(at) else { continue };
            let at = message.index;
            self.merge_message(id, message, Source::Log { announce: announce && !first_load, at });
        }
        page.reach
    }

    /// What the first page tells beside its messages.
    pub(super) fn first_page_merged(&mut self, id: &SessionId, query: Query, page: &Page<'_>, reach: Reach) {
        let Some(session) = self.sessions.get_mut(id).filter(|s| !s.fetch.is_loaded()) else { return };
        // Only a server that numbers its messages has a floor; an empty log is read from its very beginning.
        let floor = reach.lowest.or(page.last_sequence.map(|head| head.saturating_add(1)));
        if let Some(floor) = floor.filter(|_| query == Query::Newest) {
            session.timeline.set_floor(floor);
        }
        session.timeline.raise_echoes();
        if !session.fetch.is_restored() {
            session.fetch.log_time = session.fetch.log_time.or(Some(0));
        }
    }

    /// Whether a snapshot is so old that what lies between it and the log's newest page is not worth reading: then
    /// the view begins anew with that page.
    pub(super) fn is_too_far_behind(&self, id: &SessionId, query: Query, page: &Page<'_>) -> bool {
        let Some(session) = self.sessions.get(id) else { return false };
        if !session.fetch.is_restored() || planted!(SnapshotJoinedAcrossHole) {
            return false;
        }
        let far = u64::from(self.io.policy.page_limit) * 4;
        let (prefix, more) = (session.timeline.prefix(), page.has_more == Some(true));
        match (query, prefix) {
            (Query::Newest, Some(prefix)) => {
                page.reach.lowest.is_some_and(|lowest| lowest > prefix + 1 + far)
            }
            (Query::Newest, None) => {
                let known = session.fetch.log_time.unwrap_or(0);
                more && page.reach.oldest.is_none_or(|oldest| oldest > known)
            }
            (_, Some(prefix)) => more && page.last_sequence.is_some_and(|head| head > prefix + far),
            (_, None) => false,
        }
    }

    /// Forgets what is shown of a session and reads its log from the newest page on. Own messages stay, and so does
    /// what is as new as that page: it came by push while the page was on its way.
    pub(super) fn begin_anew(&mut self, id: &SessionId, newest: Option<&Page<'_>>) {
        self.lives = self.lives.wrapping_add(1);
        let life = self.lives;
        let limit = u64::from(self.io.policy.page_limit);
        let Some(session) = self.sessions.get_mut(id) else { return };
        let reach =
            newest.filter(|_| !planted!(PushLostBehindSnapshot)).map(|page| page.reach).unwrap_or_default();
        let head = newest.and_then(|page| page.last_sequence).map(|head| head.saturating_sub(limit));
        session.timeline = session.timeline.begun_anew(reach.lowest.max(head), reach.oldest);
        session.life = life;
        session.reported_revision = u64::MAX;
        session.gap = Gap::None;
        session.stream_gap = Gap::None;
        session.fetch.begin_anew();
    }

    /// The one way into a timeline, for push, pages and replies alike.
    pub(super) fn merge_message(&mut self, id: &SessionId, message: &Fields<'_>, source: Source<'_>) {
        if planted!(PushBeforeLoadDropped) && matches!(source, Source::Push { .. }) && !self.is_loaded(id) {
            return;
        }
        let Some(session) = self.sessions.get_mut(id) else { return };
        let applied = match source {
            Source::Push { sequence } => session.timeline.merge_push(message, sequence),
            Source::Log { .. } => session.timeline.merge_logged(message),
            Source::Reply(key) => session.timeline.merge_answer(key, message),
        };
        match applied {
            Applied::Inserted => {
                self.io.counters.messages_inserted += 1;
                if !matches!(source, Source::Log { announce: false, .. }) {
                    session.last_news = self.io.now;
                    self.announce(id, message);
                }
            }
            Applied::Updated => {
                self.io.counters.messages_updated += 1;
                session.last_news = self.io.now;
            }
            Applied::Unchanged => self.io.counters.messages_duplicate += 1,
            Applied::Poke => session.fetch.want(Want::CatchUp),
            Applied::Rejected(reason) => {
                self.io.counters.frames_malformed += 1;
                let detail = ["message not usable: ", reason.as_str()].concat();
                let path = [&source.path(), reason.field()].concat();
                self.io.problem_at(ProblemCode::MalformedEvent, &detail, &path);
                if matches!(source, Source::Push { .. }) {
                    self.want_catch_up_of(id);
                }
            }
        }
        self.settle_echoes(id);
    }

    /// A piece of a message's text.
    pub(super) fn merge_delta(&mut self, id: &SessionId, message: &str, offset: u64, text: &[u16]) {
        let now = self.io.now;
        let Some(session) = self.sessions.get_mut(id) else { return };
        session.last_news = now;
        match session.timeline.merge_delta(message, offset, text) {
            Applied::Poke => session.fetch.want(Want::CatchUp),
            Applied::Updated => self.io.counters.messages_updated += 1,
            Applied::Inserted | Applied::Unchanged | Applied::Rejected(_) => {}
        }
    }

    fn announce(&mut self, id: &SessionId, message: &Fields<'_>) {
        if let Some(message_id) = message.named() {
            let (session, message_id) = (id.clone(), message_id.into_owned());
            self.io.event(Event::NewMessage { session, message_id });
        }
    }
}

/// The places of a page's messages by their sequence numbers: what comes last is appended, not inserted. The page of a
/// server that keeps to the contract is in this order already. A sort of our own, digit by digit, because each one of the
/// standard library's is 4 kB of wasm.
fn ascending(messages: &[Fields<'_>]) -> Vec<usize> {
    let key = |message: &Fields<'_>| message.sequence.unwrap_or(0);
    let mut keys: Vec<_> = messages.iter().map(key).zip(0..).collect();
    if !keys.is_sorted() {
        let largest = keys.iter().map(|(key, _)| *key).max().unwrap_or(0);
        let mut sorted = keys.clone();
        for shift in (0..u64::BITS - largest.leading_zeros()).step_by(8) {
            sort_by_digit(&keys, &mut sorted, shift);
            core::mem::swap(&mut keys, &mut sorted);
        }
    }
    keys.into_iter().map(|(_, at)| at).collect()
}

/// Puts `keys` into `sorted` by the eight bits at `shift`, equal ones in the order in which they are.
fn sort_by_digit(keys: &[(u64, usize)], sorted: &mut [(u64, usize)], shift: u32) {
    let digit = |key: u64| usize::try_from(key >> shift & 0xFF).unwrap_or(0);
    let mut starts = [0_usize; 257];
    for (key, _) in keys {
        if let Some(count) = starts.get_mut(digit(*key) + 1) {
            *count += 1;
        }
    }
    let mut sum = 0;
    for start in &mut starts {
        sum += *start;
        *start = sum;
    }
    for entry in keys {
        if let Some(place) = starts.get_mut(digit(entry.0)) {
            if let Some(slot) = sorted.get_mut(*place) {
                *slot = *entry;
            }
            *place += 1;
        }
    }
}

/// How a message came.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    Push {
        sequence: Option<u64>,
    },
    /// From a page, where it has this index.
    Log {
        announce: bool,
        at: usize,
    },
    Reply(&'a ClientMessageId),
}

impl Source<'_> {
    /// Where the message stood in what came.
    fn path(self) -> String {
        match self {
            Self::Push { .. } | Self::Reply(_) => "message".to_owned(),
            Self::Log { at, .. } => {
                let mut path = "messages[".to_owned();
                decimal::push(&mut path, u64::try_from(at).unwrap_or(0));
                path + "]"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json;
    use crate::rng::{Rng, Seed};

    #[test]
    fn a_page_in_any_order_is_merged_by_its_sequence_numbers() {
        let mut rng = Rng::new(Seed(9));
        let texts: Vec<_> = (0..600)
            .map(|_| format!(r#"{{"sequenceNumber":{}}}"#, rng.next_u64() % 100 * 7_777_777))
            .collect();
        let messages: Vec<_> =
            texts.iter().map(|text| Fields::find(json::parse(text.as_bytes()).unwrap())).collect();

        let places = ascending(&messages);

        let mut expected: Vec<_> = (0..messages.len()).collect();
        expected.sort_by_key(|&at| messages[at].sequence);
        assert_eq!(places, expected);
        assert_eq!(ascending(&messages[..1]), [0]);
    }
}
