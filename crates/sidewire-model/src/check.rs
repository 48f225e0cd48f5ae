//! Runs the checker over one scope.

use std::time::{Duration, Instant};

use stateright::{Checker, CheckerBuilder, HasDiscoveries, Model};

use crate::model::SyncModel;
use crate::rule::Rule;
use crate::setup::{Setup, SetupError};

/// What a run came to.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// What was explored.
    pub setup: Setup,
    /// Different states.
    pub states: usize,
    /// States reached, each counted as often as it was.
    pub generated: usize,
    /// Steps on the longest path.
    pub depth: usize,
    /// How long it took.
    pub time: Duration,
    /// Everything was explored and nothing found.
    pub complete: bool,
    /// What was found: the first of each rule.
    pub violations: Vec<Violation>,
}

/// A rule that was broken.
#[derive(Clone, Debug)]
pub struct Violation {
    /// Which rule.
    pub rule: Rule,
    /// What was seen.
    pub detail: String,
    /// How it came about, a line a step.
    pub path: Vec<String>,
}

/// Explores a setup on so many threads; `most_states` ends a run that generates more, and leaves it incomplete.
///
/// Depth first, because that keeps few states in memory. If a rule breaks, the search is made again breadth first,
/// because that finds a short path.
pub fn check(setup: Setup, threads: usize, most_states: Option<usize>) -> Result<Outcome, SetupError> {
    let started = Instant::now();
    let checker = builder(setup, threads, most_states)?.spawn_dfs().join();
    let broken = !checker.discoveries().is_empty();
    let mut violations = Vec::new();
    if broken {
        violations = self::violations(&builder(setup, threads, most_states)?.spawn_bfs().join());
        if violations.is_empty() {
            violations = self::violations(&checker);
        }
    }
    let generated = checker.state_count();
    Ok(Outcome {
        setup,
        states: checker.unique_state_count(),
        generated,
        depth: checker.max_depth(),
        time: started.elapsed(),
        complete: !broken && most_states.is_none_or(|most| generated < most),
        violations,
    })
}

fn builder(
    setup: Setup,
    threads: usize,
    most_states: Option<usize>,
) -> Result<CheckerBuilder<SyncModel>, SetupError> {
    let builder = SyncModel::new(setup)?.checker();
    let builder = builder.threads(threads.max(1)).finish_when(HasDiscoveries::AnyFailures);
    Ok(match most_states {
        Some(most) => builder.target_state_count(most),
        None => builder,
    })
}

fn violations(checker: &impl Checker<SyncModel>) -> Vec<Violation> {
    let mut discoveries = checker.discoveries();
    let mut found = Vec::new();
    for rule in Rule::ALL {
        let Some(path) = discoveries.remove(rule.name()) else { continue };
        let steps = path.into_vec();
        let model = checker.model();
        let detail = steps.last().map(|(state, _)| model.explain(rule, state)).unwrap_or_default();
        let mut lines = Vec::new();
        for (number, (state, action)) in steps.iter().enumerate() {
            lines.push(format!("     {state}"));
            lines.extend(action.map(|action| format!("{:3}. {}", number + 1, action.describe(state))));
        }
        found.push(Violation { rule, detail, path: lines });
    }
    found
}
