//! The laws of the merge on everything that reaches a timeline at once: push and pages, messages with and without
//! numbers, clocks that are years off, sequences that restart, numbers beyond 2^53, streamed pieces, older pages, and
//! the user's own echoes.
#![cfg(not(target_arch = "wasm32"))]
#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

mod laws;

use std::collections::BTreeSet;

use laws::{Number, Sent, Shown, check, number, oracle, timeline, view};
use proptest::prelude::*;
use sidewire_core::json::parse;
use sidewire_core::timeline::{Applied, Timeline};
use sidewire_core::{ClientMessageId, WallTime};

/// Small numbers that repeat, as after a restart of the sequence; jumps; the end of what is exact, and what lies beyond.
const SEQUENCES: [Number; 16] = [
    number("1", Some(1)),
    number("2", Some(2)),
    number("\"3\"", Some(3)),
    number("4.0", Some(4)),
    number("5e0", Some(5)),
    number("1000000000", Some(1_000_000_000)),
    number("9007199254740990", Some(9_007_199_254_740_990)),
    number("9007199254740991", Some(9_007_199_254_740_991)),
    number("9007199254740992", None),
    number("9007199254740993", None),
    number("18446744073709551616", None),
    number("1e400", None),
    number("-1", None),
    number("1.5", None),
    number("{}", None),
    number("null", None),
];

/// Times that tie, and clocks that are an hour or a year off.
const TIMES: [Number; 9] = [
    number("1700000000000", Some(1_700_000_000_000)),
    number("\"1700000000000\"", Some(1_700_000_000_000)),
    number("\"2023-11-14T22:13:20Z\"", Some(1_700_000_000_000)),
    number("1700000000001", Some(1_700_000_000_001)),
    number("1700003600000", Some(1_700_003_600_000)),
    number("1699996400000", Some(1_699_996_400_000)),
    number("1731536000000", Some(1_731_536_000_000)),
    number("\"yesterday\"", None),
    number("-5", None),
];

const CLIENTS: [&str; 3] = [
    "01a1ffcf-3213-7000-8000-000000000001",
    "01a1ffcf-3213-7000-8000-000000000002",
    "01a1ffcf-3213-7000-8000-000000000003",
];

/// How a message reaches the timeline.
#[derive(Clone, Debug)]
enum Arrival {
    Push(Sent),
    /// A page, in the order in which the server wrote it.
    Page(Vec<Sent>),
    /// More text of a message.
    Piece {
        id: u8,
        offset: u64,
        text: &'static str,
    },
}

fn any_sent() -> impl Strategy<Value = Sent> {
    let sequence = prop::option::weighted(0.7, prop::sample::select(SEQUENCES.to_vec()));
    let time = prop::option::weighted(0.8, prop::sample::select(TIMES.to_vec()));
    let status =
        prop::option::of(prop::sample::select(vec!["pending", "streaming", "sent", "success", "failure"]));
    let newer = (prop::option::of(1_u64..4), prop::option::of(1_700_000_000_000_u64..1_700_000_000_004));
    (0_u8..10, sequence, any::<bool>(), time, newer, status, 0_u8..3).prop_map(
        |(id, sequence, in_envelope, time, (revision, updated), status, body)| {
            let in_envelope = in_envelope && sequence.is_some_and(|number| number.value.is_some());
            // The last three are copies of what the user sent, each of one send.
            let client = id.checked_sub(7).and_then(|at| CLIENTS.get(usize::from(at)).copied());
            Sent { id, sequence, in_envelope, time, updated, revision, status, body, client }
        },
    )
}

/// Messages of a page tell their number themselves.
fn any_page() -> impl Strategy<Value = Vec<Sent>> {
    let own = any_sent().prop_map(|sent| Sent { in_envelope: false, ..sent });
    prop::collection::vec(own, 0..6)
}

fn any_arrival() -> impl Strategy<Value = Arrival> {
    let piece = (0_u8..10, 0_u64..4, prop::sample::select(vec!["é", "more", "😀"]))
        .prop_map(|(id, offset, text)| Arrival::Piece { id, offset, text });
    prop_oneof![4 => any_sent().prop_map(Arrival::Push), 2 => any_page().prop_map(Arrival::Page), 2 => piece]
}

fn arrivals() -> impl Strategy<Value = Vec<Arrival>> {
    prop::collection::vec(any_arrival(), 0..14)
}

fn apply(timeline: &mut Timeline, arrival: &Arrival) -> bool {
    match arrival {
        Arrival::Push(sent) => laws::apply(timeline, sent) != Applied::Unchanged,
        Arrival::Page(page) => {
            let merge = |sent: &&Sent| {
                timeline.merge_from_log(parse(sent.json().as_bytes()).unwrap(), None) != Applied::Unchanged
            };
            page.iter().filter(merge).count() > 0
        }
        Arrival::Piece { id, offset, text } => {
            let text: Vec<u16> = text.encode_utf16().collect();
            timeline.merge_delta(&format!("m{id}"), *offset, &text) != Applied::Unchanged
        }
    }
}

fn merged(arrivals: &[Arrival]) -> Timeline {
    let mut timeline = timeline();
    for arrival in arrivals {
        apply(&mut timeline, arrival);
    }
    timeline
}

/// The messages in what arrived, pieces left out.
fn messages(arrivals: &[Arrival]) -> Vec<Sent> {
    let of = |arrival: &Arrival| match arrival {
        Arrival::Push(sent) => vec![sent.clone()],
        Arrival::Page(page) => page.clone(),
        Arrival::Piece { .. } => Vec::new(),
    };
    arrivals.iter().flat_map(of).collect()
}

/// Rows with what pieces added.
fn whole(timeline: &Timeline) -> Vec<(Shown, Vec<u16>)> {
    let tails = timeline.rows(0..timeline.len()).map(|row| row.tail.to_vec());
    view(timeline).into_iter().zip(tails).collect()
}

#[test]
fn whatever_arrives_by_whatever_way_the_view_is_the_one_that_the_rules_give() {
    check(4000, &arrivals(), |arrivals| {
        assert_eq!(view(&merged(&arrivals)), oracle(&messages(&arrivals)));
    });
}

#[test]
fn merging_is_commutative_whatever_arrives() {
    let shuffled = arrivals().prop_flat_map(|arrivals| {
        let repeated: Vec<_> = arrivals.iter().chain(arrivals.iter().step_by(3)).cloned().collect();
        (Just(arrivals), Just(repeated).prop_shuffle())
    });
    check(3000, &shuffled, |(arrivals, shuffled)| {
        assert_eq!(whole(&merged(&shuffled)), whole(&merged(&arrivals)));
    });
}

#[test]
fn merging_is_associative_whatever_arrives() {
    let three = (arrivals(), arrivals(), arrivals());
    check(3000, &three, |(a, b, c)| {
        // Joined first on the left, first on the right, and the middle first.
        let left = merged(&[a.clone(), b.clone(), c.clone()].concat());
        let right = merged(&[b.clone(), c.clone(), a.clone()].concat());
        let middle = merged(&[c, b, a].concat());

        assert_eq!(whole(&left), whole(&right));
        assert_eq!(whole(&left), whole(&middle));
    });
}

#[test]
fn merging_is_idempotent_whatever_arrives() {
    check(2000, &arrivals(), |arrivals| {
        let mut timeline = merged(&arrivals);
        let (before, revision) = (whole(&timeline), timeline.revision());

        let changed = arrivals.iter().any(|arrival| apply(&mut timeline, arrival));

        assert_eq!((changed, whole(&timeline), timeline.revision()), (false, before, revision));
    });
}

#[test]
fn the_order_is_total_and_the_union_loses_nothing() {
    check(2000, &(arrivals(), arrivals()), |(left, right)| {
        let both = merged(&[left.clone(), right.clone()].concat());
        let ids = |arrivals: &[Arrival]| {
            messages(arrivals).iter().map(|sent| format!("m{}", sent.id)).collect::<BTreeSet<_>>()
        };
        let shown: Vec<_> = view(&both).into_iter().map(|shown| shown.0).collect();

        assert_eq!(shown.iter().cloned().collect::<BTreeSet<_>>(), &ids(&left) | &ids(&right));
        assert_eq!(shown.iter().collect::<BTreeSet<_>>().len(), shown.len());
        let numbers: Vec<_> = both.rows(0..both.len()).filter_map(|row| row.sequence).collect();
        assert!(numbers.is_sorted(), "{numbers:?}");
    });
}

#[test]
fn older_pages_and_gaps_move_no_message() {
    let older = (arrivals(), prop::collection::vec((1_u64..8, 1_u64..8), 0..4), any_page());
    check(3000, &older, |(arrivals, gaps, page)| {
        let mut timeline = merged(&arrivals);
        timeline.set_floor(6);
        for (from, to) in gaps {
            timeline.accept_gap(from.min(to), from.max(to));
        }
        // The floor goes down with an older page.
        apply(&mut timeline, &Arrival::Page(page.clone()));
        timeline.set_floor(2);

        let all = [messages(&arrivals), page].concat();
        assert_eq!(view(&timeline), oracle(&all));
        let hole = timeline.first_hole();
        let there: BTreeSet<_> = oracle(&all).into_iter().filter_map(|shown| shown.1).collect();
        assert!(
            hole.is_none_or(|(from, to)| from <= to && there.range(from..=to).next().is_none()),
            "{hole:?}"
        );
    });
}

#[test]
fn echoes_meet_their_copies_once_and_change_nothing_of_the_servers_messages() {
    let sends = (arrivals(), prop::collection::vec((0_usize..3, 0_usize..14), 0..5));
    check(3000, &sends, |(arrivals, sends)| {
        let mut timeline = timeline();
        let mut sent = BTreeSet::new();
        for step in 0..=arrivals.len() {
            for (client, _) in sends.iter().filter(|(_, at)| *at == step) {
                let id = ClientMessageId::from_text(CLIENTS[*client]).unwrap();
                if sent.insert(*client) {
                    timeline.add_echo(&id, "echo", WallTime::from_millis(1_700_000_000_000));
                }
            }
            if let Some(arrival) = arrivals.get(step) {
                apply(&mut timeline, arrival);
            }
        }

        let expected = oracle(&messages(&arrivals));
        let (echoes, server): (Vec<_>, Vec<_>) =
            (0..timeline.len()).map(|at| timeline.row(at).unwrap()).partition(|row| row.echo.is_some());
        let shown: Vec<_> = server.iter().map(|row| row.id.to_owned()).collect();
        assert_eq!(shown, expected.iter().map(|shown| shown.0.clone()).collect::<Vec<_>>());
        // One bubble for each send: its copy if that came, else its echo.
        let copied: BTreeSet<_> = expected
            .iter()
            .filter_map(|shown| shown.0.trim_start_matches('m').parse::<usize>().unwrap().checked_sub(7))
            .collect();
        let waiting: Vec<_> =
            echoes.iter().map(|row| CLIENTS.iter().position(|id| *id == row.id).unwrap()).collect();
        assert_eq!(waiting.len(), waiting.iter().collect::<BTreeSet<_>>().len());
        let due: BTreeSet<_> =
            sent.into_iter().filter(|client| client < &3 && !copied.contains(client)).collect();
        assert_eq!(waiting.into_iter().collect::<BTreeSet<_>>(), due);
    });
}
