//! Getting events to the push server.

mod embedded;
mod outlet;
pub(crate) mod request;
mod sockudo;

pub(crate) use embedded::{HubHost, router};
pub(crate) use outlet::{HttpOutlet, Outlet};
pub(crate) use sockudo::Sockudo;

/// One event on its way out.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) name: &'static str,
    pub(crate) session_id: String,
    /// The payload: JSON.
    pub(crate) data: String,
    /// Set where a repeat must not be delivered twice.
    pub(crate) idempotency_key: Option<String>,
}

impl Event {
    pub(crate) fn channel(&self) -> String {
        format!("private-session-{}", self.session_id)
    }
}
