//! A small herd of real engines keeps the shape of the gates.

#![allow(
    clippy::unwrap_used,
    reason = "a test helper outside of #[test] functions: a panic is a failed test"
)]

use sidewire_sim::herd::{Row, Scenario, Variant, run};

fn row(scenario: Scenario, variant: Variant) -> Row {
    run(&scenario, variant).unwrap()
}

fn door() -> Scenario {
    Scenario { handshakes: 25, backlog: 50, ..Scenario::handshakes(500, 60) }
}

fn counter(outage: u64, channels: u8) -> Scenario {
    Scenario { requests: 25, ..Scenario::requests(500, outage, channels) }
}

#[test]
fn five_hundred_clients_are_back_within_110_s_of_a_minute_without_push() {
    let row = row(door(), Variant::Ours);

    assert_eq!(row.stuck, 0);
    assert!(row.back_99.is_some_and(|at| at <= 110.0), "{row:?}");
    assert!(row.peak_opens <= 25, "{row:?}");
}

#[test]
fn nobody_is_stuck_and_slots_waste_nothing() {
    for (outage, channels) in [(0, 1), (30, 1), (0, 3), (30, 3)] {
        let alone = row(counter(outage, channels), Variant::Ours);
        let slotted = row(counter(outage, channels), Variant::OursSlotted);

        assert_eq!((alone.stuck, slotted.stuck), (0, 0), "{alone:?} {slotted:?}");
        assert!(slotted.wasted < 50, "{slotted:?}");
        assert!(slotted.back_99 < alone.back_99, "{alone:?} {slotted:?}");
    }
}

#[test]
fn the_seeds_leave_clients_stuck_where_ours_come_back() {
    assert_eq!(row(door(), Variant::Seeds).stuck, 500);
    assert!(row(counter(0, 1), Variant::Seeds).stuck > 200);
    assert!(row(counter(0, 1), Variant::PusherJs).stuck > 200);
}
