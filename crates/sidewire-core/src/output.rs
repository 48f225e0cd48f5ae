//! Everything that leaves the engine: effects for the driver, events for the application.

use core::time::Duration;

use crate::ids::{CallId, ClientMessageId, ConnectionId, RequestId, SessionId, TokenGeneration};

/// IO that the engine asks for. This enum is the whole list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Open a WebSocket without subprotocol and report what it does under this id.
    OpenSocket {
        /// The id of this socket's life.
        connection: ConnectionId,
        /// Where to; built from the configuration only, never holding a token.
        url: String,
    },
    /// Send one text message. Emitted only while the socket is open.
    SendFrame {
        /// Which socket.
        connection: ConnectionId,
        /// The message.
        text: String,
    },
    /// Detach the handlers and close with code 1000. No close event needs to follow.
    CloseSocket {
        /// Which socket.
        connection: ConnectionId,
    },
    /// Make an HTTP request and report its outcome under this id.
    Request {
        /// The id of this request.
        request: RequestId,
        /// What to send.
        http: HttpRequest,
    },
    /// Abort a request; its answer is not wanted any more.
    CancelRequest {
        /// Which request.
        request: RequestId,
    },
}

/// An HTTP request, complete but for the token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HttpRequest {
    /// The method.
    pub method: Method,
    /// Absolute, built from the configuration only.
    pub url: String,
    /// The driver asks the token provider and sets `Authorization: Bearer …`; the answer counts for this generation.
    pub token: TokenGeneration,
    /// `Content-Type` and body.
    pub body: Option<Body>,
    /// `Idempotency-Key`, on sends.
    pub idempotency_key: Option<ClientMessageId>,
    /// The driver aborts after this long and reports [`crate::HttpFailure::Timeout`].
    pub timeout: Duration,
}

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// `GET`
    Get,
    /// `POST`
    Post,
    /// `PATCH`
    Patch,
}

impl Method {
    /// The method's name on the wire.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Patch => "PATCH",
        }
    }
}

/// A request body with its media type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Body {
    /// `application/x-www-form-urlencoded`
    Form(String),
    /// `application/json`
    Json(String),
}

/// A fact for the application.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The connection status changed.
    StatusChanged(StatusChange),
    /// How far the view may lag behind the server changed.
    FreshnessChanged(Freshness),
    /// What is watched, or how its loading stands, changed.
    LoadChanged(LoadState),
    /// The messages of a session changed; pull what you show.
    TimelineChanged {
        /// Which session.
        session: SessionId,
        /// Grows with every change.
        revision: u64,
    },
    /// A message that was not known before was merged, from push or REST.
    NewMessage {
        /// Which session.
        session: SessionId,
        /// The message's id.
        message_id: String,
    },
    /// The other side began or stopped working on an answer.
    TypingChanged {
        /// Which session.
        session: SessionId,
        /// What it does, or `None` when it stopped.
        typing: Option<TypingContext>,
    },
    /// The server says that a turn is finished.
    InteractResponse(InteractResponse),
    /// A wait before the next connection try began.
    Reconnecting {
        /// 1-based.
        attempt: u32,
        /// Tries before polling takes over.
        max_attempts: u32,
        /// Until the try.
        delay: Duration,
    },
    /// A message of our own changed its state of delivery.
    SendChanged {
        /// Which session.
        session: SessionId,
        /// Which message.
        client_message_id: ClientMessageId,
        /// The new state.
        state: SendState,
    },
    /// An API call was answered.
    CallAnswered {
        /// The id given with the command.
        call: CallId,
        /// The JSON body as text, or what went wrong.
        outcome: Result<String, ApiFailure>,
    },
    /// Something was wrong with what came in; the engine went on.
    Problem(Problem),
}

/// How the loading of what is watched stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LoadState {
    /// The session being watched.
    pub session: Option<SessionId>,
    /// Its first page is still to come.
    pub loading: bool,
    /// Polling keeps it current.
    pub polling: bool,
    /// Why the last read failed.
    pub error: Option<ApiFailure>,
}

/// One change of [`Status`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusChange {
    /// The status before.
    pub previous: Status,
    /// The status now.
    pub current: Status,
    /// What brought it about.
    pub cause: Cause,
    /// Set while `current` is [`Status::Fallback`] or [`Status::Failed`].
    pub reason: Option<FallbackReason>,
    /// The socket's last words, when a close was the cause.
    pub close: Option<CloseInfo>,
}

/// A WebSocket close as the browser told it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CloseInfo {
    /// The close code; 1006 when there was none.
    pub code: u16,
    /// The peer's words, cut to 123 bytes.
    pub reason: String,
}

/// What the connection is to a user. Derived from the engine's states, stored nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Status {
    /// Stopped, or never started.
    #[default]
    Disconnected,
    /// The first try, or joining a session just chosen.
    Connecting,
    /// Push works: the shown session is subscribed and caught up.
    Connected,
    /// Push was lost and is being tried again.
    Reconnecting,
    /// Neither push nor REST can run.
    Failed,
    /// Push does not work for now; polling keeps the view current.
    Fallback,
}

impl Status {
    /// The name used on the JavaScript side.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Disconnected => "disconnected",
            Self::Connecting => "connecting",
            Self::Connected => "connected",
            Self::Reconnecting => "reconnecting",
            Self::Failed => "failed",
            Self::Fallback => "fallback",
        }
    }
}

/// Why push does not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum FallbackReason {
    /// No app key.
    NotConfigured,
    /// The token provider has no token.
    NoToken,
    /// The server refused to authorise the channel: 401, or 403 without a code.
    AuthFailed,
    /// The server says that this session is not there or not ours.
    SessionRefused,
    /// The tries are used up; probes go on in the background.
    AttemptsExhausted,
    /// The push server closed with a code that forbids trying again unchanged.
    Refused,
    /// Three sockets in a row were dropped before any frame: wrong key, disabled app, or quota.
    Rejected,
    /// The browser says that there is no network.
    Offline,
}

impl FallbackReason {
    /// The code used on the JavaScript side.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::NotConfigured => "not_configured",
            Self::NoToken => "no_token",
            Self::AuthFailed => "auth_failed",
            Self::SessionRefused => "session_refused",
            Self::AttemptsExhausted => "attempts_exhausted",
            Self::Refused => "refused",
            Self::Rejected => "rejected",
            Self::Offline => "offline",
        }
    }

    /// The label for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::NotConfigured => "Pusher not configured",
            Self::NoToken => "No token",
            Self::AuthFailed => "Pusher auth failed",
            Self::SessionRefused => "Session refused",
            Self::AttemptsExhausted => "Max reconnect attempts exceeded",
            Self::Refused => "Refused by the push server",
            Self::Rejected => "Push server drops the connection: check key and host",
            Self::Offline => "Offline",
        }
    }
}

/// What brought a status change about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Cause {
    /// The host asked for it.
    Command,
    /// The connection is up and the session caught up.
    CaughtUp,
    /// The 8 s for a connection passed.
    ConnectTimeout,
    /// The socket closed.
    SocketClosed,
    /// No answer to a ping.
    HeartbeatTimeout,
    /// The server refused the channel.
    AuthRefused,
    /// The subscription was not acknowledged in time, or refused.
    SubscribeFailed,
    /// The tries are used up.
    AttemptsExhausted,
    /// The network, the token or the page's visibility changed.
    Environment,
    /// REST was refused.
    RestRefused,
}

impl Cause {
    /// The code used on the JavaScript side.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Command => "command",
            Self::CaughtUp => "caught_up",
            Self::ConnectTimeout => "connect_timeout",
            Self::SocketClosed => "socket_closed",
            Self::HeartbeatTimeout => "heartbeat_timeout",
            Self::AuthRefused => "auth_refused",
            Self::SubscribeFailed => "subscribe_failed",
            Self::AttemptsExhausted => "attempts_exhausted",
            Self::Environment => "environment",
            Self::RestRefused => "rest_refused",
        }
    }
}

/// How far the view may lag behind the server's log. Derived, stored nowhere.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Freshness {
    /// Push is live and nothing is known to be missing.
    Fresh,
    /// Something is being fetched right now.
    CatchingUp,
    /// Only polling, or nothing at all, keeps the view current.
    #[default]
    Stale,
    /// A hole in the sequence is known.
    Gap,
}

impl Freshness {
    /// The name used on the JavaScript side.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Fresh => "fresh",
            Self::CatchingUp => "catchingUp",
            Self::Stale => "stale",
            Self::Gap => "gap",
        }
    }
}

/// What the agent does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TypingContext {
    /// Thinking.
    Thinking,
    /// Running an action.
    Executing,
    /// Checking a result.
    Verifying,
    /// Not told.
    Processing,
}

impl TypingContext {
    /// The name used on the JavaScript side.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Thinking => "thinking",
            Self::Executing => "executing",
            Self::Verifying => "verifying",
            Self::Processing => "processing",
        }
    }
}

/// The `data` of an `interact_response`, missing or malformed fields left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InteractResponse {
    /// Which session.
    pub session: SessionId,
    /// The task.
    pub task_id: Option<String>,
    /// The action taken.
    pub action: Option<String>,
    /// The agent's words about it.
    pub thought: Option<String>,
    /// The outcome.
    pub status: Option<String>,
}

/// The delivery of an own message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SendState {
    /// Waiting for the server.
    Pending,
    /// The server has it.
    Sent,
    /// It could not be delivered; nothing is lost, [`crate::Command::RetrySend`] tries again.
    Failed(SendFailure),
}

/// Why a message could not be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SendFailure {
    /// No network or no answer.
    Network,
    /// Signed out.
    Unauthorized,
    /// The session is not there or not ours.
    Forbidden,
    /// The server refused the message as it is.
    Rejected,
    /// The server is overloaded or broken.
    Server,
}

impl SendFailure {
    /// The code used on the JavaScript side.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Network => "network",
            Self::Unauthorized => "unauthorized",
            Self::Forbidden => "forbidden",
            Self::Rejected => "rejected",
            Self::Server => "server",
        }
    }
}

/// Why an API call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiFailure {
    /// The HTTP status, when there was an answer.
    pub status: Option<u16>,
    /// The server's code, or one of ours: `NETWORK`, `TIMEOUT`, `NO_TOKEN`, `NOT_CONFIGURED`, `BAD_ANSWER`.
    pub code: String,
    /// A sentence, at most 200 characters, without secrets.
    pub message: String,
}

/// Something wrong with what came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A stable code.
    pub code: ProblemCode,
    /// Where or what, at most 200 characters, without secrets.
    pub detail: String,
}

/// The kinds of [`Problem`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ProblemCode {
    /// A frame that is not a JSON object with an event name.
    MalformedFrame,
    /// A frame or body over its limit.
    TooLarge,
    /// An event whose payload cannot be used.
    MalformedEvent,
    /// An event on the right channel that names another session.
    ForeignSession,
    /// The server sent an error frame.
    ServerError,
    /// An answer of the authorisation endpoint that cannot be used.
    BadAuthAnswer,
    /// A page of messages that cannot be read.
    BadPage,
    /// The authorisation or REST endpoint refused or failed.
    RequestFailed,
    /// The application's own `error` event.
    ApplicationError,
}

impl ProblemCode {
    /// The code used on the JavaScript side.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::MalformedFrame => "malformed_frame",
            Self::TooLarge => "too_large",
            Self::MalformedEvent => "malformed_event",
            Self::ForeignSession => "foreign_session",
            Self::ServerError => "server_error",
            Self::BadAuthAnswer => "bad_auth_answer",
            Self::BadPage => "bad_page",
            Self::RequestFailed => "request_failed",
            Self::ApplicationError => "application_error",
        }
    }
}
