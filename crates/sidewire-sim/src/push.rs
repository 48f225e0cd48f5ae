//! The push server: the real hub, its processes and sockets, and what happens to frames on their way.

use std::collections::BTreeMap;

use sidewire_core::{ConnectionId, SocketEvent};
use sidewire_hub::{App, Client, Hub, HubConfig, Output, Publication as HubPublication};

use crate::action::{Action, Down, Path, Publication, Up};
use crate::world::{APP_KEY, World};

const APP_ID: &str = "dev-app";
/// The secret that channels are signed with.
pub(crate) const SECRET: &str = "dev-secret";

/// One socket, seen from both ends and from the middle.
#[derive(Clone, Debug)]
pub struct Conn {
    path: String,
    /// The client's upgrade succeeded.
    pub upgraded: bool,
    /// The client has neither closed it nor been told that it is closed.
    pub local: bool,
    /// Nothing gets through any more, and nobody is told.
    pub deaf: bool,
    down_at: u64,
    up_at: u64,
}

/// The push server and all sockets there ever were.
#[derive(Debug)]
pub struct Push {
    hub: Option<Hub>,
    conns: BTreeMap<ConnectionId, Conn>,
    processes: u64,
    seed: u64,
    /// What becomes of dials.
    pub dials: Path,
}

impl Push {
    /// A server that runs.
    pub fn new(seed: u64) -> Self {
        let mut push = Self { hub: None, conns: BTreeMap::new(), processes: 0, seed, dials: Path::Good };
        push.respawn();
        push
    }

    /// Starts a new process, which knows nothing.
    pub fn respawn(&mut self) {
        self.processes += 1;
        let mut config = HubConfig::with_app(App::new(APP_ID, APP_KEY, SECRET));
        config.seed = self.seed.wrapping_add(self.processes);
        self.hub = Some(Hub::new(config));
    }

    /// Whether a process runs.
    pub const fn runs(&self) -> bool {
        self.hub.is_some()
    }

    /// The number of the process that runs, or ran last.
    pub(crate) const fn process(&self) -> u64 {
        self.processes
    }

    /// Subscribers of a session's channel, as the server counts them.
    pub fn subscribers(&self, session: &str) -> usize {
        let channel = format!("private-session-{session}");
        self.hub.as_ref().map_or(0, |hub| hub.subscribers(APP_ID, &channel))
    }

    /// The channels that have subscribers.
    pub fn channels(&self) -> Vec<String> {
        let hub = self.hub.as_ref();
        hub.map_or_else(Vec::new, |hub| hub.channels(APP_ID).map(|(name, _)| name.to_owned()).collect())
    }

    pub(crate) fn next_timeout(&self) -> Option<u64> {
        self.hub.as_ref().and_then(Hub::poll_timeout)
    }

    pub(crate) fn handle_timeout(&mut self, now: u64) {
        if let Some(hub) = &mut self.hub {
            hub.handle_timeout(now);
        }
    }

    /// Sockets that the client still counts on.
    pub(crate) fn live(&self) -> Vec<ConnectionId> {
        self.conns.iter().filter(|(_, conn)| conn.local).map(|(id, _)| *id).collect()
    }

    /// A socket.
    pub fn conn(&self, connection: ConnectionId) -> Option<&Conn> {
        self.conns.get(&connection)
    }

    pub(crate) fn make_deaf(&mut self) {
        for conn in self.conns.values_mut().filter(|conn| conn.local) {
            conn.deaf = true;
        }
    }

    pub(crate) fn stall(&mut self, until: u64) {
        for conn in self.conns.values_mut().filter(|conn| conn.local) {
            conn.down_at = conn.down_at.max(until);
            conn.up_at = conn.up_at.max(until);
        }
    }

    /// Forgets a socket on the server's side.
    pub(crate) fn forget(&mut self, connection: ConnectionId) {
        if let Some(hub) = &mut self.hub {
            hub.closed(client(connection));
        }
    }

    /// Forgets every socket there ever was: the next client counts from one again.
    pub(crate) fn clear_sockets(&mut self) {
        let known: Vec<_> = self.conns.keys().copied().collect();
        for connection in known {
            self.forget(connection);
        }
        self.conns.clear();
    }

    /// Begins to drain.
    pub(crate) fn drain(&mut self, now: u64) {
        if let Some(hub) = &mut self.hub {
            hub.drain(now);
        }
    }

    /// Ends the process without a word.
    pub(crate) fn die(&mut self) {
        self.hub = None;
    }
}

const fn client(connection: ConnectionId) -> Client {
    Client(connection.as_raw() as u64)
}

pub(crate) fn socket_event(down: &Down) -> SocketEvent<'_> {
    match down {
        Down::Opened => SocketEvent::Opened,
        Down::Frame(text) => SocketEvent::Frame(text.as_bytes()),
        Down::Binary => SocketEvent::BinaryFrame,
        Down::Closed(code, reason) => SocketEvent::Closed { code: *code, reason: (*reason).to_owned() },
    }
}

impl World {
    pub(crate) fn dial(&mut self, connection: ConnectionId, url: &str) {
        self.stats.opens += 1;
        let path = url.splitn(4, '/').nth(3).map_or_else(String::new, |rest| format!("/{rest}"));
        let conn = Conn { path, upgraded: false, local: true, deaf: false, down_at: 0, up_at: 0 };
        self.push.conns.insert(connection, conn);
        match self.push.dials {
            Path::Good => self.deliver_up(connection, |_| Action::Dial(connection)),
            Path::Refused => self.deliver_down(connection, Down::Closed(1006, "")),
            Path::BlackHole => {
                let gives_up = self.now + 75_000;
                self.plan(gives_up, Action::Down(connection, Down::Closed(1006, "")));
            }
            Path::Dropped => {
                self.deliver_down(connection, Down::Opened);
                self.deliver_down(connection, Down::Closed(1006, ""));
            }
        }
    }

    pub(crate) fn dialled(&mut self, connection: ConnectionId) {
        let now = self.now;
        let Some(conn) = self.push.conns.get(&connection).filter(|conn| !conn.deaf) else { return };
        let opened = self.push.hub.as_mut().map(|hub| hub.open(now, client(connection), &conn.path));
        if matches!(opened, Some(Ok(()))) {
            self.deliver_down(connection, Down::Opened);
            self.drain_hub();
        } else {
            self.deliver_down(connection, Down::Closed(1006, ""));
        }
    }

    pub(crate) fn send_up(&mut self, connection: ConnectionId, text: String) {
        if let (Some(made), Some(open)) = (self.rest.signed_for(&text), self.engine.socket_id())
            && made != open
        {
            let detail = format!("a signature for socket {made} goes out over {open}");
            self.broken("C5", detail);
        }
        self.deliver_up(connection, |_| Action::Up(connection, Up::Frame(text)));
    }

    /// The client closes: from now on it hears nothing of this socket, except by a late callback.
    pub(crate) fn close_up(&mut self, connection: ConnectionId) {
        if let Some(conn) = self.push.conns.get_mut(&connection) {
            conn.local = false;
        }
        self.deliver_up(connection, |_| Action::Up(connection, Up::Closed));
        if self.network.chance(self.config.zombies) {
            let at = self.now + 60_000;
            self.plan(at, Action::Down(connection, Down::Closed(1006, "")));
        }
    }

    pub(crate) fn came_up(&mut self, connection: ConnectionId, up: Up) {
        if self.push.conns.get(&connection).is_none_or(|conn| conn.deaf) {
            return;
        }
        let now = self.now;
        match up {
            Up::Closed => self.push.forget(connection),
            Up::Frame(text) => {
                if let Some(hub) = &mut self.push.hub {
                    hub.receive(now, client(connection), &text);
                }
            }
        }
        self.drain_hub();
    }

    /// Whether the engine is to hear of it; keeps the socket's books.
    pub(crate) fn socket_event_wanted(&mut self, connection: ConnectionId, down: &Down) -> bool {
        let Some(conn) = self.push.conns.get_mut(&connection) else { return false };
        if conn.deaf {
            return false;
        }
        if !conn.local {
            return self.network.chance(self.config.zombies);
        }
        match down {
            Down::Opened => conn.upgraded = true,
            Down::Closed(..) => conn.local = false,
            Down::Frame(_) | Down::Binary => {}
        }
        true
    }

    pub(crate) fn publish_now(&mut self, publication: &Publication) {
        let Some(session) = self.session(publication.session) else { return };
        let channels = [["private-session-", session.as_str()].concat()];
        let event = HubPublication {
            name: publication.name,
            channels: &channels,
            data: &publication.data,
            except_socket_id: None,
            idempotency_key: None,
        };
        let now = self.now;
        if let Some(hub) = &mut self.push.hub {
            hub.publish(now, APP_ID, &event);
        }
        self.drain_hub();
    }

    pub(crate) fn drain_hub(&mut self) {
        while let Some(output) = self.push.hub.as_mut().and_then(Hub::poll_output) {
            match output {
                Output::Send { client, text } => {
                    let slow = self.network.slow_reader;
                    let lost =
                        slow > 0 && !text.starts_with(r#"{"event":"pusher"#) && self.network.chance(slow);
                    let lost =
                        lost || self.network.lose_acknowledgements && text.contains("subscription_succeeded");
                    if !lost {
                        self.deliver_down(connection(client), Down::Frame(text));
                    }
                }
                Output::Close { client, code, reason } => {
                    self.deliver_down(connection(client), Down::Closed(code, leak(&reason)));
                }
                Output::Drop { client } => self.deliver_down(connection(client), Down::Closed(1006, "")),
            }
        }
    }

    /// One direction of one TCP stream: whatever the delays, nothing overtakes.
    pub(crate) fn deliver_down(&mut self, connection: ConnectionId, down: Down) {
        let delay = self.network.delay();
        let Some(conn) = self.push.conns.get_mut(&connection).filter(|conn| !conn.deaf) else { return };
        conn.down_at = conn.down_at.max(self.now + delay);
        self.queue.push(conn.down_at, Action::Down(connection, down));
    }

    fn deliver_up(&mut self, connection: ConnectionId, action: impl FnOnce(ConnectionId) -> Action) {
        let delay = self.network.delay();
        let Some(conn) = self.push.conns.get_mut(&connection).filter(|conn| !conn.deaf) else { return };
        conn.up_at = conn.up_at.max(self.now + delay);
        self.queue.push(conn.up_at, action(connection));
    }
}

fn connection(client: Client) -> ConnectionId {
    ConnectionId::from_raw(u32::try_from(client.0).unwrap_or(0))
}

/// The hub's close reasons are few; the simulator keeps them as constants.
fn leak(reason: &str) -> &'static str {
    if reason.contains("shutting down") {
        "Server shutting down"
    } else if reason.contains("Pong") {
        "Pong reply not received in time"
    } else {
        "closed by the server"
    }
}
