//! What handlers take out of a request.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::Api;
use crate::clock;
use crate::error::{ApiError, ApiResult};
use crate::limits::Class;
use crate::token::Refused;

/// The user whose token came with the request.
pub(crate) struct User(pub(crate) String);

impl FromRequestParts<Arc<Api>> for User {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, api: &Arc<Api>) -> Result<Self, ApiError> {
        let header = parts.headers.get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, token) = header.and_then(|value| value.split_once(' ')).ok_or_else(|| {
            ApiError::unauthorized("UNAUTHENTICATED", "Send a token: Authorization: Bearer <token>.")
        })?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(ApiError::unauthorized("UNAUTHENTICATED", "Only Bearer tokens are understood."));
        }
        match api.tokens.check(token.trim(), clock::now_s()) {
            Ok(user) => Ok(Self(user)),
            Err(Refused::Expired) => Err(ApiError::unauthorized("TOKEN_EXPIRED", "The token has expired.")),
            Err(Refused::Invalid) => Err(ApiError::unauthorized("TOKEN_INVALID", "The token is not valid.")),
        }
    }
}

/// The body as text, whatever its type.
pub(crate) struct Text(pub(crate) String);

impl<S: Send + Sync> FromRequest<S> for Text {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let bytes = Bytes::from_request(request, state).await;
        let bytes = bytes.map_err(|_| ApiError::too_large("The request's body is too large."))?;
        String::from_utf8(bytes.into())
            .map(Self)
            .map_err(|_| ApiError::bad_request("The request's body is not UTF-8."))
    }
}

/// A JSON body. The type is demanded: a form of a foreign page cannot send it without asking first.
pub(crate) struct Json<T>(pub(crate) T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Json<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let kind = request.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or("");
        let is_json =
            kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"));
        if !is_json {
            return Err(ApiError::bad_request("Send JSON with Content-Type: application/json."));
        }
        let Text(text) = Text::from_request(request, state).await?;
        serde_json::from_str(&text).map(Self).map_err(|error| {
            ApiError::bad_request(&format!("The body is not what is expected here: {error}."))
        })
    }
}

impl Api {
    /// Counts a request of the user.
    pub(super) fn count(&self, user: &str, class: Class) -> ApiResult<()> {
        self.limits.take(user, class, clock::now_ms()).map_err(ApiError::rate_limited)
    }
}

/// Refuses texts beyond a number of bytes.
pub(super) fn at_most(field: &str, text: Option<&String>, bytes: usize) -> ApiResult<()> {
    match text {
        Some(text) if text.len() > bytes => {
            Err(ApiError::bad_request(&format!("{field} is longer than {bytes} bytes.")))
        }
        _ => Ok(()),
    }
}
