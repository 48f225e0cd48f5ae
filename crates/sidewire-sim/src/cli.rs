//! The command line: `sidewire-sim --seeds N [--from K] [--threads T] [--json FILE]`, `--seed N` to replay one,
//! `defects` to plant every defect, `replay FILE` to run an exported trace.

use std::fmt::Write as _;
use std::process::ExitCode;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::drills::Drill;
use crate::run::{Outcome, run};
use crate::script::Plan;
use crate::world::Stats;

const USAGE: &str = "sidewire-sim --seeds N [--from K] [--threads T] [--json FILE] | --seed N [--shrink] [--plant DEFECT] | defects [--seeds N] | replay FILE";
/// Every so many seeds one is run twice, to see that equal seeds give equal traces (S16).
const TWICE_EVERY: u64 = 64;
/// Violations listed in full.
const LISTED: usize = 40;

#[derive(Clone, Debug)]
struct Options {
    from: u64,
    seeds: u64,
    threads: usize,
    replay: Option<u64>,
    /// Reduce the plan of the seed that is replayed.
    shrink: bool,
    /// Plant every defect instead.
    defects: bool,
    json: Option<String>,
}

/// What all seeds came to.
#[derive(Debug, Default)]
struct Sum {
    seeds: u64,
    simulated: u64,
    /// Most fetches in a minute that no command asked for, and the seed that made them.
    rest_peak: (usize, u64),
    stats: Stats,
    broken: Vec<Outcome>,
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let mut words = std::env::args().skip(1).peekable();
    if words.next_if_eq("herd").is_some() {
        return crate::herd::main(words);
    }
    if words.next_if_eq("figures").is_some() {
        return crate::figures::main(words);
    }
    if words.next_if_eq("replay").is_some() {
        return crate::replayed::main(words);
    }
    let options = match read(words) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    if options.replay.is_none() {
        // A panic is caught and told with its seed; the default hook would only flood the screen.
        std::panic::set_hook(Box::new(|_| {}));
    }
    if options.defects {
        return hunt(&options);
    }
    if let Some(seed) = options.replay.filter(|_| options.shrink) {
        return shrunk(seed);
    }
    let started = Instant::now();
    let mut sum = options.replay.map_or_else(|| run_all(&options, started), replay);
    sum.broken.sort_by_key(|outcome| outcome.seed);
    let seconds = started.elapsed().as_secs_f64().max(0.001);
    let line = report(&sum, seconds);
    if let Some(file) = &options.json
        && let Err(error) = std::fs::write(file, format!("{line}\n"))
    {
        eprintln!("{file}: {error}");
        return ExitCode::from(2);
    }
    println!("{line}");
    ExitCode::from(u8::from(!sum.broken.is_empty()))
}

#[cfg(feature = "defects")]
fn hunt(options: &Options) -> ExitCode {
    let hunts = crate::defects::hunt_all(options.seeds, options.threads);
    let (text, ok) = crate::defects::report(&hunts);
    println!("{text}");
    ExitCode::from(u8::from(!ok))
}

#[cfg(not(feature = "defects"))]
fn hunt(_: &Options) -> ExitCode {
    eprintln!("built without defects: cargo run -p sidewire-sim --release --features defects -- defects");
    ExitCode::from(2)
}

fn read(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut options =
        Options { from: 0, seeds: 1000, threads: 1, replay: None, shrink: false, defects: false, json: None };
    while let Some(word) = words.next() {
        if word == "defects" {
            options = Options { defects: true, seeds: 2000, threads: cores, ..options };
            continue;
        }
        if word == "--shrink" {
            options.shrink = true;
            continue;
        }
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        let number = || value.parse::<u64>().map_err(|error| format!("{word}: {error}"));
        match word.as_str() {
            "--from" => options.from = number()?,
            "--seeds" => options.seeds = number()?,
            "--seed" => options.replay = Some(number()?),
            "--threads" => options.threads = usize::try_from(number()?.clamp(1, 256)).unwrap_or(1),
            "--plant" => plant(&value)?,
            "--json" => options.json = Some(value),
            _ => return Err(format!("{word} is unknown")),
        }
    }
    Ok(options)
}

/// Plants defects by their names, with `+` between them, in this thread: for `--seed`.
#[cfg(feature = "defects")]
fn plant(name: &str) -> Result<(), String> {
    let find = |name: &str| {
        let mut all = sidewire_core::defect::Defect::ALL.iter();
        all.find(|defect| format!("{defect:?}") == name).copied().ok_or_else(|| format!("no defect {name}"))
    };
    let defects: Vec<_> = name.split('+').map(find).collect::<Result<_, _>>()?;
    sidewire_core::defect::plant(&defects);
    Ok(())
}

#[cfg(not(feature = "defects"))]
fn plant(_: &str) -> Result<(), String> {
    Err("built without defects: add --features defects".to_owned())
}

fn shrunk(seed: u64) -> ExitCode {
    match crate::shrink::shrink(&Plan::draw(seed)) {
        Some(plan) => print!("{}", crate::shrink::lines(&plan)),
        None => println!("the plan of seed {seed} breaks no rule; its drill is \"{}\"", Drill::of(seed).name),
    }
    ExitCode::SUCCESS
}

fn replay(seed: u64) -> Sum {
    let mut sum = Sum::default();
    sum.add(run(seed, true));
    sum
}

fn run_all(options: &Options, started: Instant) -> Sum {
    let next = AtomicU64::new(options.from);
    let sum = Mutex::new(Sum::default());
    let end = options.from.saturating_add(options.seeds);
    std::thread::scope(|scope| {
        for _ in 0..options.threads {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= end {
                        return;
                    }
                    let outcome = run_checked(seed);
                    let mut sum = sum.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
                    sum.add(outcome);
                    if sum.seeds.is_multiple_of(10_000) {
                        let seconds = started.elapsed().as_secs();
                        eprintln!("{} seeds, {} violations, {seconds} s", sum.seeds, sum.broken.len());
                    }
                }
            });
        }
    });
    sum.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Runs a seed, some of them twice.
fn run_checked(seed: u64) -> Outcome {
    let mut outcome = run(seed, false);
    if seed.is_multiple_of(TWICE_EVERY) && outcome.violation.is_none() {
        let again = run(seed, false);
        if again.hash != outcome.hash {
            let detail = format!("trace {:x}, then {:x}", outcome.hash, again.hash);
            outcome.violation = Some(crate::Violation { rule: "S16", at: 0, detail });
        }
    }
    outcome
}

impl Sum {
    fn add(&mut self, outcome: Outcome) {
        self.seeds += 1;
        self.simulated += outcome.simulated;
        self.rest_peak = self.rest_peak.max((outcome.rest_peak, outcome.seed));
        self.stats.add(outcome.stats);
        if outcome.violation.is_some() {
            self.broken.push(outcome);
        }
    }
}

/// Tells everything for people and returns the line for machines.
#[allow(clippy::cast_precision_loss, reason = "figures for people")]
fn report(sum: &Sum, seconds: f64) -> String {
    let mut rules = std::collections::BTreeMap::<&str, (u64, u64)>::new();
    for outcome in &sum.broken {
        let Some(violation) = &outcome.violation else { continue };
        let entry = rules.entry(violation.rule).or_insert((0, outcome.seed));
        entry.0 += 1;
    }
    for outcome in sum.broken.iter().take(LISTED) {
        let Some(violation) = &outcome.violation else { continue };
        println!("seed {}: {} at {} ms: {}", outcome.seed, violation.rule, violation.at, violation.detail);
    }
    for (rule, (count, first)) in &rules {
        println!("{rule}: {count} seeds, the first {first}");
    }
    let (stats, per_second) = (sum.stats, sum.seeds as f64 / seconds);
    println!(
        "{} seeds in {seconds:.1} s, {per_second:.0} per second; {:.1} simulated days; {} steps, {} faults, {} sockets, \
         {} fetches (at most {} a minute unasked, seed {}), {} authorisations, {} sends",
        sum.seeds,
        sum.simulated as f64 / 86_400_000.0,
        stats.steps,
        stats.faults,
        stats.opens,
        stats.fetches,
        sum.rest_peak.0,
        sum.rest_peak.1,
        stats.auths,
        stats.sends,
    );
    let mut line = String::new();
    let (ok, broken) = (sum.broken.is_empty(), sum.broken.len());
    // Writing to a String cannot fail.
    let _ = write!(
        line,
        r#"{{"ok":{ok},"seeds":{},"violations":{broken},"seedsPerSecond":{per_second:.0}"#,
        sum.seeds
    );
    let _ =
        write!(line, r#","steps":{},"faults":{},"simulatedMs":{}"#, stats.steps, stats.faults, sum.simulated);
    let failing: Vec<String> =
        sum.broken.iter().take(LISTED).map(|outcome| outcome.seed.to_string()).collect();
    let _ = write!(line, r#","failingSeeds":[{}]}}"#, failing.join(","));
    line
}
