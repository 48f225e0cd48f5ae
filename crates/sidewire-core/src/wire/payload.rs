//! Payloads of the application's events, read leniently: a bad field costs that field.

use crate::defect::planted;
use crate::ids::SessionId;
use crate::json::{Json, Kind};
use crate::limits::{MAX_DETAIL, cut};
use crate::output::{InteractResponse, TypingContext};

/// What an application event says.
#[derive(Debug)]
pub(crate) enum AppEvent<'a> {
    /// A message, whole: new or a newer version.
    Message { message: Json<'a>, sequence: Option<u64> },
    /// A turn is finished.
    InteractResponse { response: InteractResponse, last_sequence: Option<u64> },
    /// The agent began or stopped working.
    Typing(Option<TypingContext>),
    /// The application's own error.
    Error { code: String, message: String },
    /// The view may lack something: fetch.
    Dirty(&'static str),
    /// The payload names another session.
    Foreign,
    /// Not an event of ours.
    Unknown,
}

/// Reads the payload of event `name` on the channel of `session`.
pub(crate) fn read<'a>(name: &str, data: Option<Json<'a>>, session: &SessionId) -> AppEvent<'a> {
    let known = ["new_message", "message_update", "interact_response", "typing", "session_update", "error"];
    if !known.contains(&name) {
        return AppEvent::Unknown;
    }
    let Some(data) = data.filter(|d| d.kind() == Kind::Object) else {
        return AppEvent::Dirty("payload is not a JSON object");
    };
    let [named, whole, sequence] = data.pick(["sessionId", "message", "sequenceNumber"]);
    let foreign = named.is_some_and(|named| named.kind() == Kind::String && !named.is_str(session.as_str()));
    if foreign && !planted!(ForeignSessionMerged) {
        return AppEvent::Foreign;
    }
    match name {
        "new_message" | "message_update" => message(whole, sequence),
        "interact_response" => interact_response(data, session),
        "typing" => AppEvent::Typing(typing(data)),
        "error" => AppEvent::Error { code: text(data, "code"), message: text(data, "message") },
        _ => AppEvent::Unknown,
    }
}

fn message<'a>(message: Option<Json<'a>>, sequence: Option<Json<'a>>) -> AppEvent<'a> {
    match message {
        Some(message) if message.kind() == Kind::Object => {
            AppEvent::Message { message, sequence: sequence.and_then(Json::as_integer) }
        }
        // The seeds' partial update carries only an id and a status; the whole comes by REST.
        Some(_) | None => AppEvent::Dirty("payload has no message object"),
    }
}

fn interact_response<'a>(data: Json<'a>, session: &SessionId) -> AppEvent<'a> {
    let inner = data.get("data").filter(|d| d.kind() == Kind::Object).unwrap_or(data);
    let field = |name| inner.get(name).and_then(Json::as_str).map(|t| cut(&t, 4096));
    AppEvent::InteractResponse {
        response: InteractResponse {
            session: session.clone(),
            task_id: field("taskId"),
            action: field("action"),
            thought: field("thought"),
            status: field("status"),
        },
        last_sequence: inner.get("lastSequenceNumber").and_then(Json::as_integer),
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
    use crate::json;

    fn session() -> SessionId {
        SessionId::parse("s1").unwrap()
    }

    #[test]
    fn a_message_may_lack_the_envelope_session_but_not_name_another() {
        let fits = json::parse(br#"{"message":{"messageId":"m"},"sequenceNumber":"4"}"#).unwrap();
        assert!(matches!(
            read("new_message", Some(fits), &session()),
            AppEvent::Message { sequence: Some(4), .. }
        ));

        let foreign = json::parse(br#"{"sessionId":"s2","message":{"messageId":"m"}}"#).unwrap();
        assert!(matches!(read("new_message", Some(foreign), &session()), AppEvent::Foreign));
    }

    #[test]
    fn a_message_event_without_a_message_object_asks_for_a_fetch() {
        for text in [r#"{}"#, r#"{"message":null}"#, r#"{"message":[]}"#, r#"{"message":"x"}"#, "[]", "7"] {
            let data = json::parse(text.as_bytes()).unwrap();
            assert!(matches!(read("new_message", Some(data), &session()), AppEvent::Dirty(_)), "{text}");
        }
        assert!(matches!(read("new_message", None, &session()), AppEvent::Dirty(_)));
    }

    #[test]
    fn interact_response_exposes_its_fields_from_data() {
        let data = json::parse(
            br#"{"sessionId":"s1","data":{"taskId":"t","action":"finish","thought":"done","status":"success","lastSequenceNumber":9}}"#,
        )
        .unwrap();

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
