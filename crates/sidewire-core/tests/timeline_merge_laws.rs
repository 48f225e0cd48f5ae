//! The laws of the merge: the view is a function of the set of messages, whatever the network did to them.
#![cfg(not(target_arch = "wasm32"))]

mod laws;

use std::collections::{BTreeMap, BTreeSet};

use laws::{Number, Sent, apply, check, merged, number, oracle, timeline, view};
use proptest::prelude::*;
use sidewire_core::timeline::Applied;

const SMALL: [Number; 7] = [
    number("1", Some(1)),
    number("2", Some(2)),
    number("3", Some(3)),
    number("4", Some(4)),
    number("5", Some(5)),
    number("6", Some(6)),
    number("7", Some(7)),
];

/// Few ids, numbers and times, so that every kind of collision is common.
fn any_sent() -> impl Strategy<Value = Sent> {
    let number = || prop::option::of(prop::sample::select(SMALL.to_vec()));
    let small = || prop::option::of(1_u64..8);
    let status = prop::option::of(prop::sample::select(vec![
        "pending",
        "streaming",
        "sent",
        "success",
        "failure",
        "odd",
    ]));
    (0_u8..8, number(), any::<bool>(), number(), small(), prop::option::of(1_u64..4), status, 0_u8..3)
        .prop_map(|(id, sequence, in_envelope, time, updated, revision, status, body)| Sent {
            id,
            sequence,
            in_envelope,
            time,
            updated,
            revision,
            status,
            body,
            client: None,
        })
}

fn shuffled_with_repeats() -> impl Strategy<Value = (Vec<Sent>, Vec<Sent>)> {
    prop::collection::vec(any_sent(), 0..24).prop_flat_map(|sent| {
        let repeated: Vec<Sent> = sent.iter().chain(sent.iter().step_by(2)).cloned().collect();
        (Just(sent), Just(repeated).prop_shuffle())
    })
}

// Faults 32 to 34.
#[test]
fn every_permutation_and_repetition_gives_the_view_that_the_rules_give() {
    check(4000, &shuffled_with_repeats(), |(sent, shuffled)| {
        let expected = oracle(&sent);
        assert_eq!(view(&merged(&sent)), expected);
        assert_eq!(view(&merged(&shuffled)), expected);
    });
}

#[test]
fn the_view_is_right_after_every_single_step() {
    check(2000, &prop::collection::vec(any_sent(), 0..20), |sent| {
        let mut timeline = timeline();
        for (index, one) in sent.iter().enumerate() {
            apply(&mut timeline, one);
            assert_eq!(view(&timeline), oracle(&sent[..=index]));
        }
    });
}

#[test]
fn merging_again_changes_nothing_and_says_so() {
    check(2000, &prop::collection::vec(any_sent(), 0..20), |sent| {
        let mut timeline = merged(&sent);
        let (before, revision) = (view(&timeline), timeline.revision());
        timeline.take_changes();
        for one in &sent {
            assert_eq!(apply(&mut timeline, one), Applied::Unchanged);
        }
        assert_eq!((view(&timeline), timeline.revision(), timeline.take_changes()), (before, revision, None));
    });
}

#[test]
fn the_union_of_two_halves_loses_nothing_in_either_order() {
    let halves = (prop::collection::vec(any_sent(), 0..12), prop::collection::vec(any_sent(), 0..12));
    check(2000, &halves, |(left, right)| {
        let one = view(&merged(&[left.clone(), right.clone()].concat()));
        let other = view(&merged(&[right.clone(), left.clone()].concat()));
        let ids: BTreeSet<String> = left.iter().chain(&right).map(|sent| format!("m{}", sent.id)).collect();

        assert_eq!(one, other);
        assert_eq!(one.len(), ids.len());
        assert_eq!(one.into_iter().map(|shown| shown.0).collect::<BTreeSet<_>>(), ids);
    });
}

#[test]
fn reported_changes_let_a_copy_follow_the_view() {
    check(2000, &prop::collection::vec((any_sent(), any::<bool>()), 0..30), |steps| {
        let (mut timeline, mut copy) = (timeline(), Vec::new());
        for (sent, look) in steps {
            let revision = timeline.revision();
            let changed = apply(&mut timeline, &sent) != Applied::Unchanged;
            assert_eq!(timeline.revision() > revision, changed);
            if !look {
                continue;
            }
            let now: Vec<_> = timeline.rows(0..timeline.len()).map(|row| (row.slot, row.version)).collect();
            if let Some(range) = timeline.take_changes() {
                if now.len() == copy.len() {
                    copy[range.clone()].copy_from_slice(&now[range]);
                } else {
                    assert_eq!(range.end, now.len());
                    copy.truncate(range.start);
                    copy.extend_from_slice(&now[range]);
                }
            }
            assert_eq!(copy, now);
        }
    });
}

#[test]
fn a_row_with_the_same_version_has_not_changed() {
    check(2000, &prop::collection::vec(any_sent(), 0..24), |sent| {
        let (mut timeline, mut seen) = (timeline(), BTreeMap::new());
        for one in &sent {
            apply(&mut timeline, one);
            for row in timeline.rows(0..timeline.len()) {
                let shown =
                    (row.id.to_owned(), row.sequence, row.time, row.raw.to_vec(), row.status.to_owned());
                assert_eq!(seen.entry((row.slot, row.version)).or_insert_with(|| shown.clone()), &shown);
            }
        }
    });
}

#[test]
fn sequence_answers_agree_with_counting() {
    let case = (prop::collection::vec(any_sent(), 0..16), 1_u64..8);
    check(2000, &case, |(sent, floor)| {
        let mut timeline = merged(&sent);
        timeline.set_floor(floor);
        let numbers: BTreeSet<u64> = oracle(&sent).iter().filter_map(|shown| shown.1).collect();
        let prefix = (floor..=8).take_while(|number| numbers.contains(number)).last().unwrap_or(floor - 1);
        let next = numbers.iter().copied().find(|&number| number > prefix);

        assert_eq!(timeline.highest_sequence(), numbers.last().copied());
        assert_eq!(timeline.prefix(), Some(prefix));
        assert_eq!(timeline.first_hole(), next.map(|next| (prefix + 1, next - 1)));
        assert_eq!(timeline.newest_server_time(), oracle(&sent).iter().filter_map(|shown| shown.2).max());
    });
}
