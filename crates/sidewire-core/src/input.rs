//! Everything that enters the engine.

use crate::ids::{CallId, ClientMessageId, ConnectionId, RequestId, SessionId, StorageId};
use crate::storage::{StorageAnswer, StorageFailure};
use crate::time::WallTime;

/// One thing that happened outside the engine.
#[derive(Clone, Debug)]
pub enum Input<'a> {
    /// The host wants something.
    Command(Command),
    /// A socket did something. Events of a connection that is no longer current are dropped.
    Socket(ConnectionId, SocketEvent<'a>),
    /// A request was answered or failed. Answers nobody waits for are dropped.
    Response(RequestId, Result<HttpResponse<'a>, HttpFailure>),
    /// The host's storage answered, or failed. Answers nobody waits for are dropped.
    Storage(StorageId, Result<StorageAnswer<'a>, StorageFailure>),
    /// The deadline of [`crate::Engine::poll_timeout`] has passed. Early or spurious ones do no harm.
    Timeout,
    /// The wall clock's reading, given now and then (with every timer will do). Only jumps against the monotonic
    /// clock matter.
    Wall(WallTime),
}

/// What the host can ask for.
#[derive(Clone, Debug)]
pub enum Command {
    /// Open the connection and keep it, with no session shown. Harmless when already connected.
    Connect,
    /// Watch exactly this session: load it, join its channel, leave the channel of any other.
    StartSync(SessionId),
    /// Show no session but keep the connection, for a tab that has none yet.
    LeaveSession,
    /// Close the connection and stop every timer. Only `Connect` or `StartSync` starts again.
    StopSync,
    /// Fetch what is missing in this session now, if it is the one shown.
    Refresh(SessionId),
    /// Read the page before the oldest message of the watched session. Answered by [`crate::Event::CallAnswered`]
    /// with `{"added":n,"hasOlder":true|false|null}`; the messages are merged by then. `null`: the server cannot
    /// be asked, because it numbers nothing.
    LoadOlder(CallId),
    /// Show a local echo at once and deliver it to the server.
    Send(Outgoing),
    /// Try a failed message again, with the same id.
    RetrySend(SessionId, ClientMessageId),
    /// Take back a message that is not on the wire: one that is queued or failed. An earlier try may have reached the
    /// server all the same; then its copy appears.
    CancelSend(SessionId, ClientMessageId),
    /// The access token appeared, changed or went away. The engine never sees the token itself.
    SetToken {
        /// Whether the provider has a token at all.
        present: bool,
    },
    /// The answer to [`crate::Effect::RenewToken`].
    TokenRenewed {
        /// Whether the provider has a token now.
        present: bool,
    },
    /// Whose data it is from now on, before [`Command::SetToken`]: any text that differs between people. Another one than
    /// before means another person, and nothing of the former one stays.
    SetOwner {
        /// Who; no secret, because it is stored with the data.
        owner: String,
        /// It is only another name for the same person.
        renewed: bool,
    },
    /// Go on with what [`crate::Engine::persist`] stored.
    Restore(String),
    /// The page became visible or hidden.
    SetVisible(bool),
    /// The browser says that the network is there or gone. A hint only.
    SetOnline(bool),
    /// Another REST call of the contract, answered by [`crate::Event::CallAnswered`].
    Call(CallId, ApiCall),
}

/// A message to send.
#[derive(Clone, Debug)]
pub struct Outgoing {
    /// The conversation it belongs to.
    pub session: SessionId,
    /// From [`crate::Engine::mint_client_message_id`].
    pub client_message_id: ClientMessageId,
    /// The text.
    pub content: String,
    /// The wall clock now, shown until the server's own time is known.
    pub wall: WallTime,
    /// The page the user looks at, when the host may tell.
    pub url: Option<String>,
    /// Its domain, when the host may tell.
    pub domain: Option<String>,
}

/// A REST call that is not part of the sync itself.
#[derive(Clone, Debug)]
pub enum ApiCall {
    /// `GET /api/session`.
    ListSessions,
    /// `POST /api/session`.
    CreateSession(SessionFields),
    /// `PATCH /api/session/:id`.
    UpdateSession(SessionId, SessionFields),
}

/// What can be told about a session.
#[derive(Clone, Debug, Default)]
pub struct SessionFields {
    /// Address of the page that the session belongs to.
    pub url: Option<String>,
    /// Domain of that page.
    pub domain: Option<String>,
    /// Title shown in the session list.
    pub title: Option<String>,
}

/// What a socket can do.
#[derive(Clone, Debug)]
pub enum SocketEvent<'a> {
    /// The upgrade succeeded. The protocol's own handshake is still to come.
    Opened,
    /// One text message, as UTF-8 bytes.
    Frame(&'a [u8]),
    /// One binary message; the protocol has none, so it is counted and dropped.
    BinaryFrame,
    /// The socket is gone. 1006 when no close frame was seen.
    Closed {
        /// The WebSocket close code.
        code: u16,
        /// The peer's words, if any.
        reason: String,
    },
}

/// An HTTP answer of any status.
#[derive(Clone, Copy, Debug)]
pub struct HttpResponse<'a> {
    /// The status code.
    pub status: u16,
    /// The `Retry-After` header as sent.
    pub retry_after: Option<&'a str>,
    /// The body, at most [`crate::limits::MAX_BODY`] bytes; the driver cuts no body but reports [`HttpFailure::TooLarge`].
    pub body: &'a [u8],
}

impl HttpFailure {
    /// In a few words, for people.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Network => "no connection",
            Self::Timeout => "no answer in time",
            Self::NoToken => "no token",
            Self::TokenProvider => "the token provider failed",
            Self::TooLarge => "the answer is too large",
        }
    }
}

/// Why there is no HTTP answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum HttpFailure {
    /// No connection, DNS, CORS or TLS failure: browsers do not tell which.
    Network,
    /// The request's own deadline passed.
    Timeout,
    /// The token provider had no token when the request was about to leave.
    NoToken,
    /// The token provider failed.
    TokenProvider,
    /// The answer was longer than the limit.
    TooLarge,
}
