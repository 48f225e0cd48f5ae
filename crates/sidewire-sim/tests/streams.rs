//! Answers that stream in pieces: row D19 of docs/features.md.

#![allow(clippy::indexing_slicing, clippy::unwrap_used, reason = "test helpers outside of #[test] functions")]

mod common;

use common::{connected, connected_with, sound};
use sidewire_core::json::parse;
use sidewire_sim::log::{Draft, ServerKind};
use sidewire_sim::{World, WorldConfig};

fn begin(world: &mut World) -> usize {
    let draft =
        Draft { role: "assistant", content: "Let", status: "streaming", origin: None, numbered: true };
    let index = world.log.append(world.now, 0, draft);
    world.publish_message(0, index, "new_message");
    world.run_for(50);
    index
}

/// The last row's status and text.
fn last(world: &World) -> (String, String) {
    let timeline = world.engine.timeline(world.session(0).unwrap()).unwrap();
    let row = timeline.row(timeline.len() - 1).unwrap();
    let content = parse(row.raw).unwrap().get("content").unwrap().as_units().unwrap();
    (row.status.to_owned(), String::from_utf16(&[&content, row.tail].concat()).unwrap())
}

/// Reads of the log so far.
fn reads(world: &World) -> usize {
    common::fetches(world).len()
}

fn unheard_piece(world: &mut World, index: usize, text: &str) {
    world.network.lose_publishes = 1000;
    world.append_text(0, index, text);
    world.network.lose_publishes = 0;
}

// D19
#[test]
fn a_text_grows_by_pieces_without_a_read_and_ends_with_the_final_message() {
    let mut world = connected();
    let index = begin(&mut world);
    let before = reads(&world);
    for text in [" me", " s\u{e9}e \u{1f600}", "."] {
        world.append_text(0, index, text);
        world.run_for(50);
    }
    assert_eq!(last(&world), ("streaming".to_owned(), "Let me s\u{e9}e \u{1f600}.".to_owned()));

    world.log.update(world.now, 0, index, "success", "Let me see.");
    world.publish_message(0, index, "message_update");
    world.publish_piece(0, &format!("m0-{index}"), 11, " late");
    world.run_for(50);
    assert_eq!(last(&world), ("success".to_owned(), "Let me see.".to_owned()));
    assert_eq!(reads(&world), before);
    sound(&world);
}

// D19
#[test]
fn a_lost_piece_is_read_from_the_log_of_every_kind_of_server() {
    for kind in [ServerKind::Revisions, ServerKind::Sequences, ServerKind::Times] {
        let mut world = connected_with(WorldConfig { kind, ..WorldConfig::default() });
        let index = begin(&mut world);
        unheard_piece(&mut world, index, " me");
        world.append_text(0, index, " see");
        let before = reads(&world);
        world.run_for(250);
        assert_eq!((last(&world).1.as_str(), reads(&world)), ("Let", before), "{kind:?}");

        world.run_for(400);
        assert_eq!((last(&world).1.as_str(), reads(&world)), ("Let me see", before + 1), "{kind:?}");
        sound(&world);
    }
}

// D19
#[test]
fn pieces_that_overtake_each_other_and_their_message_cost_no_read() {
    let mut world = connected();
    let draft = Draft { role: "assistant", content: "", status: "streaming", origin: None, numbered: true };
    let index = world.log.append(world.now, 0, draft);
    let (id, before) = (format!("m0-{index}"), reads(&world));
    let whole = format!(r#""message":{}"#, world.log.sessions[0].messages()[index].latest().json);
    // What the server stores meanwhile.
    world.log.update(world.now, 0, index, "streaming", "one two");
    world.publish_piece(0, &id, 3, " two");
    world.run_for(100);
    world.publish_piece(0, &id, 0, "one");
    world.run_for(100);
    world.publish_event(0, "new_message", &whole);
    world.run_for(50);

    assert_eq!((last(&world).1.as_str(), reads(&world)), ("one two", before));
    sound(&world);
}

// D19
#[test]
fn what_no_read_brings_is_given_up_after_five_reads_and_the_final_message_puts_it_right() {
    let mut world = connected();
    let index = begin(&mut world);
    let before = reads(&world);
    // The server's log does not know these pieces: it stores the answer when it is complete.
    world.publish_piece(0, &format!("m0-{index}"), 9, "lost before");
    world.publish_piece(0, "m0-999", 0, "of nothing");
    world.run_for(45_000);
    assert_eq!((last(&world).1.as_str(), reads(&world) - before), ("Let", 10));

    world.log.update(world.now, 0, index, "success", "Let me see.");
    world.publish_message(0, index, "message_update");
    world.run_for(50);
    assert_eq!(last(&world), ("success".to_owned(), "Let me see.".to_owned()));
}

// D19, D7
#[test]
fn a_piece_that_cannot_be_read_is_told_and_the_log_is_read() {
    let mut world = connected();
    begin(&mut world);
    for fields in [
        r#""messageId":"m0-1","offset":-1,"text":"x""#,
        r#""messageId":"m0-1","offset":0"#,
        r#""offset":0,"text":"x""#,
    ] {
        let before = reads(&world);
        world.publish_event(0, "message_delta", fields);
        world.run_for(4000);
        assert_eq!(reads(&world), before + 1, "{fields}");
    }
    assert_eq!(world.engine.counters().frames_malformed, 3);
    sound(&world);
}
