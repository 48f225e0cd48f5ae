//! A host with a store, and a message log of its own making.

#![allow(dead_code, reason = "every test binary uses its own part of this")]
#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::unwrap_used,
    reason = "helpers of tests: a panic is a failed test"
)]

use std::collections::BTreeMap;

use sidewire_core::{
    ClientMessageId, Command, Effect, Input, Outgoing, Policy, ProblemCode, SessionId, Status, StorageAnswer,
    StorageCall, StorageFailure, StorageId, WallTime, json,
};

use crate::bench::{Bench, CHANNEL, SIGNATURE};

pub(crate) const WALL: u64 = 1_790_000_000_000;
pub(crate) const SNAPSHOT: &str = "sidewire:snapshot:s0";
pub(crate) const OUTBOX: &str = "sidewire:outbox:s0";

/// How the store takes a call, by what it holds; `None` for no answer at all.
pub(crate) type Mood = fn(&StorageCall, &BTreeMap<String, String>) -> Option<Result<(), StorageFailure>>;

/// A host with a store that does everything at once, unless it is told otherwise.
pub(crate) struct Host {
    pub(crate) bench: Bench,
    pub(crate) values: BTreeMap<String, String>,
    /// Calls that were answered.
    pub(crate) seen: usize,
    /// What becomes of a call; `None` for no answer at all.
    pub(crate) mood: Mood,
}

impl Host {
    pub(crate) fn new(values: BTreeMap<String, String>) -> Self {
        Self::with(Policy::default(), values)
    }

    /// Signed in as `ann`.
    pub(crate) fn with(policy: Policy, values: BTreeMap<String, String>) -> Self {
        let mut host = Self::silent(policy, values);
        host.sign_in("ann");
        host
    }

    pub(crate) fn silent(policy: Policy, values: BTreeMap<String, String>) -> Self {
        let mut bench = Bench::unsigned(policy, true);
        bench.feed(Input::Wall(WallTime::from_millis(WALL)));
        Self { bench, values, seen: 0, mood: |_, _| Some(Ok(())) }
    }

    pub(crate) fn sign_in(&mut self, owner: &str) {
        self.command(Command::SetOwner { owner: owner.to_owned(), renewed: false });
        self.command(Command::SetToken { present: true });
    }

    pub(crate) fn command(&mut self, command: Command) {
        self.bench.command(command);
        self.work();
    }

    pub(crate) fn start(&mut self, session: &str) {
        self.bench.start(session);
        self.work();
    }

    pub(crate) fn pass(&mut self, millis: u64) {
        let until = self.bench.now + millis;
        while self.bench.now < until {
            self.bench.pass(100.min(until - self.bench.now));
            self.work();
        }
    }

    pub(crate) fn reply(&mut self, part: &str, body: &str) {
        self.bench.reply(part, 200, body);
        self.work();
    }

    pub(crate) fn calls(&self) -> Vec<(StorageId, StorageCall)> {
        let calls = self.bench.effects.iter().filter_map(|(_, effect)| match effect {
            Effect::Storage { id, call } => Some((*id, call.clone())),
            _ => None,
        });
        calls.collect()
    }

    /// Does what was asked of the store since, as long as that brings about something new.
    pub(crate) fn work(&mut self) {
        while let Some((id, call)) = self.calls().get(self.seen).cloned() {
            self.seen += 1;
            match (self.mood)(&call, &self.values) {
                None => {}
                Some(Err(failure)) => self.bench.feed(Input::Storage(id, Err(failure))),
                Some(Ok(())) => self.answer(id, &call),
            }
        }
    }

    pub(crate) fn answer(&mut self, id: StorageId, call: &StorageCall) {
        match call {
            StorageCall::Keys => {
                let keys: Vec<String> = self.values.keys().cloned().collect();
                self.bench.feed(Input::Storage(id, Ok(StorageAnswer::Keys(&keys))));
            }
            StorageCall::Load { key } => {
                let value = self.values.get(key).cloned();
                self.bench.feed(Input::Storage(id, Ok(StorageAnswer::Value(value.as_deref()))));
            }
            StorageCall::Save { key, value } => {
                self.values.insert(key.clone(), value.clone());
                self.bench.feed(Input::Storage(id, Ok(StorageAnswer::Done)));
            }
            StorageCall::Remove { key } => {
                self.values.remove(key);
                self.bench.feed(Input::Storage(id, Ok(StorageAnswer::Done)));
            }
        }
    }

    /// Another process with the same store.
    pub(crate) fn restarted(self) -> Self {
        Self::new(self.values)
    }

    /// Live in session `s0`, with this first page.
    pub(crate) fn join(&mut self, page: &str) {
        self.start("s0");
        self.bench.handshake(r#",\"activity_timeout\":120"#);
        self.reply("/messages", page);
        self.reply("/pusher/auth", SIGNATURE);
        self.bench.acknowledge(CHANNEL);
        self.reply("/messages", &empty(page));
        self.work();
        assert_eq!(self.bench.engine.status(), Status::Connected);
    }

    pub(crate) fn send(&mut self, id: &str) {
        self.command(Command::Send(Outgoing {
            session: s0(),
            client_message_id: key(id),
            content: format!("text of {id}"),
            wall: WallTime::from_millis(WALL + self.bench.now),
            url: Some("https://a.example/".to_owned()),
            domain: None,
        }));
    }

    pub(crate) fn codes(&self) -> Vec<ProblemCode> {
        self.bench.problems().into_iter().map(|(code, _)| code).collect()
    }

    pub(crate) fn saves(&self, key: &str) -> Vec<u64> {
        let saves = self.bench.effects.iter().filter_map(|(at, effect)| match effect {
            Effect::Storage { call: StorageCall::Save { key: saved, .. }, .. } if saved == key => Some(*at),
            _ => None,
        });
        saves.collect()
    }

    pub(crate) fn urls(&self) -> Vec<String> {
        let requests = self.bench.requests("/messages").into_iter();
        requests.map(|(.., http)| http.url.split_once('?').unwrap().1.to_owned()).collect()
    }
}

pub(crate) fn s0() -> SessionId {
    SessionId::parse("s0").unwrap()
}

pub(crate) fn key(text: &str) -> ClientMessageId {
    ClientMessageId::from_text(text).unwrap()
}

pub(crate) fn message(n: u64) -> String {
    format!(
        r#"{{"messageId":"m{n}","sessionId":"s0","role":"assistant","content":"c{n}","timestamp":{n},"sequenceNumber":{n},"revision":{n}}}"#
    )
}

pub(crate) fn page(numbers: impl Iterator<Item = u64>, head: u64, more: bool) -> String {
    let messages: Vec<_> = numbers.map(message).collect();
    let messages = messages.join(",");
    format!(r#"{{"messages":[{messages}],"hasMore":{more},"lastSequenceNumber":{head},"revision":{head}}}"#)
}

/// Nothing new, on the same server.
pub(crate) fn empty(page: &str) -> String {
    let (_, tail) = page.rsplit_once(']').unwrap();
    format!(r#"{{"messages":[]{}"#, tail.replace("true", "false"))
}

/// A host that was closed with messages 1 to 5 on screen.
pub(crate) fn closed() -> Host {
    let mut host = Host::new(BTreeMap::new());
    host.join(&page(1..=5, 5, false));
    host.command(Command::SetVisible(false));
    host
}

/// The ids in the stored outbox, each with why it failed.
pub(crate) fn stored_ids(host: &Host) -> Vec<String> {
    let Some(value) = host.values.get(OUTBOX) else { return Vec::new() };
    let value = json::parse(value.as_bytes()).unwrap();
    let messages = value.get("messages").unwrap().elements();
    let text = |message: json::Json<'_>, name| {
        message.get(name).and_then(json::Json::as_str).unwrap_or_default().into_owned()
    };
    messages.map(|message| text(message, "id") + &text(message, "failed")).collect()
}
