//! What goes over the wire. Field names are the contract's; times are milliseconds since the epoch.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One message of a session's log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Message {
    /// A `UUIDv7`.
    pub message_id: String,
    /// The session it belongs to.
    pub session_id: String,
    /// `user`, `assistant` or `system`.
    pub role: String,
    /// Text; Markdown from the assistant.
    pub content: String,
    /// When it was stored, ms.
    pub timestamp: i64,
    /// Place in the session: from 1, without holes.
    pub sequence_number: i64,
    /// The session's change counter when this message last changed.
    pub revision: i64,
    /// When it last changed, ms.
    pub updated_at: i64,
    /// `sent`, `streaming`, `success`, `failure`.
    pub status: String,
    /// The sender's own id for it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub client_message_id: Option<String>,
    /// What the agent did, if it did something.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub action_payload: Option<Value>,
    /// `{code, message}` of a failed answer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub error: Option<Value>,
    /// Anything else.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub meta: Option<Value>,
}

/// One conversation of one user.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Session {
    /// A `UUIDv4`.
    pub session_id: String,
    /// Shown in lists.
    pub title: String,
    /// `active`, `completed`, `failed`, `interrupted`.
    pub status: String,
    /// The page it was started on.
    pub url: Option<String>,
    /// That page's domain.
    pub domain: Option<String>,
    /// ms.
    pub created_at: i64,
    /// ms; rises with every message.
    pub updated_at: i64,
    /// The newest message's place; 0 in an empty session.
    pub last_sequence_number: i64,
}

/// The answer to `GET /api/session/:id/messages`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Page {
    /// Ascending.
    pub messages: Vec<Message>,
    /// More in the direction asked for.
    pub has_more: bool,
    /// The session's newest place.
    pub last_sequence_number: i64,
    /// How far the answer is complete: see the contract.
    pub revision: i64,
}

/// The answer to `POST /api/agent/interact`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Accepted {
    /// Names the agent's run.
    pub task_id: String,
    /// Always `accepted`.
    pub status: String,
    /// The stored user message.
    pub message: Message,
}
