//! What a server restart does to many clients, each of them the shipped engine: `sidewire-sim herd`.
//!
//! The model: all sockets are lost at once; the push side is away for a while and REST stays up. Two kinds of
//! server: one that takes so many handshakes per second and refuses what exceeds its backlog, and one that serves so
//! many requests per second, authorisation, catch-up and polls together in order of arrival, and does the work of
//! requests that were given up. Before the outage all clients connect and come to rest; one in ten got a message
//! shortly before it, so it polls quickly. The rivals' policies run against the same servers.

mod engine;
mod options;
mod report;
mod rivals;
mod server;
mod sim;

use std::process::ExitCode;

use engine::EngineClient;
use options::Choice;
pub use options::Scenario;
pub use report::Row;
use rivals::{Rival, RivalClient};
use server::{Capacity, Server};
pub use server::{Discipline, Shedding};
use sim::{Client, Herd, OUTAGE, Tally};

use crate::rng::Rng;

/// Whose clients, and with which server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Variant {
    /// The shipped engine, with a server that only queues.
    Ours,
    /// The shipped engine, with a server that sheds with a slot for each request.
    OursSlotted,
    /// The seeds' policy.
    Seeds,
    /// pusher-js.
    PusherJs,
}

impl Variant {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 4] = [Self::Ours, Self::OursSlotted, Self::Seeds, Self::PusherJs];

    /// For people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Ours => "sidewire",
            Self::OursSlotted => "sidewire, slotted Retry-After",
            Self::Seeds => "seeds v2.2: 2-4-8 s, then poll 3 s",
            Self::PusherJs => "pusher-js: 1 s flat",
        }
    }
}

/// Runs one variant of a scenario.
///
/// # Errors
/// If the engine refused its configuration.
pub fn run(scenario: &Scenario, variant: Variant) -> Result<Row, String> {
    let (channels, mut seeds) = (scenario.channels, Rng::new(scenario.seed));
    let tally = match variant {
        Variant::Ours | Variant::OursSlotted => {
            let config = engine::config().map_err(|error| error.to_string())?;
            let client = |_| EngineClient::new(config.clone(), seeds.next_u64(), channels);
            drive(scenario, variant, (0..scenario.clients).map(client).collect())
        }
        Variant::Seeds => drive(scenario, variant, rivals(scenario, Rival::Seeds)),
        Variant::PusherJs => drive(scenario, variant, rivals(scenario, Rival::PusherJs)),
    };
    Ok(Row::new(scenario, variant, &tally))
}

fn rivals(scenario: &Scenario, rival: Rival) -> Vec<RivalClient> {
    (0..scenario.clients).map(|_| RivalClient::new(rival, scenario.channels)).collect()
}

fn drive<C: Client>(scenario: &Scenario, variant: Variant, clients: Vec<C>) -> Tally {
    let capacity = Capacity {
        handshakes: scenario.handshakes,
        backlog: scenario.backlog,
        requests: scenario.requests,
        discipline: scenario.discipline,
        shedding: if variant == Variant::OursSlotted { Shedding::Slots } else { scenario.shedding },
        rtt: scenario.rtt,
    };
    let server = Server::new(capacity, (OUTAGE, OUTAGE + scenario.outage * 1000));
    let seed = scenario.seed ^ 0x5EED;
    let herd = Herd::new(clients, server, scenario.rtt, scenario.channels, scenario.active, seed);
    herd.run(scenario.watch * 1000)
}

/// Runs the subcommand with the words after `herd`.
pub fn main(words: impl Iterator<Item = String>) -> ExitCode {
    let (choice, json) = match options::read(words) {
        Ok(read) => read,
        Err(problem) => {
            eprintln!("{problem}\n{}", options::USAGE);
            return ExitCode::from(2);
        }
    };
    let told = match choice {
        Choice::These(scenarios) => compare(&scenarios),
        Choice::Sensitivity => sensitivity(),
    };
    let (ok, line) = match told {
        Ok(told) => told,
        Err(problem) => {
            eprintln!("{problem}");
            return ExitCode::from(2);
        }
    };
    if let Some(file) = json
        && let Err(error) = std::fs::write(&file, format!("{line}\n"))
    {
        eprintln!("{file}: {error}");
        return ExitCode::from(2);
    }
    println!("{line}");
    ExitCode::from(u8::from(!ok))
}

/// Every policy against the same servers.
fn compare(scenarios: &[Scenario]) -> Result<(bool, String), String> {
    let mut rows = Vec::new();
    for scenario in scenarios {
        println!("{}", report::title(scenario));
        for variant in Variant::ALL {
            if variant == Variant::OursSlotted && scenario.requests == 0 {
                continue;
            }
            let row = run(scenario, variant)?;
            println!("{}", row.line());
            rows.push(row);
        }
    }
    Ok(report::summary(&rows))
}

/// Our policy against other servers, networks and crowds than those of the gates.
fn sensitivity() -> Result<(bool, String), String> {
    let mut rows = Vec::new();
    println!("{}", report::SENSITIVITY_TITLE);
    for group in Scenario::sensitivity().chunks(4) {
        let mut found = Vec::new();
        for (_, scenario) in group {
            found.push(run(scenario, Variant::Ours)?);
        }
        let name = group.first().map_or("", |(name, _)| *name);
        println!("{}", report::sensitivity_line(name, &found));
        rows.push((name, found));
    }
    Ok(report::sensitivity_summary(&rows))
}
