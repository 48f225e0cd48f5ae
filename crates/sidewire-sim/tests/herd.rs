//! A small herd of real engines keeps the shape of the gates.

#![allow(
    clippy::unwrap_used,
    reason = "a test helper outside of #[test] functions: a panic is a failed test"
)]

use sidewire_sim::herd::{Discipline, Row, Scenario, Shedding, Variant, run};

fn row(scenario: Scenario, variant: Variant) -> Row {
    run(&scenario, variant).unwrap()
}

fn door() -> Scenario {
    Scenario { handshakes: 25, backlog: 50, ..Scenario::handshakes(500, 60) }
}

fn counter(outage: u64, channels: u8) -> Scenario {
    Scenario { requests: 30, ..Scenario::requests(600, outage, channels) }
}

#[test]
fn five_hundred_clients_are_back_within_110_s_of_a_minute_without_push() {
    let row = row(door(), Variant::Ours);

    assert_eq!(row.stuck, 0);
    assert!(row.back_99.is_some_and(|at| at <= 110.0), "{row:?}");
    assert!(row.peak_opens <= 25, "{row:?}");
}

/// The gates of 100,000 clients and 5,000 requests per second, for 600 clients and 30 requests per second. `npm test` runs them
/// for 2,000 clients, and `herd --all` in full.
#[test]
fn after_a_loss_of_every_socket_all_are_back_within_three_times_the_least_time_without_help() {
    for (outage, channels) in [(0, 1), (30, 1), (0, 3), (30, 3)] {
        let alone = row(counter(outage, channels), Variant::Ours);

        assert_eq!(alone.stuck, 0, "{alone:?}");
        assert!(alone.ratio().is_some_and(|ratio| ratio <= 3.0), "{alone:?}");
        assert!(alone.holds());
    }
}

#[test]
fn with_slots_all_are_back_within_a_fifth_more_than_the_least_time_and_no_work_is_wasted() {
    for (outage, channels) in [(0, 1), (30, 1), (0, 3), (30, 3)] {
        let slotted = row(counter(outage, channels), Variant::OursSlotted);

        assert_eq!(slotted.stuck, 0, "{slotted:?}");
        assert!(slotted.ratio().is_some_and(|ratio| ratio <= 1.2), "{slotted:?}");
        assert!(slotted.wasted < 60, "{slotted:?}");
    }
}

#[test]
fn other_servers_leave_nobody_behind_either() {
    let kinds = [
        (Discipline::Noticing, Shedding::Never),
        (Discipline::NewestFirst, Shedding::Never),
        (Discipline::Blind, Shedding::Silent),
        (Discipline::Blind, Shedding::Same(10)),
    ];
    for (discipline, shedding) in kinds {
        let row = row(Scenario { discipline, shedding, ..counter(0, 1) }, Variant::Ours);

        assert_eq!(row.stuck, 0, "{row:?}");
        assert!(row.ratio().is_some_and(|ratio| ratio <= 3.0), "{row:?}");
    }
}

#[test]
fn the_seeds_leave_clients_stuck_where_ours_come_back() {
    assert_eq!(row(door(), Variant::Seeds).stuck, 500);
    assert!(row(counter(0, 1), Variant::Seeds).stuck > 200);
    assert!(row(counter(0, 1), Variant::PusherJs).stuck > 200);
}
