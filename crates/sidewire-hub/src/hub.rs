//! The hub: its sockets, channels and timers.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::random::Random;
use crate::types::{App, Client, HubConfig, Output, Publication, Refusal};
use crate::{frames, query};

/// The server. See the crate's documentation.
#[derive(Debug)]
pub struct Hub {
    pub(crate) config: HubConfig,
    pub(crate) random: Random,
    pub(crate) draining: bool,
    sockets: BTreeMap<Client, Socket>,
    /// Subscribers by app id and channel. A channel without subscribers has no entry.
    channels: BTreeMap<String, BTreeMap<String, BTreeSet<Client>>>,
    /// Every socket's next wake-up, earliest first.
    timers: BTreeSet<(u64, Client)>,
    /// Answers given to idempotency keys, by app id and key, and the order in which they expire.
    remembered: BTreeMap<(String, String), String>,
    expiries: VecDeque<(u64, String, String)>,
    outputs: VecDeque<Output>,
}

#[derive(Debug)]
pub(crate) struct Socket {
    pub(crate) app: App,
    pub(crate) id: String,
    pub(crate) channels: BTreeSet<String>,
    heartbeat: Heartbeat,
    wake_at: u64,
}

/// Only frames *from* the client count: a client that merely receives is pinged.
#[derive(Debug, Clone, Copy)]
enum Heartbeat {
    Listening { heard_at: u64 },
    Pinged { answered: bool },
}

impl Hub {
    /// A hub without sockets.
    pub fn new(config: HubConfig) -> Self {
        let random = Random::new(config.seed);
        Self {
            config,
            random,
            draining: false,
            sockets: BTreeMap::new(),
            channels: BTreeMap::new(),
            timers: BTreeSet::new(),
            remembered: BTreeMap::new(),
            expiries: VecDeque::new(),
            outputs: VecDeque::new(),
        }
    }

    /// A WebSocket upgrade was asked for. After `Ok` the host completes it and then carries out the outputs, of which
    /// the first may already be the end: an unknown key or a full app is accepted and dropped without a frame.
    pub fn open(&mut self, now_ms: u64, client: Client, path_and_query: &str) -> Result<(), Refusal> {
        let (path, query) = path_and_query.split_once('?').unwrap_or((path_and_query, ""));
        let key = app_key(path).ok_or_else(|| refusal(404, "404 NOT FOUND"))?;
        let pairs = query::pairs(query);
        check_protocol(&pairs)?;
        if self.draining {
            return Err(refusal(503, ""));
        }
        let Some(app) = self.config.apps.iter().find(|app| app.key == key).cloned() else {
            self.outputs.push_back(Output::Drop { client });
            return Ok(());
        };
        if query::first(&pairs, "token").is_some() {
            let reason = "Authentication error: capability tokens require protocol V2";
            self.send(client, frames::error(4009, reason));
            self.fail(client, 4009, reason);
            return Ok(());
        }
        if self.is_full(&app) {
            self.outputs.push_back(Output::Drop { client });
            return Ok(());
        }
        self.admit(now_ms, client, app);
        Ok(())
    }

    /// The socket is gone, whoever ended it. Unknown sockets are ignored.
    pub fn closed(&mut self, client: Client) {
        let Some(socket) = self.sockets.remove(&client) else {
            return;
        };
        self.timers.remove(&(socket.wake_at, client));
        for channel in socket.channels {
            self.leave(&socket.app.id, &channel, client);
        }
    }

    /// A WebSocket PING frame arrived; the host has answered it. It counts as activity.
    pub fn receive_ws_ping(&mut self, now_ms: u64, client: Client) {
        self.heard(now_ms, client);
    }

    /// The process was told to stop: every socket gets 4200, later upgrades and publishes are refused with 503.
    pub fn drain(&mut self, _now_ms: u64) {
        self.draining = true;
        let everyone: Vec<Client> = self.sockets.keys().copied().collect();
        for client in everyone {
            self.fail(client, 4200, "Server shutting down");
        }
    }

    /// The next thing for the host to do.
    pub fn poll_output(&mut self) -> Option<Output> {
        self.outputs.pop_front()
    }

    /// When [`Hub::handle_timeout`] wants to be called, on the clock of `now_ms`.
    pub fn poll_timeout(&self) -> Option<u64> {
        self.timers.first().map(|(at, _)| *at)
    }

    /// Does what is due: pings silent clients, closes those that did not answer.
    pub fn handle_timeout(&mut self, now_ms: u64) {
        while let Some((_, client)) = self.timers.first().copied().filter(|(at, _)| *at <= now_ms) {
            self.heartbeat(now_ms, client);
        }
    }

    /// Delivers one event; `false` for an unknown app. The publication is not checked against the limits: that is
    /// the HTTP API's part.
    pub fn publish(&mut self, now_ms: u64, app_id: &str, event: &Publication<'_>) -> bool {
        if !self.config.apps.iter().any(|app| app.id == app_id) {
            return false;
        }
        if let Some(key) = event.idempotency_key {
            if self.recall(now_ms, app_id, key).is_some() {
                return true;
            }
            self.remember(now_ms, app_id, key, r#"{"ok":true}"#);
        }
        self.deliver(app_id, event);
        true
    }

    /// How many sockets are open.
    pub fn connections(&self) -> usize {
        self.sockets.len()
    }

    /// The channels with subscribers of one app, in order of name, with the number of subscribers.
    pub fn channels(&self, app_id: &str) -> impl Iterator<Item = (&str, usize)> {
        let channels = self.channels.get(app_id).into_iter().flatten();
        channels.map(|(name, members)| (name.as_str(), members.len()))
    }

    /// How many sockets are subscribed to a channel.
    pub fn subscribers(&self, app_id: &str, channel: &str) -> usize {
        self.channels.get(app_id).and_then(|channels| channels.get(channel)).map_or(0, BTreeSet::len)
    }

    pub(crate) fn deliver(&mut self, app_id: &str, event: &Publication<'_>) {
        let Some(channels) = self.channels.get(app_id) else { return };
        let mut seen = BTreeSet::new();
        for name in event.channels {
            // A channel named twice gets the event twice, but under an idempotency key once: both as on Sockudo.
            if event.idempotency_key.is_some() && !seen.insert(name) {
                continue;
            }
            let Some(members) = channels.get(name) else {
                continue;
            };
            let heard = |client: &&Client| {
                let id = self.sockets.get(client).map(|socket| socket.id.as_str());
                event.except_socket_id.is_none() || id != event.except_socket_id
            };
            let mut clients = members.iter().filter(heard).peekable();
            let mut text = frames::event(event.name, name, event.data);
            while let Some(client) = clients.next() {
                // The last one gets the text itself.
                let last = clients.peek().is_none();
                let text = if last { core::mem::take(&mut text) } else { text.clone() };
                self.outputs.push_back(Output::Send { client: *client, text });
            }
        }
    }

    /// The answer already given for an idempotency key.
    pub(crate) fn recall(&mut self, now_ms: u64, app_id: &str, key: &str) -> Option<String> {
        while self.expiries.front().is_some_and(|(at, ..)| *at <= now_ms) {
            if let Some((_, app, key)) = self.expiries.pop_front() {
                self.remembered.remove(&(app, key));
            }
        }
        self.remembered.get(&(app_id.to_owned(), key.to_owned())).cloned()
    }

    pub(crate) fn remember(&mut self, now_ms: u64, app_id: &str, key: &str, answer: &str) {
        let until = now_ms.saturating_add(self.config.idempotency_window_ms);
        self.remembered.insert((app_id.to_owned(), key.to_owned()), answer.to_owned());
        self.expiries.push_back((until, app_id.to_owned(), key.to_owned()));
    }

    pub(crate) fn socket(&self, client: Client) -> Option<&Socket> {
        self.sockets.get(&client)
    }

    pub(crate) fn join(&mut self, client: Client, channel: &str) {
        let Some(socket) = self.sockets.get_mut(&client) else {
            return;
        };
        socket.channels.insert(channel.to_owned());
        if !self.channels.contains_key(&socket.app.id) {
            self.channels.insert(socket.app.id.clone(), BTreeMap::new());
        }
        if let Some(channels) = self.channels.get_mut(&socket.app.id) {
            channels.entry(channel.to_owned()).or_default().insert(client);
        }
    }

    pub(crate) fn part(&mut self, client: Client, channel: &str) {
        let Some(socket) = self.sockets.get_mut(&client) else {
            return;
        };
        if socket.channels.remove(channel) {
            let app = socket.app.id.clone();
            self.leave(&app, channel, client);
        }
    }

    pub(crate) fn send(&mut self, client: Client, text: String) {
        self.outputs.push_back(Output::Send { client, text });
    }

    /// Something arrived from the client: its silence ends. The timer is left alone and finds out when it rings.
    pub(crate) fn heard(&mut self, now_ms: u64, client: Client) {
        if let Some(socket) = self.sockets.get_mut(&client) {
            socket.heartbeat = match socket.heartbeat {
                Heartbeat::Listening { .. } => Heartbeat::Listening { heard_at: now_ms },
                Heartbeat::Pinged { .. } => Heartbeat::Pinged { answered: true },
            };
        }
    }

    fn admit(&mut self, now_ms: u64, client: Client, app: App) {
        // A host that reuses a name without having said `closed` must not leave the old socket's timer behind.
        self.closed(client);
        let id = self.random.socket_id();
        self.send(client, frames::connection_established(&id, self.config.activity_timeout_s));
        let wake_at = now_ms.saturating_add(self.silence_ms());
        self.timers.insert((wake_at, client));
        let heartbeat = Heartbeat::Listening { heard_at: now_ms };
        let socket = Socket { app, id, channels: BTreeSet::new(), heartbeat, wake_at };
        self.sockets.insert(client, socket);
    }

    /// One wake-up of one socket. As on Sockudo, the wait for a pong always lasts its whole time: after an answered
    /// ping the next one comes `pong_wait + activity_timeout` later.
    fn heartbeat(&mut self, now_ms: u64, client: Client) {
        let (silence, pong_wait) = (self.silence_ms(), self.config.pong_wait_ms);
        let Some(socket) = self.sockets.get_mut(&client) else {
            self.timers.retain(|(_, other)| *other != client);
            return;
        };
        self.timers.remove(&(socket.wake_at, client));
        match socket.heartbeat {
            Heartbeat::Pinged { answered: false } => {
                self.fail(client, 4201, "Pong reply not received in time");
                return;
            }
            Heartbeat::Pinged { answered: true } => {
                socket.heartbeat = Heartbeat::Listening { heard_at: now_ms };
                socket.wake_at = now_ms.saturating_add(silence);
            }
            Heartbeat::Listening { heard_at } if heard_at.saturating_add(silence) > now_ms => {
                socket.wake_at = heard_at.saturating_add(silence);
            }
            Heartbeat::Listening { .. } => {
                socket.heartbeat = Heartbeat::Pinged { answered: false };
                socket.wake_at = now_ms.saturating_add(pong_wait);
                self.outputs.push_back(Output::Send { client, text: frames::ping() });
            }
        }
        self.timers.insert((socket.wake_at, client));
    }

    /// Error frame, close frame, forgotten.
    fn fail(&mut self, client: Client, code: u16, reason: &str) {
        self.send(client, frames::error(code, reason));
        self.outputs.push_back(Output::Close { client, code, reason: reason.to_owned() });
        self.closed(client);
    }

    fn leave(&mut self, app_id: &str, channel: &str, client: Client) {
        let Some(channels) = self.channels.get_mut(app_id) else { return };
        if let Some(members) = channels.get_mut(channel) {
            members.remove(&client);
            if members.is_empty() {
                channels.remove(channel);
            }
        }
    }

    fn is_full(&self, app: &App) -> bool {
        self.config.max_connections_per_app.is_some_and(|limit| {
            let open = self.sockets.values().filter(|socket| socket.app.id == app.id).count();
            u32::try_from(open).unwrap_or(u32::MAX) >= limit
        })
    }

    /// At least a millisecond, so that a timeout of zero cannot keep `handle_timeout` busy for ever.
    fn silence_ms(&self) -> u64 {
        u64::from(self.config.activity_timeout_s).saturating_mul(1000).max(1)
    }
}

fn refusal(status: u16, body: &str) -> Refusal {
    Refusal { status, body: body.to_owned() }
}

/// `/app/<key>` or `/app/<key>/`.
fn app_key(path: &str) -> Option<String> {
    let rest = path.strip_prefix("/app/")?;
    let key = rest.strip_suffix('/').unwrap_or(rest);
    (!key.is_empty() && !key.contains('/')).then(|| query::decode_path(key))
}

/// Sockudo takes any number from 0 to 255 for protocol 7, except 2, which is its own dialect and not spoken here.
fn check_protocol(pairs: &[(String, String)]) -> Result<(), Refusal> {
    let mut given = pairs.iter().filter(|(name, _)| name == "protocol").map(|(_, value)| value);
    let (first, second) = (given.next(), given.next());
    if second.is_some() {
        return Err(refusal(400, "Failed to deserialize query string: duplicate field `protocol`"));
    }
    match first.map(|value| value.parse::<u8>()) {
        None => Ok(()),
        Some(Ok(2)) => Err(refusal(400, "Failed to deserialize query string: protocol 2 is not supported")),
        Some(Ok(_)) => Ok(()),
        Some(Err(_)) => Err(refusal(400, "Failed to deserialize query string: invalid protocol")),
    }
}
