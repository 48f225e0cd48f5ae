//! `POST /api/pusher/auth`: signs a channel for the socket of its session's owner.

use std::sync::Arc;

use axum::extract::State;
use axum::http::StatusCode;
use serde_json::json;
use sidewire_hub::{query, signing};

use super::Api;
use super::extract::{Text, User};
use crate::error::{ApiError, ApiResult, json_answer};
use crate::limits::Class;

const PREFIX: &str = "private-session-";
const MAX_SESSION_ID: usize = 64;

pub(super) async fn authorise(State(api): State<Arc<Api>>, User(user): User, Text(form): Text) -> ApiResult {
    api.count(&user, Class::Auth)?;
    let form = query::pairs(&form);
    let socket_id = query::first(&form, "socket_id").unwrap_or("");
    if !is_socket_id(socket_id) {
        return Err(ApiError::bad_request("socket_id must be two numbers joined by a dot."));
    }
    let channel = query::first(&form, "channel_name").unwrap_or("");
    let session_id = session_of(channel)
        .ok_or_else(|| ApiError::bad_request("channel_name must be private-session-<session id>."))?;
    let last = match api.store.owner(session_id).await? {
        Some((owner, last)) if owner == user => last,
        other => return Err(api.forbidden(other.is_some())),
    };
    let auth =
        signing::channel_signature(&api.settings.app_key, &api.settings.app_secret, socket_id, channel);
    Ok(json_answer(StatusCode::OK, &json!({ "auth": auth, "lastSequenceNumber": last })))
}

impl Api {
    /// Outside development both cases look alike: nobody learns whether a session exists.
    fn forbidden(&self, exists: bool) -> ApiError {
        let (code, message) = match (self.settings.development, exists) {
            (false, _) => ("FORBIDDEN", "You may not subscribe to this channel."),
            (true, false) => ("SESSION_NOT_FOUND", "There is no such session."),
            (true, true) => ("USER_MISMATCH", "The session belongs to another user."),
        };
        ApiError::new(StatusCode::FORBIDDEN, code, message)
    }
}

/// `^\d+\.\d+$`. Anything else could make one signature serve another purpose.
fn is_socket_id(text: &str) -> bool {
    let digits =
        |part: &str| !part.is_empty() && part.len() <= 20 && part.bytes().all(|byte| byte.is_ascii_digit());
    text.split_once('.').is_some_and(|(a, b)| digits(a) && digits(b))
}

/// The session of `private-session-[A-Za-z0-9_.@=,;-]{1,64}`.
fn session_of(channel: &str) -> Option<&str> {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_.@=,;-".contains(&byte);
    channel
        .strip_prefix(PREFIX)
        .filter(|id| (1..=MAX_SESSION_ID).contains(&id.len()) && id.bytes().all(allowed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_two_numbers_joined_by_a_dot_are_a_socket_id() {
        assert!(is_socket_id("4764167139.5692875859"));
        for bad in ["", "1", "1.", ".1", "1.2.3", "1:2", "1.2:private-x", "1.2\n", "-1.2", "٣.٤"] {
            assert!(!is_socket_id(bad), "{bad:?}");
        }
    }

    #[test]
    fn only_a_session_channel_with_a_proper_id_is_signed() {
        assert_eq!(session_of("private-session-a.B-9"), Some("a.B-9"));
        let long = format!("private-session-{}", "a".repeat(65));
        for bad in [
            "private-session-",
            "session-a",
            "presence-session-a",
            "private-session-a:b",
            "private-session-ä",
            &long,
        ] {
            assert_eq!(session_of(bad), None, "{bad}");
        }
    }
}
