//! Messages are stored and changed here, and only here are sequence numbers and revisions given.

use serde_json::Value;
use sqlx::sqlite::SqliteRow;
use sqlx::{Row as _, Sqlite, SqliteConnection, Transaction};

use super::Store;
use super::sessions::UNTITLED;
use crate::clock::now_ms;
use crate::error::ApiError;
use crate::ids;
use crate::model::{Accepted, Message};

/// A user's message on its way in.
pub(crate) struct Interaction<'a> {
    pub(crate) user: &'a str,
    pub(crate) key: &'a str,
    pub(crate) session_id: &'a str,
    pub(crate) content: &'a str,
    pub(crate) meta: Option<Value>,
}

/// What became of it.
pub(crate) enum Outcome {
    /// Stored now.
    Stored {
        /// The answer, as it will be repeated for the same key.
        text: String,
        accepted: Box<Accepted>,
    },
    /// Stored before under the same key: the same answer again.
    Repeated(String),
    /// The key was used for something else.
    KeyReused,
    /// The user has no such session.
    NoSession,
}

/// The new state of an assistant's message.
pub(crate) struct Update<'a> {
    pub(crate) content: &'a str,
    pub(crate) status: &'a str,
    pub(crate) error: Option<Value>,
    pub(crate) action_payload: Option<Value>,
}

struct NewMessage<'a> {
    role: &'a str,
    content: &'a str,
    status: &'a str,
    client_message_id: Option<&'a str>,
    meta: Option<Value>,
}

impl Store {
    /// Stores a user's message once per key.
    pub(crate) async fn interact(&self, interaction: Interaction<'_>) -> Result<Outcome, ApiError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let before: Option<(String, String, String)> =
            sqlx::query_as("SELECT session_id, content, answer FROM interactions WHERE user = ? AND key = ?")
                .bind(interaction.user)
                .bind(interaction.key)
                .fetch_optional(&mut *tx)
                .await?;
        if let Some((session_id, content, answer)) = before {
            let same = session_id == interaction.session_id && content == interaction.content;
            return Ok(if same { Outcome::Repeated(answer) } else { Outcome::KeyReused });
        }
        let owner: Option<String> = sqlx::query_scalar("SELECT user FROM sessions WHERE session_id = ?")
            .bind(interaction.session_id)
            .fetch_optional(&mut *tx)
            .await?;
        if owner.as_deref() != Some(interaction.user) {
            return Ok(Outcome::NoSession);
        }
        let new = NewMessage {
            role: "user",
            content: interaction.content,
            status: "sent",
            client_message_id: Some(interaction.key),
            meta: interaction.meta.clone(),
        };
        let message = append(&mut tx, interaction.session_id, new).await?;
        name_session(&mut tx, interaction.session_id, interaction.content).await?;
        let accepted = Accepted { task_id: ids::uuid_v4()?, status: "accepted".to_owned(), message };
        let text = serde_json::to_string(&accepted).map_err(|error| ApiError::internal(&error))?;
        remember(&mut tx, &interaction, &text).await?;
        tx.commit().await?;
        Ok(Outcome::Stored { text, accepted: Box::new(accepted) })
    }

    /// Stores an assistant's message that is still being written.
    pub(crate) async fn begin_answer(&self, session_id: &str) -> Result<Message, ApiError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let new = NewMessage {
            role: "assistant",
            content: "",
            status: "streaming",
            client_message_id: None,
            meta: None,
        };
        let message = append(&mut tx, session_id, new).await?;
        tx.commit().await?;
        Ok(message)
    }

    /// Changes a message; its revision rises.
    pub(crate) async fn update_message(
        &self,
        message: &Message,
        update: Update<'_>,
    ) -> Result<Message, ApiError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let now = now_ms();
        let (_, revision, _) = advance(&mut tx, &message.session_id, 0, now).await?;
        let query = sqlx::query(
            "UPDATE messages SET content = ?, status = ?, error = ?, action_payload = ?, revision = ?,
                 updated_at = max(updated_at, ?)
             WHERE message_id = ? RETURNING *",
        );
        let query = query
            .bind(update.content)
            .bind(update.status)
            .bind(update.error.map(|value| value.to_string()))
            .bind(update.action_payload.map(|value| value.to_string()))
            .bind(revision)
            .bind(now)
            .bind(&message.message_id);
        let message = query.try_map(|row| read(&row)).fetch_one(&mut *tx).await?;
        tx.commit().await?;
        Ok(message)
    }

    /// The session's newest place.
    pub(crate) async fn last_sequence(&self, session_id: &str) -> sqlx::Result<i64> {
        let last = sqlx::query_scalar("SELECT last_sequence FROM sessions WHERE session_id = ?");
        last.bind(session_id).fetch_one(&self.read).await
    }

    /// Ends the answers that a stopped process left unfinished. Returns how many.
    pub(crate) async fn fail_unfinished(&self) -> Result<usize, ApiError> {
        let unfinished: Vec<Message> = sqlx::query("SELECT * FROM messages WHERE status = 'streaming'")
            .try_map(|row| read(&row))
            .fetch_all(&self.read)
            .await?;
        let error = serde_json::json!({ "code": "INTERRUPTED", "message": "The server was stopped while answering." });
        for message in &unfinished {
            let (content, error) = (message.content.as_str(), Some(error.clone()));
            let update = Update { content, status: "failure", error, action_payload: None };
            self.update_message(message, update).await?;
        }
        Ok(unfinished.len())
    }
}

/// Raises the session's counters; returns its newest place, its revision and a time that never goes back.
pub(super) async fn advance(
    tx: &mut SqliteConnection,
    session_id: &str,
    messages: i64,
    now: i64,
) -> sqlx::Result<(i64, i64, i64)> {
    sqlx::query_as(
        "UPDATE sessions SET last_sequence = last_sequence + ?, revision = revision + 1,
             updated_at = max(updated_at, ?)
         WHERE session_id = ? RETURNING last_sequence, revision, updated_at",
    )
    .bind(messages)
    .bind(now)
    .bind(session_id)
    .fetch_one(tx)
    .await
}

async fn append(
    tx: &mut Transaction<'_, Sqlite>,
    session_id: &str,
    new: NewMessage<'_>,
) -> Result<Message, ApiError> {
    let now = now_ms();
    // The clock may be set back; `since` and the order of the log must not be.
    let (sequence_number, revision, time) = advance(tx, session_id, 1, now).await?;
    let message = Message {
        message_id: ids::uuid_v7(now)?,
        session_id: session_id.to_owned(),
        role: new.role.to_owned(),
        content: new.content.to_owned(),
        timestamp: time,
        sequence_number,
        revision,
        updated_at: time,
        status: new.status.to_owned(),
        client_message_id: new.client_message_id.map(str::to_owned),
        action_payload: None,
        error: None,
        meta: new.meta,
    };
    insert(tx, &message).await?;
    Ok(message)
}

pub(super) async fn insert(tx: &mut SqliteConnection, message: &Message) -> sqlx::Result<()> {
    sqlx::query(
        "INSERT INTO messages (session_id, sequence_number, message_id, role, content, timestamp, revision,
             updated_at, status, client_message_id, meta, action_payload, error)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(&message.session_id)
    .bind(message.sequence_number)
    .bind(&message.message_id)
    .bind(&message.role)
    .bind(&message.content)
    .bind(message.timestamp)
    .bind(message.revision)
    .bind(message.updated_at)
    .bind(&message.status)
    .bind(&message.client_message_id)
    .bind(message.meta.as_ref().map(Value::to_string))
    .bind(message.action_payload.as_ref().map(Value::to_string))
    .bind(message.error.as_ref().map(Value::to_string))
    .execute(tx)
    .await?;
    Ok(())
}

/// The first message names a session that has no name yet.
async fn name_session(tx: &mut SqliteConnection, session_id: &str, content: &str) -> sqlx::Result<()> {
    let title: String = content.lines().next().unwrap_or_default().trim().chars().take(60).collect();
    sqlx::query("UPDATE sessions SET title = ? WHERE session_id = ? AND title = ? AND ? <> ''")
        .bind(&title)
        .bind(session_id)
        .bind(UNTITLED)
        .bind(&title)
        .execute(tx)
        .await?;
    Ok(())
}

async fn remember(
    tx: &mut SqliteConnection,
    interaction: &Interaction<'_>,
    answer: &str,
) -> sqlx::Result<()> {
    sqlx::query("INSERT INTO interactions (user, key, session_id, content, answer) VALUES (?, ?, ?, ?, ?)")
        .bind(interaction.user)
        .bind(interaction.key)
        .bind(interaction.session_id)
        .bind(interaction.content)
        .bind(answer)
        .execute(tx)
        .await?;
    Ok(())
}

/// A row of `messages`.
pub(super) fn read(row: &SqliteRow) -> sqlx::Result<Message> {
    let json = |column: &str| -> sqlx::Result<Option<Value>> {
        let text: Option<String> = row.try_get(column)?;
        text.map(|text| serde_json::from_str(&text).map_err(|error| sqlx::Error::Decode(error.into())))
            .transpose()
    };
    Ok(Message {
        message_id: row.try_get("message_id")?,
        session_id: row.try_get("session_id")?,
        role: row.try_get("role")?,
        content: row.try_get("content")?,
        timestamp: row.try_get("timestamp")?,
        sequence_number: row.try_get("sequence_number")?,
        revision: row.try_get("revision")?,
        updated_at: row.try_get("updated_at")?,
        status: row.try_get("status")?,
        client_message_id: row.try_get("client_message_id")?,
        action_payload: json("action_payload")?,
        error: json("error")?,
        meta: json("meta")?,
    })
}
