//! A backend for Sidewire on one page: `cargo add axum hmac md-5 serde_json sha2 tokio ureq`.
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::format_collect,
    reason = "an example to be read"
)]

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use axum::{Router, body};
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use serde_json::{Value, json};
use sha2::Sha256;

/// Yours: the database.
#[derive(Default)]
struct Db {
    sessions: BTreeMap<String, Entry>,
    sent: BTreeMap<String, Value>, // clientMessageId → the answer that was given
    last_id: u64,
}

struct Entry {
    session: Value,
    owner: String,
    log: Vec<Value>,
    revision: u64,
}

type Shared = Arc<Mutex<Db>>;
type Answer = Result<Value, (u16, &'static str, &'static str)>;
const NOT_FOUND: (u16, &str, &str) = (404, "NOT_FOUND", "No such session.");

fn setting(name: &str, default: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| default.to_owned())
}

fn hex(bytes: impl AsRef<[u8]>) -> String {
    bytes.as_ref().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sign(text: &str) -> String {
    let mut mac =
        Hmac::<Sha256>::new_from_slice(setting("APP_SECRET", "dev-secret").as_bytes()).expect("any length");
    mac.update(text.as_bytes());
    hex(mac.finalize().into_bytes())
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_millis() as u64)
}

impl Db {
    /// Yours: hard to guess, such as a random UUID.
    fn id(&mut self) -> String {
        self.last_id += 1;
        hex(Md5::digest(format!("{} {}", now(), self.last_id)))
    }

    /// Store first, publish afterwards: a lost event is repaired from the log.
    fn store(&mut self, session: &str, mut message: Value) -> Value {
        message["messageId"] = self.id().into();
        let Some(entry) = self.sessions.get_mut(session) else { return message };
        entry.revision += 1;
        message["sessionId"] = session.into();
        message["timestamp"] = now().into();
        message["sequenceNumber"] = (entry.log.len() + 1).into();
        message["revision"] = entry.revision.into();
        entry.log.push(message.clone());
        publish(&message);
        message
    }
}

fn publish(message: &Value) {
    let session = message["sessionId"].as_str().unwrap_or_default();
    let event = json!({ "type": "new_message", "sessionId": session, "message": message });
    let key =
        format!("{}:new_message:{}", message["messageId"].as_str().unwrap_or_default(), message["revision"]);
    let channels = [format!("private-session-{session}")];
    let body = json!({ "name": "new_message", "channels": channels, "data": event.to_string(), "idempotency_key": key }).to_string();
    let path = format!("/apps/{}/events", setting("APP_ID", "dev-app"));
    let (app, at, md5) = (setting("APP_KEY", "dev-key"), now() / 1000, hex(Md5::digest(&body)));
    let query = format!("auth_key={app}&auth_timestamp={at}&auth_version=1.0&body_md5={md5}");
    let signature = sign(&format!("POST\n{path}\n{query}"));
    let url =
        format!("{}{path}?{query}&auth_signature={signature}", setting("PUSH", "http://127.0.0.1:3005"));
    let request = ureq::post(&url).config().timeout_global(Some(Duration::from_secs(2))).build();
    if let Err(error) = request.header("content-type", "application/json").send(&body) {
        eprintln!("not published: {error}");
    }
}

fn sign_channel(db: &Db, user: &str, form: &str) -> Answer {
    let field = |name: &str| {
        form.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')).unwrap_or_default()
    };
    let (socket, channel) = (field("socket_id"), field("channel_name"));
    let is_socket =
        socket.split('.').count() == 2 && socket.bytes().all(|byte| byte == b'.' || byte.is_ascii_digit());
    if !is_socket {
        return Err((400, "BAD_REQUEST", "Not a socket id."));
    }
    let owner = channel
        .strip_prefix("private-session-")
        .and_then(|id| db.sessions.get(id))
        .map(|entry| entry.owner.as_str());
    if owner != Some(user) {
        return Err((403, "FORBIDDEN", "Not your session."));
    }
    Ok(
        json!({ "auth": format!("{}:{}", setting("APP_KEY", "dev-key"), sign(&format!("{socket}:{channel}"))) }),
    )
}

fn page(entry: &Entry, query: &str) -> Value {
    let number = |name: &str| {
        query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('=')?.parse::<u64>().ok())
    };
    let (changed, after, before) =
        (number("changedSince"), number("afterSequence"), number("beforeSequence"));
    let of = |message: &Value, name: &str| message[name].as_u64().unwrap_or(0);
    let mut found: Vec<&Value> = entry.log.iter().collect();
    found.retain(|message| {
        changed.is_none_or(|since| of(message, "revision") > since)
            && after.is_none_or(|place| of(message, "sequenceNumber") > place)
            && before.is_none_or(|place| of(message, "sequenceNumber") < place)
    });
    if changed.is_some() {
        found.sort_by_key(|message| of(message, "revision"));
    }
    let all = found.len();
    let limit = usize::try_from(number("limit").unwrap_or(50)).unwrap_or(50).min(100);
    let skipped = if changed.is_none() && after.is_none() { all.saturating_sub(limit) } else { 0 };
    let messages: Vec<&Value> = found.into_iter().skip(skipped).take(limit).collect();
    let has_more = messages.len() < all;
    let complete = messages
        .last()
        .filter(|_| changed.is_some() && has_more)
        .map_or(entry.revision, |last| of(last, "revision"));
    json!({ "messages": messages, "hasMore": has_more, "lastSequenceNumber": entry.log.len(), "revision": complete })
}

fn interact(db: &mut Db, fields: &Value) -> Value {
    let text = |name: &str| fields[name].as_str().unwrap_or_default().to_owned();
    let (session, content, key) = (text("sessionId"), text("content"), text("clientMessageId"));
    if let Some(answer) = db.sent.get(&key) {
        return answer.clone(); // a retry: the same answer, nothing stored twice
    }
    let message = db.store(
        &session,
        json!({ "role": "user", "content": content, "clientMessageId": key, "status": "sent" }),
    );
    let answer = json!({ "taskId": key, "status": "accepted", "message": message });
    db.sent.insert(key, answer.clone());
    db.store(
        &session,
        json!({ "role": "assistant", "content": format!("You said: {content}"), "status": "success" }),
    ); // your agent
    answer
}

fn sessions(db: &mut Db, user: &str, method: &str, mut session: Value) -> Value {
    if method == "GET" {
        let mine: Vec<&Value> =
            db.sessions.values().filter(|entry| entry.owner == user).map(|entry| &entry.session).collect();
        return json!({ "sessions": mine });
    }
    let id = db.id();
    session["sessionId"] = id.clone().into();
    session["status"] = "active".into();
    session["createdAt"] = now().into();
    let entry = Entry { session: session.clone(), owner: user.to_owned(), log: Vec::new(), revision: 0 };
    db.sessions.insert(id, entry);
    session
}

fn answer(db: &mut Db, user: &str, method: &str, path: &str, query: &str, body: &str) -> Answer {
    if path == "/api/pusher/auth" {
        return sign_channel(db, user, body);
    }
    let given = serde_json::from_str(body).ok().filter(Value::is_object);
    let fields: Value = given.unwrap_or_else(|| json!({}));
    if path == "/api/session" {
        return Ok(sessions(db, user, method, fields));
    }
    let in_path = path.strip_prefix("/api/session/").and_then(|rest| rest.split('/').next());
    let id = fields["sessionId"].as_str().or(in_path).unwrap_or_default().to_owned();
    let entry = db.sessions.get_mut(&id).filter(|entry| entry.owner == user).ok_or(NOT_FOUND)?;
    if path == "/api/agent/interact" {
        return Ok(interact(db, &fields));
    }
    if path.ends_with("/messages") {
        return Ok(page(entry, query));
    }
    for (name, value) in fields.as_object().into_iter().flatten() {
        entry.session[name.as_str()] = value.clone(); // PATCH
    }
    Ok(entry.session.clone())
}

async fn handle(State(db): State<Shared>, request: Request) -> Response {
    // Yours: the sign-in.
    let is_demo = request.headers().get("authorization").is_some_and(|value| value == "Bearer demo-token");
    let (method, uri) = (request.method().to_string(), request.uri().clone());
    let bytes = body::to_bytes(request.into_body(), 1_000_000).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let work = move || {
        let mut db = db.lock().unwrap_or_else(PoisonError::into_inner);
        if !is_demo {
            return Err((401, "TOKEN_INVALID", "Sign in again."));
        }
        answer(&mut db, "demo", &method, uri.path(), uri.query().unwrap_or_default(), &text)
    };
    let (status, value) = match tokio::task::spawn_blocking(work).await {
        Ok(Ok(value)) => (200, value),
        Ok(Err((status, code, message))) => {
            (status, json!({ "error": { "code": code, "message": message } }))
        }
        Err(_) => (500, json!({ "error": { "code": "INTERNAL", "message": "Something broke." } })),
    };
    let status = StatusCode::from_u16(status).unwrap_or(StatusCode::BAD_REQUEST);
    (status, [("content-type", "application/json")], value.to_string()).into_response()
}

#[tokio::main]
async fn main() -> std::io::Result<()> {
    let app = Router::new().fallback(handle).with_state(Shared::default());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{}", setting("PORT", "3000"))).await?;
    axum::serve(listener, app).await
}
