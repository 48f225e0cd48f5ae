//! Seeds as tests: a quick swarm, and every seed that ever failed.

use sidewire_sim::run::run;

/// Seeds that broke a rule once, each with what it found.
const CORPUS: [u64; 12] = [
    // A server without sequence numbers was asked behind number 0 for ever.
    8, 16, // Its cursor followed pushed messages and jumped over lost ones.
    21, 28,
    64, // A typing indicator of a session not shown expired by accident, with no timer of its own.
    131, 1308, // A refusal meant for the old token was taken for the new one's.
    10_282, 19_746, // An empty first page, and more than a page afterwards.
    11_000, 22_775, 20_770,
];

// O1, L1
#[test]
fn the_first_thousand_seeds_break_no_rule() {
    let broken: Vec<_> = (0..1000).filter_map(|seed| run(seed, false).violation.map(|v| (seed, v))).collect();
    assert_eq!(broken, []);
}

#[test]
fn seeds_that_failed_once_stay_repaired() {
    let broken: Vec<_> =
        CORPUS.iter().filter_map(|seed| run(*seed, false).violation.map(|v| (*seed, v))).collect();
    assert_eq!(broken, []);
}

// O1
#[test]
fn equal_seeds_give_equal_traces_and_different_seeds_do_not() {
    for seed in 0..50 {
        assert_eq!(run(seed, false).hash, run(seed, false).hash);
        assert_ne!(run(seed, false).hash, run(seed + 1, false).hash);
    }
}
