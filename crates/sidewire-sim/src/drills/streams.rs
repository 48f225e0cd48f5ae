//! Drills about answers that stream in pieces.

use super::joined;
use crate::log::Draft;
use crate::world::{World, WorldConfig};

/// A piece is lost, a piece comes before its message, and a final version takes back what was streamed.
pub(super) fn pieces(config: &WorldConfig) -> World {
    let mut world = joined(config);
    let trip = world.config.latency.1 + 10;
    lost(&mut world, trip);
    world.run_for(5000);
    overtaken(&mut world, trip);
    world.run_for(5000);
    taken_back(&mut world, trip);
    world
}

fn lost(world: &mut World, trip: u64) {
    let index = answer(world, "streaming");
    world.publish_message(0, index, "new_message");
    world.run_for(trip);
    world.append_text(0, index, " one");
    world.run_for(trip);
    says(world, index, "after the first piece");
    world.network.lose_publishes = 1000;
    world.append_text(0, index, " \u{1f600}");
    world.network.lose_publishes = 0;
    world.append_text(0, index, " three");
    world.run_for(500 + 5 * world.config.latency.1 + 50);
    says(world, index, "half a second and a round trip after a piece was lost");
}

fn overtaken(world: &mut World, trip: u64) {
    let index = answer(world, "streaming");
    let Some(message) = world.log.sessions.first().and_then(|log| log.messages().get(index)) else { return };
    let whole = format!(r#""message":{}"#, message.latest().json);
    world.append_text(0, index, " one");
    world.append_text(0, index, " two");
    world.run_for(trip);
    world.publish_event(0, "new_message", &whole);
    world.run_for(trip);
    says(world, index, "as soon as the message came that its pieces had overtaken");
}

fn taken_back(world: &mut World, trip: u64) {
    let index = answer(world, "streaming");
    world.publish_message(0, index, "new_message");
    world.append_text(0, index, " something");
    world.append_text(0, index, " wrong");
    world.run_for(trip);
    let id = format!("m0-{index}");
    world.log.update(world.now, 0, index, "success", "sorry");
    world.publish_message(0, index, "message_update");
    world.publish_piece(0, &id, 5, " late");
    world.run_for(trip);
    says(world, index, "after a final version and a late piece");
}

/// Begins an answer that nothing tells of yet.
fn answer(world: &mut World, status: &'static str) -> usize {
    let draft = Draft { role: "assistant", content: "answer", status, origin: None, numbered: true };
    world.log.append(world.now, 0, draft)
}

/// D19: the text shown is the newest one.
fn says(world: &mut World, index: usize, when: &str) {
    let id = format!("m0-{index}");
    let stored = world.log.sessions.first().and_then(|log| log.messages().get(index));
    let expected = stored.map(|stored| stored.content().to_owned());
    let timeline = world.session(0).and_then(|id| world.engine.timeline(id));
    let row = timeline.and_then(|timeline| timeline.row(timeline.index_of(&id)?));
    let shown = row.map(|row| {
        let content =
            sidewire_core::json::parse(row.raw).ok().and_then(|json| json.get("content")?.as_units());
        String::from_utf16_lossy(&[&content.unwrap_or_default(), row.tail].concat())
    });
    if shown != expected {
        world.broken("D19", format!("{id} says {shown:?}, not {expected:?}, {when}"));
    }
}
