//! What a run was made of, in figures.

/// Figures of one run.
#[derive(Clone, Copy, Debug, Default)]
pub struct Stats {
    /// Inputs given to the engine.
    pub steps: u64,
    /// Faults that happened.
    pub faults: u64,
    /// Sockets opened.
    pub opens: u64,
    /// Requests for messages.
    pub fetches: u64,
    /// Authorisation requests.
    pub auths: u64,
    /// Messages that the user sent.
    pub sends: u64,
}

impl Stats {
    /// Adds the figures of another run.
    pub(crate) const fn add(&mut self, other: Self) {
        self.steps += other.steps;
        self.faults += other.faults;
        self.opens += other.opens;
        self.fetches += other.fetches;
        self.auths += other.auths;
        self.sends += other.sends;
    }
}
