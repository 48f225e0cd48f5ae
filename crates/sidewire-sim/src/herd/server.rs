//! The server of the herd: a door for handshakes and one queue for requests, both answered in order of arrival.

/// Milliseconds to microseconds.
const MICROS: u64 = 1000;
/// A server that sheds does so when the next request would wait longer than this.
const SHED_ABOVE: u64 = 1000 * MICROS;

/// What the server is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity {
    /// Handshakes per second; 0 for no limit.
    pub(crate) handshakes: u64,
    /// Handshakes that may wait; more are refused at once.
    pub(crate) backlog: u64,
    /// Requests per second of authorisation, catch-up and polls together; 0 for no limit.
    pub(crate) requests: u64,
    /// Whether it sheds what would wait longer than a second, with a `Retry-After` of its own for each request.
    pub(crate) sheds: bool,
    /// Milliseconds for a round trip.
    pub(crate) rtt: u64,
}

/// One worker that takes things in the order in which they arrive; times in microseconds.
#[derive(Clone, Copy, Debug)]
struct Queue {
    each: u64,
    free: u64,
}

impl Queue {
    fn new(per_second: u64) -> Option<Self> {
        (per_second > 0).then(|| Self { each: 1_000_000 / per_second, free: 0 })
    }

    const fn wait(&self, arrival: u64) -> u64 {
        self.free.saturating_sub(arrival)
    }

    fn take(&mut self, arrival: u64) -> u64 {
        self.free = self.free.max(arrival) + self.each;
        self.free
    }
}

/// What becomes of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// The answer reaches the client then, if it still waits; the work is done in any case.
    Served { at: u64 },
    /// It is turned away without work and told after how many seconds to come back.
    Shed { at: u64, seconds: u64 },
}

/// The server.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    capacity: Capacity,
    /// The push server is away: from, until.
    away: (u64, u64),
    door: Option<Queue>,
    work: Option<Queue>,
    /// The next slot that nobody was told, in microseconds.
    slot: u64,
}

impl Server {
    /// A server whose push side is away during `away`, and whose limits count from then on.
    pub(crate) fn new(capacity: Capacity, away: (u64, u64)) -> Self {
        let (door, work) = (Queue::new(capacity.handshakes), Queue::new(capacity.requests));
        Self { capacity, away, door, work, slot: 0 }
    }

    /// When a socket asked for now is established, or when the client learns of the refusal.
    pub(crate) fn dial(&mut self, now: u64) -> Result<u64, u64> {
        let rtt = self.capacity.rtt;
        let arrival = now + rtt / 2;
        if arrival < self.away.0 {
            return Ok(now + 3 * rtt);
        }
        let refused = Err(now + rtt);
        if arrival < self.away.1 {
            return refused;
        }
        let Some(door) = &mut self.door else { return Ok(now + 3 * rtt) };
        if door.wait(arrival * MICROS) >= self.capacity.backlog * door.each {
            return refused;
        }
        let done = door.take(arrival * MICROS).div_ceil(MICROS);
        Ok(done + 3 * rtt - rtt / 2)
    }

    /// What becomes of a request made now. An authorisation is followed by a read, so its slot is twice as long.
    pub(crate) fn request(&mut self, now: u64, authorisation: bool) -> Fate {
        let rtt = self.capacity.rtt;
        let arrival = (now + rtt / 2) * MICROS;
        let Some(work) = self.work.as_mut().filter(|_| now >= self.away.0) else {
            return Fate::Served { at: now + rtt };
        };
        if self.capacity.sheds && work.wait(arrival) > SHED_ABOVE {
            let slot = self.slot.max(work.free);
            self.slot = slot + work.each * (1 + u64::from(authorisation));
            return Fate::Shed { at: now + rtt, seconds: (slot - arrival).div_ceil(1_000_000) };
        }
        Fate::Served { at: work.take(arrival).div_ceil(MICROS) + rtt / 2 }
    }
}
