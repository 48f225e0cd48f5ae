//! # sidewire-core
//!
//! A chat session's messages, kept in sync with a server: push over the Pusher protocol, polling when push
//! fails, one merge for both. The crate does no IO, reads no clock and draws no randomness: a *driver* does
//! what the effects say and reports what happened.
//!
//! The driver's contract:
//!
//! 1. Give one [`Input`] with the monotonic time to [`Engine::handle_input`].
//! 2. Drain [`Engine::poll_effect`] and do each effect; answers come back as inputs with the effect's id.
//! 3. Drain [`Engine::poll_event`] and tell the application, holding no borrow of the engine.
//! 4. Arm **one** timer for [`Engine::poll_timeout`]; when it fires, give [`Input::Timeout`].
//!
//! ```
//! use sidewire_core::{Command, Config, ConfigInput, Effect, Engine, Input, Seed, SessionId, Status, Timestamp};
//!
//! let config = Config::build(ConfigInput {
//!     key: Some("dev-key".into()),
//!     api_base: Some("http://127.0.0.1:3000".into()),
//!     ..ConfigInput::default()
//! })?;
//! let mut engine = Engine::new(config, Seed(42), Timestamp::ZERO);
//! engine.handle_input(Timestamp::ZERO, Input::Command(Command::SetToken { present: true }));
//! engine.handle_input(Timestamp::ZERO, Input::Command(Command::StartSync(SessionId::parse("s1")?)));
//!
//! assert_eq!(engine.status(), Status::Connecting);
//! assert!(matches!(engine.poll_effect(), Some(Effect::OpenSocket { .. })));
//! assert!(matches!(engine.poll_effect(), Some(Effect::Request { .. }))); // the first page, beside the connect
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

/// The README's code runs with the tests.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

pub mod config;
pub mod decimal;
pub mod defect;
mod engine;
mod ids;
mod input;
pub mod json;
pub mod limits;
mod map;
mod output;
pub mod policy;
pub mod queue;
mod rng;
mod storage;
pub mod tabs;
mod time;
pub mod timeline;
pub mod trace;
mod wire;

pub use config::{Config, ConfigError, ConfigInput};
pub use engine::{Counters, Engine};
pub use ids::{
    CallId, ClientMessageId, ConnectionId, RequestId, SessionId, SessionIdError, SocketId, StorageId,
    TokenGeneration,
};
pub use input::{ApiCall, Command, HttpFailure, HttpResponse, Input, Outgoing, SessionFields, SocketEvent};
pub use output::{
    ApiFailure, Body, Cause, CloseInfo, Effect, Event, FallbackReason, Freshness, GapCause, HttpRequest,
    InteractResponse, LoadState, Method, Problem, ProblemCode, SendFailure, SendState, Status, StatusChange,
    TypingContext,
};
pub use policy::{Policy, WhileHidden};
pub use rng::Seed;
pub use storage::{StorageAnswer, StorageCall, StorageFailure};
pub use time::{Duration, Timestamp, WallTime};
pub use timeline::Timeline;
