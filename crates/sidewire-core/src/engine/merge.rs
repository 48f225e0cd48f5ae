//! Into the timeline: the one way for push, pages and replies.

use super::Engine;
use super::fetch::Want;
use crate::defect::planted;
use crate::ids::{ClientMessageId, SessionId};
use crate::json::Json;
use crate::output::{Event, ProblemCode};
use crate::timeline::{Applied, Fields};
use crate::wire::rest::Page;

impl Engine {
    /// Merges every message of a page and tells how far the page reaches. `announce`: new ones are news.
    pub(super) fn merge_page(&mut self, id: &SessionId, page: &Page<'_>, announce: bool) -> Reach {
        let first_load = self.sessions.get(id).is_some_and(|s| !s.fetch.loaded);
        let mut reach = Reach::default();
        let readable = |message: Json<'_>| message.get("messageId").or_else(|| message.get("id")).is_some();
        if planted!(PoisonKillsPage) && !page.messages.elements().all(readable) {
            return reach;
        }
        let messages: Vec<_> = page.messages.elements().map(Fields::find).collect();
        for at in ascending(&messages) {
            let Some(message) = messages.get(at) else { continue };
            reach.extend(message);
            self.merge_message(id, message, Source::Log { announce: announce && !first_load });
        }
        let Some(session) = self.sessions.get_mut(id) else { return reach };
        if first_load {
            // Only a server that numbers its messages has a floor; an empty log is read from its very beginning.
            if let Some(floor) = reach.lowest.or(page.last_sequence.map(|head| head.saturating_add(1))) {
                session.timeline.set_floor(floor);
            }
            reach.time = reach.time.or(Some(0));
        }
        reach
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
                if !matches!(source, Source::Log { announce: false }) {
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
                self.io.problem(
                    ProblemCode::MalformedEvent,
                    &["message not usable: ", reason.as_str()].concat(),
                );
                if matches!(source, Source::Push { .. }) {
                    self.want_catch_up_of(id);
                }
            }
        }
        self.settle_echoes(id);
    }

    fn announce(&mut self, id: &SessionId, message: &Fields<'_>) {
        if let Some(message_id) = message.named() {
            let (session, message_id) = (id.clone(), message_id.into_owned());
            self.io.event(Event::NewMessage { session, message_id });
        }
    }
}

/// The places of a page's messages by their sequence numbers: what comes last is appended, not inserted. The page of a
/// server that keeps to the contract is in this order already. A sort of our own, because each one of the standard
/// library's is 4 kB of wasm.
fn ascending(messages: &[Fields<'_>]) -> Vec<usize> {
    let keys: Vec<_> = messages.iter().map(|message| message.sequence().unwrap_or(0)).collect();
    let key = |at: Option<&usize>| at.and_then(|&at| keys.get(at).map(|key| (*key, at)));
    let mut places: Vec<_> = (0..keys.len()).collect();
    if keys.is_sorted() {
        return places;
    }
    let mut gap = places.len() / 2;
    while gap > 0 {
        for start in gap..places.len() {
            let mut at = start;
            while at >= gap && key(places.get(at - gap)) > key(places.get(at)) {
                places.swap(at - gap, at);
                at -= gap;
            }
        }
        gap /= 2;
    }
    places
}

/// How a message came.
#[derive(Clone, Copy)]
pub(super) enum Source<'a> {
    Push { sequence: Option<u64> },
    Log { announce: bool },
    Reply(&'a ClientMessageId),
}

/// How far a page reaches.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Reach {
    pub(super) lowest: Option<u64>,
    pub(super) sequence: Option<u64>,
    pub(super) time: Option<u64>,
}

impl Reach {
    fn extend(&mut self, message: &Fields<'_>) {
        if let Some(sequence) = message.sequence() {
            self.lowest = Some(self.lowest.map_or(sequence, |l| l.min(sequence)));
            self.sequence = self.sequence.max(Some(sequence));
        }
        self.time = self.time.max(message.time());
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
        let texts: Vec<_> =
            (0..300).map(|_| format!(r#"{{"sequenceNumber":{}}}"#, rng.next_u64() % 100)).collect();
        let messages: Vec<_> =
            texts.iter().map(|text| Fields::find(json::parse(text.as_bytes()).unwrap())).collect();

        let places = ascending(&messages);

        let mut expected: Vec<_> = (0..messages.len()).collect();
        expected.sort_by_key(|&at| messages[at].sequence());
        assert_eq!(places, expected);
        assert_eq!(ascending(&messages[..1]), [0]);
    }
}
