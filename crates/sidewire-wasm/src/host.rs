//! What the JavaScript side provides, typed.

use js_sys::Promise;
use wasm_bindgen::prelude::*;
use web_sys::MessageEvent;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r"
/** What the driver asks of its host. */
export interface RawHost {
  /** The access token, or null when signed out. With `renew` the server has refused the one given last. */
  token(renew: boolean): Promise<string | null>;
  /** Keeps text across restarts: `keys`, `load`, `save` or `remove`. Rejects with `quota` or anything else. */
  store(call: string, key: string, value: string): Promise<string | null | string[]>;
  /**
   * Writes the text of a socket's message into `buffer` as UTF-8 and gives its length in bytes; -1 for a message that is
   * no text, -1 - n for one of n units that the buffer is too small for.
   */
  frame(event: MessageEvent, buffer: Uint8Array): number;
  /** A fact to tell. Called with no borrow held; calls back into the client are queued. */
  onEvent(event: unknown): void;
  /** Rows `start` to `end` of a session may differ, in indices as they are now, of `length` rows in all. Must not throw. */
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

    #[wasm_bindgen(method)]
    pub(crate) fn frame(this: &RawHost, event: &MessageEvent, buffer: &mut [u8]) -> i32;

    // Without `catch`, which costs as much as the rest of the call: it happens with every message.
    #[wasm_bindgen(method, js_name = onTimeline)]
    pub(crate) fn on_timeline(
        this: &RawHost,
        session: &JsValue,
        revision: f64,
        start: usize,
        end: usize,
        length: usize,
    );

    #[wasm_bindgen(method, catch, js_name = onEvent)]
    pub(crate) fn on_event(this: &RawHost, event: JsValue) -> Result<(), JsValue>;
}
