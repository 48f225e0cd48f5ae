//! The network's part: delays, losses, doubles and the order of publishes. Never the order inside one TCP stream.

use crate::rng::Rng;

/// Delays and losses of everything that travels.
#[derive(Clone, Debug)]
pub struct Network {
    rng: Rng,
    latency: (u64, u64),
    /// When the last publish of a session reaches the push server.
    last_publish: Vec<u64>,
    /// Publishes lost, in thousandths.
    pub lose_publishes: u64,
    /// Publishes sent twice, in thousandths.
    pub double_publishes: u64,
    /// Publishes of one session overtake each other within so many milliseconds.
    pub scatter: u64,
    /// Events dropped by the push server for a slow reader, in thousandths.
    pub slow_reader: u64,
    /// Pushed messages without their content, in thousandths.
    pub pokes: u64,
    /// Acknowledgements of subscriptions are lost.
    pub lose_acknowledgements: bool,
}

impl Network {
    /// A network without faults.
    pub fn new(seed: u64, latency: (u64, u64), sessions: usize) -> Self {
        Self {
            rng: Rng::new(seed),
            latency,
            last_publish: vec![0; sessions],
            lose_publishes: 0,
            double_publishes: 0,
            scatter: 0,
            slow_reader: 0,
            pokes: 0,
            lose_acknowledgements: false,
        }
    }

    /// One one-way trip.
    pub fn delay(&mut self) -> u64 {
        self.rng.between(self.latency.0, self.latency.1)
    }

    /// A draw of its own randomness.
    pub fn chance(&mut self, permille: u64) -> bool {
        self.rng.chance(permille)
    }

    /// When publishes made now reach the push server: none, one or two times.
    pub fn publish_times(&mut self, now: u64, session: usize) -> [Option<u64>; 2] {
        let mut times = [None; 2];
        let copies = 1 + usize::from(self.chance(self.double_publishes));
        for time in times.iter_mut().take(copies) {
            if self.chance(self.lose_publishes) {
                continue;
            }
            let scatter = self.scatter;
            let at = now + 1 + self.rng.below(scatter + 1);
            let Some(last) = self.last_publish.get_mut(session) else { continue };
            // One publisher per session is serial; concurrent ones are not.
            let at = if scatter > 0 { at } else { at.max(*last) };
            *last = at;
            *time = Some(at);
        }
        times
    }

    /// Ends every fault.
    pub const fn heal(&mut self) {
        self.lose_publishes = 0;
        self.double_publishes = 0;
        self.scatter = 0;
        self.slow_reader = 0;
        self.pokes = 0;
        self.lose_acknowledgements = false;
    }
}
