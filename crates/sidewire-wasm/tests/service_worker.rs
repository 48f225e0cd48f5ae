//! The driver in a service worker.
#![cfg(target_arch = "wasm32")]

use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

mod common;

wasm_bindgen_test_configure!(run_in_service_worker);

#[wasm_bindgen_test]
async fn servers_away_are_told_and_retried() {
    common::servers_away_are_told_and_retried().await;
}

// Needs the reference backend, which `npm test` starts and names at compile time.
#[cfg(sidewire_backend)]
#[wasm_bindgen_test]
async fn a_conversation_over_push() {
    common::a_conversation_over_push().await;
}
