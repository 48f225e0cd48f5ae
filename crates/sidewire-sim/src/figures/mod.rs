//! Politeness of the real engine over many seeds: `sidewire-sim figures`.

mod cases;

use std::process::ExitCode;

use cases::Case;

const USAGE: &str = "sidewire-sim figures [--seeds N] [--json FILE]";

/// A figure with the goal that it must reach.
#[derive(Clone, Debug)]
struct Figure {
    name: String,
    value: f64,
    goal: f64,
}

/// Runs the subcommand with the words after `figures`.
pub fn main(words: impl Iterator<Item = String>) -> ExitCode {
    let (seeds, json) = match read(words) {
        Ok(read) => read,
        Err(problem) => {
            eprintln!("{problem}\n{USAGE}");
            return ExitCode::from(2);
        }
    };
    let figures: Vec<Figure> = Case::ALL.iter().flat_map(|case| measure(*case, seeds)).collect();
    for figure in &figures {
        let verdict = if figure.value <= figure.goal { "ok" } else { "MISSED" };
        println!("{:<28} {:>9.2}  goal {:>6.1}  {verdict}", figure.name, figure.value, figure.goal);
    }
    let ok = figures.iter().all(|figure| figure.value <= figure.goal);
    let all: Vec<String> =
        figures.iter().map(|figure| format!(r#""{}":{:.3}"#, figure.name, figure.value)).collect();
    let line = format!(r#"{{"ok":{ok},"seeds":{seeds},{}}}"#, all.join(","));
    if let Some(file) = json
        && let Err(error) = std::fs::write(&file, format!("{line}\n"))
    {
        eprintln!("{file}: {error}");
        return ExitCode::from(2);
    }
    println!("{line}");
    ExitCode::from(u8::from(!ok))
}

fn read(mut words: impl Iterator<Item = String>) -> Result<(u64, Option<String>), String> {
    let (mut seeds, mut json) = (2000, None);
    while let Some(word) = words.next() {
        let value = words.next().ok_or_else(|| format!("{word} needs a value"))?;
        match word.as_str() {
            "--seeds" => seeds = value.parse::<u64>().map_err(|error| format!("{word}: {error}"))?.max(1),
            "--json" => json = Some(value),
            _ => return Err(format!("{word} is unknown")),
        }
    }
    Ok((seeds, json))
}

#[allow(clippy::cast_precision_loss, reason = "counts and milliseconds of minutes")]
fn measure(case: Case, seeds: u64) -> Vec<Figure> {
    let values: Vec<u64> = (0..seeds).map(|seed| case.value(seed)).collect();
    let (max, sum) = (values.iter().copied().max().unwrap_or(0), values.iter().sum::<u64>());
    let (name, goal) = case.goal();
    let mut figures = vec![Figure { name: format!("{name}Max"), value: max as f64, goal }];
    if let Some(goal) = case.mean_goal() {
        let value = sum as f64 / seeds as f64;
        figures.push(Figure { name: format!("{name}Mean"), value, goal });
    }
    figures
}
