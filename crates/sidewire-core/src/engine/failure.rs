//! What went wrong with a request, in codes and sentences.

use crate::time::Duration;

use super::Engine;
use crate::decimal;
use crate::input::{HttpFailure, HttpResponse};
use crate::output::ApiFailure;
use crate::timeline::http_date;
use crate::wire::rest;

/// What a 429 without `Retry-After` is worth.
pub(super) const UNTOLD: Duration = Duration::from_secs(5);

impl Engine {
    /// How long the server asked us to wait, between 1 s and 10 min; 5 s for a 429 that does not tell.
    pub(super) fn retry_after(&self, response: &HttpResponse<'_>) -> Option<Duration> {
        self.told_wait(response).or_else(|| (response.status == 429).then_some(UNTOLD))
    }

    /// The same as the server's own words alone.
    pub(super) fn told_wait(&self, response: &HttpResponse<'_>) -> Option<Duration> {
        let text = response.retry_after?.trim_ascii();
        let date = || Some(http_date(text)?.saturating_sub(self.wall_now()?.as_millis()) / 1000);
        let seconds = decimal::read(text).or_else(date)?;
        Some(Duration::from_secs(seconds.clamp(1, 600)))
    }
}

pub(super) fn api_failure(status: Option<u16>, code: &str, message: &str) -> ApiFailure {
    ApiFailure { status, code: code.to_owned(), message: message.to_owned(), server_code: None }
}

pub(super) fn http_failure(failure: HttpFailure) -> ApiFailure {
    match failure {
        HttpFailure::Network => api_failure(None, "NETWORK", "the server cannot be reached"),
        HttpFailure::Timeout => api_failure(None, "TIMEOUT", "the server did not answer in time"),
        HttpFailure::NoToken => api_failure(None, "NO_TOKEN", "signed out: there is no access token"),
        HttpFailure::TokenProvider => api_failure(None, "NO_TOKEN", "the token provider failed"),
        HttpFailure::TooLarge => api_failure(None, "BAD_ANSWER", "the answer is larger than 8 MiB"),
    }
}

pub(super) fn refusal(response: &HttpResponse<'_>) -> ApiFailure {
    let (code, message) = match response.status {
        401 => ("UNAUTHORIZED", "the access token was refused: sign in again"),
        403 => ("FORBIDDEN", "this session is not available to this account"),
        404 => ("NOT_FOUND", "this session does not exist"),
        429 => ("RATE_LIMITED", "the server asks for fewer requests"),
        500..=599 => ("SERVER", "the server failed"),
        _ => ("BAD_ANSWER", "the server gave an answer that does not fit the contract"),
    };
    let (server_code, told) = rest::error_body(response.body);
    ApiFailure { server_code, ..api_failure(Some(response.status), code, told.as_deref().unwrap_or(message)) }
}
