//! The command line: `sidewire-model` runs the two scopes of the build; options make one scope of your own.

use std::process::ExitCode;

use crate::check::{Outcome, check};
use crate::setup::{Dialect, Mistake, Scope, Setup};

const USAGE: &str = "sidewire-model [--messages N] [--faults N] [--actions N] [--timers N] [--warm N] [--page N]\n\
    \x20 [--dialect revisions|sequences|times] [--liveness on|off] [--threads N]\n\
    \x20 [--max-states N] [--mistake no-ack|no-catch-up|deaf|closes-nothing|mixed]";

/// Small enough for every build.
const SMALL: [Scope; 2] = [
    Scope { messages: 2, faults: 1, actions: 1, timers: 1 },
    Scope { messages: 3, faults: 0, actions: 2, timers: 0 },
];

#[derive(Clone, Debug)]
struct Options {
    setup: Setup,
    /// A scope was given; otherwise the small ones run.
    own_scope: bool,
    threads: usize,
    most_states: Option<usize>,
}

/// Runs the command line.
pub fn main() -> ExitCode {
    let options = match read(std::env::args().skip(1)) {
        Ok(options) => options,
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    // A panic of the engine is caught and told with its path; the default hook would only flood the screen.
    std::panic::set_hook(Box::new(|_| {}));
    let scopes = if options.own_scope { vec![options.setup.scope] } else { SMALL.to_vec() };
    let mut outcomes = Vec::new();
    for scope in scopes {
        let setup = Setup { scope, ..options.setup };
        match check(setup, options.threads, options.most_states) {
            Ok(outcome) => {
                tell(&outcome);
                outcomes.push(outcome);
            }
            Err(problem) => {
                eprintln!("{problem}");
                return ExitCode::from(2);
            }
        }
    }
    println!("{}", line(&outcomes));
    ExitCode::from(u8::from(!outcomes.iter().all(|outcome| outcome.complete)))
}

fn read(mut words: impl Iterator<Item = String>) -> Result<Options, String> {
    let mut options = Options { setup: Setup::default(), own_scope: false, threads: 1, most_states: None };
    let setup = &mut options.setup;
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        let number = || value.parse::<usize>().map_err(|error| format!("{word}: {error}"));
        let small = || value.parse::<u8>().map_err(|error| format!("{word}: {error}"));
        if !options.own_scope && ["--messages", "--faults", "--actions", "--timers"].contains(&&*word) {
            options.own_scope = true;
            setup.scope = Scope::default();
        }
        match word.as_str() {
            "--messages" => setup.scope.messages = small()?,
            "--faults" => setup.scope.faults = small()?,
            "--actions" => setup.scope.actions = small()?,
            "--timers" => setup.scope.timers = small()?,
            "--warm" => setup.warm = number()?,
            "--page" => setup.page = small()?.into(),
            "--dialect" => setup.dialect = dialect(&value)?,
            "--mistake" => setup.mistake = mistake(&value)?,
            "--liveness" => setup.liveness = value != "off",
            "--threads" => options.threads = number()?.clamp(1, 256),
            "--max-states" => options.most_states = Some(number()?),
            _ => return Err(format!("{word} is unknown")),
        }
    }
    Ok(options)
}

fn dialect(name: &str) -> Result<Dialect, String> {
    match name {
        "revisions" => Ok(Dialect::Revisions),
        "sequences" => Ok(Dialect::Sequences),
        "times" => Ok(Dialect::Times),
        _ => Err(format!("no dialect {name}")),
    }
}

fn mistake(name: &str) -> Result<Mistake, String> {
    match name {
        "no-ack" => Ok(Mistake::NoAcknowledgement),
        "no-catch-up" => Ok(Mistake::NoCatchUpAfterSecondAck),
        "deaf" => Ok(Mistake::DeafToUnsubscribe),
        "closes-nothing" => Ok(Mistake::ClosesNothing),
        "mixed" => Ok(Mistake::MixedSessions),
        _ => Err(format!("no mistake {name}")),
    }
}

fn tell(outcome: &Outcome) {
    let Setup { scope, warm, page, dialect, .. } = outcome.setup;
    let Scope { messages, faults, actions, timers } = scope;
    println!(
        "{{{messages},{faults},{actions},{timers}}} messages, faults, actions, timers; {warm} warm, pages of {page}, {dialect:?}: \
         {} states, {} generated, depth {}, {:.1} s, {}",
        outcome.states,
        outcome.generated,
        outcome.depth,
        outcome.time.as_secs_f64(),
        if outcome.complete { "complete" } else { "NOT complete" },
    );
    for violation in &outcome.violations {
        println!("{}: {}", violation.rule, violation.detail);
        for line in &violation.path {
            println!("  {line}");
        }
    }
}

/// The line for machines.
fn line(outcomes: &[Outcome]) -> String {
    let scopes: Vec<String> = outcomes.iter().map(scope_json).collect();
    let ok = outcomes.iter().all(|outcome| outcome.complete);
    let violations: usize = outcomes.iter().map(|outcome| outcome.violations.len()).sum();
    format!(r#"{{"ok":{ok},"scopes":[{}],"violations":{violations}}}"#, scopes.join(","))
}

fn scope_json(outcome: &Outcome) -> String {
    let Scope { messages, faults, actions, timers } = outcome.setup.scope;
    format!(
        r#"{{"messages":{messages},"faults":{faults},"actions":{actions},"timers":{timers},"states":{},"generated":{},"depth":{},"seconds":{:.1},"complete":{}}}"#,
        outcome.states,
        outcome.generated,
        outcome.depth,
        outcome.time.as_secs_f64(),
        outcome.complete,
    )
}
