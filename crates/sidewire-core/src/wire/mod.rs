//! What travels: frames of the push server, payloads of the application, bodies of the REST contract.
//!
//! The engine speaks of "subscribe", "event" and "refused"; only [`pusher`] knows how protocol 7 writes them.

pub(crate) mod payload;
pub(crate) mod pusher;
pub(crate) mod rest;
