//! `POST /api/agent/interact`: a user's message comes in, once.

use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::Api;
use super::extract::{Json, User, at_most};
use crate::agent::message_event;
use crate::error::{ApiError, ApiResult, json_text};
use crate::limits::Class;
use crate::store::{Interaction, Outcome};

const MAX_CONTENT_BYTES: usize = 64 * 1024;
const MAX_KEY_BYTES: usize = 128;

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Body {
    session_id: String,
    content: String,
    client_message_id: Option<String>,
    url: Option<String>,
    domain: Option<String>,
}

pub(super) async fn interact(
    State(api): State<Arc<Api>>,
    User(user): User,
    headers: HeaderMap,
    Json(body): Json<Body>,
) -> ApiResult {
    api.count(&user, Class::Write)?;
    if body.content.len() > MAX_CONTENT_BYTES {
        return Err(ApiError::too_large("content is longer than 64 KB."));
    }
    if body.content.trim().is_empty() {
        return Err(ApiError::bad_request("content is empty."));
    }
    let key = key(&headers, body.client_message_id.as_deref())?;
    let meta = meta(&body)?;
    // Foreign and unknown ids must not make lanes.
    match api.store.owner(&body.session_id).await? {
        Some((owner, _)) if owner == user => {}
        _ => return Err(ApiError::session_not_found()),
    }
    // A client that gives up waiting must not stop us between the log and the event.
    let work = tokio::spawn(store(api, user, key, body, meta));
    work.await.map_err(|error| ApiError::internal(&error))?
}

async fn store(api: Arc<Api>, user: String, key: String, body: Body, meta: Option<Value>) -> ApiResult {
    let lane = api.lanes.lane(&body.session_id);
    let order = lane.order.lock().await;
    let interaction =
        Interaction { user: &user, key: &key, session_id: &body.session_id, content: &body.content, meta };
    match api.store.interact(interaction).await? {
        Outcome::Stored { text, accepted } => {
            lane.publish(message_event("new_message", &accepted.message));
            drop(order);
            api.agent.answer(accepted);
            Ok(json_text(StatusCode::OK, text))
        }
        Outcome::Repeated(text) => Ok(json_text(StatusCode::OK, text)),
        Outcome::KeyReused => Err(ApiError::new(
            StatusCode::CONFLICT,
            "IDEMPOTENCY_KEY_REUSED",
            "This key was already used for another message.",
        )),
        Outcome::NoSession => Err(ApiError::session_not_found()),
    }
}

/// `Idempotency-Key` and `clientMessageId` are one id; either will do.
fn key(headers: &HeaderMap, client_message_id: Option<&str>) -> ApiResult<String> {
    let header = headers.get("idempotency-key");
    let header = header
        .map(|value| value.to_str().map_err(|_| ApiError::bad_request("Idempotency-Key is not ASCII.")));
    let key = match (header.transpose()?, client_message_id) {
        (Some(a), Some(b)) if a != b => {
            return Err(ApiError::bad_request("Idempotency-Key and clientMessageId differ."));
        }
        (Some(key), _) | (None, Some(key)) => key,
        (None, None) => {
            return Err(ApiError::bad_request("Send clientMessageId, so that a repeat is recognised."));
        }
    };
    if key.is_empty() || key.len() > MAX_KEY_BYTES {
        return Err(ApiError::bad_request("clientMessageId must have 1 to 128 bytes."));
    }
    Ok(key.to_owned())
}

/// The page the message was written on.
fn meta(body: &Body) -> ApiResult<Option<Value>> {
    at_most("url", body.url.as_ref(), 4096)?;
    at_most("domain", body.domain.as_ref(), 256)?;
    let fields = [("url", &body.url), ("domain", &body.domain)];
    let given: Map<String, Value> = fields
        .into_iter()
        .filter_map(|(name, value)| value.as_ref().map(|value| (name.to_owned(), json!(value))))
        .collect();
    Ok((!given.is_empty()).then_some(Value::Object(given)))
}
