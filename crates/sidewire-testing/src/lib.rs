//! The `sidewire/testing` entry's own module: the hub of `sidewire-hub`, and the replay of recorded traces.
//!
//! The client under test is not in here: it is the module that users ship, byte for byte.

mod hub;
mod replay;

pub use hub::RawHub;
pub use replay::replay;
