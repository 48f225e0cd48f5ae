//! A Pusher protocol 7 server without sockets or a clock.
//!
//! The host owns the sockets and the time: it feeds bytes and milliseconds in and takes [`Output`]s out. The same
//! server runs in the simulator, in the reference backend and in test entries compiled to wasm, and one conformance
//! suite runs over it and over the real Sockudo 5.2.0, whose observed behaviour it copies.
//!
//! ```
//! use sidewire_hub::{App, Client, Hub, HubConfig, Output};
//!
//! let mut hub = Hub::new(HubConfig::with_app(App::new("dev-app", "dev-key", "dev-secret")));
//! hub.open(0, Client(1), "/app/dev-key?protocol=7").expect("a known path");
//! assert!(matches!(hub.poll_output(), Some(Output::Send { client: Client(1), .. })));
//! ```
//!
//! Where the hub is deliberately stricter than Sockudo:
//! * `protocol=2` is refused with 400: Sockudo's own dialect is not spoken here.
//! * Presence channels and names with `#` are refused with an error frame (4300).
//! * `private-cache-*` channels are ordinary private channels: nothing is replayed.
//! * Client events and `pusher:signin` always answer as on an app that has them switched off.
//!
//! A slow reader's loss and reordering between concurrent publishers belong to the host (or the simulator).

mod auth;
mod channel;
mod frames;
mod http;
mod hub;
mod protocol;
pub mod query;
mod random;
pub mod signing;
mod types;

pub use hub::Hub;
pub use types::{App, Client, HttpAnswer, HttpRequest, HubConfig, Output, Publication, Refusal};
