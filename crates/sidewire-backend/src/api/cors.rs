//! Which pages may read the answers. An extension with host permissions needs none of this; one without does.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::Api;

const METHODS: &str = "GET, POST, PATCH, OPTIONS";
const ALLOWED: &str = "Authorization, Content-Type, Idempotency-Key, If-None-Match";
/// What a page may read besides the body.
const EXPOSED: &str = "ETag, Retry-After";

pub(super) async fn handle(State(api): State<Arc<Api>>, request: Request, next: Next) -> Response {
    let origin = request.headers().get(header::ORIGIN).cloned().filter(|origin| api.allows(origin));
    let mut response =
        if request.method() == Method::OPTIONS { preflight() } else { next.run(request).await };
    let headers = response.headers_mut();
    // Whatever the origin: a cache must not hand one origin's answer to another.
    headers.append(header::VARY, HeaderValue::from_static("Origin"));
    if let Some(origin) = origin {
        grant(headers, origin);
    }
    response
}

fn preflight() -> Response {
    (StatusCode::NO_CONTENT, [(header::ACCESS_CONTROL_MAX_AGE, "600"), (header::ALLOW, METHODS)])
        .into_response()
}

fn grant(headers: &mut HeaderMap, origin: HeaderValue) {
    headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    headers.insert(header::ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    headers.insert(header::ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(ALLOWED));
    headers.insert(header::ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
}

impl Api {
    fn allows(&self, origin: &HeaderValue) -> bool {
        let Ok(origin) = origin.to_str() else { return false };
        let developer = origin.starts_with("chrome-extension://") || is_loopback_page(origin);
        (self.settings.development && developer)
            || self.settings.allow_origins.iter().any(|allowed| allowed == origin)
    }
}

/// A page served from this machine, such as a browser test's.
fn is_loopback_page(origin: &str) -> bool {
    let host = origin.strip_prefix("http://").map(|rest| rest.split_once(':').map_or(rest, |(host, _)| host));
    matches!(host, Some("127.0.0.1" | "localhost"))
}
