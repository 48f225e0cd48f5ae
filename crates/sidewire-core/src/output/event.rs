//! Facts for the application.

use core::ops::Range;

use crate::time::Duration;

use super::{Cause, FallbackReason, Freshness, Status, TypingContext};
use crate::ids::{CallId, ClientMessageId, SessionId};

/// A fact for the application.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The connection status changed.
    StatusChanged(StatusChange),
    /// How far the view may lag behind the server changed.
    FreshnessChanged {
        /// What holds now.
        freshness: Freshness,
        /// What brought it about.
        cause: Cause,
    },
    /// What is watched, or how its loading stands, changed.
    LoadChanged(LoadState),
    /// The messages of a session changed; pull what you show.
    TimelineChanged {
        /// Whose.
        session: SessionId,
        /// The timeline's revision.
        revision: u64,
        /// Which rows may differ from before, in indices as they are now. If the number of rows changed, it reaches
        /// to the end.
        rows: Range<usize>,
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
    /// The server says how a session stands, for the list of sessions.
    SessionUpdated {
        /// Which session.
        session: SessionId,
        /// The event's payload: a JSON object.
        payload: String,
    },
    /// The application's own `error` event.
    ApplicationError {
        /// Which session.
        session: SessionId,
        /// The application's code, at most 200 characters.
        code: String,
        /// The application's words, at most 200 characters.
        message: String,
    },
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
    /// Messages are missing for good: the server has nothing to fill this hole with.
    Discontinuity {
        /// Which session.
        session: SessionId,
        /// First missing sequence number.
        from: u64,
        /// Last missing sequence number.
        to: u64,
        /// How it turned out.
        cause: GapCause,
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
    /// Reads that failed in a row.
    pub failures: u32,
    /// Older messages were asked for and are still to come.
    pub loading_older: bool,
    /// Whether the log goes on before the oldest message; `None` as long as nobody knows.
    pub has_older: Option<bool>,
}

/// How it turned out that messages are missing for good. A gap is marked, and what follows it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum GapCause {
    /// Several reads brought nothing for the hole.
    Unanswered,
    /// A page of older messages passes over these numbers.
    NotInLog,
    /// The log ends before these numbers, which it once had: it was cut, or begun anew.
    LogCut,
}

impl GapCause {
    /// The code used on the JavaScript side.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Unanswered => "unanswered",
            Self::NotInLog => "not_in_log",
            Self::LogCut => "log_cut",
        }
    }

    /// What was done about it, as the JavaScript side calls it.
    pub const fn action(self) -> &'static str {
        match self {
            Self::Unanswered | Self::NotInLog => "marked",
            Self::LogCut => "reloaded",
        }
    }
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
    /// Waiting for the server, on the wire or in the queue.
    Pending,
    /// The server has it.
    Sent,
    /// It could not be delivered; nothing is lost, [`crate::Command::RetrySend`] tries again.
    Failed(SendFailure),
    /// Taken back by [`crate::Command::CancelSend`]: it is shown no more.
    Cancelled,
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

    /// The one with this code.
    pub(crate) fn named(code: &str) -> Option<Self> {
        let all = [Self::Network, Self::Unauthorized, Self::Forbidden, Self::Rejected, Self::Server];
        all.into_iter().find(|failure| failure.as_str() == code)
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
    /// The server's own code, such as `SESSION_NOT_FOUND`, when it gave one. At most 200 characters.
    pub server_code: Option<String>,
}

/// Something wrong with what came in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// A stable code.
    pub code: ProblemCode,
    /// Where or what, at most 200 characters, without secrets.
    pub detail: String,
    /// The field that was wrong, such as `messages[3].messageId`, counted from the payload or the body; `None` when it
    /// was no single field.
    pub path: Option<String>,
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
    /// A stored record that cannot be read.
    BadState,
    /// There is no room left in the storage.
    StorageFull,
    /// The storage fails or does not answer.
    StorageFailed,
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
            Self::BadState => "bad_state",
            Self::StorageFull => "storage_full",
            Self::StorageFailed => "storage_failed",
        }
    }
}
