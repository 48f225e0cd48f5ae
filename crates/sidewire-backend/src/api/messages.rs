//! `GET /api/session/:id/messages`: the log, page by page.

use std::sync::Arc;

use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::IntoResponse;
use sidewire_hub::query;

use super::Api;
use super::extract::User;
use crate::clock;
use crate::error::{ApiError, ApiResult, json_answer};
use crate::limits::Class;
use crate::store::{Cursor, Found};

const DEFAULT_LIMIT: usize = 50;
const MAX_LIMIT: usize = 100;

pub(super) async fn page(
    State(api): State<Arc<Api>>,
    User(user): User,
    Path(session_id): Path<String>,
    RawQuery(raw): RawQuery,
    headers: HeaderMap,
) -> ApiResult {
    api.count(&user, Class::Read)?;
    let pairs = query::pairs(raw.as_deref().unwrap_or(""));
    let (cursor, limit) = (cursor(&pairs)?, limit(&pairs)?);
    let known = headers.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
    let (mut response, etag) = match api.store.page(&user, &session_id, cursor, limit, known).await? {
        Found::NoSession => return Err(ApiError::session_not_found()),
        Found::Unchanged(etag) => (StatusCode::NOT_MODIFIED.into_response(), etag),
        Found::Page(page, etag) => (json_answer(StatusCode::OK, &page), etag),
    };
    let headers = response.headers_mut();
    // Kept by nobody but the user's own browser, and asked about every time.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-cache"));
    headers.append(header::VARY, HeaderValue::from_static("Authorization"));
    let etag = HeaderValue::from_str(&etag).map_err(|error| ApiError::internal(&error))?;
    headers.insert(header::ETAG, etag);
    Ok(response)
}

fn limit(pairs: &[(String, String)]) -> ApiResult<usize> {
    match query::first(pairs, "limit").map(str::parse) {
        None => Ok(DEFAULT_LIMIT),
        Some(Ok(limit @ 1..=MAX_LIMIT)) => Ok(limit),
        Some(_) => Err(ApiError::bad_request("limit must be a number from 1 to 100.")),
    }
}

fn cursor(pairs: &[(String, String)]) -> ApiResult<Cursor> {
    let mut found = Cursor::Newest;
    for (name, value) in pairs {
        let cursor = match name.as_str() {
            "since" => {
                let time = clock::parse_time(value);
                Cursor::Since(time.ok_or_else(|| {
                    ApiError::bad_request("since must be milliseconds or an ISO 8601 time with its offset.")
                })?)
            }
            "afterSequence" => Cursor::After(number(name, value)?),
            "beforeSequence" => Cursor::Before(number(name, value)?),
            "changedSince" => Cursor::ChangedSince(number(name, value)?),
            _ => continue,
        };
        if found != Cursor::Newest {
            return Err(ApiError::bad_request(
                "Give only one of since, afterSequence, beforeSequence and changedSince.",
            ));
        }
        found = cursor;
    }
    Ok(found)
}

fn number(name: &str, value: &str) -> ApiResult<i64> {
    let number = value.parse().ok().filter(|number| *number >= 0);
    number.ok_or_else(|| ApiError::bad_request(&format!("{name} must be a whole number from 0.")))
}
