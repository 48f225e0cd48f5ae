//! Mechanisms that stand in for each other, two by two: one alone keeps what both promise, and the suite notices when
//! neither is left.

use sidewire_core::defect::{Defect, plant};

use crate::run::run_drill;

/// Two mechanisms, and the rule about what they promise together.
pub const PAIRS: &[([Defect; 2], &str)] = &[
    ([Defect::NoHeartbeat, Defect::NoReconcile], "R1"),
    ([Defect::NoCatchUpOnAck, Defect::NoReconcile], "R2"),
    ([Defect::NoGapRepair, Defect::NoReconcile], "R3"),
    ([Defect::NoCoverPolling, Defect::NoProbes], "R4"),
    ([Defect::NoSubscribeTimeout, Defect::NoCoverPolling], "R5"),
    ([Defect::LastRefreshDropped, Defect::NoReconcile], "R6"),
    ([Defect::NoWakeDetection, Defect::NoHeartbeat], "R7"),
    ([Defect::NoNudge, Defect::NoProbes], "R8"),
];

/// What became of a pair.
#[derive(Clone, Debug)]
pub struct Both {
    /// The mechanisms that were switched off.
    pub defects: [Defect; 2],
    /// The rule about what they promise together.
    pub rule: &'static str,
    /// The first seed that noticed both missing.
    pub found: Option<(u64, String)>,
    /// A seed in which one alone did not keep the promise: then they do not stand in for each other.
    pub not_kept: Option<(Defect, u64)>,
}

impl Both {
    /// Neither is missed while the other one is there, and both are.
    pub const fn holds(&self) -> bool {
        self.found.is_some() && self.not_kept.is_none()
    }
}

/// Runs drills with both mechanisms off until the rule notices, and as many `alone` with each off for itself.
pub fn hunt_pair(pair: usize, seeds: u64, alone: u64) -> Option<Both> {
    let (defects, rule) = *PAIRS.get(pair)?;
    let broken = |seed| run_drill(seed, false).violation.filter(|broken| broken.rule == rule);
    plant(&defects);
    let found = (0..seeds).find_map(|seed| broken(seed).map(|broken| (seed, broken.detail)));
    let not_kept = defects.into_iter().find_map(|defect| {
        plant(&[defect]);
        (0..alone).find(|seed| broken(*seed).is_some()).map(|seed| (defect, seed))
    });
    plant(&[]);
    Some(Both { defects, rule, found, not_kept })
}

/// The lines for people.
pub(super) fn lines(pairs: &[Both]) -> String {
    let mut text = String::new();
    for Both { defects: [one, other], rule, found, not_kept } in pairs {
        let name = format!("{one:?} + {other:?}");
        let outcome =
            found.as_ref().map_or_else(|| "NOT FOUND".to_owned(), |(seed, _)| format!("{seed:>6}  {rule}"));
        let alone = match not_kept {
            None => "each alone keeps the promise".to_owned(),
            Some((defect, seed)) => format!("BUT {defect:?} ALONE BREAKS IT, seed {seed}"),
        };
        text.push_str(&format!("{name:<38} {outcome:<10}  {alone}\n"));
        if let Some((_, detail)) = found {
            let detail: String = detail.chars().take(110).collect();
            text.push_str(&format!("{:<38} {:>6}  {detail}\n", "", ""));
        }
    }
    text
}
