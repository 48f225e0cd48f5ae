//! Text frames from JavaScript's strings into one reused buffer, without a string of Rust's in between.

use js_sys::JsString;
use sidewire_core::limits::MAX_FRAME;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
extern "C" {
    type TextEncoder;

    #[wasm_bindgen(constructor)]
    fn new() -> TextEncoder;

    #[wasm_bindgen(method, js_name = encodeInto)]
    fn encode_into(this: &TextEncoder, text: &JsValue, buffer: &mut [u8]) -> Encoded;

    type Encoded;

    #[wasm_bindgen(method, getter)]
    fn written(this: &Encoded) -> usize;
}

/// A frame longer than this leaves no buffer of its size behind.
const KEPT: usize = 64 << 10;

#[derive(Default)]
pub(super) struct Frames {
    encoder: Option<TextEncoder>,
    buffer: Vec<u8>,
}

impl Frames {
    /// The text as UTF-8. Of one that is too long there is just enough to see that.
    pub(super) fn encode(&mut self, text: &JsValue) -> &[u8] {
        let units = text.unchecked_ref::<JsString>().length();
        // Three bytes are the most that one of a string's units takes.
        let room = usize::try_from(units).unwrap_or(usize::MAX).saturating_mul(3).min(MAX_FRAME + 4);
        if self.buffer.len() < room || (self.buffer.len() > KEPT && room <= KEPT) {
            self.buffer = vec![0; room.next_power_of_two()];
        }
        let encoder = self.encoder.get_or_insert_with(TextEncoder::new);
        let written = encoder.encode_into(text, &mut self.buffer).written();
        self.buffer.get(..written).unwrap_or_default()
    }
}
