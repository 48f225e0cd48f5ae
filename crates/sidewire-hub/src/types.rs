//! What goes into the hub and what comes out of it.

/// One application: the pair of a public key and a secret that signs channels and HTTP calls.
#[derive(Clone, PartialEq, Eq)]
pub struct App {
    /// Names the app in HTTP paths: `/apps/<id>/events`.
    pub id: String,
    /// Public; names the app in WebSocket paths and is the prefix of every channel signature.
    pub key: String,
    /// Signs; never leaves the servers.
    pub secret: String,
}

impl App {
    /// An app from its three strings.
    pub fn new(id: &str, key: &str, secret: &str) -> Self {
        Self { id: id.to_owned(), key: key.to_owned(), secret: secret.to_owned() }
    }
}

impl std::fmt::Debug for App {
    // The secret must not reach a log by way of `{:?}`.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").field("id", &self.id).field("key", &self.key).finish_non_exhaustive()
    }
}

/// How a hub behaves.
#[derive(Debug, Clone)]
pub struct HubConfig {
    /// The apps served.
    pub apps: Vec<App>,
    /// Seconds of client silence before the hub pings; announced in the handshake.
    pub activity_timeout_s: u32,
    /// Milliseconds the hub waits for an answer to its ping before it closes with 4201.
    pub pong_wait_ms: u64,
    /// Where socket ids come from: equal seeds and equal calls give equal ids.
    pub seed: u64,
    /// Further sockets are accepted and dropped without a frame, as Sockudo does. `None`: no limit.
    pub max_connections_per_app: Option<u32>,
    /// Longest channel and event name, in bytes.
    pub max_name_bytes: usize,
    /// Most channels in one publish and most events in one batch.
    pub max_batch: usize,
    /// Largest `data` of one event, in bytes.
    pub max_payload_bytes: usize,
    /// Milliseconds during which a repeated `idempotency_key` is answered without a second delivery.
    pub idempotency_window_ms: u64,
}

impl HubConfig {
    /// Sockudo's defaults for an app given by environment variables, without its connection quota.
    pub fn with_app(app: App) -> Self {
        Self {
            apps: vec![app],
            activity_timeout_s: 120,
            pong_wait_ms: 30_000,
            seed: 0,
            max_connections_per_app: None,
            max_name_bytes: 100,
            max_batch: 100,
            max_payload_bytes: 100 * 1024,
            idempotency_window_ms: 120_000,
        }
    }
}

/// The host's name for a socket. The host must not reuse a name before it has called [`crate::Hub::closed`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Client(pub u64);

/// The upgrade is refused: answer with plain HTTP, no WebSocket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status: 400, 404 or 503.
    pub status: u16,
    /// Plain-text body; may be empty.
    pub body: String,
}

/// What the host has to do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Output {
    /// Send one text frame.
    Send {
        /// To whom.
        client: Client,
        /// The frame's text.
        text: String,
    },
    /// Send a close frame; the hub has forgotten the socket already.
    Close {
        /// Whom.
        client: Client,
        /// The close code.
        code: u16,
        /// The close reason, at most 123 bytes.
        reason: String,
    },
    /// Cut the connection without a close frame: the client sees 1006. The hub has forgotten the socket already.
    Drop {
        /// Whom.
        client: Client,
    },
}

/// One HTTP request to the publish API.
#[derive(Debug, Clone, Copy)]
pub struct HttpRequest<'a> {
    /// `GET`, `POST`, in capitals.
    pub method: &'a str,
    /// The path as received, still percent-encoded: the signature covers these bytes.
    pub path: &'a str,
    /// The query as received, without `?`; empty if there is none.
    pub query: &'a str,
    /// The `Content-Type` header, if any.
    pub content_type: Option<&'a str>,
    /// The whole body.
    pub body: &'a [u8],
}

/// The answer to a [`HttpRequest`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HttpAnswer {
    /// HTTP status.
    pub status: u16,
    /// Whether the body is JSON; plain text otherwise.
    pub json: bool,
    /// Seconds for a `Retry-After` header.
    pub retry_after_s: Option<u32>,
    /// The body.
    pub body: String,
}

/// One event for one or more channels, already checked.
#[derive(Debug, Clone, Copy)]
pub struct Publication<'a> {
    /// The event's name.
    pub name: &'a str,
    /// Where it goes; a channel named twice gets it twice, or once if there is an idempotency key.
    pub channels: &'a [String],
    /// The payload string, passed on byte for byte.
    pub data: &'a str,
    /// A socket that does not get it.
    pub except_socket_id: Option<&'a str>,
    /// A key under which a repeat within the window is not delivered again.
    pub idempotency_key: Option<&'a str>,
}
