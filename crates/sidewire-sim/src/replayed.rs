//! `sidewire-sim replay FILE`: runs a trace that somebody exported, and tells what the engine did and where it stands.

use std::fmt::Write as _;
use std::process::ExitCode;

use sidewire_core::trace::replay;

const USAGE: &str = "sidewire-sim replay FILE";

/// Runs the command line.
pub fn main(mut words: impl Iterator<Item = String>) -> ExitCode {
    let Some(file) = words.next() else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    let told = std::fs::read_to_string(&file).map_err(|error| error.to_string()).and_then(|text| tell(&text));
    match told {
        Ok(told) => {
            println!("{told}");
            ExitCode::SUCCESS
        }
        Err(problem) => {
            eprintln!("{file}: {problem}");
            println!(r#"{{"ok":false}}"#);
            ExitCode::FAILURE
        }
    }
}

/// Every effect and event, a line each, then one line of JSON with the state in the end.
pub fn tell(trace: &str) -> Result<String, String> {
    let replayed = replay::run(trace).map_err(|error| error.to_string())?;
    let status = replayed.engine.status();
    let lines = replayed.output.lines().count();
    let inputs = trace.lines().filter(|line| !line.trim().is_empty()).count().saturating_sub(1);
    let mut told = replayed.output;
    // Writing to a String cannot fail.
    let _ = write!(
        told,
        r#"{{"ok":true,"inputs":{inputs},"lines":{lines},"status":"{}","hash":"{:016x}"}}"#,
        status.as_str(),
        replayed.hash
    );
    Ok(told)
}
