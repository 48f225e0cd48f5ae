//! # sidewire-model
//!
//! Explores **every** interleaving of a small scope: the sync engine itself, not a copy of it, between an abstract
//! server, one ordered socket, requests answered in any order, faults, a user and a clock. Time stands still but for
//! timers, and states are compared in a normal form (`Engine::normalised_digest`), so the space is finite.
//!
//! After every input the rules of [`Rule`] are checked. From every state a *good network* is let run, without further
//! faults: the view has to become the server's log. Liveness is thus a safety property ([`Rule::Settles`]).
//!
//! ```
//! use sidewire_model::{Scope, Setup, check};
//!
//! let scope = Scope { messages: 1, faults: 0, actions: 0, timers: 0 };
//! let outcome = check(Setup { scope, ..Setup::default() }, 1, None)?;
//! assert!(outcome.complete && outcome.violations.is_empty());
//! # Ok::<(), sidewire_model::SetupError>(())
//! ```

mod action;
mod check;
pub mod cli;
mod closure;
mod driver;
mod model;
mod rest;
mod rule;
mod setup;
mod socket;
mod state;
mod step;
mod wire;

pub use action::Action;
pub use check::{Outcome, Violation, check};
pub use model::SyncModel;
pub use rule::Rule;
pub use setup::{Dialect, Mistake, Scope, Setup, SetupError};
pub use state::State;
pub use wire::{Pair, Session};
