//! Who may call the HTTP API.

use crate::types::{App, HttpAnswer, HttpRequest};
use crate::{http, query, signing};

/// How far a publisher's clock may be off, in seconds.
const CLOCK_TOLERANCE_S: u64 = 600;

/// The app that signed the request, or the answer that refuses it.
pub(crate) fn check<'a>(
    apps: &'a [App],
    unix_s: u64,
    app_id: &str,
    request: &HttpRequest<'_>,
) -> Result<&'a App, HttpAnswer> {
    let pairs = query::pairs(request.query);
    let Some(key) = query::first(&pairs, "auth_key") else {
        return Err(http::error(400, "invalid_input", "Missing authentication query parameters"));
    };
    let timestamp = required(&pairs, "auth_timestamp")?;
    let signature = required(&pairs, "auth_signature")?;
    let app = apps.iter().find(|app| app.key == key).ok_or_else(|| {
        http::error(404, "app_not_found", "Application key not found or invalid: Invalid app key")
    })?;
    if app.id != app_id {
        return Err(failed("Authenticated app does not match route app_id"));
    }
    let timestamp: u64 = timestamp.parse().map_err(|_| failed("Invalid auth_timestamp format"))?;
    if timestamp.abs_diff(unix_s) > CLOCK_TOLERANCE_S {
        return Err(failed("Timestamp expired or too far in the future"));
    }
    check_body(request, &pairs)?;
    let wanted = signing::query_signature(&app.secret, request.method, request.path, &pairs);
    if !signing::constant_time_eq(wanted.as_bytes(), signature.as_bytes()) {
        return Err(failed("Invalid API signature"));
    }
    Ok(app)
}

fn check_body(request: &HttpRequest<'_>, pairs: &[(String, String)]) -> Result<(), HttpAnswer> {
    if request.method != "POST" || request.body.is_empty() {
        return Ok(());
    }
    match query::first(pairs, "body_md5") {
        None | Some("") => Err(failed(
            "body_md5 is required and must be non-empty in query parameters for POST requests with a non-empty body",
        )),
        Some(given) if given == signing::md5_hex(request.body) => Ok(()),
        Some(_) => Err(failed("body_md5 mismatch")),
    }
}

fn required<'a>(pairs: &'a [(String, String)], name: &str) -> Result<&'a str, HttpAnswer> {
    query::first(pairs, name).ok_or_else(|| failed(&format!("{name} is missing")))
}

fn failed(why: &str) -> HttpAnswer {
    http::error(401, "auth_failed", why)
}
