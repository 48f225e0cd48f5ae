//! Rows as they are handed out.

use super::entry::Entry;
use super::stream::Stream;
use super::{EchoState, Role};
use crate::decimal;
use crate::json::{push_lossy, write_str, write_units};

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
    /// What follows the content that `raw` tells: text that came in pieces, in UTF-16.
    pub tail: &'a [u16],
    /// Whether `raw` stands in for a message too long or too deep to be shown.
    pub placeholder: bool,
}

impl<'a> Row<'a> {
    pub(super) fn of(entry: &'a Entry) -> Self {
        Self {
            slot: entry.slot,
            version: entry.version,
            id: entry.id_text(),
            role: entry.role,
            status: entry.status_text(),
            sequence: entry.sequence(),
            time: entry.time(),
            revision: Some(entry.stamp().revision).filter(|&revision| revision > 0),
            client_message_id: entry.client().map(crate::ids::ClientMessageId::as_str),
            echo: entry.echo_state(),
            raw: entry.raw(),
            tail: entry.stream().map(Stream::tail).unwrap_or_default(),
            placeholder: entry.is_placeholder(),
        }
    }
}

/// Appends a row as the JSON array that the JavaScript side decodes: slot, version, id, role, status, time, sequence
/// number, client message id, delivery, why the send failed, whether it is a placeholder (0 or 1), the message, and what follows
/// its content if anything does. An array, because names would be written, copied and parsed once per row. Malformed UTF-8 becomes U+FFFD here.
pub fn write_row_json(row: &Row<'_>, out: &mut String) {
    let (delivery, failure) = match row.echo {
        None => (None, None),
        Some(EchoState::Queued) => (Some("queued"), None),
        Some(EchoState::Pending) => (Some("pending"), None),
        Some(EchoState::Failed(why)) => (Some("failed"), Some(why.as_str())),
    };
    out.reserve(row.raw.len() + 150);
    out.push('[');
    decimal::push(out, u64::from(row.slot));
    number(out, Some(u64::from(row.version)));
    for value in [Some(row.id), Some(row.role.as_str()), Some(row.status)] {
        text(out, value);
    }
    number(out, row.time);
    number(out, row.sequence);
    for value in [row.client_message_id, delivery, failure] {
        text(out, value);
    }
    number(out, Some(u64::from(row.placeholder)));
    out.push(',');
    push_lossy(out, row.raw);
    if !row.tail.is_empty() {
        out.push(',');
        write_units(out, row.tail);
    }
    out.push(']');
}

fn text(out: &mut String, value: Option<&str>) {
    out.push(',');
    match value {
        Some(value) => write_str(out, value),
        None => out.push_str("null"),
    }
}

fn number(out: &mut String, value: Option<u64>) {
    out.push(',');
    match value {
        Some(value) => decimal::push(out, value),
        None => out.push_str("null"),
    }
}
