//! The browser's side of `sidewire-core`: a driver that does what the effects say, and the bindings.
//!
//! Nothing here decides anything: every rule lives in the core, where it is simulated.

mod client;
mod convert;
mod driver;
mod host;
mod object;
mod options;
mod tabs;

pub use client::RawClient;
pub use host::RawHost;
pub use options::RawOptions;
pub use tabs::RawTabs;

/// One thread uses a module's memory; were there more, this would not compile.
#[cfg(all(target_family = "wasm", not(target_feature = "atomics")))]
#[global_allocator]
static ALLOCATOR: talc::wasm::WasmDynamicTalc = talc::wasm::new_wasm_dynamic_allocator();
