//! Settings as JavaScript gives them, read field by field: no `Deserialize` in what users download.

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
}
"#;

#[wasm_bindgen]
extern "C" {
    /// The settings object.
    #[wasm_bindgen(typescript_type = "RawOptions")]
    pub type RawOptions;

    #[wasm_bindgen(method, getter)]
    fn key(this: &RawOptions) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn url(this: &RawOptions) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = wsHost)]
    fn ws_host(this: &RawOptions) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = wsPort)]
    fn ws_port(this: &RawOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    fn tls(this: &RawOptions) -> Option<bool>;
    #[wasm_bindgen(method, getter, js_name = apiBase)]
    fn api_base(this: &RawOptions) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = authEndpoint)]
    fn auth_endpoint(this: &RawOptions) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = channelPrefix)]
    fn channel_prefix(this: &RawOptions) -> Option<String>;
    #[wasm_bindgen(method, getter, js_name = allowCleartext)]
    fn allow_cleartext(this: &RawOptions) -> Option<bool>;
    #[wasm_bindgen(method, getter, js_name = connectTimeoutMs)]
    fn connect_timeout_ms(this: &RawOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = pollActiveMs)]
    fn poll_active_ms(this: &RawOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = pollIdleMs)]
    fn poll_idle_ms(this: &RawOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter)]
    fn jitter(this: &RawOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = pingAfterMs)]
    fn ping_after_ms(this: &RawOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = warmChannels)]
    fn warm_channels(this: &RawOptions) -> Option<f64>;
    #[wasm_bindgen(method, getter, js_name = whileHidden)]
    fn while_hidden(this: &RawOptions) -> Option<String>;
    #[wasm_bindgen(method, getter)]
    fn record(this: &RawOptions) -> Option<bool>;
}

/// The core's form of the settings. A port that is no port becomes 0, which the core refuses with a sentence.
pub(crate) fn config_input(options: &RawOptions) -> ConfigInput {
    ConfigInput {
        key: options.key(),
        url: options.url(),
        ws_host: options.ws_host(),
        ws_port: options.ws_port().map(|port| u16::try_from(whole(port)).unwrap_or(0)),
        tls: options.tls(),
        api_base: options.api_base(),
        auth_endpoint: options.auth_endpoint(),
        channel_prefix: options.channel_prefix(),
        allow_cleartext: options.allow_cleartext().unwrap_or(false),
        policy: policy(options),
    }
}

fn policy(options: &RawOptions) -> Policy {
    let standard = Policy::default();
    let millis = |given: Option<f64>, standard: Duration| {
        given.map_or(standard, |ms| Duration::from_millis(whole(ms)))
    };
    Policy {
        connect_timeout: millis(options.connect_timeout_ms(), standard.connect_timeout),
        poll_active: millis(options.poll_active_ms(), standard.poll_active),
        poll_idle: millis(options.poll_idle_ms(), standard.poll_idle),
        ping_after: millis(options.ping_after_ms(), standard.ping_after),
        warm_channels: options
            .warm_channels()
            .map_or(standard.warm_channels, |count| usize::try_from(whole(count)).unwrap_or(0).min(MAX_WARM)),
        while_hidden: match options.while_hidden().as_deref() {
            Some("pause") => WhileHidden::Pause,
            Some(_) | None => WhileHidden::Keep,
        },
        jitter: options
            .jitter()
            .map_or(standard.jitter, |share| u32::try_from(whole(share * 1000.0)).unwrap_or(0).min(1000)),
        ..standard
    }
}

/// Whether the client has a flight recorder; off unless asked for.
pub(crate) fn records(options: &RawOptions) -> bool {
    options.record().unwrap_or(false)
}

/// More sessions than this are not kept in memory.
const MAX_WARM: usize = 6;

/// A JavaScript number as a count; NaN, negatives and infinities become the nearest end of the range.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "float casts saturate, which is meant here"
)]
pub(crate) fn whole(number: f64) -> u64 {
    number as u64
}
