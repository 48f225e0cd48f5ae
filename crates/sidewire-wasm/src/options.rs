//! Settings as JavaScript gives them, read field by field: no `Deserialize` in what users download.

use js_sys::Reflect;
use sidewire_core::{ConfigInput, Duration, Policy, WhileHidden};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r#"
/** `ClientOptions` without the token provider. */
export interface RawOptions {
  key?: string | null;
  url?: string;
  wsHost?: string;
  wsPort?: number;
  tls?: boolean;
  apiBase: string;
  authEndpoint?: string;
  channelPrefix?: string;
  allowCleartext?: boolean;
  connectTimeoutMs?: number;
  pollActiveMs?: number;
  pollIdleMs?: number;
  jitter?: number;
  pingAfterMs?: number;
  warmChannels?: number;
  whileHidden?: "keep" | "pause";
  record?: boolean;
  storage?: boolean;
  keepSessions?: number | undefined;
  keepMessages?: number | undefined;
}
"#;

#[wasm_bindgen]
extern "C" {
    /// The settings object.
    #[wasm_bindgen(typescript_type = "RawOptions")]
    pub type RawOptions;
}

/// One way in for all fields: a getter for each would be an import and a function of glue for each.
impl RawOptions {
    fn field(&self, name: &str) -> JsValue {
        Reflect::get(self.as_ref(), &JsValue::from_str(name)).unwrap_or(JsValue::UNDEFINED)
    }

    fn text(&self, name: &str) -> Option<String> {
        self.field(name).as_string()
    }

    fn number(&self, name: &str) -> Option<f64> {
        self.field(name).as_f64()
    }

    fn flag(&self, name: &str) -> Option<bool> {
        self.field(name).as_bool()
    }
}

/// The core's form of the settings. A port that is no port becomes 0, which the core refuses with a sentence.
pub(crate) fn config_input(options: &RawOptions) -> ConfigInput {
    ConfigInput {
        key: options.text("key"),
        url: options.text("url"),
        ws_host: options.text("wsHost"),
        ws_port: options.number("wsPort").map(|port| u16::try_from(whole(port)).unwrap_or(0)),
        tls: options.flag("tls"),
        api_base: options.text("apiBase"),
        auth_endpoint: options.text("authEndpoint"),
        channel_prefix: options.text("channelPrefix"),
        allow_cleartext: options.flag("allowCleartext").unwrap_or(false),
        storage: options.flag("storage").unwrap_or(false),
        policy: policy(options),
    }
}

fn policy(options: &RawOptions) -> Policy {
    let standard = Policy::default();
    let millis = |given: Option<f64>, standard: Duration| {
        given.map_or(standard, |ms| Duration::from_millis(whole(ms)))
    };
    let count = |given: Option<f64>, standard: usize, most: usize| {
        given.map_or(standard, |count| usize::try_from(whole(count)).unwrap_or(0).min(most))
    };
    Policy {
        connect_timeout: millis(options.number("connectTimeoutMs"), standard.connect_timeout),
        poll_active: millis(options.number("pollActiveMs"), standard.poll_active),
        poll_idle: millis(options.number("pollIdleMs"), standard.poll_idle),
        ping_after: millis(options.number("pingAfterMs"), standard.ping_after),
        warm_channels: count(options.number("warmChannels"), standard.warm_channels, MAX_WARM),
        keep_sessions: count(options.number("keepSessions"), standard.keep_sessions, MAX_KEPT_SESSIONS),
        keep_messages: count(options.number("keepMessages"), standard.keep_messages, MAX_KEPT_MESSAGES),
        while_hidden: match options.text("whileHidden").as_deref() {
            Some("pause") => WhileHidden::Pause,
            Some(_) | None => WhileHidden::Keep,
        },
        jitter: options
            .number("jitter")
            .map_or(standard.jitter, |share| u32::try_from(whole(share * 1000.0)).unwrap_or(0).min(1000)),
        ..standard
    }
}

/// Whether the client has a flight recorder; off unless asked for.
pub(crate) fn records(options: &RawOptions) -> bool {
    options.flag("record").unwrap_or(false)
}

/// More sessions than this are not kept in memory.
const MAX_WARM: usize = 6;

/// Most sessions and messages of each that are kept in the host's storage.
const MAX_KEPT_SESSIONS: usize = 50;
const MAX_KEPT_MESSAGES: usize = 1000;

/// A JavaScript number as a count; NaN, negatives and infinities become the nearest end of the range.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "float casts saturate, which is meant here"
)]
pub(crate) fn whole(number: f64) -> u64 {
    number as u64
}
