//! Every mechanism that is switched off is missed by a rule about it.

#![cfg(feature = "defects")]

use sidewire_sim::defects::{PAIRS, hunt_all, hunt_pair, report};

// O1
#[test]
fn every_planted_defect_is_found_by_a_rule_about_it() {
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (table, all) = report(&hunt_all(300, threads));

    assert!(all, "{table}");
}

// O1
#[test]
fn what_two_mechanisms_promise_together_is_kept_by_each_alone_and_missed_without_both() {
    for pair in 0..PAIRS.len() {
        let both = hunt_pair(pair, 150, 150);

        assert!(both.as_ref().is_some_and(sidewire_sim::defects::Both::holds), "{both:?}");
    }
}
