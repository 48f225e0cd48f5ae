//! What the host decides. Built valid or not at all; every URL the engine uses is made here.

mod record;

use core::fmt;
use std::sync::Arc;

use crate::decimal::{self, Decimal};
use crate::ids::SessionId;
use crate::policy::Policy;
use crate::time::Duration;

/// Raw settings as they come from an options page or a build.
#[derive(Clone, Debug, Default)]
pub struct ConfigInput {
    /// App key of the push server; without one the engine polls.
    pub key: Option<String>,
    /// `ws://host:port` or `wss://host:port`; wins over the three fields below.
    pub url: Option<String>,
    /// Host of the push server; default `127.0.0.1`.
    pub ws_host: Option<String>,
    /// Port of the push server; default 3005.
    pub ws_port: Option<u16>,
    /// Whether to use `wss`; default true unless the host is loopback.
    pub tls: Option<bool>,
    /// Base address of the REST API; without one only push can run.
    pub api_base: Option<String>,
    /// Address of the channel authorisation endpoint, absolute or a path; default `/api/pusher/auth`.
    pub auth_endpoint: Option<String>,
    /// Channel name before the session id; default `private-session-`.
    pub channel_prefix: Option<String>,
    /// Permit `ws:` and `http:` to hosts other than loopback.
    pub allow_cleartext: bool,
    /// Whether the host can keep text across restarts: [`crate::Effect::Storage`].
    pub storage: bool,
    /// Numbers that differ from the design's, for tests and special hosts.
    pub policy: Policy,
}

/// Settings that hold together.
#[derive(Clone, Debug)]
pub struct Config {
    socket_url: Option<String>,
    api_base: Option<String>,
    auth_url: Option<String>,
    /// Signatures and messages come from one server.
    one_server: bool,
    channel_prefix: String,
    storage: bool,
    pub(crate) policy: Arc<Policy>,
}

/// Why settings do not hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConfigError {
    /// The address is not `scheme://host[:port][/path]`.
    BadUrl {
        /// Which setting.
        setting: &'static str,
    },
    /// The scheme does not fit the setting.
    BadScheme {
        /// Which setting.
        setting: &'static str,
        /// What would fit.
        expected: &'static str,
    },
    /// Cleartext to a host that is not loopback.
    Cleartext {
        /// Which setting.
        setting: &'static str,
    },
    /// The key holds a character that no Pusher key has.
    BadKey,
    /// The channel prefix is not `private-` and allowed characters.
    BadChannelPrefix,
    /// A duration is zero or out of order.
    BadDuration {
        /// Which setting.
        setting: &'static str,
    },
}

impl ConfigError {
    /// What is wrong and what would be right, as a sentence without its full stop.
    pub fn message(&self) -> String {
        let (setting, rule, expected) = match self {
            Self::BadUrl { setting } => (*setting, " must look like scheme://host:port", ""),
            Self::BadScheme { setting, expected } => (*setting, " must start with ", *expected),
            Self::Cleartext { setting } => (
                *setting,
                " is not encrypted and its host is not this machine: use TLS or set allowCleartext",
                "",
            ),
            Self::BadKey => ("key", " may hold only letters, digits, - and _", ""),
            Self::BadChannelPrefix => {
                ("channelPrefix", " must start with private- and hold only channel characters", "")
            }
            Self::BadDuration { setting } => (*setting, " must be longer than zero", ""),
        };
        [setting, rule, expected].concat()
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message())
    }
}

impl std::error::Error for ConfigError {}

impl Config {
    /// Checks `input` and derives every URL from it.
    pub fn build(input: ConfigInput) -> Result<Self, ConfigError> {
        let api_base = match input.api_base.as_deref().map(str::trim_ascii) {
            None | Some("") => None,
            Some(text) => Some(http_base("apiBase", text, input.allow_cleartext)?),
        };
        let auth_url = auth_url(input.auth_endpoint.as_deref(), api_base.as_deref(), input.allow_cleartext)?;
        checked_policy(&input.policy)?;
        Ok(Self {
            socket_url: socket_url(&input)?,
            one_server: is_one_server(auth_url.as_deref(), api_base.as_deref()),
            api_base,
            auth_url,
            channel_prefix: channel_prefix(input.channel_prefix)?,
            storage: input.storage,
            policy: Arc::new(input.policy),
        })
    }

    /// Address of the push server, app key and protocol number included.
    pub(crate) fn socket_url(&self) -> Option<&str> {
        self.socket_url.as_deref()
    }

    /// Whether signatures and messages come from one server.
    pub(crate) const fn one_server(&self) -> bool {
        self.one_server
    }

    /// Address of the channel authorisation endpoint.
    pub(crate) fn auth_url(&self) -> Option<&str> {
        self.auth_url.as_deref()
    }

    /// Whether the host can keep text across restarts.
    pub(crate) const fn storage(&self) -> bool {
        self.storage
    }

    /// Whether there is a REST API at all.
    pub(crate) const fn has_api(&self) -> bool {
        self.api_base.is_some()
    }

    /// An address below the API base. `path` begins with a slash.
    pub(crate) fn api_url(&self, path: &str) -> Option<String> {
        self.api_base.as_deref().map(|base| [base, path].concat())
    }

    /// The channel of a session. A validated id cannot leave the prefix.
    pub(crate) fn channel(&self, session: &SessionId) -> String {
        [&self.channel_prefix, session.as_str()].concat()
    }

    /// Whether `channel` is the channel of `session`.
    pub(crate) fn is_channel_of(&self, channel: &str, session: &SessionId) -> bool {
        channel.strip_prefix(self.channel_prefix.as_str()) == Some(session.as_str())
    }
}

fn socket_url(input: &ConfigInput) -> Result<Option<String>, ConfigError> {
    let key = match input.key.as_deref().map(str::trim_ascii) {
        None | Some("") => return Ok(None),
        Some(key) => key,
    };
    if key.len() > 128 || !key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
        return Err(ConfigError::BadKey);
    }
    let base = match input.url.as_deref().map(str::trim_ascii) {
        None | Some("") => {
            let host = input.ws_host.as_deref().map_or("127.0.0.1", str::trim_ascii);
            let tls = input.tls.unwrap_or(!is_loopback(host));
            let scheme = if tls { "wss" } else { "ws" };
            [scheme, "://", host, ":", Decimal::of(input.ws_port.unwrap_or(3005)).as_str()].concat()
        }
        Some(url) => url.to_owned(),
    };
    let base = checked_base("url", &base, "wss", "ws", input.allow_cleartext)?;
    let query = concat!("?protocol=7&client=sidewire&version=", env!("CARGO_PKG_VERSION"), "&flash=false");
    Ok(Some([&base, "/app/", key, query].concat()))
}

fn auth_url(
    endpoint: Option<&str>,
    api_base: Option<&str>,
    allow_cleartext: bool,
) -> Result<Option<String>, ConfigError> {
    let endpoint = endpoint.map(str::trim_ascii).filter(|e| !e.is_empty()).unwrap_or("/api/pusher/auth");
    if endpoint.starts_with('/') {
        return Ok(api_base.map(|base| [base, endpoint].concat()));
    }
    http_base("authEndpoint", endpoint, allow_cleartext).map(Some)
}

fn http_base(setting: &'static str, text: &str, allow_cleartext: bool) -> Result<String, ConfigError> {
    checked_base(setting, text, "https", "http", allow_cleartext)
}

/// Checks `scheme://host[:port][/path]` without user, query or fragment, and cuts trailing slashes.
fn checked_base(
    setting: &'static str,
    text: &str,
    secure: &'static str,
    plain: &'static str,
    allow_cleartext: bool,
) -> Result<String, ConfigError> {
    let bad = ConfigError::BadUrl { setting };
    let (scheme, rest) = text.split_once(':').ok_or(bad.clone())?;
    let rest = rest.strip_prefix("//").ok_or(bad.clone())?;
    if scheme != secure && scheme != plain {
        return Err(ConfigError::BadScheme {
            setting,
            expected: if secure == "wss" { "wss:// or ws://" } else { "https:// or http://" },
        });
    }
    let (authority, path) = rest.find('/').map_or((rest, ""), |at| rest.split_at(at));
    let clean = |b: u8| b.is_ascii_graphic() && !b"?#@\\\"<>".contains(&b);
    if authority.is_empty() || !rest.bytes().all(clean) {
        return Err(bad);
    }
    let host = host_of(authority).ok_or(bad)?;
    if scheme == plain && !is_loopback(host) && !allow_cleartext {
        return Err(ConfigError::Cleartext { setting });
    }
    Ok([scheme, "://", authority, path.trim_end_matches('/')].concat())
}

/// Whether signatures and messages come from one server.
fn is_one_server(auth_url: Option<&str>, api_base: Option<&str>) -> bool {
    auth_url.map(origin) == api_base.map(origin)
}

/// `scheme://authority` of a checked address.
fn origin(url: &str) -> &str {
    // The third slash ends it: looking for the text "://" would ship a search of 2 kB.
    let end =
        url.bytes().enumerate().filter(|(_, byte)| *byte == b'/').nth(2).map_or(url.len(), |(at, _)| at);
    url.get(..end).unwrap_or(url)
}

/// The host in `host`, `host:port` or `[v6]:port`; `None` when host or port is malformed.
fn host_of(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (host, tail) = rest.split_once(']')?;
            (host, tail.strip_prefix(':').or(tail.is_empty().then_some("80"))?)
        }
        None => authority.split_once(':').unwrap_or((authority, "80")),
    };
    (!host.is_empty() && decimal::read(port).is_some_and(|port| (1..=65_535).contains(&port))).then_some(host)
}

fn is_loopback(host: &str) -> bool {
    let host = host.strip_prefix('[').and_then(|host| host.strip_suffix(']')).unwrap_or(host);
    host == "localhost" || host == "::1" || host.ends_with(".localhost") || host.starts_with("127.")
}

fn channel_prefix(prefix: Option<String>) -> Result<String, ConfigError> {
    let prefix = prefix.unwrap_or_else(|| "private-session-".to_owned());
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_-=@,.;".contains(&b);
    // `private-cache-` replays the last event to anyone and `private-encrypted-` has another payload.
    let reserved = prefix.starts_with("private-cache-") || prefix.starts_with("private-encrypted-");
    let complete = prefix.len() > "private-".len() && prefix.starts_with("private-") && prefix.len() <= 36;
    if complete && !reserved && prefix.bytes().all(allowed) {
        return Ok(prefix);
    }
    Err(ConfigError::BadChannelPrefix)
}

fn checked_policy(policy: &Policy) -> Result<(), ConfigError> {
    let settings = [
        ("connectTimeoutMs", policy.connect_timeout),
        ("pollActiveMs", policy.poll_active),
        ("pollIdleMs", policy.poll_idle),
    ];
    for (setting, duration) in settings {
        if duration < Duration::from_millis(10) {
            return Err(ConfigError::BadDuration { setting });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input() -> ConfigInput {
        ConfigInput {
            key: Some("dev-key".into()),
            api_base: Some("http://127.0.0.1:3000/".into()),
            ..ConfigInput::default()
        }
    }

    #[test]
    fn defaults_reach_a_local_push_server_without_tls() {
        let config = Config::build(input()).unwrap();

        let url = config.socket_url().unwrap();
        assert!(
            url.starts_with("ws://127.0.0.1:3005/app/dev-key?protocol=7&client=sidewire&version="),
            "{url}"
        );
        assert_eq!(config.auth_url(), Some("http://127.0.0.1:3000/api/pusher/auth"));
        assert_eq!(config.api_url("/api/session").unwrap(), "http://127.0.0.1:3000/api/session");
    }

    #[test]
    fn a_host_that_is_not_loopback_gets_tls_and_refuses_cleartext() {
        let far = ConfigInput { ws_host: Some("push.example.com".into()), ws_port: Some(443), ..input() };
        let url = Config::build(far.clone()).unwrap().socket_url().unwrap().to_owned();
        assert!(url.starts_with("wss://push.example.com:443/app/"), "{url}");

        let clear = ConfigInput { tls: Some(false), ..far };
        assert_eq!(Config::build(clear.clone()).unwrap_err(), ConfigError::Cleartext { setting: "url" });
        assert!(Config::build(ConfigInput { allow_cleartext: true, ..clear }).is_ok());
    }

    #[test]
    fn without_a_key_there_is_no_socket_address() {
        let config = Config::build(ConfigInput { key: Some("  ".into()), ..input() }).unwrap();

        assert_eq!(config.socket_url(), None);
    }

    #[test]
    fn addresses_with_user_query_fragment_or_wrong_scheme_are_refused() {
        for bad in [
            "ftp://a",
            "http://",
            "http://u@h",
            "http://h?x",
            "http://h#x",
            "http://h:0",
            "http://h:99999",
            "h:3000",
            "http://a b",
        ] {
            assert!(Config::build(ConfigInput { api_base: Some(bad.into()), ..input() }).is_err(), "{bad}");
        }
        assert!(Config::build(ConfigInput { url: Some("http://127.0.0.1:3005".into()), ..input() }).is_err());
    }

    #[test]
    fn a_key_or_prefix_cannot_reshape_the_url_or_the_channel() {
        assert_eq!(
            Config::build(ConfigInput { key: Some("k?protocol=2".into()), ..input() }).unwrap_err(),
            ConfigError::BadKey
        );
        for bad in ["session-", "private-", "private-cache-", "private-a:b-", "presence-"] {
            let input = ConfigInput { channel_prefix: Some(bad.into()), ..input() };
            assert_eq!(Config::build(input).unwrap_err(), ConfigError::BadChannelPrefix, "{bad}");
        }
    }

    #[test]
    fn the_auth_endpoint_may_be_a_path_or_an_address() {
        let path = ConfigInput { auth_endpoint: Some("/broadcasting/auth".into()), ..input() };
        assert_eq!(Config::build(path).unwrap().auth_url(), Some("http://127.0.0.1:3000/broadcasting/auth"));

        let address = ConfigInput { auth_endpoint: Some("https://auth.example.com/x".into()), ..input() };
        assert_eq!(Config::build(address).unwrap().auth_url(), Some("https://auth.example.com/x"));
    }

    #[test]
    fn settings_lose_plain_white_space_and_other_white_space_is_refused() {
        let padded = ConfigInput { api_base: Some(" \thttp://127.0.0.1:3000\n".into()), ..input() };
        assert_eq!(Config::build(padded).unwrap().api_base.as_deref(), Some("http://127.0.0.1:3000"));

        let no_break = ConfigInput { api_base: Some("http://127.0.0.1:3000\u{a0}".into()), ..input() };
        assert!(Config::build(no_break).is_err());
    }

    #[test]
    fn brackets_come_in_pairs() {
        assert!(
            is_loopback("[::1]") && is_loopback("::1") && !is_loopback("[::1") && !is_loopback("[[::1]]")
        );
    }
}
