//! The corpus of the fuzz targets, replayed: what a fuzzer found once stays found. See `fuzz/README.md`.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use std::path::Path;

mod desk;
#[allow(clippy::indexing_slicing, clippy::expect_used, reason = "a panic is what a fuzzer looks for")]
#[path = "../fuzz/src/targets.rs"]
mod targets;

/// Runs a target on every file of its corpus, and on each cut in half.
fn replay(name: &str, target: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(name);
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    assert!(files.len() >= 5, "{name} has a corpus of {} files", files.len());
    for file in &files {
        let bytes = std::fs::read(file).unwrap();
        println!("{}", file.display());
        target(&bytes);
        target(bytes.get(..bytes.len() / 2).unwrap());
    }
    println!("{name}: {} files", files.len());
}

#[test]
fn every_frame_of_the_corpus_is_survived() {
    replay("frame", targets::frame);
}

#[test]
fn every_page_of_the_corpus_is_survived_and_merged_once() {
    replay("rest_page", targets::rest_page);
}

#[test]
fn every_answer_of_the_authorisation_endpoint_in_the_corpus_is_survived() {
    replay("auth_body", targets::auth_body);
}

#[test]
fn every_stored_text_of_the_corpus_is_survived_and_what_is_written_can_be_read() {
    replay("stored_blob", targets::stored_blob);
}

#[test]
fn every_sequence_of_inputs_in_the_corpus_keeps_the_rules() {
    replay("core_sequence", targets::core_sequence);
}
