//! Settings as JavaScript gives them, read field by field: no `Deserialize` in what users download.

use core::time::Duration;

use sidewire_core::{ConfigInput, Policy};
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r"
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
}
";

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
        jitter: options
            .jitter()
            .map_or(standard.jitter, |share| u32::try_from(whole(share * 1000.0)).unwrap_or(0).min(1000)),
        ..standard
    }
}

/// A JavaScript number as a count; NaN, negatives and infinities become the nearest end of the range.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "float casts saturate, which is meant here"
)]
pub(crate) fn whole(number: f64) -> u64 {
    number as u64
}
