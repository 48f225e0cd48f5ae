//! `/api/session`: the user's sessions.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::json;

use super::Api;
use super::extract::{Json, User, at_most};
use crate::agent::session_event;
use crate::error::{ApiError, ApiResult, json_answer};
use crate::limits::Class;
use crate::store::{NewSession, Patch};

/// The body of both calls; what is missing is left as it is.
#[derive(Deserialize)]
pub(super) struct Fields {
    url: Option<String>,
    domain: Option<String>,
    title: Option<String>,
    status: Option<String>,
}

impl Fields {
    fn check(&self) -> ApiResult<()> {
        at_most("url", self.url.as_ref(), 4096)?;
        at_most("domain", self.domain.as_ref(), 256)?;
        at_most("title", self.title.as_ref(), 512)?;
        match self.status.as_deref() {
            None | Some("active" | "completed" | "failed" | "interrupted") => Ok(()),
            Some(_) => Err(ApiError::bad_request("status must be active, completed, failed or interrupted.")),
        }
    }
}

pub(super) async fn list(State(api): State<Arc<Api>>, User(user): User) -> ApiResult {
    api.count(&user, Class::Read)?;
    let sessions = api.store.sessions(&user).await?;
    Ok(json_answer(StatusCode::OK, &json!({ "sessions": sessions })))
}

pub(super) async fn create(
    State(api): State<Arc<Api>>,
    User(user): User,
    Json(fields): Json<Fields>,
) -> ApiResult {
    api.count(&user, Class::Write)?;
    fields.check()?;
    let title = fields.title.filter(|title| !title.trim().is_empty());
    let new = NewSession { url: fields.url, domain: fields.domain, title };
    let session = api.store.create_session(&user, new).await?;
    Ok(json_answer(StatusCode::OK, &session))
}

pub(super) async fn change(
    State(api): State<Arc<Api>>,
    User(user): User,
    Path(session_id): Path<String>,
    Json(fields): Json<Fields>,
) -> ApiResult {
    api.count(&user, Class::Write)?;
    fields.check()?;
    // The lane is taken only once the session is known to be the user's: foreign ids must not make lanes.
    let patch = Patch { url: fields.url, domain: fields.domain, title: fields.title, status: fields.status };
    let session = api.store.patch_session(&user, &session_id, patch).await?;
    let session = session.ok_or_else(ApiError::session_not_found)?;
    api.lanes.lane(&session_id).publish(session_event(&session));
    Ok(json_answer(StatusCode::OK, &session))
}
