//! What a client may say, and the answers. Nothing a client says closes its connection.

use serde_json::Value;

use crate::hub::Hub;
use crate::types::Client;
use crate::{channel, frames, signing};

/// An error frame to be: code and message.
struct Complaint(u16, String);

impl Hub {
    /// A text frame arrived (or a binary one that holds text). Unknown sockets are ignored.
    pub fn receive(&mut self, now_ms: u64, client: Client, text: &str) {
        if self.socket(client).is_none() {
            return;
        }
        self.heard(now_ms, client);
        if let Err(Complaint(code, message)) = self.understand(client, text) {
            self.send(client, frames::error(code, &message));
        }
    }

    fn understand(&mut self, client: Client, text: &str) -> Result<(), Complaint> {
        let message: Value =
            serde_json::from_str(text).map_err(|error| malformed(&format!("Decode failed: {error}")))?;
        if !message.is_object() {
            return Err(malformed("Decode failed: expected a message object"));
        }
        let event = match message.get("event") {
            Some(Value::String(event)) => event.as_str(),
            None | Some(Value::Null) => {
                return Err(Complaint(4000, "Invalid event name: Event name is required".to_owned()));
            }
            Some(_) => return Err(malformed("Decode failed: the event must be a string")),
        };
        match event {
            "pusher:ping" => {
                self.send(client, frames::pong());
                Ok(())
            }
            "pusher:subscribe" => self.subscribe(client, message.get("data")),
            "pusher:unsubscribe" => self.unsubscribe(client, message.get("data")),
            "pusher:signin" => Err(refused("User authentication is disabled for this app")),
            name if name.starts_with("client-") => Err(Complaint(
                4301,
                "Client event error: Client events are not enabled for this app".to_owned(),
            )),
            // A pong has done its work by arriving; anything else is ignored in silence, as on Sockudo.
            _ => Ok(()),
        }
    }

    fn subscribe(&mut self, client: Client, data: Option<&Value>) -> Result<(), Complaint> {
        let parsed: Value;
        let data = match data {
            None | Some(Value::Null) => return Err(malformed("Invalid subscription data format")),
            Some(Value::String(text)) => {
                parsed =
                    serde_json::from_str(text).map_err(|_| malformed("Failed to parse subscription data"))?;
                &parsed
            }
            Some(other) => other,
        };
        let name = data.get("channel").and_then(Value::as_str);
        let name = name.ok_or_else(|| malformed("Missing channel field"))?;
        self.authorise(client, name, data.get("auth").and_then(Value::as_str))?;
        self.join(client, name);
        self.send(client, frames::subscription_succeeded(name));
        Ok(())
    }

    fn authorise(&self, client: Client, name: &str, auth: Option<&str>) -> Result<(), Complaint> {
        channel::check(name, self.config.max_name_bytes).map_err(|reason| not_a_channel(&reason))?;
        if channel::is_presence(name) {
            return Err(not_a_channel("Presence channels are not supported"));
        }
        if !channel::needs_auth(name) {
            return Ok(());
        }
        let auth = auth.ok_or_else(|| refused("Authentication signature required for this channel"))?;
        let right = self.socket(client).is_some_and(|socket| {
            let wanted = signing::channel_signature(&socket.app.key, &socket.app.secret, &socket.id, name);
            signing::constant_time_eq(wanted.as_bytes(), auth.as_bytes())
        });
        if right { Ok(()) } else { Err(refused("Channel requires authentication")) }
    }

    /// Silent, also for a channel never subscribed to.
    fn unsubscribe(&mut self, client: Client, data: Option<&Value>) -> Result<(), Complaint> {
        let parsed: Value;
        let data = match data {
            None | Some(Value::Null) => return Err(malformed("Missing data in unsubscribe message")),
            Some(Value::String(text)) => {
                parsed = serde_json::from_str(text).unwrap_or(Value::Null);
                &parsed
            }
            Some(other) => other,
        };
        let name = data.get("channel").and_then(Value::as_str);
        let name = name.ok_or_else(|| malformed("Missing channel in unsubscribe message"))?;
        self.part(client, name);
        Ok(())
    }
}

fn malformed(what: &str) -> Complaint {
    Complaint(4000, format!("Invalid message format: {what}"))
}

fn refused(why: &str) -> Complaint {
    Complaint(4009, format!("Authentication error: {why}"))
}

fn not_a_channel(why: &str) -> Complaint {
    Complaint(4300, format!("Channel error: {why}"))
}
