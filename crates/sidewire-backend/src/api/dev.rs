//! For development; these routes exist only with `--development`. `POST /api/dev/sign-in`: a token for whoever asks.
//! `POST /api/dev/messages`: messages straight into the log of one's own session, to try a client with.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use serde::Deserialize;
use serde_json::json;

use super::Api;
use super::extract::{Json, User};
use crate::agent::message_event;
use crate::clock;
use crate::error::{ApiError, ApiResult, json_answer};
use crate::store::{NewSession, Written};

/// Largest body of messages to write, in bytes.
pub(super) const BODY_LIMIT: usize = 8 * 1024 * 1024;

#[derive(Deserialize)]
pub(super) struct SignIn {
    user: String,
}

const MAX_USER_BYTES: usize = 128;

pub(super) async fn sign_in(
    State(api): State<Arc<Api>>,
    headers: HeaderMap,
    Json(body): Json<SignIn>,
) -> ApiResult {
    if !is_local_name(headers.get(header::HOST).and_then(|host| host.to_str().ok()).unwrap_or("")) {
        let message = "Sign in by way of localhost or an IP address.";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "FORBIDDEN_HOST", message));
    }
    let user = body.user.trim();
    if user.is_empty() || user.len() > MAX_USER_BYTES || user.chars().any(char::is_control) {
        return Err(ApiError::bad_request("user must be a name of 1 to 128 bytes."));
    }
    if api.settings.demo && api.store.sessions(user).await?.is_empty() {
        let title = Some("Demo session".to_owned());
        api.store.create_session(user, NewSession { title, ..NewSession::default() }).await?;
    }
    let expires_s = clock::now_s().saturating_add(api.settings.token_ttl_s);
    let answer = json!({
        "accessToken": api.tokens.issue(user, expires_s),
        "expiresAt": expires_s.saturating_mul(1000),
    });
    Ok(json_answer(StatusCode::OK, &answer))
}

/// Messages of any role and status, as they are to stand in the log.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Write {
    session_id: String,
    messages: Vec<Written>,
    /// Whether they are published as well. Default: no, they are in the log only.
    #[serde(default)]
    publish: bool,
}

pub(super) async fn write(
    State(api): State<Arc<Api>>,
    User(user): User,
    Json(body): Json<Write>,
) -> ApiResult {
    let lane = api.lanes.lane(&body.session_id);
    let order = lane.order.lock().await;
    let Some(messages) = api.store.write(&user, &body.session_id, body.messages).await? else {
        return Err(ApiError::session_not_found());
    };
    if body.publish {
        for message in &messages {
            lane.publish(message_event("new_message", message));
        }
    }
    drop(order);
    let last = messages.last().map(|message| message.sequence_number);
    Ok(json_answer(StatusCode::OK, &json!({ "written": messages.len(), "lastSequenceNumber": last })))
}

/// A foreign page whose own name was made to point here still sends its own name: it must not get a token.
fn is_local_name(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_localhost_and_addresses_are_local_names() {
        for host in ["localhost", "LOCALHOST:3000", "127.0.0.1:3000", "[::1]:3000", "10.0.0.7"] {
            assert!(is_local_name(host), "{host}");
        }
        for host in ["", "evil.example:3000", "localhost.evil.example", "127.0.0.1.evil.example"] {
            assert!(!is_local_name(host), "{host}");
        }
    }
}
