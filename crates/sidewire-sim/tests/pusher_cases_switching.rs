//! The end-to-end cases of subscribing and leaving against the real hub: rows S of wire.md §6.6, and the pause of
//! fast switching (B9 of docs/features.md).

#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::indexing_slicing,
    reason = "test helpers outside of #[test] functions: a panic is a failed test"
)]

mod common;

use common::{auths, complete, connected_with, fetches, frames, ids, opens, since, sound};
use sidewire_core::{Event, Status};
use sidewire_sim::action::UserAction;
use sidewire_sim::{World, WorldConfig};

/// Connected with no session shown and nothing kept warm.
fn idle() -> World {
    let mut world = World::new(WorldConfig { warm: 0, ..WorldConfig::default() });
    world.user(UserAction::Connect);
    world.run_for(1000);
    assert_eq!(world.engine.status(), Status::Connected);
    world
}

/// Subscribes, leaves or waits, as the letters `s`, `u` and `w` say; returns what the hub has a second later.
fn steps(letters: &str) -> (World, Vec<String>) {
    let mut world = idle();
    for letter in letters.chars() {
        match letter {
            's' => world.start(0),
            'u' => world.user(UserAction::Leave),
            _ => world.run_for(1000),
        }
    }
    world.run_for(1000);
    let channels = world.push.channels();
    sound(&world);
    (world, channels)
}

fn subscribed(world: &World) -> usize {
    frames(world).iter().filter(|(_, text)| text.contains(r#""pusher:subscribe""#)).count()
}

// S1, S2
#[test]
fn subscribing_twice_is_one_subscription() {
    for letters in ["ss", "sws", "swsws"] {
        let (world, channels) = steps(letters);
        assert_eq!((channels.len(), subscribed(&world)), (1, 1), "{letters}");
        assert_eq!(world.push.subscribers("s0"), 1, "{letters}");
    }
}

// S3, S4
#[test]
fn a_session_that_was_left_is_subscribed_no_more() {
    for letters in ["su", "swu"] {
        let (world, channels) = steps(letters);
        assert_eq!(channels, [""; 0], "{letters}");
        assert_eq!(world.engine.status(), Status::Connected, "{letters}");
    }
    let (mut world, _) = steps("sw");
    world.user(UserAction::Leave);
    world.run_for(20);
    assert_eq!(world.push.channels(), [""; 0], "one trip and it is gone");
}

// S5, S6
#[test]
fn a_session_that_was_left_can_be_subscribed_again() {
    for letters in ["sus", "suws", "swus", "swuws", "susus"] {
        let (world, channels) = steps(letters);
        assert_eq!(channels, ["private-session-s0"], "{letters}");
        assert!(complete(&world, 0), "{letters}");
        assert_eq!(opens(&world).len(), 1, "{letters}");
    }
}

// S7, S9
#[test]
fn leaving_twice_or_thrice_is_leaving_once() {
    for letters in ["suu", "swuu", "swuwuwu", "uuu"] {
        let (world, channels) = steps(letters);
        assert_eq!(channels, [""; 0], "{letters}");
        let told = world.trace.events.iter().filter(|(_, event)| matches!(event, Event::Problem(_)));
        assert_eq!(told.count(), 0, "{letters}");
    }
}

// S8
// Fault 37.
#[test]
fn nothing_is_delivered_after_leaving() {
    let (mut world, _) = steps("swu");
    let before = ids(&world, 0);
    let told = world.trace.events.len();
    for _ in 0..5 {
        world.say(0);
        world.run_for(1000);
    }

    assert_eq!((ids(&world, 0), world.trace.events.len()), (before, told));
    sound(&world);
}

// B9, C4
// Fault 92.
#[test]
fn a_hundred_switches_in_a_second_ask_for_few_signatures_and_reads_and_the_last_wins() {
    for warm in [0, 2] {
        let mut world = connected_with(WorldConfig { sessions: 7, warm, ..WorldConfig::default() });
        let start = world.now;
        for step in 1..=100 {
            world.start(step % 7);
            world.run_for(10);
        }
        let asked_while_switching = since(&auths(&world), start).len();
        let read_while_switching = since(&fetches(&world), start).len();
        world.run_for(2000);

        assert!(asked_while_switching <= 1, "{asked_while_switching}");
        assert_eq!(read_while_switching, 0, "the first switch alone was not hasty, and read at once");
        // Once because it stays, and once because its channel is acknowledged.
        assert_eq!(since(&fetches(&world), start).len(), 2);
        assert!(since(&auths(&world), start).len() <= 10);
        assert_eq!(world.engine.shown().map(sidewire_core::SessionId::as_str), Some("s2"));
        assert_eq!(world.engine.status(), Status::Connected);
        assert!(world.push.channels().contains(&"private-session-s2".to_owned()));
        assert!(complete(&world, 2));
        assert_eq!(opens(&world).len(), 1);
        sound(&world);
    }
}

// B9
#[test]
fn a_session_chosen_in_haste_is_signed_and_read_after_150_ms() {
    let mut world = connected_with(WorldConfig { sessions: 4, warm: 0, ..WorldConfig::default() });
    world.start(1);
    world.run_for(100);
    let hasty = world.now;
    world.start(2);
    world.run_for(1000);
    assert_eq!(since(&auths(&world), hasty), [150]);
    assert_eq!(since(&fetches(&world), hasty).first(), Some(&150));

    let calm = world.now;
    world.start(3);
    assert_eq!(auths(&world).last(), Some(&calm), "who takes his time is not kept waiting");
    assert_eq!(fetches(&world).last(), Some(&calm));
    sound(&world);
}

#[test]
fn a_session_in_memory_is_shown_at_once_however_hasty_the_switch_and_read_when_the_user_asks() {
    let mut world =
        connected_with(WorldConfig { sessions: 3, warm: 0, history: 4, ..WorldConfig::default() });
    world.start(1);
    world.run_for(1000);
    world.start(2);
    world.run_for(50);
    let hasty = world.now;

    world.start(0);

    assert_eq!(ids(&world, 0).len(), 4);
    assert_ne!(fetches(&world).last(), Some(&hasty));
    world.user(UserAction::Refresh);
    assert_eq!(fetches(&world).last(), Some(&hasty), "who asks is not kept waiting either");
    world.run_for(1000);
    assert!(complete(&world, 0));
    sound(&world);
}
