//! Text frames from JavaScript's strings into one reused buffer, without a string of Rust's in between.

use core::cell::OnceCell;

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

/// Built with the first frame.
#[derive(Default)]
pub(super) struct Encoder(OnceCell<TextEncoder>);

impl Encoder {
    /// The text as UTF-8 in `buffer`. Of one that is too long there is just enough to see that.
    pub(super) fn encode<'a>(&self, text: &JsValue, buffer: &'a mut Vec<u8>) -> &'a [u8] {
        let units = text.unchecked_ref::<JsString>().length();
        // Three bytes are the most that one of a string's units takes.
        let room = usize::try_from(units).unwrap_or(usize::MAX).saturating_mul(3).min(MAX_FRAME + 4);
        if buffer.len() < room || (buffer.len() > KEPT && room <= KEPT) {
            *buffer = vec![0; room.next_power_of_two()];
        }
        let written = self.0.get_or_init(TextEncoder::new).encode_into(text, buffer).written();
        buffer.get(..written).unwrap_or_default()
    }
}
