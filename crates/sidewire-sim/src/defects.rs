//! Planted defects: every mechanism of the engine is switched off once, and a rule about it has to notice. Those that
//! stand in for each other are switched off two by two as well.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use sidewire_core::defect::{Defect, plant};

mod pairs;

pub use pairs::{Both, PAIRS, hunt_pair};

use crate::run::{run_drill, run_script};
use crate::script::Plan;

/// Seeds in which one of a pair alone has to keep the promise of both.
const ALONE: u64 = 300;

/// What became of one planted defect.
#[derive(Clone, Debug)]
pub struct Hunt {
    /// The mechanism that was switched off.
    pub defect: Defect,
    /// The first seed that noticed and the rule that did; `None` when none did.
    pub found: Option<(u64, &'static str, String)>,
}

/// The rules that are about what a defect breaks; another one that breaks as well proves nothing.
#[allow(clippy::wildcard_enum_match_arm, reason = "two halves of one table")]
pub const fn rules(defect: Defect) -> &'static [&'static str] {
    match defect {
        Defect::NoHeartbeat | Defect::NoPongTimeout => &["H1"],
        Defect::NoConnectTimeout | Defect::NoProbes | Defect::NoSubscribeTimeout => &["L4"],
        Defect::StaleSocketHeard => &["S12"],
        Defect::OldSocketKept => &["S6"],
        Defect::NoCatchUpOnAck | Defect::CatchUpOnFirstAckOnly => &["L2"],
        Defect::NoReconcile => &["L5"],
        Defect::NoGapRepair => &["M3"],
        Defect::NoCoverPolling | Defect::FirstPageOnly => &["L1"],
        Defect::PollingNeverStops | Defect::TwoReadsAtOnce => &["S7"],
        Defect::NoBackoff | Defect::NoMinUptime | Defect::QuickEveryTime => &["S15"],
        Defect::RefusedCodeIgnored => &["C6"],
        Defect::StaleSignatureUsed => &["C5"],
        Defect::NoAuthBudget | Defect::NoAuthCooldown | Defect::RetryAfterIgnored => &["S8"],
        Defect::RefusalNotTerminal => &["D7"],
        Defect::ForeignChannelHeard | Defect::ForeignSessionMerged | Defect::FetchOutlivesSwitch => {
            &["S3", "S4"]
        }
        _ => rules_of_data(defect),
    }
}

/// The same for what is read, merged, sent and told.
#[allow(clippy::wildcard_enum_match_arm, reason = "two halves of one table")]
const fn rules_of_data(defect: Defect) -> &'static [&'static str] {
    match defect {
        Defect::PatienceNeverGrows => &["W1"],
        Defect::StrainIgnored => &["W3"],
        Defect::PollsDoNotYield => &["W2"],
        Defect::SilenceOfOneEndpoint | Defect::CallsRetryAfterIgnored => &["S8"],
        Defect::NoReadBudget | Defect::SignaturesUncounted | Defect::NoReadBackoff => &["S15"],
        Defect::PageLoop => &["M9"],
        Defect::OlderFloorKept => &["P3"],
        Defect::CutLogKept => &["A1"],
        Defect::CursorFollowsPush => &["S13", "M4"],
        Defect::PushBeforeLoadDropped => &["M1"],
        Defect::OlderVersionWins => &["S5"],
        Defect::ArrivalOrder => &["S2"],
        Defect::EchoNotReplaced => &["S4"],
        Defect::RetryWithNewId => &["M6"],
        Defect::SendsOverlap => &["M8"],
        Defect::OwnerNotChecked => &["U2"],
        Defect::SignOutKeepsStore => &["U1"],
        Defect::OutboxNotStored | Defect::OutboxForgottenEarly => &["U3"],
        Defect::SnapshotWaitsForEver | Defect::SnapshotNotShown => &["U4"],
        Defect::SnapshotJoinedAcrossHole => &["O8", "L1", "S13"],
        Defect::PushLostBehindSnapshot => &["S4"],
        Defect::HoleStoredAsRead => &["S13"],
        Defect::FullStoreKeepsAll => &["U5"],
        Defect::SendRetryAfterIgnored => &["S8"],
        Defect::NoSendRetry => &["M14"],
        Defect::NoSendBackoff => &["S15"],
        Defect::SendRetriesWithoutEnd => &["M11"],
        Defect::SendsWithoutNetwork => &["M13"],
        Defect::SendOrderLost => &["M10"],
        Defect::CancelledSendLeaves => &["M12"],
        Defect::UnsentFailOneByOne => &["M15"],
        Defect::HastySwitchesRead => &["T1"],
        Defect::StopKeepsRequests | Defect::StopKeepsSocket => &["S10"],
        Defect::SignOutKeepsMessages => &["S3"],
        Defect::RenewWithoutEnd | Defect::NoRenewal | Defect::CallsNotRenewed => &["D6"],
        Defect::NoWakeDetection => &["H4"],
        Defect::NoNudge => &["H5"],
        Defect::TypingForEver => &["T2"],
        Defect::NoRefreshDebounce | Defect::LastRefreshDropped => &["D10"],
        Defect::OrphanSubscription => &["C4"],
        Defect::NeverIdle => &["D12"],
        Defect::SessionsKeptForEver | Defect::DetailNotCut => &["S14"],
        Defect::DishonestStatus => &["S9"],
        Defect::DeltaOffsetIgnored | Defect::DeltaOutlivesFinal => &["S4"],
        Defect::WaitingDeltasDropped | Defect::NoStreamRepair => &["D19"],
        Defect::PoisonKillsPage => &["S19", "S13"],
        // No rule: never found, so a defect that is planted and forgotten here fails the command.
        _ => &[],
    }
}

/// Runs seeds with a defect, plan and drill apart, until a rule about it notices.
pub fn hunt(defect: Defect, seeds: u64) -> Hunt {
    plant(&[defect]);
    let noticed = |seed| {
        let outcomes = [run_script(&Plan::draw(seed), false), run_drill(seed, false)];
        let broken = outcomes.into_iter().filter_map(|outcome| outcome.violation);
        let about = broken.into_iter().find(|broken| rules(defect).contains(&broken.rule));
        about.map(|broken| (seed, broken.rule, broken.detail))
    };
    let found = (0..seeds).find_map(noticed);
    plant(&[]);
    Hunt { defect, found }
}

/// What became of all defects.
#[derive(Clone, Debug)]
pub struct Hunts {
    /// One by one, in the order of [`Defect::ALL`].
    pub single: Vec<Hunt>,
    /// Two by two, in the order of [`PAIRS`].
    pub pairs: Vec<Both>,
}

/// Hunts every defect and every pair, on so many threads.
pub fn hunt_all(seeds: u64, threads: usize) -> Hunts {
    let single = in_parallel(Defect::ALL.len(), threads, |index| {
        Defect::ALL.get(index).map(|defect| hunt(*defect, seeds))
    });
    let pairs = in_parallel(PAIRS.len(), threads, |index| hunt_pair(index, seeds, seeds.min(ALONE)));
    Hunts { single, pairs }
}

/// Runs `one` for every index, and returns the results in their order.
fn in_parallel<T: Send>(count: usize, threads: usize, one: impl Fn(usize) -> Option<T> + Sync) -> Vec<T> {
    let next = AtomicUsize::new(0);
    let results = Mutex::new(BTreeMap::new());
    std::thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        return;
                    }
                    let result = one(index);
                    results.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(index, result);
                }
            });
        }
    });
    let results = results.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    results.into_values().flatten().collect()
}

/// The table for people and, as its last line, the figures for machines; and whether all were found.
pub fn report(hunts: &Hunts) -> (String, bool) {
    let mut text = String::new();
    let mut missing = Vec::new();
    for Hunt { defect, found } in &hunts.single {
        let name = format!("{defect:?}");
        let outcome = match found {
            Some((seed, rule, _)) => format!("{seed:>6}  {rule:<4}"),
            None => {
                missing.push(format!("\"{name}\""));
                "NOT FOUND   ".to_owned()
            }
        };
        text.push_str(&format!("{name:<24} {outcome}  {}\n", defect.what()));
        if let Some((_, _, detail)) = found {
            let detail: String = detail.chars().take(110).collect();
            text.push_str(&format!("{:<24} {:>6}  {detail}\n", "", ""));
        }
    }
    text.push_str(&pairs::lines(&hunts.pairs));
    let (planted, both) = (hunts.single.len(), hunts.pairs.len());
    let found = planted - missing.len();
    let hold = hunts.pairs.iter().filter(|pair| pair.holds()).count();
    let ok = missing.is_empty() && hold == both;
    let missing = missing.join(",");
    text.push_str(&format!(
        r#"{{"ok":{ok},"planted":{planted},"found":{found},"missing":[{missing}],"pairs":{both},"pairsFound":{hold}}}"#
    ));
    (text, ok)
}
