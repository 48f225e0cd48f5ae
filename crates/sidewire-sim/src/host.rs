//! The user's side of things.

use std::collections::BTreeSet;

/// The user's side of things, as the checker knows it: from commands alone.
#[derive(Clone, Debug)]
#[allow(clippy::struct_excessive_bools, reason = "independent facts, not a state")]
pub struct Host {
    /// The session shown.
    pub shown: Option<usize>,
    /// Started and not stopped.
    pub wanted: bool,
    /// The page is visible.
    pub visible: bool,
    /// The browser says online.
    pub online: bool,
    /// There is a token.
    pub token: Option<bool>,
    /// Nothing reaches the client before.
    pub frozen_until: u64,
    /// Lateness of timers.
    pub timer_delay: u64,
    /// The client was told, over the socket it has, that it is subscribed to the session shown.
    pub acknowledged: bool,
    /// The sessions whose subscription the client was told of, over the socket it has, and has not given up.
    pub joined: BTreeSet<usize>,
    /// Milliseconds that the machine slept without its monotonic clock.
    pub slept: u64,
}

impl Host {
    /// A new process: nobody is connected, and nothing is shown but what the record says.
    pub(crate) fn restarted(&mut self) {
        self.wanted = false;
        self.joined.clear();
        self.acknowledged = false;
    }
}
