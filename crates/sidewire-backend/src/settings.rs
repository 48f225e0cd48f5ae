//! Flags and environment variables.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use tracing::Level;

/// Which push server carries the events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Push {
    /// The built-in protocol-7 hub, on the push port.
    Embedded,
    /// The real Sockudo, started as a child process on the push port.
    Sockudo,
    /// A push server that is already running, at `SOCKUDO_HOST:SOCKUDO_PORT`.
    External,
    /// None: channels are signed but nothing is published (for tests of an outage).
    None,
}

impl Push {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Embedded => "embedded",
            Self::Sockudo => "sockudo",
            Self::External => "external",
            Self::None => "none",
        }
    }
}

/// A switch that can be turned off by its flag.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Toggle {
    /// Switched on.
    On,
    /// Switched off.
    Off,
}

/// Everything that can be chosen.
#[derive(Debug, Clone, Parser)]
#[command(name = "sidewire-backend", version, about = "Sidewire's reference backend")]
pub struct Settings {
    /// Address to listen on, for both ports.
    #[arg(long, env = "SIDEWIRE_HOST", default_value = "127.0.0.1")]
    pub host: IpAddr,
    /// Port of the REST API; 0 for any free one.
    #[arg(long, env = "SIDEWIRE_API_PORT", default_value_t = 3000)]
    pub api_port: u16,
    /// Port of the push server (embedded or sockudo); 0 for any free one.
    #[arg(long, env = "SIDEWIRE_PUSH_PORT", default_value_t = 3005)]
    pub push_port: u16,
    /// The push server.
    #[arg(long, env = "SIDEWIRE_PUSH", value_enum, default_value_t = Push::Embedded)]
    pub push: Push,
    /// The Sockudo program; default `sidewire/sockudo-5.2.0/bin/sockudo` in the user's cache directory.
    #[arg(long, env = "SIDEWIRE_SOCKUDO")]
    pub sockudo_bin: Option<PathBuf>,
    /// Host of an external push server.
    #[arg(long, env = "SOCKUDO_HOST", default_value = "127.0.0.1")]
    pub sockudo_host: String,
    /// Port of an external push server.
    #[arg(long, env = "SOCKUDO_PORT", default_value_t = 3005)]
    pub sockudo_port: u16,
    /// App id on the push server.
    #[arg(long, env = "SOCKUDO_APP_ID", default_value = "dev-app")]
    pub app_id: String,
    /// App key, known to clients.
    #[arg(long, env = "SOCKUDO_APP_KEY", default_value = "dev-key")]
    pub app_key: String,
    /// App secret, which signs channels.
    #[arg(long, env = "SOCKUDO_APP_SECRET", default_value = "dev-secret", hide_env_values = true)]
    pub app_secret: String,
    /// Directory of the database; created if missing.
    #[arg(long, env = "SIDEWIRE_DATA_DIR", default_value = ".sidewire/data")]
    pub data_dir: PathBuf,
    /// Development: sign-in without a password, telling 403 codes, any extension's origin. Never in production.
    #[arg(long)]
    pub development: bool,
    /// Give every new user a session titled "Demo session". Needs --development.
    #[arg(long, requires = "development")]
    pub demo: bool,
    /// An origin that browsers may call from, such as `chrome-extension://<id>`; may be repeated.
    #[arg(long = "allow-origin", env = "SIDEWIRE_ALLOW_ORIGIN", value_delimiter = ',')]
    pub allow_origins: Vec<String>,
    /// Milliseconds the demo agent thinks, and then executes.
    #[arg(long, env = "SIDEWIRE_AGENT_DELAY_MS", default_value_t = 600)]
    pub agent_delay_ms: u64,
    /// Milliseconds between the demo agent's updates of a streamed answer.
    #[arg(long, env = "SIDEWIRE_AGENT_STEP_MS", default_value_t = 100)]
    pub agent_step_ms: u64,
    /// Seconds a sign-in lasts.
    #[arg(long, env = "SIDEWIRE_TOKEN_TTL_S", default_value_t = 43_200)]
    pub token_ttl_s: u64,
    /// Per-user rate limits.
    #[arg(long, env = "SIDEWIRE_RATE_LIMITS", value_enum, default_value_t = Toggle::On)]
    pub rate_limits: Toggle,
    /// Channel authorisations per user and minute.
    #[arg(long, default_value_t = 60)]
    pub auth_per_minute: u32,
    /// Reads per user and minute.
    #[arg(long, default_value_t = 600)]
    pub reads_per_minute: u32,
    /// Writes per user and minute.
    #[arg(long, default_value_t = 120)]
    pub writes_per_minute: u32,
    /// Requests worked on at once; more are shed with 503 and a slotted Retry-After.
    #[arg(long, default_value_t = 256)]
    pub max_in_flight: usize,
    /// Least severe level logged to stderr: error, warn, info, debug, trace.
    #[arg(long, env = "SIDEWIRE_LOG", default_value = "info")]
    pub log: Level,
}
