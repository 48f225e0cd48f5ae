//! Every mechanism that is switched off is missed by a rule about it.

#![cfg(feature = "defects")]

use sidewire_sim::defects::{hunt_all, report};

// O1
#[test]
fn every_planted_defect_is_found_by_a_rule_about_it() {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (table, all) = report(&hunt_all(300, threads));

    assert!(all, "{table}");
}
