//! Bodies of the REST contract.

use crate::ids::{ClientMessageId, SessionId};
use crate::input::{Outgoing, SessionFields};
use crate::json::{self, Json, Next, Reader};
use crate::limits::{MAX_DETAIL, cut};
use crate::timeline::{Fields, Timeline};

/// Most messages that may be asked for at once.
pub(crate) const LONGEST_PAGE: u32 = 100;

/// One answer of `GET /api/session/:id/messages`.
#[derive(Debug, Default)]
pub(crate) struct Page<'a> {
    /// The messages, in the order written, without those that the timeline holds byte for byte.
    pub(crate) messages: Vec<Fields<'a>>,
    /// How many these are.
    pub(crate) known: u64,
    pub(crate) reach: Reach,
    /// Whether there is more in the direction asked for, if the server tells.
    pub(crate) has_more: Option<bool>,
    pub(crate) last_sequence: Option<u64>,
    pub(crate) revision: Option<u64>,
}

impl<'a> Page<'a> {
    /// Reads a body in one pass; a bare array of messages is accepted too. What is in `timeline` already is passed over.
    pub(crate) fn read(body: &'a [u8], timeline: Option<&Timeline>) -> Option<Self> {
        let mut reader = Reader::new(body);
        let mut page = Self::default();
        if page.read_messages(&mut reader, timeline) {
            return reader.end().is_ok().then_some(page);
        }
        if !reader.enter(b'{') {
            return None;
        }
        let mut told = false;
        loop {
            match reader.field(&["messages", "hasMore", "lastSequenceNumber", "revision"]) {
                Next::Field(0) => {
                    told = page.read_messages(&mut reader, timeline);
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
    fn read_messages(&mut self, reader: &mut Reader<'a>, timeline: Option<&Timeline>) -> bool {
        (self.messages, self.known, self.reach) = (Vec::new(), 0, Reach::default());
        if !reader.enter(b'[') {
            return false;
        }
        let timeline = timeline.filter(|timeline| !timeline.is_empty());
        // A page follows the view: behind a row that is in both stands most likely the next one, and to compare its bytes
        // is cheaper than to read them.
        let mut next = None;
        for index in 0.. {
            if !reader.element() {
                break;
            }
            let likely = timeline.zip(next).and_then(|(timeline, at)| timeline.logged(at));
            if let Some((raw, sequence, time)) = likely
                && reader.step_over(raw)
            {
                self.known += 1;
                self.reach.extend(sequence, time);
                next = next.map(|at| at + 1);
                continue;
            }
            let mut message = Fields::read(reader);
            message.index = index;
            self.reach.extend(message.sequence, message.time);
            let found = timeline.and_then(|timeline| timeline.find(&message));
            next = found.map(|(at, _)| at + 1);
            match found {
                Some((_, true)) => self.known += 1,
                Some((_, false)) | None => self.messages.push(message),
            }
        }
        true
    }
}

/// How far a page reaches, the messages that are known included.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Reach {
    pub(crate) lowest: Option<u64>,
    /// The highest number.
    pub(crate) sequence: Option<u64>,
    pub(crate) oldest: Option<u64>,
    /// The newest time.
    pub(crate) time: Option<u64>,
}

impl Reach {
    fn extend(&mut self, sequence: Option<u64>, time: Option<u64>) {
        let least =
            |known: Option<u64>, other: Option<u64>| known.map_or(other, |known| Some(known.min(other?)));
        self.sequence = self.sequence.max(sequence);
        self.time = self.time.max(time);
        self.lowest = if sequence.is_some() { least(self.lowest, sequence) } else { self.lowest };
        self.oldest = if time.is_some() { least(self.oldest, time) } else { self.oldest };
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

/// Room for the path of a session's messages, with where a page begins.
const MESSAGES_PATH: usize = 96;

/// The path of a session's messages.
pub(crate) fn messages_path(session: &SessionId) -> String {
    let mut out = String::with_capacity(MESSAGES_PATH);
    out.push_str("/api/session/");
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
            Page::read(br#"{"messages":[],"hasMore":true,"revision":3}"#, None)
                .is_some_and(|p| p.has_more == Some(true))
        );
        for bad in ["", "null", "{}", r#"{"messages":{}}"#, r#"{"messages":[{]}"#, "<html>"] {
            assert!(Page::read(bad.as_bytes(), None).is_none(), "{bad}");
        }
    }

    #[test]
    fn what_the_timeline_holds_byte_for_byte_is_passed_over_and_counts_for_how_far_a_page_reaches() {
        let message = |id: u64, text: &str| {
            format!(
                r#"{{"messageId":"m{id}","content":"{text}","sequenceNumber":{id},"timestamp":{}}}"#,
                id * 1000
            )
        };
        let mut timeline = Timeline::new(SessionId::parse("s1").unwrap());
        for id in 1..=9 {
            timeline.merge(json::parse(message(id, "as it was").as_bytes()).unwrap(), None);
        }
        let (changed, new) = (message(5, "edited"), message(10, "new"));
        let page: Vec<_> =
            (2..=9).map(|id| if id == 5 { changed.clone() } else { message(id, "as it was") }).collect();
        let body = format!("[{},{new}]", page.join(" , "));

        let read = Page::read(body.as_bytes(), Some(&timeline)).unwrap();

        let left: Vec<_> = read.messages.iter().map(Fields::named).collect();
        assert_eq!(left, [Some("m5".into()), Some("m10".into())]);
        assert_eq!(read.messages.iter().map(|message| message.index).collect::<Vec<_>>(), [3, 8]);
        assert_eq!(read.known, 7);
        let whole = Page::read(body.as_bytes(), None).unwrap();
        assert_eq!((whole.messages.len(), whole.known), (9, 0));
        for Page { reach, .. } in [read, whole] {
            assert_eq!((reach.lowest, reach.sequence), (Some(2), Some(10)));
            assert_eq!((reach.oldest, reach.time), (Some(2000), Some(10_000)));
        }
    }

    // Fault 97.
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
