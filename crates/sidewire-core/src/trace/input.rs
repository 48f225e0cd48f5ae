//! One input as a line of a trace. [`super::replay`] reads what this writes.

use super::text;
use crate::decimal;
use crate::input::{ApiCall, Command, Input, SessionFields, SocketEvent};
use crate::storage::StorageAnswer;

/// Appends the fields of `input`, the first one `"i"`, its kind.
pub(super) fn write(out: &mut String, input: &Input<'_>) {
    match input {
        Input::Command(command) => write_command(out, command),
        Input::Socket(connection, event) => {
            kind_with(out, socket_kind(event), u64::from(connection.as_raw()));
            match event {
                SocketEvent::Frame(bytes) => text(out, "d", &sidewire_json::lossy(bytes)),
                SocketEvent::Closed { code, reason } => {
                    number(out, "c", u64::from(*code));
                    text(out, "d", reason);
                }
                SocketEvent::Opened | SocketEvent::BinaryFrame => {}
            }
        }
        Input::Response(request, outcome) => {
            let request = u64::from(request.as_raw());
            match outcome {
                Ok(response) => {
                    kind_with(out, "answer", request);
                    number(out, "c", u64::from(response.status));
                    if let Some(after) = response.retry_after {
                        text(out, "a", after);
                    }
                    text(out, "d", &sidewire_json::lossy(response.body));
                }
                Err(failure) => {
                    kind_with(out, "failure", request);
                    text(out, "d", failure.as_str());
                }
            }
        }
        Input::Storage(id, outcome) => {
            kind_with(out, "stored", u64::from(id.as_raw()));
            let (answer, keys) = match outcome {
                Ok(StorageAnswer::Done) => ("done", None),
                Ok(StorageAnswer::Value(None)) => ("none", None),
                Ok(StorageAnswer::Value(Some(value))) => {
                    text(out, "d", value);
                    ("value", None)
                }
                Ok(StorageAnswer::Keys(keys)) => ("keys", Some(keys.join("\n"))),
                Err(failure) => (failure.as_str(), None),
            };
            text(out, "a", answer);
            optional(out, "id", keys.as_deref());
        }
        Input::Timeout => kind(out, "timeout"),
        Input::Wall(wall) => kind_with(out, "wall", wall.as_millis()),
    }
}

fn socket_kind(event: &SocketEvent<'_>) -> &'static str {
    match event {
        SocketEvent::Opened => "opened",
        SocketEvent::Frame(_) => "frame",
        SocketEvent::BinaryFrame => "binary",
        SocketEvent::Closed { .. } => "closed",
    }
}

fn write_command(out: &mut String, command: &Command) {
    match command {
        Command::Connect => kind(out, "connect"),
        Command::StartSync(id) => kind_of_session(out, "start", id.as_str()),
        Command::LeaveSession => kind(out, "leave"),
        Command::StopSync => kind(out, "stop"),
        Command::Refresh(id) => kind_of_session(out, "refresh", id.as_str()),
        Command::LoadOlder(call) => kind_with(out, "older", u64::from(call.as_raw())),
        Command::Send(message) => {
            kind_of_session(out, "send", message.session.as_str());
            text(out, "id", message.client_message_id.as_str());
            number(out, "n", message.wall.as_millis());
            text(out, "content", &message.content);
            optional(out, "url", message.url.as_deref());
            optional(out, "domain", message.domain.as_deref());
        }
        Command::RetrySend(id, key) => {
            kind_of_session(out, "retry", id.as_str());
            text(out, "id", key.as_str());
        }
        Command::CancelSend(id, key) => {
            kind_of_session(out, "cancel", id.as_str());
            text(out, "id", key.as_str());
        }
        Command::SetToken { present } => kind_with(out, "token", u64::from(*present)),
        Command::TokenRenewed { present } => kind_with(out, "renewed", u64::from(*present)),
        Command::SetOwner { owner, renewed } => {
            kind_with(out, "owner", u64::from(*renewed));
            text(out, "owner", owner);
        }
        Command::Restore(record) => {
            kind(out, "restore");
            text(out, "d", record);
        }
        Command::SetVisible(visible) => kind_with(out, "visible", u64::from(*visible)),
        Command::SetOnline(online) => kind_with(out, "online", u64::from(*online)),
        Command::Call(call, api_call) => write_call(out, u64::from(call.as_raw()), api_call),
    }
}

fn write_call(out: &mut String, call: u64, api_call: &ApiCall) {
    match api_call {
        ApiCall::ListSessions => kind_with(out, "list", call),
        ApiCall::CreateSession(fields) => {
            kind_with(out, "create", call);
            write_fields(out, fields);
        }
        ApiCall::UpdateSession(id, fields) => {
            kind_with(out, "update", call);
            text(out, "s", id.as_str());
            write_fields(out, fields);
        }
    }
}

fn write_fields(out: &mut String, fields: &SessionFields) {
    optional(out, "url", fields.url.as_deref());
    optional(out, "domain", fields.domain.as_deref());
    optional(out, "title", fields.title.as_deref());
}

fn kind(out: &mut String, kind: &str) {
    text(out, "i", kind);
}

fn kind_with(out: &mut String, name: &str, value: u64) {
    kind(out, name);
    number(out, "n", value);
}

fn kind_of_session(out: &mut String, name: &str, session: &str) {
    kind(out, name);
    text(out, "s", session);
}

fn number(out: &mut String, name: &str, value: u64) {
    out.push_str(",\"");
    out.push_str(name);
    out.push_str("\":");
    decimal::push(out, value);
}

fn optional(out: &mut String, name: &str, value: Option<&str>) {
    if let Some(value) = value {
        text(out, name, value);
    }
}
