//! The words after `herd`.

pub(super) const USAGE: &str = "sidewire-sim herd [--clients N] [--outage S] [--channels 1..3] [--handshakes-per-second H] \
     [--backlog B] [--requests-per-second R] [--server blind|noticing|newest] \
     [--sheds never|slots|silent|SECONDS] [--rtt MS] [--watch S] [--active THOUSANDTHS] [--seed K] \
     [--all | --small] [--json FILE] | [--json FILE] --sensitivity";

use super::server::{Discipline, Shedding};

/// One outage of one herd.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Scenario {
    /// How many clients.
    pub clients: u64,
    /// How many seconds the push server is away.
    pub outage: u64,
    /// Channels per client.
    pub channels: u8,
    /// Handshakes per second; 0 for no limit.
    pub handshakes: u64,
    /// Handshakes that wait at most.
    pub backlog: u64,
    /// Requests per second; 0 for no limit.
    pub requests: u64,
    /// Whom the server serves next.
    pub discipline: Discipline,
    /// What it does with too many.
    pub shedding: Shedding,
    /// A round trip in milliseconds.
    pub rtt: u64,
    /// Seconds watched from the start of the outage.
    pub watch: u64,
    /// Clients that got a message shortly before, in thousandths.
    pub active: u64,
    /// Where the randomness begins.
    pub seed: u64,
}

impl Scenario {
    /// A server that is limited by its handshakes: 500 per second, 1,000 may wait.
    pub const fn handshakes(clients: u64, outage: u64) -> Self {
        let (handshakes, backlog, requests) = (500, 1000, 0);
        let (discipline, shedding) = (Discipline::Blind, Shedding::Never);
        let (channels, rtt, watch, active, seed) = (1, 80, 300, 100, 1);
        Self {
            clients,
            outage,
            channels,
            handshakes,
            backlog,
            requests,
            discipline,
            shedding,
            rtt,
            watch,
            active,
            seed,
        }
    }

    /// A server that is limited by its requests: 5,000 per second.
    pub const fn requests(clients: u64, outage: u64, channels: u8) -> Self {
        let base = Self::handshakes(clients, outage);
        Self { handshakes: 0, requests: 5000, channels, watch: 600, ..base }
    }

    /// The gates of the design: both servers, with and without an outage, one channel and three.
    pub fn gates() -> Vec<Self> {
        let mut all = vec![Self::handshakes(10_000, 60)];
        for channels in [1, 3] {
            all.extend([0, 30].map(|outage| Self::requests(100_000, outage, channels)));
        }
        all
    }

    /// The same gates for a fiftieth of the clients before a fiftieth of the server: the same times in seconds of
    /// running.
    pub fn small_gates() -> Vec<Self> {
        let small = |gate: Self| Self {
            clients: if gate.requests == 0 { 2000 } else { gate.clients / 50 },
            handshakes: gate.handshakes / 5,
            backlog: gate.backlog / 5,
            requests: gate.requests / 50,
            ..gate
        };
        Self::gates().into_iter().map(small).collect()
    }

    /// What a policy that was fitted to one model would stumble over: other servers, networks and crowds.
    pub fn sensitivity() -> Vec<(&'static str, Self)> {
        let base = Self { clients: 4000, requests: 200, watch: 1800, ..Self::requests(4000, 0, 1) };
        let server = |discipline, shedding| Self { discipline, shedding, ..base };
        let kinds = vec![
            ("as in the gates", base),
            ("twice the capacity", Self { requests: 400, ..base }),
            ("five times the capacity", Self { requests: 1000, ..base }),
            ("two thirds of the capacity", Self { requests: 133, ..base }),
            ("round trip 10 ms", Self { rtt: 10, ..base }),
            ("round trip 300 ms", Self { rtt: 300, ..base }),
            ("round trip 1 s", Self { rtt: 1000, ..base }),
            ("nobody had news", Self { active: 0, ..base }),
            ("everybody had news", Self { active: 1000, ..base }),
            ("skips who gave up", server(Discipline::Noticing, Shedding::Never)),
            ("newest first", server(Discipline::NewestFirst, Shedding::Never)),
            ("503 without a word", server(Discipline::Blind, Shedding::Silent)),
            ("503, 1 s for everybody", server(Discipline::Blind, Shedding::Same(1))),
            ("503, 10 s for everybody", server(Discipline::Blind, Shedding::Same(10))),
            ("503, 30 s for everybody", server(Discipline::Blind, Shedding::Same(30))),
            ("503 with slots", server(Discipline::Blind, Shedding::Slots)),
        ];
        let places = [(1, 0), (3, 0), (1, 30), (3, 30)];
        let all = kinds.into_iter().flat_map(|(name, kind)| {
            places.map(|(channels, outage)| (name, Self { outage, channels, ..kind }))
        });
        all.collect()
    }

    /// The least seconds until all are back: what the server must do at its capacity, after the outage.
    #[allow(clippy::cast_precision_loss, reason = "figures for people")]
    pub fn bound(&self) -> f64 {
        let share =
            |work: u64, capacity: u64| if capacity == 0 { 0.0 } else { work as f64 / capacity as f64 };
        let requests = self.clients * (u64::from(self.channels) + 1);
        self.outage as f64 + share(self.clients, self.handshakes).max(share(requests, self.requests))
    }
}

#[derive(Default)]
struct Words {
    clients: Option<u64>,
    outage: Option<u64>,
    channels: Option<u64>,
    handshakes: Option<u64>,
    backlog: Option<u64>,
    requests: Option<u64>,
    discipline: Option<Discipline>,
    shedding: Option<Shedding>,
    rtt: Option<u64>,
    watch: Option<u64>,
    active: Option<u64>,
    seed: Option<u64>,
}

/// Which scenarios to run.
#[derive(Clone, Debug)]
pub(super) enum Choice {
    These(Vec<Scenario>),
    Sensitivity,
}

pub(super) fn read(mut words: impl Iterator<Item = String>) -> Result<(Choice, Option<String>), String> {
    let (mut told, mut gates, mut json) = (Words::default(), None, None);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--all" => gates = Some(Scenario::gates()),
            "--small" => gates = Some(Scenario::small_gates()),
            "--sensitivity" => return Ok((Choice::Sensitivity, json)),
            _ => {}
        }
        if matches!(word.as_str(), "--all" | "--small") {
            continue;
        }
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        let number = || value.parse::<u64>().map(Some).map_err(|error| format!("{word}: {error}"));
        match word.as_str() {
            "--clients" => told.clients = number()?,
            "--outage" => told.outage = number()?,
            "--channels" => told.channels = number()?,
            "--handshakes-per-second" => told.handshakes = number()?,
            "--backlog" => told.backlog = number()?,
            "--requests-per-second" | "--auths-per-second" => told.requests = number()?,
            "--server" => told.discipline = Some(discipline(&value)?),
            "--sheds" => told.shedding = Some(shedding(&value)?),
            "--rtt" => told.rtt = number()?,
            "--watch" => told.watch = number()?,
            "--active" => told.active = number()?,
            "--seed" => told.seed = number()?,
            "--json" => json = Some(value),
            _ => return Err(format!("{word} is unknown")),
        }
    }
    let base = gates.unwrap_or_else(|| vec![told.base()]);
    Ok((Choice::These(base.into_iter().map(|scenario| told.over(scenario)).collect()), json))
}

fn discipline(word: &str) -> Result<Discipline, String> {
    match word {
        "blind" => Ok(Discipline::Blind),
        "noticing" => Ok(Discipline::Noticing),
        "newest" => Ok(Discipline::NewestFirst),
        _ => Err(format!("--server {word} is unknown")),
    }
}

fn shedding(word: &str) -> Result<Shedding, String> {
    match word {
        "never" => Ok(Shedding::Never),
        "slots" => Ok(Shedding::Slots),
        "silent" => Ok(Shedding::Silent),
        seconds => seconds.parse().map(Shedding::Same).map_err(|_| format!("--sheds {word} is unknown")),
    }
}

impl Words {
    fn base(&self) -> Scenario {
        let (clients, outage) = (self.clients.unwrap_or(10_000), self.outage.unwrap_or(60));
        if self.requests.is_some() || clients > 10_000 {
            return Scenario::requests(clients, outage, 1);
        }
        Scenario::handshakes(clients, outage)
    }

    fn over(&self, base: Scenario) -> Scenario {
        let channels = self.channels.and_then(|channels| u8::try_from(channels.clamp(1, 3)).ok());
        Scenario {
            clients: self.clients.unwrap_or(base.clients),
            outage: self.outage.unwrap_or(base.outage),
            channels: channels.unwrap_or(base.channels),
            handshakes: self.handshakes.unwrap_or(base.handshakes),
            backlog: self.backlog.unwrap_or(base.backlog),
            requests: self.requests.unwrap_or(base.requests),
            discipline: self.discipline.unwrap_or(base.discipline),
            shedding: self.shedding.unwrap_or(base.shedding),
            rtt: self.rtt.unwrap_or(base.rtt),
            watch: self.watch.unwrap_or(base.watch),
            active: self.active.unwrap_or(base.active),
            seed: self.seed.unwrap_or(base.seed),
        }
    }
}
