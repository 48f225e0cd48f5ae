//! The REST API: routes, and what all of them share.

mod auth;
mod cors;
mod dev;
mod extract;
mod interact;
mod messages;
mod sessions;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, patch, post};
use serde_json::json;
use tokio::sync::Semaphore;

use crate::agent::Agent;
use crate::clock;
use crate::error::{ApiError, json_answer};
use crate::lanes::Lanes;
use crate::limits::Limits;
use crate::settings::Settings;
use crate::store::Store;
use crate::token::Tokens;

/// Everything a handler may need.
pub(crate) struct Api {
    settings: Settings,
    store: Store,
    lanes: Lanes,
    agent: Agent,
    tokens: Tokens,
    limits: Limits,
    places: Semaphore,
}

/// Largest body taken, in bytes: 64 KB of content, every byte of it escaped, and room for the rest.
const BODY_LIMIT: usize = 512 * 1024;

impl Api {
    pub(crate) fn new(
        settings: Settings,
        store: Store,
        lanes: Lanes,
        agent: Agent,
        tokens: Tokens,
        limits: Limits,
    ) -> Self {
        let places = Semaphore::new(settings.max_in_flight);
        Self { settings, store, lanes, agent, tokens, limits, places }
    }
}

/// All routes.
pub(crate) fn router(api: Arc<Api>) -> Router {
    let mut router = Router::new()
        .route("/api/health", get(health))
        .route("/api/session", get(sessions::list).post(sessions::create))
        .route("/api/session/{id}", patch(sessions::change))
        .route("/api/session/{id}/messages", get(messages::page))
        .route("/api/pusher/auth", post(auth::authorise))
        .route("/api/agent/interact", post(interact::interact));
    if api.settings.development {
        router = router
            .route("/api/dev/sign-in", post(dev::sign_in))
            .route("/api/dev/messages", post(dev::write).layer(DefaultBodyLimit::max(dev::BODY_LIMIT)));
    }
    router
        .fallback(not_found)
        .method_not_allowed_fallback(wrong_method)
        .layer(DefaultBodyLimit::max(BODY_LIMIT))
        .layer(from_fn_with_state(Arc::clone(&api), shed))
        // Outermost: also an error must be readable for the page that caused it.
        .layer(from_fn_with_state(Arc::clone(&api), cors::handle))
        .with_state(api)
}

/// Takes a place for the request or turns it away at once: a queue would only make everyone late.
async fn shed(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    match api.places.try_acquire() {
        Ok(_place) => next.run(request).await,
        Err(_) => ApiError::overloaded(api.limits.slot(clock::now_ms())).into_response(),
    }
}

async fn health(State(api): State<Arc<Api>>) -> Response {
    let up = api.store.is_up().await;
    let status = if up { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    json_answer(status, &json!({ "ok": up, "pushServer": api.settings.push.name() }))
}

async fn not_found() -> ApiError {
    std::future::ready(ApiError::new(StatusCode::NOT_FOUND, "NOT_FOUND", "There is nothing at this address."))
        .await
}

async fn wrong_method() -> ApiError {
    let error = ApiError::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "METHOD_NOT_ALLOWED",
        "This address does not support this method.",
    );
    std::future::ready(error).await
}
