//! Sidewire's reference backend: the log of messages over REST, channel authorisation, a scripted demo agent and the
//! push server, in one process with one `SQLite` file.
//!
//! It is the server side of the contract the client is written against, not a product: a host with its own backend
//! does not need it.

mod agent;
mod api;
mod clock;
mod error;
mod ids;
mod lanes;
mod limits;
pub mod model;
mod ports;
mod push;
mod run;
mod settings;
mod store;
mod token;

pub use push::request::{Answer, request};
pub use run::{Backend, StartError};
pub use settings::{Push, Settings, Toggle};
