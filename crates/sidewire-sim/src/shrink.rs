//! From a failing plan to a small one: halves are left out first, then ever smaller parts, then single actions.

use crate::action::Action;
use crate::run::run_script;
use crate::script::Plan;

/// A plan that breaks the same rule as `plan` does, with as few actions as could be found; `None` if it breaks none.
pub fn shrink(plan: &Plan) -> Option<Plan> {
    let rule = run_script(plan, false).violation?.rule;
    let mut small = plan.clone();
    small.actions.sort_by_key(|(at, _)| *at);
    let fails = |plan: &Plan| run_script(plan, false).violation.is_some_and(|broken| broken.rule == rule);
    if !fails(&small) {
        // Actions of one moment happen in the order in which they were planned, so sorting changes nothing; but a
        // plan that only fails unsorted is kept as it is.
        small.actions.clone_from(&plan.actions);
    }
    let mut size = small.actions.len().div_ceil(2);
    while size > 0 {
        let less = without_parts(&mut small, size, &fails);
        size = if less && size == 1 { 1 } else { size / 2 };
    }
    Some(small)
}

/// Leaves out every part of so many actions that is not needed; tells whether there was one.
fn without_parts(plan: &mut Plan, size: usize, fails: &impl Fn(&Plan) -> bool) -> bool {
    let (mut start, mut less) = (0, false);
    while start < plan.actions.len() {
        let end = (start + size).min(plan.actions.len());
        let mut candidate = plan.clone();
        candidate.actions.drain(start..end);
        if fails(&candidate) {
            *plan = candidate;
            less = true;
        } else {
            start = end;
        }
    }
    less
}

/// The plan as lines for a named test. They need `use Fault::*`, `Mode::*`, `Path::*`, `ServerAction::*` and
/// `UserAction::*`.
pub fn lines(plan: &Plan) -> String {
    let mut text = format!("// {:?}\n// {:?}\n", plan.config, plan.traits);
    text.push_str(&format!("let safety_ends = {};\nlet actions = [\n", plan.safety_ends));
    for (at, action) in &plan.actions {
        let action = match action {
            Action::User(user) => format!("Action::User({user:?})"),
            Action::Server(server) => format!("Action::Server({server:?})"),
            Action::Fault(fault) => format!("Action::Fault({fault:?})"),
            Action::Dial(_)
            | Action::Down(..)
            | Action::Up(..)
            | Action::Arrive(_)
            | Action::Answer(..)
            | Action::StoreWork(..)
            | Action::Stored(..)
            | Action::Publish(_) => format!("/* only the world plans this */ {action:?}"),
        };
        text.push_str(&format!("    ({at}, {action}),\n"));
    }
    text.push_str("];\n");
    text
}

#[cfg(all(test, feature = "defects"))]
mod tests {
    use sidewire_core::defect::{Defect, plant};

    use super::*;

    #[test]
    fn failing_plans_shrink_to_thirty_actions_at_most() {
        for (defect, seed) in [
            (Defect::OlderVersionWins, 12),
            (Defect::ArrivalOrder, 1),
            (Defect::OrphanSubscription, 28),
            (Defect::NoConnectTimeout, 58),
            (Defect::StopKeepsRequests, 97),
        ] {
            plant(&[defect]);
            let plan = Plan::draw(seed);
            let rule = run_script(&plan, false).violation.map(|broken| broken.rule);
            let small = shrink(&plan).unwrap_or_else(|| panic!("{defect:?} is not found by seed {seed}"));
            let still = run_script(&small, false).violation.map(|broken| broken.rule);
            plant(&[]);

            assert!(small.actions.len() <= 30, "{defect:?}: {} actions", small.actions.len());
            assert_eq!(still, rule, "{defect:?}");
            assert_eq!(run_script(&small, false).violation, None, "{defect:?} healed");
        }
    }
}
