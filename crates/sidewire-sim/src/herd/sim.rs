//! The discrete-event model: clients, what they ask for, and when it reaches them.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashSet};

use super::server::{Done, Fate, Job, Server};
use crate::rng::Rng;

/// When push goes away, in milliseconds of the model. Before that every client connects and comes to rest.
pub(crate) const OUTAGE: u64 = 90_000;
/// Clients start within so many milliseconds.
const STARTS: u64 = 10_000;
/// An active client got a message so long before the outage at most.
const NEWS: u64 = 20_000;

/// What a client asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Act {
    /// A socket.
    Open(u32),
    /// A channel on a socket.
    Subscribe(u32, u8),
    /// A sign of life.
    Ping(u32),
    /// A signature, waited for so many milliseconds.
    Auth(u32, u64),
    /// A page of messages, waited for so many milliseconds.
    Read(u32, u64),
    /// The last read was a poll: for the books.
    Polled,
    /// An answer is not wanted any more.
    Cancel(u32),
}

/// What reaches a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Note {
    /// Its user shows this session.
    Start(u8),
    /// A message is pushed.
    News,
    /// Its socket is gone.
    Lost,
    /// Its timer is due.
    Timer,
    /// A socket is established.
    Established(u32),
    /// A socket was refused.
    Refused(u32),
    /// A channel was joined.
    Joined(u32, u8),
    /// A sign of life.
    Pong(u32),
    /// A signature.
    Signed(u32),
    /// A page.
    Page(u32),
    /// 503, perhaps with a `Retry-After` of so many seconds.
    Shed(u32, Option<u64>),
    /// No answer in time.
    TimedOut(u32),
}

/// One client of the herd.
pub(crate) trait Client {
    /// Takes a note and tells what it asks for.
    fn handle(&mut self, now: u64, note: Note, acts: &mut Vec<Act>);
    /// When it wants [`Note::Timer`].
    fn timer(&self) -> Option<u64>;
    /// Whether push delivers what is shown.
    fn shown(&self) -> bool;
    /// Whether push delivers all its channels.
    fn back(&self) -> bool;
}

/// Things counted per second since the outage.
#[derive(Clone, Debug, Default)]
pub(crate) struct PerSecond(pub(crate) Vec<u64>);

impl PerSecond {
    fn count(&mut self, now: u64) {
        let Some(since) = now.checked_sub(OUTAGE) else { return };
        let second = usize::try_from(since / 1000).unwrap_or(usize::MAX);
        if self.0.len() <= second {
            self.0.resize(second + 1, 0);
        }
        if let Some(slot) = self.0.get_mut(second) {
            *slot += 1;
        }
    }

    /// The most in one second from `from` seconds on.
    pub(crate) fn peak(&self, from: u64) -> u64 {
        let from = usize::try_from(from).unwrap_or(usize::MAX);
        self.0.iter().skip(from).copied().max().unwrap_or(0)
    }

    /// All of them.
    pub(crate) fn total(&self) -> u64 {
        self.0.iter().sum()
    }
}

/// What a run came to.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    /// Sockets asked for.
    pub(crate) opens: PerSecond,
    /// Signatures asked for.
    pub(crate) auths: PerSecond,
    /// Polls made.
    pub(crate) polls: PerSecond,
    /// Requests of any kind.
    pub(crate) requests: PerSecond,
    /// Requests served for nobody.
    pub(crate) wasted: u64,
    /// Requests turned away with a `Retry-After`.
    pub(crate) sheds: u64,
    /// Per client, when it was back with all channels and stayed so.
    pub(crate) back: Vec<Option<u64>>,
    /// The same for the session shown.
    pub(crate) shown: Vec<Option<u64>>,
}

/// A herd of equal clients.
pub(crate) struct Herd<C> {
    clients: Vec<C>,
    armed: Vec<Option<u64>>,
    server: Server,
    heap: BinaryHeap<Reverse<(u64, u64, usize, Note)>>,
    serial: u64,
    rtt: u64,
    acts: Vec<Act>,
    done: Vec<Done>,
    /// Requests that somebody waits for.
    open: HashSet<(usize, u32)>,
    tally: Tally,
}

impl<C: Client> Herd<C> {
    /// A herd about to start; `active` thousandths of the clients get a message shortly before the outage.
    pub(crate) fn new(
        clients: Vec<C>,
        server: Server,
        rtt: u64,
        channels: u8,
        active: u64,
        seed: u64,
    ) -> Self {
        let count = clients.len();
        let tally = Tally { back: vec![None; count], shown: vec![None; count], ..Tally::default() };
        let (heap, acts) = (BinaryHeap::with_capacity(count * 4), Vec::new());
        let (armed, done, open) = (vec![None; count], Vec::new(), HashSet::new());
        let mut herd = Self { clients, armed, server, heap, serial: 0, rtt, acts, done, open, tally };
        let mut rng = Rng::new(seed);
        for client in 0..count {
            let start = 1000 + rng.below(STARTS);
            for channel in 1..=channels {
                herd.plan(start + u64::from(channel - 1) * (1000 + 10 * rtt), client, Note::Start(channel));
            }
            if rng.chance(active) {
                herd.plan(OUTAGE - 1 - rng.below(NEWS), client, Note::News);
            }
            herd.plan(OUTAGE, client, Note::Lost);
        }
        herd
    }

    fn plan(&mut self, at: u64, client: usize, note: Note) {
        self.serial += 1;
        self.heap.push(Reverse((at, self.serial, client, note)));
    }

    /// Runs until so many milliseconds after the outage began.
    pub(crate) fn run(mut self, watch: u64) -> Tally {
        let end = OUTAGE + watch;
        loop {
            let next = self.heap.peek().map(|Reverse((at, ..))| *at);
            let work = self.server.next_at().filter(|at| next.is_none_or(|next| *at < next));
            if let Some(at) = work {
                self.work(at);
            } else if let Some(Reverse((at, _, client, note))) =
                self.heap.pop().filter(|item| item.0.0 <= end)
            {
                self.deliver(at, client, note);
            } else {
                return self.tally;
            }
        }
    }

    /// The server works; answers go on their way.
    fn work(&mut self, now: u64) {
        let mut done = core::mem::take(&mut self.done);
        self.server.work(now, &mut done);
        for (job, at) in done.drain(..) {
            if at <= job.deadline && self.open.contains(&(job.client, job.request)) {
                let note = if job.auth { Note::Signed(job.request) } else { Note::Page(job.request) };
                self.plan(at, job.client, note);
            } else {
                self.tally.wasted += 1;
            }
        }
        self.done = done;
    }

    /// Hands a note over, unless it answers what nobody waits for any more.
    fn deliver(&mut self, now: u64, client: usize, note: Note) {
        if let Note::Signed(request) | Note::Page(request) | Note::Shed(request, _) | Note::TimedOut(request) =
            note
            && !self.open.remove(&(client, request))
        {
            return;
        }
        self.step(now, client, note);
    }

    fn step(&mut self, now: u64, client: usize, note: Note) {
        let (Some(one), Some(armed)) = (self.clients.get_mut(client), self.armed.get_mut(client)) else {
            return;
        };
        if note == Note::Timer && *armed != Some(now) {
            return;
        }
        let mut acts = core::mem::take(&mut self.acts);
        one.handle(now, note, &mut acts);
        let timer = one.timer().map(|at| at.max(now + u64::from(note == Note::Timer)));
        let (shown, back) = (one.shown(), one.back());
        let rearm = timer.filter(|_| timer != *armed || note == Note::Timer);
        *armed = timer;
        if let Some(at) = rearm {
            self.plan(at, client, Note::Timer);
        }
        if now >= OUTAGE {
            mark(&mut self.tally.shown, client, shown, now);
            mark(&mut self.tally.back, client, back, now);
        }
        for act in acts.drain(..) {
            self.act(now, client, act);
        }
        self.acts = acts;
    }

    fn act(&mut self, now: u64, client: usize, act: Act) {
        match act {
            Act::Open(socket) => {
                self.tally.opens.count(now);
                match self.server.dial(now) {
                    Ok(at) => self.plan(at, client, Note::Established(socket)),
                    Err(at) => self.plan(at, client, Note::Refused(socket)),
                }
            }
            Act::Subscribe(socket, channel) => {
                self.plan(now + self.rtt, client, Note::Joined(socket, channel));
            }
            Act::Ping(socket) => self.plan(now + self.rtt, client, Note::Pong(socket)),
            Act::Auth(request, patience) => {
                self.tally.auths.count(now);
                self.request(now, client, request, patience, true);
            }
            Act::Read(request, patience) => self.request(now, client, request, patience, false),
            Act::Polled => self.tally.polls.count(now),
            Act::Cancel(request) => {
                self.open.remove(&(client, request));
                self.server.gave_up(client, request);
            }
        }
    }

    fn request(&mut self, now: u64, client: usize, request: u32, patience: u64, auth: bool) {
        self.tally.requests.count(now);
        let deadline = now.saturating_add(patience);
        self.open.insert((client, request));
        match self.server.request(Job { client, request, auth, asked: now, deadline }) {
            Fate::Waits if deadline == u64::MAX => {}
            Fate::Waits => self.plan(deadline, client, Note::TimedOut(request)),
            Fate::Served { at } => {
                self.plan(at, client, if auth { Note::Signed(request) } else { Note::Page(request) });
            }
            Fate::Shed { at, seconds } => {
                self.tally.sheds += 1;
                self.plan(at, client, Note::Shed(request, seconds));
            }
        }
    }
}

fn mark(since: &mut [Option<u64>], client: usize, holds: bool, now: u64) {
    if let Some(since) = since.get_mut(client) {
        *since = if holds { since.or(Some(now - OUTAGE)) } else { None };
    }
}
