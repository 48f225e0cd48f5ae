//! Settings in the header of a trace, written and read back.

#[cfg(feature = "replay")]
use std::sync::Arc;

use super::Config;
use crate::json;
use crate::policy::WhileHidden;
#[cfg(feature = "replay")]
use crate::{policy::Policy, time::Duration};

impl Config {
    /// For the header of a trace. Holds addresses and numbers, no secret: the key is public.
    pub(crate) fn write_json(&self, out: &mut String) {
        let mut object = json::ObjectWriter::begin(out);
        object.text_if_any("socketUrl", self.socket_url.as_deref());
        object.text_if_any("apiBase", self.api_base.as_deref());
        object.text_if_any("authUrl", self.auth_url.as_deref());
        let policy = &self.policy;
        object.number("connectTimeoutMs", Some(policy.connect_timeout.as_millis()));
        object.number("pollActiveMs", Some(policy.poll_active.as_millis()));
        object.number("pollIdleMs", Some(policy.poll_idle.as_millis()));
        object.number("pingAfterMs", Some(policy.ping_after.as_millis()));
        object.number("jitter", Some(u64::from(policy.jitter)));
        object.number("warm", u64::try_from(policy.warm_channels).ok());
        object.number("pause", Some(u64::from(policy.while_hidden == WhileHidden::Pause)));
        object.number("storage", Some(u64::from(self.storage)));
        object.number("keepSessions", u64::try_from(policy.keep_sessions).ok());
        object.number("keepMessages", u64::try_from(policy.keep_messages).ok());
        object.text("channelPrefix", Some(&self.channel_prefix));
        object.end();
    }

    /// Reads what [`Self::write_json`] wrote.
    #[cfg(feature = "replay")]
    pub(crate) fn read_json(value: json::Json<'_>) -> Option<Self> {
        use json::Json;
        let text = |name| value.get(name).and_then(Json::as_str).map(std::borrow::Cow::into_owned);
        let number = |name| value.get(name).and_then(Json::as_integer);
        let mut policy = Policy::default();
        let millis = |name| number(name).map(Duration::from_millis);
        policy.connect_timeout = millis("connectTimeoutMs")?;
        policy.poll_active = millis("pollActiveMs")?;
        policy.poll_idle = millis("pollIdleMs")?;
        policy.ping_after = millis("pingAfterMs")?;
        policy.jitter = u32::try_from(number("jitter")?).ok()?;
        policy.warm_channels = usize::try_from(number("warm")?).ok()?;
        policy.keep_sessions = usize::try_from(number("keepSessions")?).ok()?;
        policy.keep_messages = usize::try_from(number("keepMessages")?).ok()?;
        policy.while_hidden = if number("pause")? == 1 { WhileHidden::Pause } else { WhileHidden::Keep };
        let (api_base, auth_url) = (text("apiBase"), text("authUrl"));
        Some(Self {
            socket_url: text("socketUrl"),
            one_server: super::is_one_server(auth_url.as_deref(), api_base.as_deref()),
            api_base,
            auth_url,
            channel_prefix: text("channelPrefix")?,
            storage: number("storage")? == 1,
            policy: Arc::new(policy),
        })
    }
}
