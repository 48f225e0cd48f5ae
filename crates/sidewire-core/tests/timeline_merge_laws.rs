//! The laws of the merge: the view is a function of the set of messages, whatever the network did to them.
//!
//! The oracle is written down naively from the rules, over message descriptions instead of JSON, so that it shares
//! no code with what it judges.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic as tests do")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sidewire_core::SessionId;
use sidewire_core::json::parse;
use sidewire_core::timeline::{Applied, Timeline};

/// One version of one message, as a server could send it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Sent {
    id: u8,
    sequence: Option<u64>,
    /// Whether the sequence number is told by the envelope instead of the message.
    in_envelope: bool,
    time: Option<u64>,
    updated: Option<u64>,
    revision: Option<u64>,
    status: Option<&'static str>,
    body: u8,
}

impl Sent {
    fn json(&self) -> String {
        let mut json = format!(r#"{{"messageId":"m{}","content":"{}""#, self.id, self.body);
        let own = self.sequence.filter(|_| !self.in_envelope);
        let numbers = [
            ("sequenceNumber", own),
            ("timestamp", self.time),
            ("updatedAt", self.updated),
            ("revision", self.revision),
        ];
        for (name, value) in numbers {
            if let Some(value) = value {
                write!(json, r#","{name}":{value}"#).unwrap();
            }
        }
        if let Some(status) = self.status {
            write!(json, r#","status":"{status}""#).unwrap();
        }
        json + "}"
    }

    fn envelope(&self) -> Option<u64> {
        self.sequence.filter(|_| self.in_envelope)
    }

    fn stamp(&self) -> (u64, u64, u8, u64, String) {
        let rank = match self.status {
            Some("pending") => 0,
            Some("streaming") => 1,
            Some("success" | "failure") => 3,
            _ => 2,
        };
        let updated = self.updated.or(self.time).unwrap_or(0);
        (self.revision.unwrap_or(0), updated, rank, self.sequence.unwrap_or(0), self.json())
    }
}

/// What a row must show: id, sequence number, time, raw JSON.
type Shown = (String, Option<u64>, Option<u64>, String);

/// The view by the rules, straight from the set.
fn oracle(sent: &[Sent]) -> Vec<Shown> {
    let mut versions: BTreeMap<u8, BTreeSet<&Sent>> = BTreeMap::new();
    for one in sent {
        versions.entry(one.id).or_default().insert(one);
    }
    let winners: Vec<Shown> = versions
        .values()
        .map(|versions| {
            let winner = versions.iter().max_by_key(|v| v.stamp()).unwrap();
            let sequenced = versions.iter().filter(|v| v.sequence.is_some()).max_by_key(|v| v.stamp());
            (format!("m{}", winner.id), sequenced.and_then(|v| v.sequence), winner.time, winner.json())
        })
        .collect();
    let anchor = |(_, sequence, time, _): &Shown| match (sequence, time) {
        (Some(sequence), _) => (*sequence, 0, 0),
        (None, None) => (0, 1, 0),
        (None, Some(time)) => {
            let not_later = winners.iter().filter(|other| other.2.is_some_and(|theirs| theirs <= *time));
            (not_later.filter_map(|other| other.1).max().unwrap_or(0), 1, *time)
        }
    };
    let mut view = winners.clone();
    view.sort_by_key(|shown| (anchor(shown), shown.0.clone()));
    view
}

fn timeline() -> Timeline {
    Timeline::new(SessionId::parse("s1").unwrap())
}

fn apply(timeline: &mut Timeline, sent: &Sent) -> Applied {
    timeline.merge(parse(sent.json().as_bytes()).unwrap(), sent.envelope())
}

fn view(timeline: &Timeline) -> Vec<Shown> {
    let shown = |row: sidewire_core::timeline::Row<'_>| {
        (row.id.to_owned(), row.sequence, row.time, String::from_utf8(row.raw.to_vec()).unwrap())
    };
    timeline.rows(0..timeline.len()).map(shown).collect()
}

fn merged(sent: &[Sent]) -> Timeline {
    let mut timeline = timeline();
    for one in sent {
        apply(&mut timeline, one);
    }
    timeline
}

/// Few ids, numbers and times, so that every kind of collision is common.
fn any_sent() -> impl Strategy<Value = Sent> {
    let small = || prop::option::of(1_u64..8);
    let status = prop::option::of(prop::sample::select(vec![
        "pending",
        "streaming",
        "sent",
        "success",
        "failure",
        "odd",
    ]));
    (0_u8..8, small(), any::<bool>(), small(), small(), prop::option::of(1_u64..4), status, 0_u8..3).prop_map(
        |(id, sequence, in_envelope, time, updated, revision, status, body)| Sent {
            id,
            sequence,
            in_envelope,
            time,
            updated,
            revision,
            status,
            body,
        },
    )
}

/// Runs `cases` cases under a seed that is printed, fixed unless `SIDEWIRE_SEED` was set at build time.
fn check<S: Strategy>(cases: u32, strategy: &S, law: impl Fn(S::Value)) {
    let seed: u64 =
        std::option_env!("SIDEWIRE_SEED").and_then(|text| text.parse().ok()).unwrap_or(20_261_121);
    println!("seed {seed}, {cases} cases");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let rng = TestRng::from_seed(RngAlgorithm::ChaCha, &bytes);
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let outcome = TestRunner::new_with_rng(config, rng).run(strategy, |value| {
        law(value);
        Ok(())
    });
    if let Err(failure) = outcome {
        panic!("seed {seed}: {failure}");
    }
}

fn shuffled_with_repeats() -> impl Strategy<Value = (Vec<Sent>, Vec<Sent>)> {
    prop::collection::vec(any_sent(), 0..24).prop_flat_map(|sent| {
        let repeated: Vec<Sent> = sent.iter().chain(sent.iter().step_by(2)).cloned().collect();
        (Just(sent), Just(repeated).prop_shuffle())
    })
}

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
