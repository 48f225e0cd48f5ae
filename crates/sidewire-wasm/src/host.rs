//! What the JavaScript side provides, typed.

use js_sys::Promise;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r"
/** What the driver asks of its host. */
export interface RawHost {
  /** The access token, or null when signed out. With `renew` the server has refused the one given last. */
  token(renew: boolean): Promise<string | null>;
  /** Keeps text across restarts: `keys`, `load`, `save` or `remove`. Rejects with `quota` or anything else. */
  store(call: string, key: string, value: string): Promise<string | null | string[]>;
  /** A fact to tell. Called with no borrow held; calls back into the client are queued. */
  onEvent(event: unknown): void;
  /** Rows `start` to `end` of a session may differ, in indices as they are now, of `length` rows in all. */
  onTimeline(sessionId: string, revision: number, start: number, end: number, length: number): void;
}
";

#[wasm_bindgen]
extern "C" {
    /// The host's capabilities.
    #[wasm_bindgen(typescript_type = "RawHost")]
    #[derive(Clone)]
    pub type RawHost;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn token(this: &RawHost, renew: bool) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch)]
    pub(crate) fn store(this: &RawHost, call: &str, key: &str, value: &str) -> Result<Promise, JsValue>;

    #[wasm_bindgen(method, catch, js_name = onTimeline)]
    pub(crate) fn on_timeline(
        this: &RawHost,
        session: &JsValue,
        revision: f64,
        start: usize,
        end: usize,
        length: usize,
    ) -> Result<(), JsValue>;

    #[wasm_bindgen(method, catch, js_name = onEvent)]
    pub(crate) fn on_event(this: &RawHost, event: JsValue) -> Result<(), JsValue>;
}
