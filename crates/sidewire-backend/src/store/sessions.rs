//! Sessions.

use sqlx::Row as _;
use sqlx::sqlite::SqliteRow;

use super::Store;
use crate::clock::now_ms;
use crate::error::ApiError;
use crate::ids;
use crate::model::Session;

/// What a session is created from.
#[derive(Debug, Default)]
pub(crate) struct NewSession {
    pub(crate) url: Option<String>,
    pub(crate) domain: Option<String>,
    pub(crate) title: Option<String>,
}

/// What is to change; `None` leaves a field as it is.
#[derive(Debug, Default)]
pub(crate) struct Patch {
    pub(crate) url: Option<String>,
    pub(crate) domain: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) status: Option<String>,
}

/// The title until the first message gives a better one.
pub(super) const UNTITLED: &str = "New session";

const FIELDS: &str = "session_id, title, status, url, domain, created_at, updated_at, last_sequence";

impl Store {
    /// The user's sessions, the last used first.
    pub(crate) async fn sessions(&self, user: &str) -> sqlx::Result<Vec<Session>> {
        let sql =
            format!("SELECT {FIELDS} FROM sessions WHERE user = ? ORDER BY updated_at DESC, session_id");
        sqlx::query(&sql).bind(user).try_map(|row| session(&row)).fetch_all(&self.read).await
    }

    /// The owner of a session, if there is such a session.
    pub(crate) async fn owner(&self, session_id: &str) -> sqlx::Result<Option<(String, i64)>> {
        sqlx::query_as("SELECT user, last_sequence FROM sessions WHERE session_id = ?")
            .bind(session_id)
            .fetch_optional(&self.read)
            .await
    }

    pub(crate) async fn create_session(&self, user: &str, new: NewSession) -> Result<Session, ApiError> {
        let sql = format!(
            "INSERT INTO sessions (session_id, user, title, status, url, domain, created_at, updated_at)
             VALUES (?, ?, ?, 'active', ?, ?, ?, ?) RETURNING {FIELDS}"
        );
        let now = now_ms();
        let query = sqlx::query(&sql)
            .bind(ids::uuid_v4()?)
            .bind(user)
            .bind(new.title.unwrap_or_else(|| UNTITLED.to_owned()))
            .bind(new.url)
            .bind(new.domain)
            .bind(now)
            .bind(now);
        Ok(query.try_map(|row| session(&row)).fetch_one(&self.write).await?)
    }

    /// The changed session; `None` if the user has no such session.
    pub(crate) async fn patch_session(
        &self,
        user: &str,
        session_id: &str,
        patch: Patch,
    ) -> sqlx::Result<Option<Session>> {
        let sql = format!(
            "UPDATE sessions SET title = coalesce(?, title), status = coalesce(?, status), url = coalesce(?, url),
                 domain = coalesce(?, domain), updated_at = max(updated_at, ?)
             WHERE session_id = ? AND user = ? RETURNING {FIELDS}"
        );
        let query = sqlx::query(&sql)
            .bind(patch.title)
            .bind(patch.status)
            .bind(patch.url)
            .bind(patch.domain)
            .bind(now_ms())
            .bind(session_id)
            .bind(user);
        query.try_map(|row| session(&row)).fetch_optional(&self.write).await
    }
}

fn session(row: &SqliteRow) -> sqlx::Result<Session> {
    Ok(Session {
        session_id: row.try_get("session_id")?,
        title: row.try_get("title")?,
        status: row.try_get("status")?,
        url: row.try_get("url")?,
        domain: row.try_get("domain")?,
        created_at: row.try_get("created_at")?,
        updated_at: row.try_get("updated_at")?,
        last_sequence_number: row.try_get("last_sequence")?,
    })
}
