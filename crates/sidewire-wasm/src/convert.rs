//! The only place that turns Rust values into JavaScript ones.

use js_sys::{Error, Reflect};
use sidewire_core::{
    ApiFailure, Cause, ClientMessageId, Counters, Engine, Event, FallbackReason, SendState, SessionId,
    StatusChange, Timeline, Timestamp, TypingContext, WallTime,
};
use wasm_bindgen::{JsCast, JsValue};

use crate::object::Value::{self, Flag, Null, Object, Text};
use crate::object::{number, number_if_any, object, text};

/// `ClientEvent` of the TypeScript contract, and the answers of API calls.
pub(crate) fn event(event: Event) -> JsValue {
    match event {
        Event::StatusChanged(change) => status_changed(&change),
        Event::FreshnessChanged { freshness, cause } => object(&[
            ("type", Text("freshnessChange")),
            ("freshness", Text(freshness.as_str())),
            ("cause", Text(cause.as_str())),
        ]),
        Event::LoadChanged(load) => object(&[
            ("type", Text("loadChange")),
            ("sessionId", text(load.session.as_ref().map(SessionId::as_str))),
            ("isLoading", Flag(load.loading)),
            ("isPolling", Flag(load.polling)),
            ("error", failure_or_null(load.error.as_ref().map(failure).as_ref())),
            ("retryCount", number(u64::from(load.failures))),
            ("isLoadingOlder", Flag(load.loading_older)),
            ("hasOlder", load.has_older.map_or(Null, Flag)),
        ]),
        Event::Reconnecting { attempt, max_attempts, delay } => object(&[
            ("type", Text("reconnecting")),
            ("attempt", number(u64::from(attempt))),
            ("maxAttempts", number(u64::from(max_attempts))),
            ("delayMs", number(delay.as_millis())),
        ]),
        Event::Problem(problem) => object(&[
            ("type", Text("problem")),
            ("code", Text(problem.code.as_str())),
            ("detail", Text(&problem.detail)),
            ("path", text(problem.path.as_deref())),
        ]),
        Event::CallAnswered { call, outcome } => object(&[
            ("type", Text("callAnswered")),
            ("call", number(u64::from(call.as_raw()))),
            ("body", text(outcome.as_deref().ok())),
            ("failure", failure_or_null(outcome.as_ref().err().map(failure).as_ref())),
        ]),
        // Told by numbers: see `Driver::tell`.
        Event::TimelineChanged { .. } => JsValue::NULL,
        Event::NewMessage { .. }
        | Event::TypingChanged { .. }
        | Event::InteractResponse(_)
        | Event::SessionUpdated { .. }
        | Event::ApplicationError { .. }
        | Event::Discontinuity { .. }
        | Event::SendChanged { .. } => session_event(&event),
    }
}

fn status_changed(change: &StatusChange) -> JsValue {
    let close = change.close.as_ref();
    let told = close.map(|info| [("code", number(u64::from(info.code))), ("reason", Text(&info.reason))]);
    object(&[
        ("type", Text("stateChange")),
        ("previous", Text(change.previous.as_str())),
        ("current", Text(change.current.as_str())),
        ("cause", Text(change.cause.as_str())),
        ("reason", text(change.reason.map(FallbackReason::as_str))),
        ("close", told.as_ref().map_or(Null, |fields| Object(fields))),
    ])
}

fn session_event(event: &Event) -> JsValue {
    match event {
        Event::NewMessage { session, message_id } => object(&[
            ("type", Text("newMessage")),
            ("sessionId", Text(session.as_str())),
            ("messageId", Text(message_id)),
        ]),
        Event::TypingChanged { session, typing } => object(&[
            ("type", Text("typingChange")),
            ("sessionId", Text(session.as_str())),
            ("isTyping", Flag(typing.is_some())),
            ("context", text(typing.map(TypingContext::as_str))),
        ]),
        Event::InteractResponse(response) => object(&[
            ("type", Text("interactResponse")),
            ("sessionId", Text(response.session.as_str())),
            ("taskId", text(response.task_id.as_deref())),
            ("action", text(response.action.as_deref())),
            ("thought", text(response.thought.as_deref())),
            ("status", text(response.status.as_deref())),
        ]),
        // Read by `readUpdate` of npm/sessions.ts.
        Event::SessionUpdated { session, payload } => object(&[
            ("type", Text("sessionUpdate")),
            ("sessionId", Text(session.as_str())),
            ("payload", Text(payload)),
        ]),
        Event::ApplicationError { session, code, message } => object(&[
            ("type", Text("applicationError")),
            ("sessionId", Text(session.as_str())),
            ("code", Text(code)),
            ("message", Text(message)),
        ]),
        Event::Discontinuity { session, from, to, cause } => object(&[
            ("type", Text("discontinuity")),
            ("sessionId", Text(session.as_str())),
            ("from", number(*from)),
            ("to", number(*to)),
            ("cause", Text(cause.as_str())),
            ("action", Text(cause.action())),
        ]),
        Event::SendChanged { session, client_message_id, state } => {
            send_changed(session, client_message_id, *state)
        }
        Event::StatusChanged(_)
        | Event::FreshnessChanged { .. }
        | Event::LoadChanged(_)
        | Event::TimelineChanged { .. }
        | Event::Reconnecting { .. }
        | Event::Problem(_)
        | Event::CallAnswered { .. } => JsValue::NULL,
    }
}

fn send_changed(session: &SessionId, id: &ClientMessageId, state: SendState) -> JsValue {
    let (state, why) = match state {
        SendState::Pending => ("pending", None),
        SendState::Sent => ("sent", None),
        SendState::Failed(why) => ("failed", Some(why.as_str())),
        SendState::Cancelled => ("cancelled", None),
    };
    object(&[
        ("type", Text("sendChange")),
        ("sessionId", Text(session.as_str())),
        ("clientMessageId", Text(id.as_str())),
        ("state", Text(state)),
        ("failure", text(why)),
    ])
}

type FailureFields<'a> = [(&'static str, Value<'a>); 4];

fn failure(failure: &ApiFailure) -> FailureFields<'_> {
    [
        ("status", number_if_any(failure.status.map(u64::from))),
        ("code", Text(&failure.code)),
        ("message", Text(&failure.message)),
        ("serverCode", text(failure.server_code.as_deref())),
    ]
}

fn failure_or_null<'a>(fields: Option<&'a FailureFields<'a>>) -> Value<'a> {
    fields.map_or(Null, |fields| Object(fields))
}

/// `ClientSnapshot` of the TypeScript contract.
pub(crate) fn snapshot(engine: &Engine, now: Timestamp, wall: WallTime) -> JsValue {
    let (since, cause) = engine.freshness_since();
    let at = |then| wall.as_millis().saturating_sub(now.since(then).as_millis());
    let load = engine.load_state();
    let timeline = engine.shown().and_then(|id| engine.timeline(id));
    let reason = engine.fallback_reason();
    let load_error = load.error.as_ref().map(failure);
    object(&[
        ("state", Text(engine.status().as_str())),
        ("reason", text(reason.map(FallbackReason::as_str))),
        ("reasonLabel", text(reason.map(FallbackReason::label))),
        ("freshness", Text(engine.freshness().as_str())),
        ("freshnessSince", number_if_any(cause.map(|_| at(since)))),
        ("freshnessCause", text(cause.map(Cause::as_str))),
        ("sessionId", text(load.session.as_ref().map(SessionId::as_str))),
        ("isLoading", Flag(load.loading)),
        ("loadError", failure_or_null(load_error.as_ref())),
        ("refusalCode", text(engine.refusal_code())),
        ("retryCount", number(u64::from(load.failures))),
        ("lastAttemptAt", number_if_any(engine.last_attempt().map(at))),
        ("isLoadingOlder", Flag(load.loading_older)),
        ("hasOlder", load.has_older.map_or(Null, Flag)),
        ("isPolling", Flag(load.polling)),
        ("isServerTyping", Flag(engine.typing().is_some())),
        ("serverTypingContext", text(engine.typing().map(TypingContext::as_str))),
        ("length", number(timeline.map_or(0, |timeline| u64::try_from(timeline.len()).unwrap_or(0)))),
        ("revision", number(timeline.map_or(0, Timeline::revision))),
    ])
}

/// `Counters` of the TypeScript contract.
pub(crate) fn counters(counters: Counters) -> JsValue {
    let fields = [
        ("framesReceived", counters.frames_received),
        ("framesMalformed", counters.frames_malformed),
        ("framesStale", counters.frames_stale),
        ("eventsForeign", counters.events_foreign),
        ("socketsOpened", counters.sockets_opened),
        ("authRequests", counters.auth_requests),
        ("messageRequests", counters.message_requests),
        ("polls", counters.polls),
        ("messagesInserted", counters.messages_inserted),
        ("messagesUpdated", counters.messages_updated),
        ("messagesDuplicate", counters.messages_duplicate),
    ];
    object(&fields.map(|(name, count)| (name, number(count))))
}

/// A count as JavaScript has it: exact up to 2^53.
#[expect(clippy::cast_precision_loss, reason = "counts, times and sequence numbers stay below 2^53")]
pub(crate) fn count(value: u64) -> f64 {
    value as f64
}

/// An `Error` with a stable `code`.
pub(crate) fn coded_error(code: &str, message: &str) -> JsValue {
    let error = Error::new(message);
    // Setting a property of a fresh Error cannot fail.
    let _ = Reflect::set(&error, &JsValue::from_str("code"), &JsValue::from_str(code));
    error.into()
}

/// What a thrown value says.
pub(crate) fn error_text(error: &JsValue) -> String {
    error.dyn_ref::<Error>().map_or_else(String::new, |error| String::from(error.message()))
}
