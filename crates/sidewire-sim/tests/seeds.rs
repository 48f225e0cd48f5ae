//! Seeds as tests: a quick swarm, and every seed that ever failed.

use sidewire_sim::run::run;
use sidewire_sim::{World, WorldConfig};

/// Seeds that broke a rule once, each with what it found. A seed means its plan: who changes what `script.rs` draws
/// looks for new ones. The behaviours themselves have tests of their own in the other files.
const CORPUS: [(u64, &str); 23] = [
    (8, "a server without sequence numbers was asked behind number 0 for ever"),
    (11, "the same"),
    (16, "the same"),
    (28, "the cursor by time followed pushed messages and jumped over lost ones"),
    (51, "the same"),
    (73, "the same"),
    (885, "after an empty first page, more than a page was read from its end"),
    (1340, "the same"),
    (2128, "the same"),
    (414, "the typing indicator of a session not shown expired without a timer of its own"),
    (1271, "the same"),
    (1612, "the same"),
    (37, "a refusal of the old token was held against the new one"),
    (107, "the same"),
    (181, "the same"),
    (1450, "a subscription given up was acknowledged later and never left"),
    (1935, "the same"),
    (3072, "the same"),
    (46172, "behind an old snapshot a late first page took newer messages off the screen"),
    (25223, "the same"),
    (97457, "the same"),
    (52317, "a snapshot of a session left in a chain of pages claimed to be complete"),
    (69668, "a message told as sent was taken for lost, by the rule"),
];

// O1, L1
// Faults 98 and 124.
#[test]
fn the_first_thousand_seeds_break_no_rule() {
    let broken: Vec<_> = (0..1000).filter_map(|seed| run(seed, false).violation.map(|v| (seed, v))).collect();
    assert_eq!(broken, []);
}

#[test]
fn seeds_that_failed_once_stay_repaired() {
    for (seed, found) in CORPUS {
        assert_eq!(run(seed, false).violation, None, "seed {seed}: {found}");
    }
}

// O1
#[test]
fn equal_seeds_give_equal_traces_and_different_seeds_do_not() {
    for seed in 0..50 {
        assert_eq!(run(seed, false).hash, run(seed, false).hash);
        assert_ne!(run(seed, false).hash, run(seed + 1, false).hash);
    }
}

// S4: between two looks at the whole view, only the rows that the engine says it touched are looked at.
#[test]
fn a_wrong_word_of_the_engine_about_what_it_touched_is_noticed() {
    let mut world = World::new(WorldConfig { history: 3, ..WorldConfig::default() });
    world.start(0);
    world.run_for(2000);
    // As if the engine had changed the oldest row without a word.
    world.log.sessions[0].message_mut(0).unwrap().versions[0].json.push(' ');

    let noticed = (0..17).find(|_| {
        world.say(0);
        world.run_for(100);
        world.violation().is_some()
    });

    assert_eq!(world.violation().map(|broken| broken.rule), Some("S4"));
    assert!(noticed > Some(0), "nothing tells the checker to look there: only the look at the whole does");
}
