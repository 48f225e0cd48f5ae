//! Messages written straight into the log, for development.

use serde::Deserialize;
use serde_json::Value;

use super::Store;
use super::messages::{advance, insert};
use crate::clock::now_ms;
use crate::error::ApiError;
use crate::ids;
use crate::model::Message;

/// A message to write.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Written {
    role: String,
    content: String,
    #[serde(default = "sent")]
    status: String,
    /// Ms since the epoch; now by default.
    timestamp: Option<i64>,
    /// Sequence numbers to leave out before this message: a hole that nobody can fill.
    #[serde(default)]
    skip: u32,
    action_payload: Option<Value>,
    error: Option<Value>,
}

fn sent() -> String {
    "sent".to_owned()
}

impl Store {
    /// Writes messages in order, all or none; `None` if the user has no such session.
    pub(crate) async fn write(
        &self,
        user: &str,
        session_id: &str,
        messages: Vec<Written>,
    ) -> Result<Option<Vec<Message>>, ApiError> {
        let mut tx = self.write.begin_with("BEGIN IMMEDIATE").await?;
        let owner: Option<String> = sqlx::query_scalar("SELECT user FROM sessions WHERE session_id = ?")
            .bind(session_id)
            .fetch_optional(&mut *tx)
            .await?;
        if owner.as_deref() != Some(user) {
            return Ok(None);
        }
        let mut stored = Vec::with_capacity(messages.len());
        for new in messages {
            let (sequence_number, revision, time) =
                advance(&mut tx, session_id, i64::from(new.skip) + 1, now_ms()).await?;
            let message = Message {
                message_id: ids::uuid_v7(now_ms())?,
                session_id: session_id.to_owned(),
                role: new.role,
                content: new.content,
                timestamp: new.timestamp.unwrap_or(time),
                sequence_number,
                revision,
                updated_at: time,
                status: new.status,
                client_message_id: None,
                action_payload: new.action_payload,
                error: new.error,
                meta: None,
            };
            insert(&mut tx, &message).await?;
            stored.push(message);
        }
        tx.commit().await?;
        Ok(Some(stored))
    }
}
