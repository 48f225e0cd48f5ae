//! Bodies of the REST contract.

use crate::ids::{ClientMessageId, SessionId};
use crate::input::{Outgoing, SessionFields};
use crate::json::{self, Json, Next, Reader};
use crate::limits::{MAX_DETAIL, cut};
use crate::timeline::Fields;

/// Most messages that may be asked for at once.
pub(crate) const LONGEST_PAGE: u32 = 100;

/// One answer of `GET /api/session/:id/messages`.
#[derive(Debug)]
pub(crate) struct Page<'a> {
    pub(crate) messages: Vec<Fields<'a>>,
    /// Whether there is more in the direction asked for, if the server tells.
    pub(crate) has_more: Option<bool>,
    pub(crate) last_sequence: Option<u64>,
    pub(crate) revision: Option<u64>,
}

impl<'a> Page<'a> {
    /// Reads a body in one pass; a bare array of messages is accepted too.
    pub(crate) fn read(body: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(body);
        let mut page = Self { messages: Vec::new(), has_more: None, last_sequence: None, revision: None };
        if page.read_messages(&mut reader) {
            return reader.end().is_ok().then_some(page);
        }
        if !reader.enter(b'{') {
            return None;
        }
        let mut told = false;
        loop {
            match reader.field(&["messages", "hasMore", "lastSequenceNumber", "revision"]) {
                Next::Field(0) => {
                    told = page.read_messages(&mut reader);
                    if !told {
                        reader.value();
                    }
                }
                Next::Field(1) => page.has_more = reader.value().as_bool(),
                Next::Field(2) => page.last_sequence = reader.value().as_integer(),
                Next::Field(_) => page.revision = reader.value().as_integer(),
                Next::Other => {
                    reader.value();
                }
                Next::End => break,
            }
        }
        (told && reader.end().is_ok()).then_some(page)
    }

    /// Reads the array that comes next, if one does.
    fn read_messages(&mut self, reader: &mut Reader<'a>) -> bool {
        self.messages.clear();
        if !reader.enter(b'[') {
            return false;
        }
        while reader.element() {
            self.messages.push(Fields::read(reader));
        }
        true
    }
}

/// The signature in an answer of the authorisation endpoint, and the log's head if it was told.
pub(crate) fn auth_answer(body: &[u8]) -> Option<(String, Option<u64>)> {
    let value = json::parse(body).ok()?;
    let auth = value.get("auth")?.as_str()?;
    if auth.is_empty() || auth.len() > 512 {
        return None;
    }
    Some((auth.into_owned(), value.get("lastSequenceNumber").and_then(Json::as_integer)))
}

/// `error.code` and `error.message` of a refusal, if the body has them; a plain string `error` counts as the code.
pub(crate) fn error_body(body: &[u8]) -> (Option<String>, Option<String>) {
    let Ok(value) = json::parse(body) else { return (None, None) };
    let Some(error) = value.get("error") else { return (None, None) };
    let field = |name| error.get(name).and_then(Json::as_str).map(|t| cut(&t, MAX_DETAIL));
    let plain = error.as_str().map(|t| cut(&t, MAX_DETAIL));
    (field("code").or(plain), field("message"))
}

/// The form of an authorisation request. Both values hold only characters that are checked elsewhere, yet are escaped.
pub(crate) fn auth_form(socket_id: &str, channel: &str) -> String {
    let mut out = String::from("socket_id=");
    percent(&mut out, socket_id);
    out.push_str("&channel_name=");
    percent(&mut out, channel);
    out
}

/// Appends `text`, percent-encoded for a form or a path segment.
pub(crate) fn percent(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push('%');
            for nibble in [byte >> 4, byte & 15] {
                out.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0').to_ascii_uppercase());
            }
        }
    }
}

/// The path of a session's messages.
pub(crate) fn messages_path(session: &SessionId) -> String {
    let mut out = String::from("/api/session/");
    percent(&mut out, session.as_str());
    out.push_str("/messages");
    out
}

/// The path of one session.
pub(crate) fn session_path(session: &SessionId) -> String {
    let mut out = String::from("/api/session/");
    percent(&mut out, session.as_str());
    out
}

/// The body of `POST /api/agent/interact`.
pub(crate) fn interact_body(message: &Outgoing) -> String {
    let fields = [
        ("sessionId", Some(message.session.as_str())),
        ("content", Some(message.content.as_str())),
        ("clientMessageId", Some(ClientMessageId::as_str(&message.client_message_id))),
        ("url", message.url.as_deref()),
        ("domain", message.domain.as_deref()),
    ];
    object(&fields)
}

/// The body that creates or changes a session.
pub(crate) fn session_body(fields: &SessionFields) -> String {
    object(&[
        ("url", fields.url.as_deref()),
        ("domain", fields.domain.as_deref()),
        ("title", fields.title.as_deref()),
    ])
}

fn object(fields: &[(&str, Option<&str>)]) -> String {
    let mut out = String::new();
    let mut object = json::ObjectWriter::begin(&mut out);
    for (name, value) in fields {
        object.text_if_any(name, *value);
    }
    object.end();
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_auth_form_escapes_what_a_form_must() {
        assert_eq!(
            auth_form("1.2", "private-session-a=b;c"),
            "socket_id=1.2&channel_name=private-session-a%3Db%3Bc"
        );
    }

    #[test]
    fn a_page_without_an_array_of_messages_is_no_page() {
        assert!(
            Page::read(br#"{"messages":[],"hasMore":true,"revision":3}"#)
                .is_some_and(|p| p.has_more == Some(true))
        );
        for bad in ["", "null", "{}", r#"{"messages":{}}"#, r#"{"messages":[{]}"#, "<html>"] {
            assert!(Page::read(bad.as_bytes()).is_none(), "{bad}");
        }
    }

    #[test]
    fn an_auth_answer_needs_a_usable_string() {
        assert_eq!(auth_answer(br#"{"auth":"k:1","lastSequenceNumber":4}"#), Some(("k:1".into(), Some(4))));
        for bad in ["", "null", "[]", "{}", r#"{"auth":7}"#, r#"{"auth":""}"#, "<html>"] {
            assert_eq!(auth_answer(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn error_bodies_of_both_shapes_give_their_code() {
        let object = error_body(br#"{"error":{"code":"USER_MISMATCH","message":"no"}}"#);
        assert_eq!(object, (Some("USER_MISMATCH".into()), Some("no".into())));
        assert_eq!(error_body(br#"{"error":"SESSION_NOT_FOUND"}"#).0.as_deref(), Some("SESSION_NOT_FOUND"));
        assert_eq!(error_body(b"<html>"), (None, None));
    }
}
