//! What is explored: how much of everything, and against which server.

use core::fmt;
use sidewire_core::{Config, ConfigError, ConfigInput, Duration, Policy, SessionIdError};

/// How often things may happen on one path. Deliveries and answers are not counted: they end by themselves.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Scope {
    /// Messages persisted and published, in both sessions together.
    pub messages: u8,
    /// Things that go wrong.
    pub faults: u8,
    /// Things that the user, or the host, does.
    pub actions: u8,
    /// Times that the clock moves on to whatever is due next.
    pub timers: u8,
}

/// What the server tells about its messages, and so what the engine can read the log by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dialect {
    /// Sequence numbers and revisions, as the reference backend.
    #[default]
    Revisions,
    /// Sequence numbers only.
    Sequences,
    /// Times only.
    Times,
}

/// A mistake planted outside the engine, to see that the checker can fail.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mistake {
    /// None.
    #[default]
    None,
    /// The server joins a channel but acknowledges nothing.
    NoAcknowledgement,
    /// Once a socket has acknowledged twice, reads come back empty: the catch-up is as good as left out.
    NoCatchUpAfterSecondAck,
    /// The server overhears that a channel is left.
    DeafToUnsubscribe,
    /// The driver closes no socket.
    ClosesNothing,
    /// The server pushes into the other session's channel as well, and its log tells the same.
    MixedSessions,
}

/// Everything that makes a model.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    /// How much may happen.
    pub scope: Scope,
    /// Sessions that stay subscribed after they were left.
    pub warm: usize,
    /// Messages on a page. With fewer than there are messages, pages chain.
    pub page: u32,
    /// What the server tells.
    pub dialect: Dialect,
    /// What is wrong on purpose.
    pub mistake: Mistake,
    /// Whether to let a good network run from every state.
    pub liveness: bool,
}

impl Default for Setup {
    fn default() -> Self {
        Self {
            scope: Scope { messages: 2, faults: 1, actions: 1, timers: 1 },
            warm: 2,
            page: 50,
            dialect: Dialect::default(),
            mistake: Mistake::default(),
            liveness: true,
        }
    }
}

/// Why there is no model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SetupError {
    /// The engine takes no such configuration.
    Config(ConfigError),
    /// The engine takes no such session.
    Session(SessionIdError),
    /// More messages than the model can count.
    TooManyMessages,
}

impl fmt::Display for SetupError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => write!(f, "configuration: {error}"),
            Self::Session(error) => write!(f, "session: {error}"),
            Self::TooManyMessages => write!(f, "at most {} messages", Setup::MOST_MESSAGES),
        }
    }
}

impl std::error::Error for SetupError {}

impl From<ConfigError> for SetupError {
    fn from(error: ConfigError) -> Self {
        Self::Config(error)
    }
}

impl From<SessionIdError> for SetupError {
    fn from(error: SessionIdError) -> Self {
        Self::Session(error)
    }
}

impl Setup {
    /// Views are sets of eight bits.
    pub(crate) const MOST_MESSAGES: u8 = 8;

    /// The engine's configuration: the design's numbers, but nothing random and no budget that runs out, because
    /// what is left of a budget would tell states apart that behave alike.
    pub(crate) fn config(&self) -> Result<Config, SetupError> {
        if self.scope.messages > Self::MOST_MESSAGES {
            return Err(SetupError::TooManyMessages);
        }
        let policy = Policy {
            jitter: 0,
            warm_channels: self.warm,
            page_limit: self.page,
            // Users are as slow as they please: without timers they would always be too fast.
            switch_debounce: Duration::ZERO,
            auth_budget: usize::MAX,
            rest_burst: u32::MAX,
            ..Policy::default()
        };
        Ok(Config::build(ConfigInput {
            key: Some("model".to_owned()),
            api_base: Some("http://127.0.0.1:3000".to_owned()),
            policy,
            ..ConfigInput::default()
        })?)
    }
}
