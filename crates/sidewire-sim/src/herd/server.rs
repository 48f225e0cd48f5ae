//! The server of the herd: a door for handshakes, and a worker for requests with those that wait for it.

use std::collections::{HashSet, VecDeque};

/// Milliseconds to microseconds.
const MICROS: u64 = 1000;
/// A server that sheds does so when the next request would wait longer than this, in microseconds.
const SHED_ABOVE: u64 = 1000 * MICROS;

/// Who is served next, and whether those are who gave up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Discipline {
    /// In order of arrival, those who gave up as well: most servers learn of it only when they answer.
    Blind,
    /// In order of arrival, but what was given up is skipped.
    Noticing,
    /// The newest first, and what was given up is skipped.
    NewestFirst,
}

/// What a server does with requests that would wait longer than a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shedding {
    /// It lets them wait.
    Never,
    /// It turns them away, each with a `Retry-After` of its own.
    Slots,
    /// It turns them away, all with the same `Retry-After` in seconds.
    Same(u64),
    /// It turns them away without a word.
    Silent,
}

/// What the server is made of.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Capacity {
    /// Handshakes per second; 0 for no limit.
    pub(crate) handshakes: u64,
    /// Handshakes that may wait; more are refused at once.
    pub(crate) backlog: u64,
    /// Requests per second of authorisation, catch-up and polls together; 0 for no limit.
    pub(crate) requests: u64,
    /// Who is served next.
    pub(crate) discipline: Discipline,
    /// What becomes of too many.
    pub(crate) shedding: Shedding,
    /// Milliseconds for a round trip.
    pub(crate) rtt: u64,
}

/// One request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Job {
    /// Whose it is.
    pub(crate) client: usize,
    /// Its number at this client.
    pub(crate) request: u32,
    /// For a signature. A read follows it, so its slot is twice as long.
    pub(crate) auth: bool,
    /// When it was made.
    pub(crate) asked: u64,
    /// When the client gives up.
    pub(crate) deadline: u64,
}

/// A request that was worked off, and when its answer reaches the client.
pub(crate) type Done = (Job, u64);

/// What becomes of a request at once.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It waits its turn.
    Waits,
    /// It is answered at once, without any load.
    Served { at: u64 },
    /// It is turned away without work, and perhaps told after how many seconds to come back.
    Shed { at: u64, seconds: Option<u64> },
}

/// The server.
#[derive(Clone, Debug)]
pub(crate) struct Server {
    capacity: Capacity,
    /// The push server is away: from, until. Limits count from then on.
    away: (u64, u64),
    /// When the last handshake that was let in is through the door, in microseconds.
    door: u64,
    waiting: VecDeque<Job>,
    given_up: HashSet<(usize, u32)>,
    /// When the worker is free, in microseconds.
    free: u64,
    /// The next slot that nobody was told, in microseconds.
    slot: u64,
}

impl Server {
    /// A server whose push side is away during `away`, and whose limits count from then on.
    pub(crate) fn new(capacity: Capacity, away: (u64, u64)) -> Self {
        let (waiting, given_up) = (VecDeque::new(), HashSet::new());
        Self { capacity, away, door: 0, waiting, given_up, free: 0, slot: 0 }
    }

    /// When a socket asked for now is established, or when the client learns of the refusal.
    pub(crate) fn dial(&mut self, now: u64) -> Result<u64, u64> {
        let Capacity { rtt, handshakes, backlog, .. } = self.capacity;
        let arrival = now + rtt / 2;
        if arrival < self.away.0 {
            return Ok(now + 3 * rtt);
        }
        let refused = Err(now + rtt);
        if arrival < self.away.1 {
            return refused;
        }
        if handshakes == 0 {
            return Ok(now + 3 * rtt);
        }
        let each = 1_000_000 / handshakes;
        if self.door.saturating_sub(arrival * MICROS) >= backlog * each {
            return refused;
        }
        self.door = self.door.max(arrival * MICROS) + each;
        Ok(self.door.div_ceil(MICROS) + 3 * rtt - rtt / 2)
    }

    /// Takes a request made now.
    pub(crate) fn request(&mut self, job: Job) -> Fate {
        let (now, rtt) = (job.asked, self.capacity.rtt);
        if self.capacity.requests == 0 || now < self.away.0 {
            return Fate::Served { at: now + rtt };
        }
        let queued = u64::try_from(self.waiting.len()).unwrap_or(u64::MAX).saturating_mul(self.each());
        let free = self.free.max(now * MICROS) + queued;
        if self.capacity.shedding != Shedding::Never && free - now * MICROS > SHED_ABOVE {
            let seconds = match self.capacity.shedding {
                Shedding::Never | Shedding::Silent => None,
                Shedding::Same(seconds) => Some(seconds),
                Shedding::Slots => Some(self.next_slot(free, &job)),
            };
            return Fate::Shed { at: now + rtt, seconds };
        }
        self.waiting.push_back(job);
        Fate::Waits
    }

    /// A client does not wait any more.
    pub(crate) fn gave_up(&mut self, client: usize, request: u32) {
        if self.capacity.discipline != Discipline::Blind {
            self.given_up.insert((client, request));
        }
    }

    /// When it has work to do, if at all.
    pub(crate) fn next_at(&self) -> Option<u64> {
        let first = self.waiting.front()?;
        Some(self.free.max(first.asked * MICROS).div_ceil(MICROS))
    }

    /// Works on until `now`.
    pub(crate) fn work(&mut self, now: u64, done: &mut Vec<Done>) {
        while !self.waiting.is_empty() && self.free <= now * MICROS {
            let newest = self.capacity.discipline == Discipline::NewestFirst;
            let next = if newest { self.waiting.pop_back() } else { self.waiting.pop_front() };
            let Some(job) = next else { return };
            let start = self.free.max(job.asked * MICROS);
            let left = self.given_up.remove(&(job.client, job.request))
                || start >= job.deadline.saturating_mul(MICROS);
            if left && self.capacity.discipline != Discipline::Blind {
                continue;
            }
            self.free = start + self.each();
            done.push((job, self.free.div_ceil(MICROS) + self.capacity.rtt));
        }
    }

    fn each(&self) -> u64 {
        1_000_000 / self.capacity.requests.max(1)
    }

    /// The seconds until the next slot that nobody was told.
    fn next_slot(&mut self, free: u64, job: &Job) -> u64 {
        let slot = self.slot.max(free);
        self.slot = slot + self.each() * (1 + u64::from(job.auth));
        (slot - job.asked * MICROS).div_ceil(1_000_000)
    }
}
