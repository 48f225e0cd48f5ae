//! The only place that turns Rust values into JavaScript ones.

use js_sys::{Error, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use sidewire_core::{ApiFailure, CloseInfo, Counters, Engine, Event, SendState, Timestamp, WallTime};
use wasm_bindgen::{JsCast, JsValue};

/// `ClientEvent` of the TypeScript contract, and the answers of API calls.
#[derive(Serialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
enum JsEvent<'a> {
    StateChange {
        previous: &'static str,
        current: &'static str,
        cause: &'static str,
        reason: Option<&'static str>,
        close: Option<JsClose<'a>>,
    },
    FreshnessChange {
        freshness: &'static str,
        cause: &'static str,
    },
    LoadChange {
        session_id: Option<&'a str>,
        is_loading: bool,
        is_polling: bool,
        error: Option<JsFailure<'a>>,
        retry_count: u32,
        is_loading_older: bool,
        has_older: Option<bool>,
    },
    TimelineChange {
        session_id: &'a str,
        revision: u64,
    },
    NewMessage {
        session_id: &'a str,
        message_id: &'a str,
    },
    TypingChange {
        session_id: &'a str,
        is_typing: bool,
        context: Option<&'static str>,
    },
    InteractResponse {
        session_id: &'a str,
        task_id: Option<&'a str>,
        action: Option<&'a str>,
        thought: Option<&'a str>,
        status: Option<&'a str>,
    },
    Reconnecting {
        attempt: u32,
        max_attempts: u32,
        delay_ms: u32,
    },
    SendChange {
        session_id: &'a str,
        client_message_id: &'a str,
        state: &'static str,
        failure: Option<&'static str>,
    },
    Discontinuity {
        session_id: &'a str,
        from: u64,
        to: u64,
        cause: &'static str,
        action: &'static str,
    },
    Problem {
        code: &'static str,
        detail: &'a str,
    },
    CallAnswered {
        call: u32,
        body: Option<&'a str>,
        failure: Option<JsFailure<'a>>,
    },
}

#[derive(Serialize)]
struct JsClose<'a> {
    code: u16,
    reason: &'a str,
}

#[derive(Serialize)]
struct JsFailure<'a> {
    status: Option<u16>,
    code: &'a str,
    message: &'a str,
}

/// `ClientSnapshot` of the TypeScript contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
#[allow(clippy::struct_excessive_bools, reason = "the contract's fields, not a state")]
struct JsSnapshot<'a> {
    state: &'static str,
    reason: Option<&'static str>,
    reason_label: Option<&'static str>,
    freshness: &'static str,
    freshness_since: Option<u64>,
    freshness_cause: Option<&'static str>,
    session_id: Option<&'a str>,
    is_loading: bool,
    load_error: Option<JsFailure<'a>>,
    retry_count: u32,
    last_attempt_at: Option<u64>,
    is_loading_older: bool,
    has_older: Option<bool>,
    is_polling: bool,
    is_server_typing: bool,
    server_typing_context: Option<&'static str>,
    length: usize,
    revision: u64,
}

/// `Counters` of the TypeScript contract.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct JsCounters {
    frames_received: u64,
    frames_malformed: u64,
    frames_stale: u64,
    events_foreign: u64,
    sockets_opened: u64,
    auth_requests: u64,
    message_requests: u64,
    polls: u64,
    messages_inserted: u64,
    messages_updated: u64,
    messages_duplicate: u64,
}

/// Plain objects, `null` for what is missing: the shape that JSON has.
fn to_js<T: Serialize>(value: &T) -> JsValue {
    value.serialize(&Serializer::json_compatible()).unwrap_or(JsValue::NULL)
}

/// An event as JavaScript sees it.
pub(crate) fn event(event: Event) -> JsValue {
    match event {
        Event::StatusChanged(change) => to_js(&JsEvent::StateChange {
            previous: change.previous.as_str(),
            current: change.current.as_str(),
            cause: change.cause.as_str(),
            reason: change.reason.map(sidewire_core::FallbackReason::as_str),
            close: change.close.as_ref().map(close),
        }),
        Event::FreshnessChanged { freshness, cause } => {
            to_js(&JsEvent::FreshnessChange { freshness: freshness.as_str(), cause: cause.as_str() })
        }
        Event::LoadChanged(load) => to_js(&JsEvent::LoadChange {
            session_id: load.session.as_ref().map(sidewire_core::SessionId::as_str),
            is_loading: load.loading,
            is_polling: load.polling,
            error: load.error.as_ref().map(failure),
            retry_count: load.failures,
            is_loading_older: load.loading_older,
            has_older: load.has_older,
        }),
        Event::Reconnecting { attempt, max_attempts, delay } => {
            let delay_ms = u32::try_from(delay.as_millis()).unwrap_or(u32::MAX);
            to_js(&JsEvent::Reconnecting { attempt, max_attempts, delay_ms })
        }
        Event::Problem(problem) => {
            to_js(&JsEvent::Problem { code: problem.code.as_str(), detail: &problem.detail })
        }
        Event::CallAnswered { call, outcome } => to_js(&JsEvent::CallAnswered {
            call: call.as_raw(),
            body: outcome.as_deref().ok(),
            failure: outcome.as_ref().err().map(failure),
        }),
        Event::TimelineChanged { .. }
        | Event::NewMessage { .. }
        | Event::TypingChanged { .. }
        | Event::InteractResponse(_)
        | Event::Discontinuity { .. }
        | Event::SendChanged { .. } => session_event(&event),
    }
}

fn session_event(event: &Event) -> JsValue {
    match event {
        Event::TimelineChanged { session, revision } => {
            to_js(&JsEvent::TimelineChange { session_id: session.as_str(), revision: *revision })
        }
        Event::NewMessage { session, message_id } => {
            to_js(&JsEvent::NewMessage { session_id: session.as_str(), message_id })
        }
        Event::TypingChanged { session, typing } => to_js(&JsEvent::TypingChange {
            session_id: session.as_str(),
            is_typing: typing.is_some(),
            context: typing.map(sidewire_core::TypingContext::as_str),
        }),
        Event::InteractResponse(response) => to_js(&JsEvent::InteractResponse {
            session_id: response.session.as_str(),
            task_id: response.task_id.as_deref(),
            action: response.action.as_deref(),
            thought: response.thought.as_deref(),
            status: response.status.as_deref(),
        }),
        Event::Discontinuity { session, from, to, cause } => to_js(&JsEvent::Discontinuity {
            session_id: session.as_str(),
            from: *from,
            to: *to,
            cause: cause.as_str(),
            action: cause.action(),
        }),
        Event::SendChanged { session, client_message_id, state } => {
            let (state, failure) = match state {
                SendState::Pending => ("pending", None),
                SendState::Sent => ("sent", None),
                SendState::Failed(why) => ("failed", Some(why.as_str())),
            };
            let (session_id, client_message_id) = (session.as_str(), client_message_id.as_str());
            to_js(&JsEvent::SendChange { session_id, client_message_id, state, failure })
        }
        Event::StatusChanged(_)
        | Event::FreshnessChanged { .. }
        | Event::LoadChanged(_)
        | Event::Reconnecting { .. }
        | Event::Problem(_)
        | Event::CallAnswered { .. } => JsValue::NULL,
    }
}

fn close(info: &CloseInfo) -> JsClose<'_> {
    JsClose { code: info.code, reason: &info.reason }
}

fn failure(failure: &ApiFailure) -> JsFailure<'_> {
    JsFailure { status: failure.status, code: &failure.code, message: &failure.message }
}

/// The client's state as one object.
pub(crate) fn snapshot(engine: &Engine, now: Timestamp, wall: WallTime) -> JsValue {
    let (since, cause) = engine.freshness_since();
    let at = |then| wall.as_millis().saturating_sub(now.since(then).as_millis());
    let load = engine.load_state();
    let timeline = engine.shown().and_then(|id| engine.timeline(id));
    let reason = engine.fallback_reason();
    to_js(&JsSnapshot {
        state: engine.status().as_str(),
        reason: reason.map(sidewire_core::FallbackReason::as_str),
        reason_label: reason.map(sidewire_core::FallbackReason::label),
        freshness: engine.freshness().as_str(),
        freshness_since: cause.map(|_| at(since)),
        freshness_cause: cause.map(sidewire_core::Cause::as_str),
        session_id: load.session.as_ref().map(sidewire_core::SessionId::as_str),
        is_loading: load.loading,
        load_error: load.error.as_ref().map(failure),
        retry_count: load.failures,
        last_attempt_at: engine.last_attempt().map(at),
        is_loading_older: load.loading_older,
        has_older: load.has_older,
        is_polling: load.polling,
        is_server_typing: engine.typing().is_some(),
        server_typing_context: engine.typing().map(sidewire_core::TypingContext::as_str),
        length: timeline.map_or(0, sidewire_core::Timeline::len),
        revision: timeline.map_or(0, sidewire_core::Timeline::revision),
    })
}

/// The counters as one object.
pub(crate) fn counters(c: Counters) -> JsValue {
    to_js(&JsCounters {
        frames_received: c.frames_received,
        frames_malformed: c.frames_malformed,
        frames_stale: c.frames_stale,
        events_foreign: c.events_foreign,
        sockets_opened: c.sockets_opened,
        auth_requests: c.auth_requests,
        message_requests: c.message_requests,
        polls: c.polls,
        messages_inserted: c.messages_inserted,
        messages_updated: c.messages_updated,
        messages_duplicate: c.messages_duplicate,
    })
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
