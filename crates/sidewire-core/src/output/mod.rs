//! Everything that leaves the engine: effects for the driver, events for the application.

mod event;
mod status;

pub use event::{
    ApiFailure, CloseInfo, Event, GapCause, InteractResponse, LoadState, Problem, ProblemCode, SendFailure,
    SendState, StatusChange,
};
pub use status::{Cause, FallbackReason, Freshness, Status, TypingContext};

use crate::time::Duration;

use crate::ids::{ClientMessageId, ConnectionId, RequestId, StorageId, TokenGeneration};
use crate::storage::StorageCall;

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
    /// Ask the token provider for a new token, because the server refused the present one. Answered by
    /// [`crate::Command::TokenRenewed`].
    RenewToken,
    /// Keep text across restarts, and report the outcome under this id. Only with [`crate::ConfigInput::storage`].
    Storage {
        /// The id of this call.
        id: StorageId,
        /// What to do.
        call: StorageCall,
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
