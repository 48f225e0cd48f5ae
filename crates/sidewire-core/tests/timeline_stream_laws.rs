//! The laws of texts that stream: what is shown is a function of the set of versions and pieces, in whatever order and
//! however often they came. The oracle works on descriptions and shares no code with what it judges.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod laws;

use std::collections::BTreeMap;

use laws::check;
use proptest::prelude::*;
use sidewire_core::SessionId;
use sidewire_core::json::parse;
use sidewire_core::timeline::{Applied, Timeline};

/// What a server sends about one of a few messages.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Sent {
    Version { id: u8, revision: u64, status: &'static str, content: &'static str },
    Piece { id: u8, offset: usize, text: &'static str },
}

/// Characters of one, two and four bytes, so that bytes, characters and UTF-16 units differ.
const CONTENTS: [&str; 5] = ["", "a", "aé", "aé😀", "other"];
const TEXTS: [&str; 6] = ["b", "é", "😀", "bc", "😀d", "bcdef"];

fn any_sent() -> impl Strategy<Value = Sent> {
    let statuses = vec!["pending", "streaming", "streaming", "sent", "success", "failure"];
    let version =
        (0_u8..3, 0_u64..3, prop::sample::select(statuses), prop::sample::select(CONTENTS.to_vec()))
            .prop_map(|(id, revision, status, content)| Sent::Version { id, revision, status, content });
    let piece = (0_u8..3, 0_usize..8, prop::sample::select(TEXTS.to_vec()))
        .prop_map(|(id, offset, text)| Sent::Piece { id, offset, text });
    prop_oneof![1 => version, 3 => piece]
}

fn json(id: u8, revision: u64, status: &str, content: &str) -> String {
    format!(r#"{{"messageId":"m{id}","revision":{revision},"status":"{status}","content":"{content}"}}"#)
}

fn rank(status: &str) -> u8 {
    match status {
        "pending" => 0,
        "streaming" => 1,
        "sent" => 2,
        _ => 3,
    }
}

/// The content of every message by the rules, straight from the set.
fn oracle(sent: &[Sent]) -> BTreeMap<String, Vec<u16>> {
    let mut shown = BTreeMap::new();
    for wanted in 0..3 {
        let versions = sent.iter().filter_map(|one| match one {
            Sent::Version { id, revision, status, content } if *id == wanted => {
                Some(((*revision, rank(status), json(*id, *revision, status, content)), *content))
            }
            Sent::Version { .. } | Sent::Piece { .. } => None,
        });
        let Some((_, content)) = versions.clone().max() else { continue };
        let mut text: Vec<u16> = content.encode_utf16().collect();
        if !versions.clone().any(|((_, rank, _), _)| rank == 3) {
            let mut pieces: BTreeMap<usize, Vec<u16>> = BTreeMap::new();
            for one in sent {
                if let Sent::Piece { id, offset, text } = one
                    && *id == wanted
                {
                    let text: Vec<u16> = text.encode_utf16().collect();
                    let known = pieces.entry(*offset).or_default();
                    if (text.len(), &text) > (known.len(), known) {
                        *known = text;
                    }
                }
            }
            for (offset, piece) in pieces {
                if offset <= text.len() {
                    text.extend(piece.iter().skip(text.len() - offset));
                }
            }
        }
        shown.insert(format!("m{wanted}"), text);
    }
    shown
}

fn apply(timeline: &mut Timeline, sent: &Sent) -> Applied {
    match sent {
        Sent::Version { id, revision, status, content } => {
            timeline.merge(parse(json(*id, *revision, status, content).as_bytes()).unwrap(), None)
        }
        Sent::Piece { id, offset, text } => {
            let text: Vec<u16> = text.encode_utf16().collect();
            timeline.merge_delta(&format!("m{id}"), u64::try_from(*offset).unwrap(), &text)
        }
    }
}

fn merged(sent: &[Sent]) -> Timeline {
    let mut timeline = Timeline::new(SessionId::parse("s1").unwrap());
    for one in sent {
        apply(&mut timeline, one);
    }
    timeline
}

fn view(timeline: &Timeline) -> BTreeMap<String, Vec<u16>> {
    let rows = timeline.rows(0..timeline.len());
    rows.map(|row| {
        let content = parse(row.raw).unwrap().get("content").unwrap().as_units().unwrap();
        (row.id.to_owned(), [&content, row.tail].concat())
    })
    .collect()
}

fn shuffled_with_repeats() -> impl Strategy<Value = (Vec<Sent>, Vec<Sent>)> {
    prop::collection::vec(any_sent(), 0..24).prop_flat_map(|sent| {
        let repeated: Vec<Sent> = sent.iter().chain(sent.iter().step_by(2)).cloned().collect();
        (Just(sent), Just(repeated).prop_shuffle())
    })
}

#[test]
fn pieces_and_versions_in_every_order_give_the_text_that_the_rules_give() {
    check(4000, &shuffled_with_repeats(), |(sent, shuffled)| {
        assert_eq!(view(&merged(&sent)), oracle(&sent));
        assert_eq!(view(&merged(&shuffled)), oracle(&sent));
    });
}

#[test]
fn the_text_is_right_after_every_single_piece_and_every_change_is_told() {
    check(3000, &prop::collection::vec(any_sent(), 0..24), |sent| {
        let mut timeline = merged(&[]);
        let mut versions = BTreeMap::new();
        for (index, one) in sent.iter().enumerate() {
            let (before, revision) = (view(&timeline), timeline.revision());
            timeline.take_changes();
            let applied = apply(&mut timeline, one);
            assert_eq!(view(&timeline), oracle(&sent[..=index]));
            let changed = view(&timeline) != before;
            let told = !matches!(applied, Applied::Unchanged);
            // A newer version can have the same text.
            assert!(told || !changed);
            assert_eq!((timeline.revision() > revision, timeline.take_changes().is_some()), (told, told));
            for row in timeline.rows(0..timeline.len()) {
                let shown = (row.raw.to_vec(), row.tail.to_vec());
                assert_eq!(versions.entry((row.slot, row.version)).or_insert_with(|| shown.clone()), &shown);
            }
        }
    });
}

#[test]
fn pieces_and_versions_merged_again_change_nothing() {
    check(2000, &prop::collection::vec(any_sent(), 0..24), |sent| {
        let mut timeline = merged(&sent);
        let (before, revision) = (view(&timeline), timeline.revision());
        for one in &sent {
            assert_eq!(apply(&mut timeline, one), Applied::Unchanged);
        }
        assert_eq!((view(&timeline), timeline.revision()), (before, revision));
    });
}
