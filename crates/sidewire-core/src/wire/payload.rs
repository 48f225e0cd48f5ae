//! Payloads of the application's events, read leniently: a bad field costs that field.

use std::borrow::Cow;

use crate::defect::planted;
use crate::ids::SessionId;
use crate::json::{self, Json, Kind, Next, Reader};
use crate::limits::{MAX_DETAIL, cut};
use crate::output::{InteractResponse, TypingContext};
use crate::timeline::{Fields, message_id};
use crate::wire::pusher::Data;

/// What an application event says.
#[derive(Debug)]
pub(crate) enum AppEvent<'a> {
    /// A message, whole: new or a newer version.
    Message { message: Fields<'a>, sequence: Option<u64> },
    /// More text of a message.
    Delta { id: Cow<'a, str>, offset: u64, text: Vec<u16> },
    /// A turn is finished.
    InteractResponse { response: InteractResponse, last_sequence: Option<u64> },
    /// The agent began or stopped working.
    Typing(Option<TypingContext>),
    /// How the session stands: the payload as it came, an object.
    SessionUpdate(String),
    /// The application's own error.
    Error { code: String, message: String },
    /// The view may lack something: fetch. Path of the field that was wrong; empty for the payload itself.
    Dirty { detail: &'static str, path: &'static str },
    /// The payload names another session.
    Foreign,
    /// Not an event of ours.
    Unknown,
}

/// Reads the payload of event `name` on the channel of `session`.
pub(crate) fn read<'a>(name: &str, data: Data<'a>, session: &SessionId) -> AppEvent<'a> {
    if matches!(name, "new_message" | "message_update") {
        return message(data.unwrap_or_default(), session);
    }
    if !["message_delta", "interact_response", "typing", "session_update", "error"].contains(&name) {
        return AppEvent::Unknown;
    }
    let data = data.and_then(|data| json::parse(data).ok()).filter(|data| data.kind() == Kind::Object);
    let Some(data) = data else { return NO_OBJECT };
    if data.get("sessionId").is_some_and(|named| is_foreign(named, session)) {
        return AppEvent::Foreign;
    }
    match name {
        "message_delta" => delta(data),
        "interact_response" => interact_response(data, session),
        "typing" => AppEvent::Typing(typing(data)),
        "session_update" => AppEvent::SessionUpdate(sidewire_json::lossy(data.raw()).into_owned()),
        "error" => AppEvent::Error { code: text(data, "code"), message: text(data, "message") },
        _ => AppEvent::Unknown,
    }
}

const NO_OBJECT: AppEvent<'static> = AppEvent::Dirty { detail: "payload is not a JSON object", path: "" };

fn is_foreign(named: Json<'_>, session: &SessionId) -> bool {
    named.kind() == Kind::String && !named.is_str(session.as_str()) && !planted!(ForeignSessionMerged)
}

/// The most frequent payload: its fields and those of the message in it are found in the pass that validates it.
fn message<'a>(data: &'a [u8], session: &SessionId) -> AppEvent<'a> {
    let mut reader = Reader::new(data);
    let (mut foreign, mut message, mut sequence) = (false, None, None);
    if !reader.enter(b'{') {
        return NO_OBJECT;
    }
    loop {
        match reader.field(&["sessionId", "message", "sequenceNumber"]) {
            Next::Field(0) => foreign = is_foreign(reader.value(), session),
            Next::Field(1) => message = Some(Fields::read(&mut reader)),
            Next::Field(_) => sequence = reader.value().as_integer(),
            Next::Other => {
                reader.value();
            }
            Next::End => break,
        }
    }
    match message.filter(Fields::is_object) {
        _ if reader.end().is_err() => NO_OBJECT,
        _ if foreign => AppEvent::Foreign,
        Some(message) => AppEvent::Message { message, sequence },
        // The seeds' partial update carries only an id and a status; the whole comes by REST.
        None => AppEvent::Dirty { detail: "payload has no message object", path: "message" },
    }
}

fn delta(data: Json<'_>) -> AppEvent<'_> {
    let [id, offset, text] = data.pick(["messageId", "offset", "text"]);
    let Some(id) = id.and_then(message_id) else {
        return AppEvent::Dirty { detail: "message_delta has no usable messageId", path: "messageId" };
    };
    let Some(offset) = offset.and_then(Json::as_integer) else {
        return AppEvent::Dirty { detail: "offset of message_delta is not a whole number", path: "offset" };
    };
    match text.and_then(Json::as_units) {
        Some(text) => AppEvent::Delta { id, offset, text },
        None => AppEvent::Dirty { detail: "text of message_delta is not a text", path: "text" },
    }
}

fn interact_response<'a>(data: Json<'a>, session: &SessionId) -> AppEvent<'a> {
    let inner = data.get("data").filter(|d| d.kind() == Kind::Object).unwrap_or(data);
    let [task_id, action, thought, status, last] =
        inner.pick(["taskId", "action", "thought", "status", "lastSequenceNumber"]);
    let text = |value: Option<Json<'_>>| value.and_then(Json::as_str).map(|text| cut(&text, 4096));
    AppEvent::InteractResponse {
        response: InteractResponse {
            session: session.clone(),
            task_id: text(task_id),
            action: text(action),
            thought: text(thought),
            status: text(status),
        },
        last_sequence: last.and_then(Json::as_integer),
    }
}

fn typing(data: Json<'_>) -> Option<TypingContext> {
    if data.get("isTyping").and_then(Json::as_bool) == Some(false) {
        return None;
    }
    let context = data.get("context").and_then(Json::as_str);
    Some(match context.as_deref() {
        Some("thinking") => TypingContext::Thinking,
        Some("executing") => TypingContext::Executing,
        Some("verifying") => TypingContext::Verifying,
        Some(_) | None => TypingContext::Processing,
    })
}

fn text(data: Json<'_>, name: &str) -> String {
    data.get(name).and_then(Json::as_str).map(|t| cut(&t, MAX_DETAIL)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> SessionId {
        SessionId::parse("s1").unwrap()
    }

    #[test]
    fn a_message_may_lack_the_envelope_session_but_not_name_another() {
        let fits = br#"{"message":{"messageId":"m"},"sequenceNumber":"4"}"#;
        assert!(matches!(
            read("new_message", Some(fits), &session()),
            AppEvent::Message { sequence: Some(4), .. }
        ));

        let foreign = br#"{"sessionId":"s2","message":{"messageId":"m"}}"#;
        assert!(matches!(read("new_message", Some(foreign), &session()), AppEvent::Foreign));
    }

    #[test]
    fn a_message_event_without_a_message_object_asks_for_a_fetch() {
        for text in [r#"{}"#, r#"{"message":null}"#, r#"{"message":[]}"#, r#"{"message":"x"}"#, "[]", "7"] {
            assert!(
                matches!(read("new_message", Some(text.as_bytes()), &session()), AppEvent::Dirty { .. }),
                "{text}"
            );
        }
        assert!(matches!(read("new_message", None, &session()), AppEvent::Dirty { .. }));
    }

    #[test]
    fn interact_response_exposes_its_fields_from_data() {
        let data = br#"{"sessionId":"s1","data":{"taskId":"t","action":"finish","thought":"done","status":"success","lastSequenceNumber":9}}"#;

        let AppEvent::InteractResponse { response, last_sequence } =
            read("interact_response", Some(data), &session())
        else {
            panic!("not an interact response");
        };

        assert_eq!(response.task_id.as_deref(), Some("t"));
        assert_eq!(response.status.as_deref(), Some("success"));
        assert_eq!(last_sequence, Some(9));
    }

    #[test]
    fn events_of_other_names_are_not_ours() {
        assert!(matches!(read("client-typing", None, &session()), AppEvent::Unknown));
        assert!(matches!(read("toString", None, &session()), AppEvent::Unknown));
    }
}
