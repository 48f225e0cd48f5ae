//! The same seeds and traces on wasm32 as natively, to the last byte: rows O1 and M9 of docs/features.md.
//!
//! Run with `cargo test -p sidewire-sim --target wasm32-unknown-unknown --test wasm_replay`; it needs Node only.

#![cfg(target_arch = "wasm32")]

mod recorded;

use wasm_bindgen_test::wasm_bindgen_test;

// O1
#[wasm_bindgen_test]
fn two_hundred_seeds_give_on_wasm_what_they_give_natively() {
    assert_eq!(recorded::committed_hashes().len(), 200);
    assert_eq!(recorded::differences(), (Vec::new(), 0));
}

// O1
#[wasm_bindgen_test]
fn traces_recorded_natively_replay_on_wasm() {
    assert_eq!(recorded::committed_traces().len(), 20);
    assert_eq!(recorded::changed_traces(), [0_usize; 0]);
}
