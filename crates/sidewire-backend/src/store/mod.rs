//! The `SQLite` file. Writes go through one connection, so that sequence numbers and revisions are given one by one.

mod messages;
mod pages;
mod sessions;
mod write;

use std::path::Path;
use std::time::Duration;

use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, SqlitePool};

pub(crate) use messages::{Interaction, Outcome, Update};
pub(crate) use pages::{Cursor, Found};
pub(crate) use sessions::{NewSession, Patch};
pub(crate) use write::Written;

use crate::ids;

/// The database.
#[derive(Clone)]
pub(crate) struct Store {
    read: SqlitePool,
    write: SqlitePool,
}

/// Each entry is one version of the schema; `PRAGMA user_version` says how many have been applied.
const MIGRATIONS: [&str; 1] = [r"
CREATE TABLE secrets (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE sessions (
    session_id TEXT PRIMARY KEY,
    user TEXT NOT NULL,
    title TEXT NOT NULL,
    status TEXT NOT NULL,
    url TEXT,
    domain TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_sequence INTEGER NOT NULL DEFAULT 0,
    revision INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX sessions_by_user ON sessions (user, updated_at);
CREATE TABLE messages (
    session_id TEXT NOT NULL REFERENCES sessions (session_id),
    sequence_number INTEGER NOT NULL,
    message_id TEXT NOT NULL UNIQUE,
    role TEXT NOT NULL,
    content TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    status TEXT NOT NULL,
    client_message_id TEXT,
    action_payload TEXT,
    error TEXT,
    meta TEXT,
    PRIMARY KEY (session_id, sequence_number)
);
CREATE UNIQUE INDEX messages_by_revision ON messages (session_id, revision);
CREATE INDEX messages_by_time ON messages (session_id, timestamp);
CREATE INDEX messages_unfinished ON messages (status) WHERE status = 'streaming';
CREATE TABLE interactions (
    user TEXT NOT NULL,
    key TEXT NOT NULL,
    session_id TEXT NOT NULL,
    content TEXT NOT NULL,
    answer TEXT NOT NULL,
    PRIMARY KEY (user, key)
);
"];

impl Store {
    /// Opens or creates the file and brings its schema up to date.
    pub(crate) async fn open(file: &Path) -> sqlx::Result<Self> {
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(5))
            .foreign_keys(true);
        let pool =
            |size| SqlitePoolOptions::new().max_connections(size).acquire_timeout(Duration::from_secs(5));
        let write = pool(1).connect_with(options.clone()).await?;
        migrate(&write).await?;
        let read = pool(4).connect_with(options.read_only(true)).await?;
        Ok(Self { read, write })
    }

    /// A random secret, made at first use and kept.
    pub(crate) async fn secret(&self, name: &str) -> Result<String, crate::error::ApiError> {
        let fresh = ids::secret()?;
        sqlx::query("INSERT OR IGNORE INTO secrets (name, value) VALUES (?, ?)")
            .bind(name)
            .bind(fresh)
            .execute(&self.write)
            .await?;
        let secret = sqlx::query_scalar("SELECT value FROM secrets WHERE name = ?").bind(name);
        Ok(secret.fetch_one(&self.write).await?)
    }

    /// Whether the database answers.
    pub(crate) async fn is_up(&self) -> bool {
        sqlx::query("SELECT 1").execute(&self.read).await.is_ok()
    }

    /// Writes the log back into the file and closes it.
    pub(crate) async fn close(&self) {
        self.read.close().await;
        self.write.close().await;
    }
}

async fn migrate(pool: &SqlitePool) -> sqlx::Result<()> {
    let mut connection = pool.acquire().await?;
    let done: i64 = sqlx::query_scalar("PRAGMA user_version").fetch_one(&mut *connection).await?;
    for (version, script) in (1_i64..).zip(MIGRATIONS).filter(|(version, _)| *version > done) {
        let mut transaction = connection.begin().await?;
        sqlx::raw_sql(script).execute(&mut *transaction).await?;
        sqlx::raw_sql(&format!("PRAGMA user_version = {version}")).execute(&mut *transaction).await?;
        transaction.commit().await?;
    }
    Ok(())
}
