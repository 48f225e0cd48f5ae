//! The frames a server sends.

use serde_json::Value;

/// The name, channel and payload string of one event.
pub(crate) fn event(name: &str, channel: &str, data: &str) -> String {
    // Written by hand to keep Sockudo's order of keys whatever features of serde_json another crate switches on.
    let parts = [(r#"{"event":"#, name), (r#","channel":"#, channel), (r#","data":"#, data)];
    // The data is JSON: a good part of it are quotes, each of which gets an escape.
    let mut text = Vec::with_capacity(64 + name.len() + channel.len() + data.len() + data.len() / 4);
    for (before, value) in parts {
        text.extend_from_slice(before.as_bytes());
        // Text always serialises, and a vector always takes it.
        let _ = serde_json::to_writer(&mut text, value);
    }
    text.push(b'}');
    String::from_utf8(text).unwrap_or_default()
}

pub(crate) fn connection_established(socket_id: &str, activity_timeout_s: u32) -> String {
    // `data` is JSON inside a JSON string, as the protocol wants it.
    let data = format!(r#"{{"socket_id":{},"activity_timeout":{activity_timeout_s}}}"#, quoted(socket_id));
    format!(r#"{{"event":"pusher:connection_established","data":{}}}"#, quoted(&data))
}

pub(crate) fn subscription_succeeded(channel: &str) -> String {
    event("pusher_internal:subscription_succeeded", channel, "{}")
}

/// `data` is a JSON object here, not a string, and names no channel: both as on Sockudo.
pub(crate) fn error(code: u16, message: &str) -> String {
    format!(r#"{{"event":"pusher:error","data":{{"code":{code},"message":{}}}}}"#, quoted(message))
}

pub(crate) fn ping() -> String {
    r#"{"event":"pusher:ping"}"#.to_owned()
}

pub(crate) fn pong() -> String {
    r#"{"event":"pusher:pong"}"#.to_owned()
}

/// A JSON string literal.
fn quoted(text: &str) -> String {
    // Text always serialises.
    serde_json::to_string(text).unwrap_or_default()
}

/// The payload string for a publisher's `data`: a string passes as it is, anything else is encoded.
pub(crate) fn payload(data: Option<&Value>) -> String {
    match data {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => "null".to_owned(),
    }
}
