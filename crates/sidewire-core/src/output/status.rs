//! States and reasons, each with its name on the JavaScript side.

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
