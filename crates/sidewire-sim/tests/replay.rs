//! A recorded run replays to the last byte: row O1 of docs/features.md.
//!
//! `fixtures/` holds what the first 200 seeds give and twenty short traces. Whoever changes what the engine or the
//! simulator does writes them anew: `cargo test -p sidewire-sim --test replay -- --ignored`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "test helpers outside of #[test] functions: a panic is a failed test"
)]

mod common;
mod recorded;

use std::fmt::Write as _;

use common::{connected_with, sound};
use recorded::{SEEDS, live_hash, plain, record};
use sidewire_core::trace::replay::{self, ReplayError};
use sidewire_core::{Input, WallTime};
use sidewire_sim::WorldConfig;

const REWRITE: &str = "if the change is meant: cargo test -p sidewire-sim --test replay -- --ignored";

// O1
#[test]
fn two_hundred_seeds_replay_to_the_effects_and_events_of_the_live_run() {
    assert_eq!(recorded::differences(), (Vec::new(), 0), "{REWRITE}");
}

// O1
#[test]
fn traces_recorded_earlier_still_replay() {
    assert_eq!(recorded::committed_traces().len(), 20);
    assert_eq!(recorded::changed_traces(), [0_usize; 0], "{REWRITE}");
}

// O1, P4
#[test]
fn an_exported_trace_replays_to_the_same_kinds_of_effects() {
    for seed in 0..SEEDS {
        let world = record(seed);
        let exported = world.engine.export_trace().unwrap();

        let redacted = replay::run(&exported).unwrap();

        let live = world.trace.output.as_deref().unwrap();
        assert_eq!(effect_kinds(&redacted.output), effect_kinds(live), "seed {seed}");
    }
}

// P4
#[test]
fn an_exported_trace_holds_nothing_that_people_wrote() {
    for seed in 0..SEEDS {
        let world = record(seed);
        let exported = world.engine.export_trace().unwrap();

        let stored = world
            .log
            .sessions
            .iter()
            .flat_map(sidewire_sim::log::SessionLog::messages)
            .map(sidewire_sim::log::Stored::content);
        for content in stored.chain(world.sent.iter().map(|sent| sent.content.as_str())) {
            // Quotes are escaped once for every level of JSON; the words before them are not.
            let words = content.split('"').next().unwrap_or_default();
            assert!(words.len() > 4 && !exported.contains(words), "seed {seed}: {words}");
        }
        for words in ["said ", "typed ", "edited at", "steps left", "canary-token", "\u{1f600}"] {
            assert!(!exported.contains(words), "seed {seed}: {words}");
        }
    }
}

// O2
#[test]
fn the_command_for_traces_tells_what_the_engine_did_and_where_it_stands() {
    let world = record(1);
    let trace = world.engine.export_trace().unwrap();

    let told = sidewire_sim::replayed::tell(&trace).unwrap();

    let (output, last) = told.rsplit_once('\n').unwrap();
    let replayed = replay::run(&trace).unwrap();
    assert_eq!(output, replayed.output.trim_end());
    let (lines, hash) = (replayed.output.lines().count(), replayed.hash);
    let expected =
        format!(r#""lines":{lines},"status":"{}","hash":"{hash:016x}"}}"#, world.engine.status().as_str());
    assert!(last.starts_with(r#"{"ok":true,"inputs":"#) && last.ends_with(&expected), "{last}");
    assert!(sidewire_sim::replayed::tell("garbage").is_err());
}

// O1
#[test]
fn a_trace_that_lost_its_beginning_is_not_replayed() {
    let mut world = connected_with(WorldConfig { record_trace: true, ..WorldConfig::default() });
    assert!(replay::run(&plain(&world)).is_ok());
    for step in 0..4100 {
        world.feed(&Input::Wall(WallTime::from_millis(world.wall() + step % 7)));
    }

    let exported = world.engine.export_trace().unwrap();
    assert_eq!(replay::run(&exported).unwrap_err(), ReplayError::Truncated);
    assert_eq!(replay::run(&plain(&world)).unwrap_err(), ReplayError::Truncated);
    assert!(exported.lines().count() <= 4002);
    sound(&world);
}

// O1, K11
#[test]
fn garbage_is_no_trace_and_says_where() {
    let world = record(1);
    let trace = plain(&world);
    let (header, first) = (trace.lines().next().unwrap(), trace.lines().nth(1).unwrap());
    let newer = header.replacen("\"sidewireTrace\":1", "\"sidewireTrace\":2", 1);
    let (half, _) = header.split_once("\"config\"").unwrap();
    for text in ["", "\n", "{}", "[]", "garbage", first, &newer, half] {
        assert_eq!(replay::run(text).unwrap_err(), ReplayError::BadHeader, "{text}");
    }
    let bad = [
        "garbage",
        "{}",
        "[1]",
        r#"{"t":1}"#,
        r#"{"t":1,"i":"dance"}"#,
        r#"{"t":1,"i":"start"}"#,
        r#"{"t":1,"i":"start","s":"a b"}"#,
        r#"{"t":1,"i":"frame","d":"x"}"#,
        r#"{"t":1,"i":"closed","n":1,"c":70000}"#,
        r#"{"t":1,"i":"failure","n":1,"d":"because"}"#,
        r#"{"i":"timeout"}"#,
    ];
    for line in bad {
        let text = format!("{header}\n{first}\n\n{line}\n{first}");
        assert_eq!(replay::run(&text).unwrap_err(), ReplayError::BadLine { line: 4 }, "{line}");
    }
}

// O1, K11
#[test]
fn numbers_out_of_range_are_refused_or_replayed_but_never_a_panic() {
    let world = record(3);
    let trace = plain(&world);
    let (header, rest) = trace.split_once('\n').unwrap();
    let rest = rest.lines().take(60).collect::<Vec<_>>().join("\n");
    for line in [header, rest.as_str()] {
        let places = line.match_indices(':').map(|(at, _)| at + 1);
        let numbers = places.filter(|at| line.as_bytes()[*at].is_ascii_digit());
        for at in numbers {
            let (before, number) = line.split_at(at);
            let after = number.trim_start_matches(|c: char| c.is_ascii_digit());
            for huge in ["0", "4294967295", "9007199254740991", "18446744073709551615", "-1", "1e400"] {
                let changed = format!("{before}{huge}{after}");
                let text = if line == header {
                    format!("{changed}\n{rest}")
                } else {
                    format!("{header}\n{changed}")
                };
                // Which of both does not matter here.
                let _ = replay::run(&text);
            }
        }
    }
}

// O1
#[test]
fn a_replayed_engine_stands_where_the_live_one_stood() {
    for seed in 0..50 {
        let world = record(seed);
        let engine = replay::run(&plain(&world)).unwrap().engine;

        assert_eq!(engine.status(), world.engine.status());
        assert_eq!(engine.counters(), world.engine.counters());
        assert_eq!(engine.poll_timeout(), world.engine.poll_timeout());
        assert_eq!(engine.persist(), world.engine.persist());
    }
}

/// Writes the fixtures. Not a test.
#[test]
#[ignore = "writes tests/fixtures; run it after a change of what the engine or the simulator does"]
fn write_the_fixtures() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures");
    let (mut hashes, mut traces) = (String::new(), Vec::new());
    for seed in 0..SEEDS {
        let world = record(seed);
        let hash = live_hash(&world);
        writeln!(hashes, "{hash:016x}").unwrap();
        traces.push((plain(&world), hash));
    }
    traces.retain(|(trace, _)| trace.lines().count() > 60);
    traces.sort_by_key(|(trace, _)| trace.len());
    traces.truncate(20);
    let mut text = String::new();
    for (trace, hash) in &traces {
        writeln!(text, "# {hash:016x}\n{trace}").unwrap();
    }
    assert!(text.len() < 300_000, "{} bytes", text.len());
    std::fs::write(format!("{folder}/replay-hashes.txt"), hashes).unwrap();
    std::fs::write(format!("{folder}/traces.txt"), text).unwrap();
}

fn effect_kinds(output: &str) -> Vec<&str> {
    let kinds = ["OpenSocket", "SendFrame", "CloseSocket", "Request", "CancelRequest", "RenewToken"];
    let words = output.lines().filter_map(|line| line.split(' ').next());
    words.filter(|word| kinds.contains(word)).collect()
}
