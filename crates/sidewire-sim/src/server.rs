//! What the servers do by themselves: messages from elsewhere, the agent's answers, junk.

use std::borrow::Cow;

use crate::action::{Action, Down, Publication, ServerAction};
use crate::log::{Draft, ServerKind};
use crate::text::{push_all, push_number};
use crate::world::World;

impl World {
    pub(crate) fn server(&mut self, action: ServerAction) {
        match action {
            ServerAction::Say(session) => {
                self.say(session);
            }
            ServerAction::Edit(session) => self.edit(session),
            ServerAction::Typing(session, typing) => {
                let context = self.rng.pick(&["thinking", "executing", "verifying", "?"], "thinking");
                let fields = format!(r#""isTyping":{typing},"context":"{context}""#);
                self.publish_event(session, "typing", &fields);
            }
            ServerAction::Finish(session) => self.finish(session),
            ServerAction::Agent(session, message, left) => self.agent(session, message, left),
            ServerAction::Junk(kind) => self.junk(kind),
        }
    }

    /// Stores and publishes a message of somebody else; returns its index.
    pub fn say(&mut self, session: usize) -> usize {
        let length = self.log.sessions.get(session).map_or(0, |log| log.messages().len());
        let role = self.rng.pick(&["user", "assistant", "assistant", "system"], "assistant");
        // Only a server with a change counter can show unnumbered messages by REST.
        let numbered = self.log.kind != ServerKind::Revisions || !self.rng.chance(self.unnumbered());
        let mut content = String::with_capacity(24);
        content.push_str("said \"");
        push_number(&mut content, length as u64);
        content.push_str("\" \u{e9}\u{1f600}");
        let draft = Draft { role, content: &content, status: "success", origin: None, numbered };
        let index = self.log.append(self.now, session, draft);
        self.publish_message(session, index, "new_message");
        index
    }

    /// A quarter of the seeds has a server that leaves some messages unnumbered.
    fn unnumbered(&self) -> u64 {
        if self.config.seed.is_multiple_of(4) { 200 } else { 0 }
    }

    fn edit(&mut self, session: usize) {
        let Some(length) = self.log.sessions.get(session).map(|log| log.messages().len()) else { return };
        if length == 0 {
            return;
        }
        let index = length - 1 - self.rng.index(length.min(6));
        let content = format!("edited at {}", self.now);
        let keep = self.log.sessions.get(session).and_then(|log| log.messages().get(index));
        // The user's own words stay: without an echoed id only they tell whose message it is.
        let content = keep.filter(|m| m.role == "user").map_or(content, |m| m.content().to_owned());
        self.log.update(self.now, session, index, "success", &content);
        self.publish_message(session, index, "message_update");
    }

    fn finish(&mut self, session: usize) {
        let last = self.log.sessions.get(session).map_or(0, |log| log.last_sequence);
        let mut fields = String::with_capacity(96);
        fields.push_str(r#""data":{"taskId":"t","action":"finish","status":"success""#);
        if self.log.kind != ServerKind::Times && !self.rng.chance(300) {
            fields.push_str(r#","lastSequenceNumber":"#);
            push_number(&mut fields, last);
        }
        fields.push('}');
        self.publish_event(session, "interact_response", &fields);
    }

    fn agent(&mut self, session: usize, message: Option<usize>, left: u8) {
        let now = self.now;
        let text = format!("answer, {left} steps left");
        let index = if let Some(index) = message {
            self.agent_goes_on(session, index, left, &text);
            index
        } else {
            self.server(ServerAction::Typing(session, true));
            let origin = None;
            let draft =
                Draft { role: "assistant", content: &text, status: "streaming", origin, numbered: true };
            let index = self.log.append(now, session, draft);
            self.publish_message(session, index, "new_message");
            index
        };
        let at = now + self.rng.between(30, 1500);
        let next = match left {
            0 => ServerAction::Finish(session),
            left => ServerAction::Agent(session, Some(index), left - 1),
        };
        self.plan(at, Action::Server(next));
    }

    /// A third of the seeds has a server that publishes only what an answer has grown by.
    fn agent_goes_on(&mut self, session: usize, index: usize, left: u8, whole: &str) {
        let by_pieces = self.config.seed % 3 == 1;
        let status = if left == 0 { "success" } else { "streaming" };
        let piece = if left == 0 {
            "."
        } else {
            self.rng.pick(&[" more", " \u{e9}", " \u{1f600}!", " \\\""], " more")
        };
        let known = self.log.sessions.get(session).and_then(|log| log.messages().get(index));
        // Somebody edited it meanwhile: that text is another one's continuation.
        let rewritten = known.is_none_or(|known| known.versions.iter().any(|v| v.status != "streaming"));
        if by_pieces && left > 0 && !rewritten && self.rng.chance(850) {
            self.append_text(session, index, piece);
            return;
        }
        let known = self.log.sessions.get(session).and_then(|log| log.messages().get(index));
        let grown = known.map(|known| [known.content(), piece].concat()).filter(|_| by_pieces);
        self.log.update(self.now, session, index, status, grown.as_deref().unwrap_or(whole));
        self.publish_message(session, index, "message_update");
    }

    /// Stores a message with more text and publishes that.
    pub fn append_text(&mut self, session: usize, index: usize, piece: &str) {
        let Some(stored) = self.log.sessions.get(session).and_then(|log| log.messages().get(index)) else {
            return;
        };
        let (id, before) = (stored.id.clone(), stored.content().to_owned());
        self.log.update(self.now, session, index, "streaming", &[before.as_str(), piece].concat());
        self.publish_piece(session, &id, before.encode_utf16().count(), piece);
    }

    /// Publishes a piece of a message's text.
    pub fn publish_piece(&mut self, session: usize, id: &str, offset: usize, text: &str) {
        let mut fields = format!(r#""messageId":"{id}","offset":{offset},"text":"#);
        sidewire_core::json::write_str(&mut fields, text);
        self.publish_event(session, "message_delta", &fields);
    }

    /// Publishes a stored message's newest version, or only the news of it.
    pub fn publish_message(&mut self, session: usize, index: usize, name: &'static str) {
        let poke = self.network.pokes;
        let poke =
            self.network.chance(poke) && (name == "new_message" || self.log.kind == ServerKind::Revisions);
        let Some(log) = self.log.sessions.get(session) else { return };
        let Some(stored) = log.messages().get(index) else { return };
        let version = stored.latest();
        let id = &stored.id;
        let message = match poke {
            false => Cow::Borrowed(version.json.as_str()),
            true if self.log.kind == ServerKind::Revisions => {
                format!(r#"{{"messageId":"{id}","content":null,"revision":{}}}"#, version.revision).into()
            }
            true => format!(r#"{{"messageId":"{id}"}}"#).into(),
        };
        let data = event_data(name, log.id.as_str(), &[r#""message":"#, &message]);
        self.publish_data(session, name, data);
    }

    /// Publishes any event of a session.
    pub fn publish_event(&mut self, session: usize, name: &'static str, fields: &str) {
        let Some(id) = self.session(session) else { return };
        let data = event_data(name, id.as_str(), &[fields]);
        self.publish_data(session, name, data);
    }

    fn publish_data(&mut self, session: usize, name: &'static str, data: String) {
        let [first, second] = self.network.publish_times(self.now, session);
        if let (Some(at), Some(_)) = (first, second) {
            self.plan(at, Action::Publish(Publication { name, session, data: data.clone() }));
        }
        if let Some(at) = second.or(first) {
            self.plan(at, Action::Publish(Publication { name, session, data }));
        }
    }

    /// Puts a frame into every live socket that no correct server would send.
    pub fn junk(&mut self, kind: u8) {
        let frame = self.junk_frame(kind);
        for connection in self.push.live() {
            if self.push.conn(connection).is_some_and(|conn| conn.upgraded) {
                let down = frame.clone().map_or(Down::Binary, Down::Frame);
                self.deliver_down(connection, down);
            }
        }
    }

    fn junk_frame(&self, kind: u8) -> Option<String> {
        let shown = self.host.shown.unwrap_or(0);
        let other = (shown + 1) % self.log.sessions.len().max(1);
        let name = |session: usize| self.session(session).map_or("none", |id| id.as_str());
        let foreign = self.log.sessions.get(other).and_then(|log| log.messages().last());
        let foreign = foreign.map_or("{}", |stored| stored.latest().json.as_str());
        let event = |channel: &str, event: &str, data: &str| {
            let mut text = format!(r#"{{"event":"{event}","channel":"private-session-{channel}","data":"#);
            sidewire_core::json::write_str(&mut text, data);
            text.push('}');
            Some(text)
        };
        match kind % 18 {
            0 => Some(String::new()),
            1 => Some("[1]".to_owned()),
            2 => Some(r#"{"event":"#.to_owned()),
            3 => event(name(shown), "new_message", "plain"),
            4 => event(name(shown), "new_message", r#"{"message":{}}"#),
            // A message of another session, on its own channel and smuggled into ours.
            5 => event(name(other), "new_message", &format!(r#"{{"message":{foreign}}}"#)),
            6 if other != shown => event(name(shown), "new_message", &format!(r#"{{"message":{foreign}}}"#)),
            7 if other != shown => {
                let data = format!(
                    r#"{{"sessionId":"{}","message":{{"messageId":"x","content":"y"}}}}"#,
                    name(other)
                );
                event(name(shown), "new_message", &data)
            }
            8 => Some(r#"{"event":"pusher:error","data":{"code":4301,"message":"rate"}}"#.to_owned()),
            9 => Some(r#"{"event":"pusher:error","data":{"code":4009,"message":"late"}}"#.to_owned()),
            10 => event(name(shown), "pusher_internal:subscription_succeeded", "{}"),
            11 => {
                let data = r#"{\"socket_id\":\"9.9\",\"activity_timeout\":1}"#;
                Some(format!(r#"{{"event":"pusher:connection_established","data":"{data}"}}"#))
            }
            12 => Some(r#"{"event":"toString","data":7}"#.to_owned()),
            13 => event(name(shown), "message_delta", r#"{"messageId":"m0-0","offset":"x","text":"y"}"#),
            14 => event(name(shown), "message_delta", r#"{"messageId":"nowhere","offset":0,"text":"y"}"#),
            15 if other != shown => {
                let data = format!(
                    r#"{{"sessionId":"{}","messageId":"m{shown}-0","offset":0,"text":"smuggled in"}}"#,
                    name(other)
                );
                event(name(shown), "message_delta", &data)
            }
            16 => {
                Some(format!(r#"{{"event":"pusher:error","data":{{"message":"{}"}}}}"#, "late ".repeat(1000)))
            }
            _ => None,
        }
    }
}

/// An event's payload; `fields` in pieces.
fn event_data(name: &str, session: &str, fields: &[&str]) -> String {
    let length = fields.iter().map(|piece| piece.len()).sum::<usize>();
    let mut data = String::with_capacity(32 + name.len() + session.len() + length);
    push_all(&mut data, &[r#"{"type":""#, name, r#"","sessionId":""#, session, r#"","#]);
    push_all(&mut data, fields);
    data.push('}');
    data
}
