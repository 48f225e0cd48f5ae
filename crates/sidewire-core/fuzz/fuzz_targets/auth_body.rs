#![no_main]

#[path = "../../tests/desk/mod.rs"]
mod desk;
#[path = "../src/targets.rs"]
mod targets;

libfuzzer_sys::fuzz_target!(|data: &[u8]| targets::auth_body(data));
