//! The HTTP API of the publishers.

use serde_json::{Map, Value, json};

use crate::hub::Hub;
use crate::types::{HttpAnswer, HttpRequest, Publication};
use crate::{auth, channel, frames, query};

/// Larger bodies are refused before they are looked at, in bytes.
const MAX_BODY_BYTES: usize = 10 * 1024 * 1024;
const MAX_IDEMPOTENCY_KEY_BYTES: usize = 128;

/// An event as a publisher gave it, checked.
struct Event {
    name: String,
    channels: Vec<String>,
    data: String,
    socket_id: Option<String>,
    idempotency_key: Option<String>,
    wants_count: bool,
}

impl Hub {
    /// Answers one request. `unix_s` is the wall clock in seconds, against which `auth_timestamp` is checked.
    ///
    /// Paths: `POST /apps/<id>/events`, `POST /apps/<id>/batch_events`, `GET /apps/<id>/channels`,
    /// `GET /apps/<id>/channels/<name>`, `GET /up`, `GET /up/<id>`.
    pub fn http(&mut self, now_ms: u64, unix_s: u64, request: &HttpRequest<'_>) -> HttpAnswer {
        let answered = self.route(now_ms, unix_s, request);
        answered.unwrap_or_else(|refused| refused)
    }

    fn route(
        &mut self,
        now_ms: u64,
        unix_s: u64,
        request: &HttpRequest<'_>,
    ) -> Result<HttpAnswer, HttpAnswer> {
        let segments: Vec<&str> = request.path.split('/').skip(1).collect();
        match (segments.as_slice(), request.method) {
            (["up"], "GET") => Ok(self.up(None)),
            (["up", app], "GET") => Ok(self.up(Some(app))),
            (["apps", app, "events"], "POST") => self.events(now_ms, unix_s, app, request),
            (["apps", app, "batch_events"], "POST") => self.batch(now_ms, unix_s, app, request),
            (["apps", app, "channels"], "GET") => self.list(unix_s, app, request),
            (["apps", app, "channels", name], "GET") => self.one(unix_s, app, name, request),
            (["apps", _, "events" | "batch_events" | "channels"] | ["apps", _, "channels", _], _) => {
                Err(text(405, ""))
            }
            _ => Err(text(404, "404 NOT FOUND")),
        }
    }

    fn up(&self, app: Option<&str>) -> HttpAnswer {
        if self.draining {
            return text(503, "DRAINING");
        }
        match app {
            Some(id) if !self.config.apps.iter().any(|app| app.id == id) => text(404, "NOT_FOUND"),
            _ => text(200, "OK"),
        }
    }

    fn events(
        &mut self,
        now_ms: u64,
        unix_s: u64,
        app_id: &str,
        request: &HttpRequest<'_>,
    ) -> Result<HttpAnswer, HttpAnswer> {
        let event = self.accept(unix_s, app_id, request)?;
        let event = self.check_event(&event)?;
        if let Some(key) = &event.idempotency_key
            && let Some(answer) = self.recall(now_ms, app_id, key)
        {
            return Ok(ok(answer));
        }
        let answer = self.emit(app_id, &event).unwrap_or_else(|| json!({ "ok": true })).to_string();
        if let Some(key) = &event.idempotency_key {
            self.remember(now_ms, app_id, key, &answer);
        }
        Ok(ok(answer))
    }

    fn batch(
        &mut self,
        now_ms: u64,
        unix_s: u64,
        app_id: &str,
        request: &HttpRequest<'_>,
    ) -> Result<HttpAnswer, HttpAnswer> {
        let body = self.accept(unix_s, app_id, request)?;
        let Some(Value::Array(items)) = body.get("batch") else {
            return Err(text(
                422,
                "Failed to deserialize the JSON body into the target type: missing field `batch`",
            ));
        };
        if items.len() > self.config.max_batch {
            let limit = self.config.max_batch;
            return Err(over(&format!("Batch size ({}) exceeds limit ({limit})", items.len())));
        }
        // All or nothing: no event goes out if a later one is refused.
        let events = items.iter().map(|item| self.check_event(item)).collect::<Result<Vec<_>, _>>()?;
        let mut results = Vec::new();
        for event in &events {
            let key = event.idempotency_key.as_deref();
            if key.is_some_and(|key| self.recall(now_ms, app_id, key).is_some()) {
                continue;
            }
            results.extend(self.emit(app_id, event));
            if let Some(key) = key {
                self.remember(now_ms, app_id, key, r#"{"ok":true}"#);
            }
        }
        Ok(ok(if results.is_empty() { "{}".to_owned() } else { json!({ "batch": results }).to_string() }))
    }

    fn list(
        &mut self,
        unix_s: u64,
        app_id: &str,
        request: &HttpRequest<'_>,
    ) -> Result<HttpAnswer, HttpAnswer> {
        auth::check(&self.config.apps, unix_s, app_id, request)?;
        let pairs = query::pairs(request.query);
        let prefix = query::first(&pairs, "filter_by_prefix").unwrap_or("");
        let counted = wants_count(&pairs)?;
        let channels: Map<String, Value> = self
            .channels(app_id)
            .filter(|(name, _)| name.starts_with(prefix))
            .map(|(name, count)| {
                let entry = if counted { json!({ "subscription_count": count }) } else { json!({}) };
                (name.to_owned(), entry)
            })
            .collect();
        Ok(ok(json!({ "channels": channels }).to_string()))
    }

    fn one(
        &mut self,
        unix_s: u64,
        app_id: &str,
        name: &str,
        request: &HttpRequest<'_>,
    ) -> Result<HttpAnswer, HttpAnswer> {
        auth::check(&self.config.apps, unix_s, app_id, request)?;
        let name = query::decode_path(name);
        channel::check(&name, self.config.max_name_bytes).map_err(|why| invalid(&why))?;
        let count = self.subscribers(app_id, &name);
        let mut answer = json!({ "occupied": count > 0 });
        if wants_count(&query::pairs(request.query))?
            && let Some(fields) = answer.as_object_mut()
        {
            fields.insert("subscription_count".to_owned(), json!(count));
        }
        Ok(ok(answer.to_string()))
    }

    /// The checks all POSTs share; then the body.
    fn accept(&self, unix_s: u64, app_id: &str, request: &HttpRequest<'_>) -> Result<Value, HttpAnswer> {
        if self.draining {
            let mut answer = error(503, "draining", "Server is draining");
            answer.retry_after_s = Some(10);
            return Err(answer);
        }
        if request.body.len() > MAX_BODY_BYTES {
            return Err(text(413, "Failed to buffer the request body: length limit exceeded"));
        }
        auth::check(&self.config.apps, unix_s, app_id, request)?;
        let is_json = request.content_type.is_some_and(|kind| {
            kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
        });
        if !is_json {
            return Err(text(415, "Expected request with `Content-Type: application/json`"));
        }
        let body: Value = serde_json::from_slice(request.body)
            .map_err(|error| text(400, &format!("Failed to parse the request body as JSON: {error}")))?;
        if body.is_object() { Ok(body) } else { Err(wrong_type("expected an object")) }
    }

    fn check_event(&self, event: &Value) -> Result<Event, HttpAnswer> {
        let name = string(event, "name")?.ok_or_else(|| invalid("Event name is required"))?;
        let limit = self.config.max_name_bytes;
        if name.len() > limit {
            return Err(over(&format!("Event name '{name}' exceeds maximum length of {limit}")));
        }
        let channels = self.check_channels(event)?;
        let data = frames::payload(event.get("data"));
        if data.len() > self.config.max_payload_bytes {
            let (size, limit) = (data.len(), self.config.max_payload_bytes / 1024);
            let why =
                format!("Event payload size ({size} bytes) for event '{name}' exceeds limit ({limit}KB)");
            return Err(error(413, "payload_too_large", &why));
        }
        let idempotency_key = string(event, "idempotency_key")?;
        match &idempotency_key {
            Some(key) if key.is_empty() => return Err(invalid("Idempotency key must not be empty")),
            Some(key) if key.len() > MAX_IDEMPOTENCY_KEY_BYTES => {
                let why = format!(
                    "Idempotency key exceeds maximum length of {MAX_IDEMPOTENCY_KEY_BYTES} characters"
                );
                return Err(invalid(&why));
            }
            _ => {}
        }
        let socket_id = string(event, "socket_id")?;
        let wants_count = string(event, "info")?.is_some_and(|info| lists_count(&info));
        Ok(Event { name, channels, data, socket_id, idempotency_key, wants_count })
    }

    fn check_channels(&self, event: &Value) -> Result<Vec<String>, HttpAnswer> {
        let channels: Vec<String> = match event.get("channels") {
            Some(Value::Array(names)) => names
                .iter()
                .map(|name| name.as_str().map(str::to_owned))
                .collect::<Option<_>>()
                .ok_or_else(|| wrong_type("channels: expected strings"))?,
            None | Some(Value::Null) => string(event, "channel")?.into_iter().collect(),
            Some(_) => return Err(wrong_type("channels: expected a list")),
        };
        if channels.is_empty() {
            let why = "Request must contain 'channels' (list) or 'channel' (string)";
            return Err(error(400, "missing_channel_info", why));
        }
        let limit = self.config.max_batch;
        if channels.len() > limit {
            return Err(over(&format!("Number of channels ({}) exceeds limit ({limit})", channels.len())));
        }
        for name in &channels {
            channel::check(name, self.config.max_name_bytes).map_err(|why| invalid(&why))?;
        }
        Ok(channels)
    }

    /// Delivers, and counts the subscribers if the publisher asked for that.
    fn emit(&mut self, app_id: &str, event: &Event) -> Option<Value> {
        let publication = Publication {
            name: &event.name,
            channels: &event.channels,
            data: &event.data,
            except_socket_id: event.socket_id.as_deref(),
            idempotency_key: event.idempotency_key.as_deref(),
        };
        self.deliver(app_id, &publication);
        if !event.wants_count {
            return None;
        }
        let mut channels = Map::new();
        for name in &event.channels {
            let count = self.subscribers(app_id, name);
            let entry = json!({ "acknowledgement_id": self.random.uuid(), "subscription_count": count });
            channels.insert(name.clone(), entry);
        }
        Some(json!({ "channels": channels }))
    }
}

/// An optional string field; any other type is refused as Sockudo's deserializer does.
fn string(event: &Value, field: &str) -> Result<Option<String>, HttpAnswer> {
    match event.get(field) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(wrong_type(&format!("{field}: expected a string"))),
    }
}

fn wants_count(pairs: &[(String, String)]) -> Result<bool, HttpAnswer> {
    let info = query::first(pairs, "info").unwrap_or("");
    if info.split(',').any(|field| field.trim() == "user_count") {
        return Err(invalid(
            "user_count is only available for presence channels. Use filter_by_prefix=presence-",
        ));
    }
    Ok(lists_count(info))
}

fn lists_count(info: &str) -> bool {
    info.split(',').any(|field| field.trim() == "subscription_count")
}

fn ok(body: String) -> HttpAnswer {
    HttpAnswer { status: 200, json: true, retry_after_s: None, body }
}

fn text(status: u16, body: &str) -> HttpAnswer {
    HttpAnswer { status, json: false, retry_after_s: None, body: body.to_owned() }
}

/// The shape all of the API's own errors have.
pub(crate) fn error(status: u16, code: &str, message: &str) -> HttpAnswer {
    let body = json!({ "error": message, "code": code, "status": status }).to_string();
    HttpAnswer { status, json: true, retry_after_s: None, body }
}

fn invalid(message: &str) -> HttpAnswer {
    error(400, "invalid_input", message)
}

fn over(message: &str) -> HttpAnswer {
    error(400, "limit_exceeded", message)
}

fn wrong_type(what: &str) -> HttpAnswer {
    text(422, &format!("Failed to deserialize the JSON body into the target type: {what}"))
}
