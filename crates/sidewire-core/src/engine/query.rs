//! Where a page of the log begins.

use crate::decimal;
use crate::defect::planted;
use crate::ids::SessionId;
use crate::wire::rest::{self, Page, Reach};

/// Where a page begins.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Query {
    Newest,
    /// The newest page, as long as the contract allows.
    Widest,
    Before(u64),
    After(u64),
    Changed(u64),
    Since(u64),
}

/// Unsequenced servers are read from a little before the newest known time, because clocks tie and jitter.
const SINCE_OVERLAP_MS: u64 = 5000;

impl Query {
    /// The path below the API base, query string included.
    pub(super) fn path(self, id: &SessionId, limit: u32) -> String {
        let limit = if self == Self::Widest { rest::LONGEST_PAGE } else { limit };
        let mut path = rest::messages_path(id);
        path.push_str("?limit=");
        decimal::push(&mut path, u64::from(limit));
        let (name, from) = match self {
            Self::Newest | Self::Widest => return path,
            Self::Before(sequence) => ("&beforeSequence=", sequence),
            Self::After(sequence) => ("&afterSequence=", sequence),
            Self::Changed(revision) => ("&changedSince=", revision),
            Self::Since(time) => ("&since=", time),
        };
        path.push_str(name);
        decimal::push(&mut path, from);
        path
    }

    /// Whether pages of it follow one another.
    pub(super) const fn goes_on(self) -> bool {
        match self {
            Self::Newest | Self::Widest | Self::Before(_) => false,
            Self::After(_) | Self::Changed(_) | Self::Since(_) => true,
        }
    }

    /// Where the next page begins, or `None` when the server made no progress and asking again would loop.
    pub(super) fn next(self, page: &Page<'_>, reach: Reach) -> Option<Self> {
        match self {
            // The newest page is complete for its end of the log; older pages are loaded on demand.
            Self::Newest | Self::Widest | Self::Before(_) => None,
            Self::After(from) => reach.sequence.filter(|s| *s > from || planted!(PageLoop)).map(Self::After),
            Self::Changed(from) => page.revision.filter(|r| *r > from).map(Self::Changed),
            Self::Since(from) => reach.time.filter(|t| *t > from || planted!(PageLoop)).map(Self::Since),
        }
    }
}

impl super::Session {
    /// From the cursor on: the best one that the server gave.
    pub(super) fn catch_up_query(&self) -> Query {
        if let Some(revision) = self.fetch.change_cursor {
            return Query::Changed(revision);
        }
        // Without a change counter a snapshot may have missed edits: its newest page is read again.
        if !self.fetch.is_loaded() {
            return Query::Newest;
        }
        if let Some(prefix) = self.timeline.prefix() {
            return Query::After(prefix);
        }
        self.fetch.log_time.map_or(Query::Newest, |time| Query::Since(time.saturating_sub(SINCE_OVERLAP_MS)))
    }
}
