//! The demo agent: scripted, deterministic, without a network. It thinks, executes and streams an answer.

mod script;

use std::time::Duration;

use serde_json::{Value, json};
use tokio::time::sleep;

use crate::error::ApiError;
use crate::lanes::{Lane, Lanes};
use crate::model::{Accepted, Message};
use crate::push::Event;
use crate::store::{Store, Update};
use script::Script;

/// Push servers refuse larger payloads, in bytes.
const MAX_PAYLOAD_BYTES: usize = 100 * 1024;

/// What a run needs.
#[derive(Clone)]
pub(crate) struct Agent {
    pub(crate) store: Store,
    pub(crate) lanes: Lanes,
    /// How long it thinks, and then executes.
    pub(crate) delay: Duration,
    /// Between two pieces of a streamed answer.
    pub(crate) step: Duration,
}

impl Agent {
    /// Answers a user's message in the background. Runs of one session come one after the other.
    pub(crate) fn answer(&self, accepted: Box<Accepted>) {
        let agent = self.clone();
        tokio::spawn(async move {
            let session_id = accepted.message.session_id.clone();
            let lane = agent.lanes.lane(&session_id);
            let _turn = lane.agent.lock().await;
            if let Err(error) = agent.run(&lane, &accepted).await {
                tracing::warn!(session = %session_id, ?error, "the agent's run failed");
                lane.publish(typing(&session_id, false, None));
            }
        });
    }

    async fn run(&self, lane: &Lane, accepted: &Accepted) -> Result<(), ApiError> {
        let session_id = accepted.message.session_id.as_str();
        let script = Script::for_text(&accepted.message.content);
        lane.publish(typing(session_id, true, Some("thinking")));
        sleep(self.delay).await;
        lane.publish(typing(session_id, true, Some("executing")));
        sleep(self.delay).await;
        self.stream(lane, session_id, &script).await?;
        lane.publish(typing(session_id, false, None));
        let last = self.store.last_sequence(session_id).await?;
        lane.publish(response(session_id, &accepted.task_id, &script, last));
        Ok(())
    }

    async fn stream(&self, lane: &Lane, session_id: &str, script: &Script) -> Result<(), ApiError> {
        let mut message = {
            let _order = lane.order.lock().await;
            let message = self.store.begin_answer(session_id).await?;
            lane.publish(message_event("new_message", &message));
            message
        };
        for content in &script.steps {
            sleep(self.step).await;
            let _order = lane.order.lock().await;
            let update = Update { content, status: "streaming", error: None, action_payload: None };
            let grown = self.store.update_message(&message, update).await?;
            lane.publish(delta_event(&message, &grown));
            message = grown;
        }
        sleep(self.step).await;
        let _order = lane.order.lock().await;
        let content = message.content.clone();
        let (error, action_payload) = (script.error.clone(), Some(json!({ "action": script.action })));
        let update = Update { content: &content, status: script.status, error, action_payload };
        message = self.store.update_message(&message, update).await?;
        lane.publish(message_event("message_update", &message));
        Ok(())
    }
}

/// `message_delta`: only what the content has grown by. Whoever misses one reads it in the log, where every step is
/// stored, or in the final `message_update`.
fn delta_event(before: &Message, grown: &Message) -> Event {
    let text = grown.content.strip_prefix(&before.content).unwrap_or_default();
    let payload = json!({
        "type": "message_delta",
        "sessionId": grown.session_id,
        "messageId": grown.message_id,
        "sequenceNumber": grown.sequence_number,
        // Clients count as JavaScript does.
        "offset": before.content.encode_utf16().count(),
        "text": text,
    });
    let key = format!("{}:message_delta:{}", grown.message_id, grown.revision);
    event("message_delta", &grown.session_id, &payload, Some(key))
}

/// `new_message` or `message_update`: always the whole message.
pub(crate) fn message_event(name: &'static str, message: &Message) -> Event {
    let mut payload = json!({ "type": name, "sessionId": message.session_id, "message": message });
    if payload.to_string().len() > MAX_PAYLOAD_BYTES
        && let Some(fields) = payload.get_mut("message").and_then(Value::as_object_mut)
    {
        // A message without content tells the client to fetch it.
        fields.remove("content");
    }
    let key = format!("{}:{name}:{}", message.message_id, message.revision);
    event(name, &message.session_id, &payload, Some(key))
}

/// `session_update`: the list of sessions has changed.
pub(crate) fn session_event(session: &crate::model::Session) -> Event {
    let payload = json!({
        "type": "session_update",
        "sessionId": session.session_id,
        "status": session.status,
        "updatedAt": session.updated_at,
        "metadata": { "title": session.title, "url": session.url, "domain": session.domain },
    });
    event("session_update", &session.session_id, &payload, None)
}

fn typing(session_id: &str, is_typing: bool, context: Option<&str>) -> Event {
    let mut payload = json!({ "type": "typing", "sessionId": session_id, "isTyping": is_typing });
    if let (Some(context), Some(fields)) = (context, payload.as_object_mut()) {
        fields.insert("context".to_owned(), json!(context));
    }
    event("typing", session_id, &payload, None)
}

fn response(session_id: &str, task_id: &str, script: &Script, last: i64) -> Event {
    let payload = json!({
        "type": "interact_response",
        "sessionId": session_id,
        "data": {
            "taskId": task_id,
            "action": script.action,
            "thought": script.thought,
            "status": script.status,
            "lastSequenceNumber": last,
        },
    });
    event("interact_response", session_id, &payload, Some(format!("{task_id}:interact_response:{last}")))
}

fn event(name: &'static str, session_id: &str, payload: &Value, idempotency_key: Option<String>) -> Event {
    Event { name, session_id: session_id.to_owned(), data: payload.to_string(), idempotency_key }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_too_large_for_the_push_server_is_announced_without_its_content() {
        let mut message = Message {
            message_id: "m".to_owned(),
            session_id: "s".to_owned(),
            role: "user".to_owned(),
            content: "x".repeat(64 * 1024),
            timestamp: 1,
            sequence_number: 1,
            revision: 7,
            updated_at: 1,
            status: "sent".to_owned(),
            client_message_id: None,
            action_payload: None,
            error: None,
            meta: None,
        };
        let whole = message_event("new_message", &message);
        assert!(whole.data.len() > 64 * 1024 && whole.idempotency_key.as_deref() == Some("m:new_message:7"));
        // Every one of these is escaped, so the payload is twice as long as the content.
        message.content = "\n".repeat(64 * 1024);
        let poke: Value = serde_json::from_str(&message_event("new_message", &message).data).unwrap();
        assert_eq!((poke["message"].get("content"), &poke["message"]["messageId"]), (None, &json!("m")));
    }
}
