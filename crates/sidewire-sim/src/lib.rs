//! # sidewire-sim
//!
//! A deterministic, seeded simulator of the sync engine. The real engine decodes real JSON from the real hub and from
//! a fake REST server, over a network that loses, delays, doubles, reorders and cuts; after every step the rules of
//! the catalogue are checked from outside, by inputs, effects, events and the public view alone.
//!
//! One seed is one run: it draws the kind of server, the mix of faults, the user and the agent ([`script`]). First
//! comes a *safety* phase with faults, then the faults end and a *liveness* phase must converge ([`run`]). Equal
//! seeds give equal runs, to the last byte.
//!
//! ```
//! let outcome = sidewire_sim::run::run(7, false);
//! assert_eq!(outcome.violation, None);
//! assert_eq!(outcome.hash, sidewire_sim::run::run(7, false).hash);
//! ```
//!
//! [`World`] can also be driven by hand, one behaviour at a time: see `tests/`.

pub mod action;
pub mod calls;
pub mod cli;
mod client;
#[cfg(feature = "defects")]
pub mod defects;
pub mod drills;
mod faults;
mod few;
pub mod figures;
pub mod herd;
mod host;
mod host_life;
mod invariants;
mod liveness;
pub mod log;
pub mod network;
pub mod older;
pub mod push;
mod queue;
pub mod replayed;
pub mod rest;
pub mod rng;
pub mod run;
pub mod script;
mod server;
mod setup;
pub mod shrink;
mod stats;
pub mod store;
mod text;
pub mod trace;
pub mod world;

pub use invariants::Violation;
pub use world::{World, WorldConfig};
