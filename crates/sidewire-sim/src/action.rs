//! Everything that can be planned: what the user does, what servers do, what arrives, what breaks.

use sidewire_core::{ConnectionId, HttpFailure, RequestId, StorageCall, StorageId};

use crate::store::{StoreAnswer, StoreMode};

/// One planned happening.
#[derive(Clone, Debug)]
pub enum Action {
    /// Somebody at the panel, or the browser around it.
    User(UserAction),
    /// Something of the server's own accord.
    Server(ServerAction),
    /// Something breaks or is repaired.
    Fault(Fault),
    /// An upgrade request reaches the push server.
    Dial(ConnectionId),
    /// Something reaches the client over a socket.
    Down(ConnectionId, Down),
    /// Something reaches the push server over a socket.
    Up(ConnectionId, Up),
    /// A request reaches the REST server.
    Arrive(RequestId),
    /// An answer reaches the client.
    Answer(RequestId, Answer),
    /// An event reaches the push server's HTTP interface.
    Publish(Publication),
    /// The host's storage does what it was asked to in this life of the host, and answers at that time.
    StoreWork(StorageId, u32, StorageCall, StoreMode, u64),
    /// An answer of the storage reaches the client.
    Stored(StorageId, u32, StoreAnswer),
}

/// What the user, or the browser, does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UserAction {
    /// Connects without showing a session.
    Connect,
    /// Shows a session.
    Start(usize),
    /// Closes the panel's connection.
    Stop,
    /// Shows no session.
    Leave,
    /// Writes a message in a session.
    Send(usize),
    /// Tries every failed message again.
    RetryAll,
    /// Takes back the message written last.
    CancelLast,
    /// Presses the refresh button of the shown session.
    Refresh,
    /// Scrolls to the top of the shown session.
    LoadOlder,
    /// Lists, creates or changes sessions.
    Call,
    /// The page becomes visible or hidden.
    Visible(bool),
    /// The browser says online or offline.
    Online(bool),
    /// The token changes: present or gone.
    Token(bool),
    /// The token provider answers a renewal: with a token or none.
    Renewed(bool),
    /// The machine sleeps for this long, its monotonic clock as well.
    Sleep(u64),
    /// The host is killed and started again with what it stored.
    Restart,
}

/// What the server does by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ServerAction {
    /// Stores and publishes a message, from another device or the agent.
    Say(usize),
    /// Changes a message of this session that is there already.
    Edit(usize),
    /// Publishes a typing event.
    Typing(usize, bool),
    /// Publishes an `interact_response`.
    Finish(usize),
    /// One step of an agent that answers: `(session, message, steps left)`.
    Agent(usize, Option<usize>, u8),
    /// A frame that nobody should have sent reaches the client.
    Junk(u8),
}

/// What breaks, and for how long where it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Dials of the push server behave like this from now on.
    Dials(Path),
    /// Every socket is reset.
    Cut,
    /// Every socket goes deaf both ways and tells nobody.
    HalfOpen,
    /// Every socket delivers nothing for this long, then everything in order.
    Stall(u64),
    /// The push server closes every socket with this code.
    CloseCode(u16),
    /// The push server drains with 4200, refuses for the grace period, and is back after a pause: `(grace, pause)`.
    Drain(u64, u64),
    /// The push server dies and is back after a pause.
    Kill(u64),
    /// Internal: a new push server process is there.
    Respawn,
    /// Internal: the push server that drains exits, and another begins after a pause: `(process, pause)`.
    Exit(u64, u64),
    /// The push server's slow-reader loss: events dropped, in thousandths.
    SlowReader(u64),
    /// Publishes are lost, in thousandths.
    LosePublishes(u64),
    /// Publishes are sent twice, in thousandths.
    DoublePublishes(u64),
    /// Publishes of one session overtake each other within so many milliseconds.
    Scatter(u64),
    /// The server leaves out the content of pushed messages, in thousandths.
    Pokes(u64),
    /// The authorisation endpoint behaves like this.
    Auth(Mode),
    /// The messages endpoint behaves like this.
    Messages(Mode),
    /// The send endpoint behaves like this.
    Interact(Mode),
    /// The sessions endpoint behaves like this.
    Sessions(Mode),
    /// Every access token seen so far expires.
    Revoke,
    /// The host's storage behaves like this.
    Storage(StoreMode),
    /// REST reads from a copy that is so many milliseconds behind.
    Lag(u64),
    /// The client sleeps: no timer and no delivery for this long.
    Freeze(u64),
    /// Timers of the client fire this late.
    LateTimers(u64),
}

/// What becomes of a dial.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Path {
    /// It gets through.
    #[default]
    Good,
    /// It is refused at once.
    Refused,
    /// Nothing comes back for more than a minute.
    BlackHole,
    /// It is upgraded and dropped without a frame: wrong key or quota.
    Dropped,
}

/// How an endpoint behaves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mode {
    /// As the contract says.
    #[default]
    Good,
    /// It answers this status, with this `Retry-After`, and does nothing.
    Status(u16, Option<&'static str>),
    /// It answers this status with this error code in its body.
    Coded(u16, &'static str),
    /// It never answers.
    Hang,
    /// It does its work and never answers.
    HangAfter,
    /// The connection breaks before anything is done.
    Reset,
    /// It does its work, then the connection breaks.
    ResetAfter,
    /// It answers this much later.
    Slow(u64),
    /// It answers 200 with something that is no answer.
    Garbage,
}

/// What reaches the client over a socket.
#[derive(Clone, Debug)]
pub enum Down {
    /// The upgrade succeeded.
    Opened,
    /// A text frame.
    Frame(String),
    /// A binary frame.
    Binary,
    /// The end.
    Closed(u16, &'static str),
}

/// What reaches the push server over a socket.
#[derive(Clone, Debug)]
pub enum Up {
    /// A text frame.
    Frame(String),
    /// The end.
    Closed,
}

/// An HTTP answer on its way.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status and body, or what went wrong.
    pub outcome: Result<(u16, String), HttpFailure>,
    /// The `Retry-After` header.
    pub retry_after: Option<&'static str>,
    /// For a newest page: the log index at which it begins and the log's length then.
    pub floor: Option<usize>,
}

impl Answer {
    /// An answer with a body.
    pub const fn body(status: u16, body: String) -> Self {
        Self { outcome: Ok((status, body)), retry_after: None, floor: None }
    }

    /// No answer.
    pub const fn failed(failure: HttpFailure) -> Self {
        Self { outcome: Err(failure), retry_after: None, floor: None }
    }
}

/// An event on its way to the push server.
#[derive(Clone, Debug)]
pub struct Publication {
    /// The event's name.
    pub name: &'static str,
    /// The session whose channel gets it.
    pub session: usize,
    /// The payload.
    pub data: String,
}
