//! Runs a recorded trace again.

use serde_json::json;
use sidewire_core::trace::replay::run;
use sidewire_core::{Engine, Timeline};
use wasm_bindgen::prelude::*;

/// Feeds a trace to a fresh engine. JSON: `output` (one effect or event a line), `hash` and where the engine stands at
/// the end; or `error` with one sentence.
#[wasm_bindgen]
pub fn replay(trace: &str) -> String {
    let value = match run(trace) {
        Err(error) => json!({ "error": error.to_string() }),
        Ok(replay) => {
            let hash = format!("{:016x}", replay.hash);
            json!({ "output": replay.output, "hash": hash, "end": end(&replay.engine) })
        }
    };
    value.to_string()
}

fn end(engine: &Engine) -> serde_json::Value {
    let shown = engine.shown();
    let timeline = shown.and_then(|id| engine.timeline(id));
    json!({
        "state": engine.status().as_str(),
        "reason": engine.fallback_reason().map(sidewire_core::FallbackReason::as_str),
        "freshness": engine.freshness().as_str(),
        "sessionId": shown.map(sidewire_core::SessionId::as_str),
        "length": timeline.map_or(0, Timeline::len),
    })
}
