//! What the laws of the merge share: messages as descriptions, the view by the rules, and how cases are run.
//!
//! The oracle is written down naively from the rules, over message descriptions instead of JSON, so that it shares
//! no code with what it judges.

#![allow(dead_code, reason = "every test binary uses its own part of this")]
#![allow(clippy::unwrap_used, clippy::panic, reason = "helpers of tests may panic as tests do")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use sidewire_core::SessionId;
use sidewire_core::json::parse;
use sidewire_core::timeline::{Applied, Timeline};

/// One version of one message, as a server could send it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Sent {
    pub(crate) id: u8,
    pub(crate) sequence: Option<Number>,
    /// Whether the sequence number is told by the envelope instead of the message.
    pub(crate) in_envelope: bool,
    pub(crate) time: Option<Number>,
    pub(crate) updated: Option<u64>,
    pub(crate) revision: Option<u64>,
    pub(crate) status: Option<&'static str>,
    pub(crate) body: u8,
    /// The sender's id; then it is the user's.
    pub(crate) client: Option<&'static str>,
}

/// A number as a server may spell it, and what it counts for: nothing, if it is not whole or beyond 2^53.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Number {
    pub(crate) spelled: &'static str,
    pub(crate) value: Option<u64>,
}

pub(crate) const fn number(spelled: &'static str, value: Option<u64>) -> Number {
    Number { spelled, value }
}

impl Sent {
    pub(crate) fn json(&self) -> String {
        let mut json = format!(r#"{{"messageId":"m{}","content":"{}""#, self.id, self.body);
        let own = self.sequence.filter(|_| !self.in_envelope);
        for (name, value) in [("sequenceNumber", own), ("timestamp", self.time)] {
            if let Some(number) = value {
                write!(json, r#","{name}":{}"#, number.spelled).unwrap();
            }
        }
        if let Some(client) = self.client {
            write!(json, r#","role":"user","clientMessageId":"{client}""#).unwrap();
        }
        for (name, value) in [("updatedAt", self.updated), ("revision", self.revision)] {
            if let Some(value) = value {
                write!(json, r#","{name}":{value}"#).unwrap();
            }
        }
        if let Some(status) = self.status {
            write!(json, r#","status":"{status}""#).unwrap();
        }
        json + "}"
    }

    pub(crate) fn envelope(&self) -> Option<u64> {
        self.number().filter(|_| self.in_envelope)
    }

    pub(crate) fn number(&self) -> Option<u64> {
        self.sequence.and_then(|number| number.value)
    }

    pub(crate) fn moment(&self) -> Option<u64> {
        self.time.and_then(|number| number.value)
    }

    pub(crate) fn stamp(&self) -> (u64, u64, u8, u64, String) {
        let rank = match self.status {
            Some("pending") => 0,
            Some("streaming") => 1,
            Some("success" | "failure") => 3,
            _ => 2,
        };
        let updated = self.updated.or(self.moment()).unwrap_or(0);
        (self.revision.unwrap_or(0), updated, rank, self.number().unwrap_or(0), self.json())
    }
}

/// What a row must show: id, sequence number, time, raw JSON.
pub(crate) type Shown = (String, Option<u64>, Option<u64>, String);

/// The view by the rules, straight from the set.
pub(crate) fn oracle(sent: &[Sent]) -> Vec<Shown> {
    let mut versions: BTreeMap<u8, BTreeSet<&Sent>> = BTreeMap::new();
    for one in sent {
        versions.entry(one.id).or_default().insert(one);
    }
    let winners: Vec<Shown> = versions
        .values()
        .map(|versions| {
            let winner = versions.iter().max_by_key(|v| v.stamp()).unwrap();
            let sequenced = versions.iter().filter(|v| v.number().is_some()).max_by_key(|v| v.stamp());
            (format!("m{}", winner.id), sequenced.and_then(|v| v.number()), winner.moment(), winner.json())
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

pub(crate) fn timeline() -> Timeline {
    Timeline::new(SessionId::parse("s1").unwrap())
}

pub(crate) fn apply(timeline: &mut Timeline, sent: &Sent) -> Applied {
    timeline.merge(parse(sent.json().as_bytes()).unwrap(), sent.envelope())
}

pub(crate) fn view(timeline: &Timeline) -> Vec<Shown> {
    let shown = |row: sidewire_core::timeline::Row<'_>| {
        (row.id.to_owned(), row.sequence, row.time, String::from_utf8(row.raw.to_vec()).unwrap())
    };
    timeline.rows(0..timeline.len()).map(shown).collect()
}

pub(crate) fn merged(sent: &[Sent]) -> Timeline {
    let mut timeline = timeline();
    for one in sent {
        apply(&mut timeline, one);
    }
    timeline
}

/// Runs `cases` cases under a seed that is printed, fixed unless `SIDEWIRE_SEED` was set at build time.
pub(crate) fn check<S: Strategy>(cases: u32, strategy: &S, law: impl Fn(S::Value)) {
    let seed: u64 =
        std::option_env!("SIDEWIRE_SEED").and_then(|text| text.parse().ok()).unwrap_or(20_261_121);
    let name = std::thread::current().name().unwrap_or_default().to_owned();
    println!("{name}: seed {seed}, {cases} cases");
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
