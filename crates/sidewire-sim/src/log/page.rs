//! Pages of a session's log, as REST gives them.

use super::history::number;
use super::{ServerKind, ServerLog, SessionLog, Stored, Version};
use crate::text::push_all;

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cursor {
    /// The newest page.
    Newest,
    /// The last ones before a sequence number.
    Before(u64),
    /// Behind a sequence number.
    After(u64),
    /// Changes behind a revision.
    Changed(u64),
    /// From a server time on.
    Since(u64),
}

impl Cursor {
    /// Whether a message lies on its side, as far as the message alone tells.
    fn takes(self, message: &Stored, version: &Version) -> bool {
        match self {
            Self::Newest | Self::Before(_) => true,
            Self::After(number) => message.sequence > Some(number),
            Self::Changed(revision) => version.revision > revision,
            Self::Since(time) => message.time >= time,
        }
    }

    /// How many messages at the beginning of the log it cannot take, or, of the newest page, need not for a page of
    /// `limit` and the news that there are more.
    fn passes(self, log: &SessionLog, limit: usize) -> usize {
        let messages = log.messages();
        let behind =
            |before: &dyn Fn(&Stored) -> bool| messages.iter().rposition(before).map_or(0, |at| at + 1);
        match self {
            Self::Newest => messages.len().saturating_sub(limit + 1),
            // Numbers and times never fall.
            Self::After(number) => behind(&|stored| stored.sequence.is_some_and(|own| own <= number)),
            Self::Since(time) => behind(&|stored| stored.time < time),
            Self::Changed(revision) if revision >= log.revision => messages.len(),
            Self::Changed(_) | Self::Before(_) => 0,
        }
    }
}

/// A page, and where in the log it begins.
#[derive(Clone, Debug)]
pub struct Page {
    /// The body.
    pub body: String,
    /// Index of its first message; the length of the log when it is empty.
    pub first: usize,
}

/// The log as a copy of the database shows it.
struct Seen {
    /// The messages that are looked at begin here.
    from: usize,
    /// How many messages there are.
    count: usize,
    revision: u64,
    last_sequence: u64,
}

impl ServerLog {
    /// One page as a copy of the database at `as_of` gives it.
    pub fn page(&self, session: usize, cursor: Cursor, limit: usize, as_of: u64) -> Page {
        let log = &self.sessions[session];
        let cursor = if self.stuck { Cursor::Newest } else { cursor };
        let (seen, mut found) = self.found(log, cursor, limit, as_of);
        if let Cursor::Before(number) = cursor {
            let behind = |(_, message, _): &(usize, &Stored, &Version)| message.sequence >= Some(number);
            found.truncate(found.iter().position(behind).unwrap_or(found.len()));
        }
        if matches!(cursor, Cursor::Changed(_)) {
            found.sort_by_key(|(_, _, version)| version.revision);
        }
        let has_more = found.len() > limit;
        if matches!(cursor, Cursor::Newest | Cursor::Before(_)) {
            found.drain(..found.len().saturating_sub(limit));
        } else {
            found.truncate(limit);
        }
        let cut = has_more && matches!(cursor, Cursor::Changed(_));
        let current = seen.revision;
        let revision = if cut { found.last().map_or(current, |(_, _, v)| v.revision) } else { current };
        let first = found.iter().map(|(at, _, _)| *at).min().unwrap_or(seen.count);
        let bodies = found.iter().map(|(_, _, version)| version.json.as_str());
        let body = self.page_body(bodies, has_more || self.stuck, seen.last_sequence, revision);
        Page { body, first }
    }

    /// What a cursor takes of a copy of the log, before it is cut to a page.
    fn found<'a>(
        &self,
        log: &'a SessionLog,
        cursor: Cursor,
        limit: usize,
        as_of: u64,
    ) -> (Seen, Vec<(usize, &'a Stored, &'a Version)>) {
        let messages = log.messages();
        let whole = self.denied == 0 && as_of >= log.changed_at;
        let mut seen = if whole {
            let from = cursor.passes(log, limit);
            Seen { from, count: messages.len(), revision: log.revision, last_sequence: log.last_sequence }
        } else {
            Seen { from: 0, count: 0, revision: 0, last_sequence: 0 }
        };
        let told = messages.len().saturating_sub(self.denied);
        let mut found = Vec::with_capacity(if whole { told - seen.from } else { 0 });
        for (at, message) in messages.iter().enumerate().take(told).skip(seen.from) {
            let Some(version) = message.version_at(as_of) else { continue };
            if !whole {
                seen.count += 1;
                seen.revision = seen.revision.max(version.revision);
                seen.last_sequence = seen.last_sequence.max(message.sequence.unwrap_or(0));
            }
            if cursor.takes(message, version) {
                found.push((at, message, version));
            }
        }
        (seen, found)
    }

    fn page_body<'a>(
        &self,
        bodies: impl Iterator<Item = &'a str> + Clone,
        has_more: bool,
        last: u64,
        revision: u64,
    ) -> String {
        let poison = self.poison.then_some(r#"{"content":"no id"}"#);
        let bodies = poison.into_iter().chain(bodies);
        let length = bodies.clone().map(|body| body.len() + 1).sum::<usize>();
        let mut body = String::with_capacity(96 + length);
        body.push_str(r#"{"messages":["#);
        for (index, message) in bodies.enumerate() {
            push_all(&mut body, &[if index > 0 { "," } else { "" }, message]);
        }
        push_all(&mut body, &[r#"],"hasMore":"#, if has_more { "true" } else { "false" }]);
        if self.kind != ServerKind::Times {
            number(&mut body, r#","lastSequenceNumber":"#, last);
        }
        if self.kind == ServerKind::Revisions {
            number(&mut body, r#","revision":"#, revision);
        }
        body.push('}');
        body
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing, reason = "tests")]

    use super::*;
    use crate::log::Draft;
    use crate::world::WorldConfig;

    fn log(kind: ServerKind) -> ServerLog {
        let mut log = ServerLog::of(&WorldConfig { kind, history: 20, ..WorldConfig::default() }, 1000);
        for at in 0..40 {
            let draft = Draft {
                role: "assistant",
                content: "more",
                status: "success",
                origin: None,
                numbered: at % 3 > 0,
            };
            log.append(2000 + at * 7, 0, draft);
            log.update(2003 + at * 7, 0, usize::try_from(at * 5 % 20).unwrap_or(0), "success", "edited");
        }
        log
    }

    #[test]
    fn a_page_that_passes_messages_over_is_the_page_that_looks_at_all_of_them() {
        for kind in [ServerKind::Revisions, ServerKind::Sequences, ServerKind::Times] {
            let quick = log(kind);
            let mut slow = quick.clone();
            // Any moment is before that, so nothing is passed over.
            slow.sessions[0].changed_at = u64::MAX;
            for at in 0..130 {
                let from = [
                    Cursor::After(at),
                    Cursor::Changed(at),
                    Cursor::Before(at),
                    Cursor::Since(900 + at * 20),
                ];
                for cursor in from.into_iter().chain([Cursor::Newest]) {
                    let (one, other) = (quick.page(0, cursor, 10, 9000), slow.page(0, cursor, 10, 9000));

                    assert_eq!((one.body, one.first), (other.body, other.first), "{kind:?} {cursor:?}");
                }
            }
        }
    }
}
