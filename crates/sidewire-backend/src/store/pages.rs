//! Reading a session's log page by page.

use super::Store;
use super::messages::read;
use crate::model::{Message, Page};

/// Where a page starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cursor {
    /// The newest messages.
    Newest,
    /// Those from a time on, ms, inclusive.
    Since(i64),
    /// Those behind a place.
    After(i64),
    /// The last ones before a place.
    Before(i64),
    /// Those changed after a revision, in the order of their changes.
    ChangedSince(i64),
}

/// What was found for a page request.
pub(crate) enum Found {
    /// The user has no such session.
    NoSession,
    /// The client has this version already.
    Unchanged(String),
    /// The page and its entity tag.
    Page(Page, String),
}

impl Cursor {
    /// The condition and order in SQL, the bound value, and whether the rows come newest first.
    fn sql(self) -> (&'static str, i64, bool) {
        match self {
            Self::Newest => ("sequence_number < ? ORDER BY sequence_number DESC", i64::MAX, true),
            Self::Before(place) => ("sequence_number < ? ORDER BY sequence_number DESC", place, true),
            Self::After(place) => ("sequence_number > ? ORDER BY sequence_number", place, false),
            Self::Since(time) => ("timestamp >= ? ORDER BY sequence_number", time, false),
            Self::ChangedSince(revision) => ("revision > ? ORDER BY revision", revision, false),
        }
    }

    /// An answer is a function of this, the limit and the session's revision: that makes its entity tag.
    fn tag(self) -> String {
        match self {
            Self::Newest => "n".to_owned(),
            Self::Since(time) => format!("s{time}"),
            Self::After(place) => format!("a{place}"),
            Self::Before(place) => format!("b{place}"),
            Self::ChangedSince(revision) => format!("c{revision}"),
        }
    }
}

impl Store {
    /// One page, read in one transaction so that its parts agree. `known` is the client's `If-None-Match`.
    pub(crate) async fn page(
        &self,
        user: &str,
        session_id: &str,
        cursor: Cursor,
        limit: usize,
        known: Option<&str>,
    ) -> sqlx::Result<Found> {
        let mut tx = self.read.begin().await?;
        let session: Option<(i64, i64)> =
            sqlx::query_as("SELECT last_sequence, revision FROM sessions WHERE session_id = ? AND user = ?")
                .bind(session_id)
                .bind(user)
                .fetch_optional(&mut *tx)
                .await?;
        let Some((last_sequence_number, current)) = session else {
            return Ok(Found::NoSession);
        };
        let etag = format!("\"r{current}-{}-l{limit}\"", cursor.tag());
        if known.is_some_and(|known| matches(known, &etag)) {
            return Ok(Found::Unchanged(etag));
        }
        let (rest, value, descending) = cursor.sql();
        let sql = format!("SELECT * FROM messages WHERE session_id = ? AND {rest} LIMIT ?");
        // One more than asked for tells whether there are more.
        let query = sqlx::query(&sql).bind(session_id).bind(value);
        let query = query.bind(i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1));
        let mut messages: Vec<Message> = query.try_map(|row| read(&row)).fetch_all(&mut *tx).await?;
        let has_more = messages.len() > limit;
        messages.truncate(limit);
        if descending {
            messages.reverse();
        }
        let revision = match (cursor, messages.last()) {
            (Cursor::ChangedSince(_), Some(last)) if has_more => last.revision,
            _ => current,
        };
        Ok(Found::Page(Page { messages, has_more, last_sequence_number, revision }, etag))
    }
}

/// `If-None-Match`: a list of tags, weak ones included, or `*`.
fn matches(known: &str, etag: &str) -> bool {
    known.split(',').map(str::trim).any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}
