//! Rows as they are handed out.

use super::entry::{Completeness, Entry};
use super::{EchoState, Role};
use crate::json::ObjectWriter;

/// One message of the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Row<'a> {
    /// A small number that stays this message's for the life of the timeline, from its echo on. Never reused.
    pub slot: u32,
    /// Changes whenever anything else in this row does.
    pub version: u32,
    /// The message's id; of an echo the sender's.
    pub id: &'a str,
    /// Who wrote it.
    pub role: Role,
    /// The status told, or `sent`; of an echo `pending` or `failure`.
    pub status: &'a str,
    /// Its number in the log.
    pub sequence: Option<u64>,
    /// The server's time in milliseconds since the epoch; of an echo the wall clock's.
    pub time: Option<u64>,
    /// The server's change counter when this version was written.
    pub revision: Option<u64>,
    /// The sender's own id of the message.
    pub client_message_id: Option<&'a str>,
    /// Set for an echo.
    pub echo: Option<EchoState>,
    /// The message's JSON object as received; of an echo or a placeholder one built here.
    pub raw: &'a [u8],
    /// Whether `raw` stands in for a message too long or too deep to be shown.
    pub placeholder: bool,
}

impl<'a> Row<'a> {
    pub(super) fn of(entry: &'a Entry) -> Self {
        Self {
            slot: entry.slot,
            version: entry.version,
            id: &entry.id,
            role: entry.role,
            status: entry.status.as_str(),
            sequence: entry.sequence(),
            time: entry.time,
            revision: Some(entry.stamp.revision).filter(|&revision| revision > 0),
            client_message_id: entry.client().map(crate::ids::ClientMessageId::as_str),
            echo: entry.echo,
            raw: &entry.raw,
            placeholder: entry.stamp.completeness == Completeness::Placeholder,
        }
    }
}

/// Appends a row as the JSON object that the JavaScript side decodes. Malformed UTF-8 becomes U+FFFD here.
pub fn write_row_json(row: &Row<'_>, session: &str, out: &mut String) {
    let (delivery, failure) = match row.echo {
        None => (None, None),
        Some(EchoState::Queued) => (Some("queued"), None),
        Some(EchoState::Pending) => (Some("pending"), None),
        Some(EchoState::Failed(why)) => (Some("failed"), Some(why.as_str())),
    };
    out.reserve(row.raw.len() + 300);
    let mut object = ObjectWriter::begin(out);
    object.text("id", Some(row.id)).text("sessionId", Some(session));
    object.text("role", Some(row.role.as_str())).text("status", Some(row.status));
    object.number("timestamp", row.time).number("sequenceNumber", row.sequence);
    object.text("clientMessageId", row.client_message_id);
    object.text("delivery", delivery).text("sendFailure", failure);
    object.flag("placeholder", row.placeholder);
    object.raw("raw", &String::from_utf8_lossy(row.raw));
    object.end();
}
