//! The policies to compare with, as small machines. Neither reads the log after a return, which favours them.

use super::sim::{Act, Client, Note};

/// How long rivals wait for a signature.
const PATIENCE: u64 = 10_000;
/// The seeds' polling interval.
const POLL: u64 = 3000;

/// Whose policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Rival {
    /// 2, 4, 8 s without jitter, then polling every 3 s for ever; a failed authorisation means polling as well.
    Seeds,
    /// pusher-js: 1 s flat; a failed authorisation is never repeated.
    PusherJs,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Waiting(u64),
    Open,
    Polling(u64),
}

/// One client with such a policy.
#[derive(Clone, Debug)]
pub(crate) struct RivalClient {
    rival: Rival,
    state: State,
    channels: u8,
    joined: u8,
    tries: u32,
    socket: u32,
    requests: u32,
    /// The request of the first channel on this socket; the others follow.
    first: u32,
}

impl RivalClient {
    /// A client that will watch so many channels.
    pub(crate) const fn new(rival: Rival, channels: u8) -> Self {
        Self { rival, state: State::Open, channels, joined: 0, tries: 0, socket: 0, requests: 0, first: 0 }
    }

    fn open(&mut self, acts: &mut Vec<Act>) {
        self.socket += 1;
        self.state = State::Open;
        acts.push(Act::Open(self.socket));
    }

    fn lost(&mut self, now: u64) {
        self.joined = 0;
        self.state = match self.rival {
            Rival::PusherJs => State::Waiting(now + 1000),
            Rival::Seeds if self.tries < 3 => {
                self.tries += 1;
                State::Waiting(now + (1000 << self.tries))
            }
            Rival::Seeds => State::Polling(now + POLL),
        };
    }

    fn established(&mut self, acts: &mut Vec<Act>) {
        self.first = self.requests + 1;
        for _ in 0..self.channels {
            self.requests += 1;
            acts.push(Act::Auth(self.requests, PATIENCE));
        }
    }

    /// The channel that a signature is for, if its socket is the present one.
    fn channel(&self, request: u32) -> Option<u8> {
        let index = request.checked_sub(self.first)?;
        u8::try_from(index).ok().filter(|index| *index < self.channels).map(|index| index + 1)
    }

    fn timer_due(&mut self, now: u64, acts: &mut Vec<Act>) {
        match self.state {
            State::Waiting(_) => self.open(acts),
            State::Polling(_) => {
                self.requests += 1;
                self.state = State::Polling(now + POLL);
                acts.extend([Act::Read(self.requests, u64::MAX), Act::Polled]);
            }
            State::Open => {}
        }
    }
}

impl Client for RivalClient {
    fn handle(&mut self, now: u64, note: Note, acts: &mut Vec<Act>) {
        match note {
            Note::Start(1) => self.open(acts),
            Note::Timer => self.timer_due(now, acts),
            Note::Lost => self.lost(now),
            Note::Refused(socket) if socket == self.socket => self.lost(now),
            Note::Established(socket) if socket == self.socket => self.established(acts),
            Note::Signed(request) => {
                let channel = self.channel(request).filter(|_| self.state == State::Open);
                acts.extend(channel.map(|channel| Act::Subscribe(self.socket, channel)));
            }
            Note::Joined(socket, _) if socket == self.socket && self.state == State::Open => {
                self.joined += 1;
                self.tries = 0;
            }
            Note::TimedOut(request) | Note::Shed(request, _)
                if self.rival == Rival::Seeds && self.channel(request).is_some() =>
            {
                self.joined = 0;
                self.state = State::Polling(now + POLL);
            }
            Note::Start(_)
            | Note::News
            | Note::Refused(_)
            | Note::Established(_)
            | Note::Joined(..)
            | Note::Pong(_)
            | Note::Page(_)
            | Note::Shed(..)
            | Note::TimedOut(_) => {}
        }
    }

    fn timer(&self) -> Option<u64> {
        match self.state {
            State::Waiting(at) | State::Polling(at) => Some(at),
            State::Open => None,
        }
    }

    fn shown(&self) -> bool {
        self.state == State::Open && self.joined > 0
    }

    fn back(&self) -> bool {
        self.state == State::Open && self.joined == self.channels
    }
}
