//! Connecting, losing, waiting and coming back: rows A of docs/features.md.

#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test helpers outside of #[test] functions: a panic is a failed test"
)]

mod common;

use common::{
    auths, closes, complete, connected, fetches, first, frames, ids, opens, since, sound, statuses, world,
};
use sidewire_core::{ConnectionId, Event, FallbackReason, Input, SocketEvent, Status};
use sidewire_sim::WorldConfig;
use sidewire_sim::action::{Fault, Path, UserAction};

// A1, C1, C2, D1, D2, B2, B3
#[test]
fn connects_subscribes_and_shows_a_pushed_message() {
    let mut world = connected();
    assert_eq!(world.push.channels(), ["private-session-s0"]);

    let index = world.say(0);
    world.run_for(50);

    assert_eq!(ids(&world, 0).last(), Some(&format!("m0-{index}")));
    assert!(world.trace.events.iter().any(|(_, event)| matches!(event, Event::NewMessage { .. })));
    sound(&world);
}

// A5, A6
#[test]
fn a_first_connection_goes_from_connecting_to_connected() {
    let world = connected();

    let told: Vec<_> = statuses(&world).into_iter().map(|(_, status, _)| status).collect();

    assert_eq!(told, [Status::Connecting, Status::Connected]);
}

// A9, A10, A11, A13, A14
// Faults 1 and 14.
#[test]
fn lost_push_is_retried_after_2_4_and_8_seconds_then_falls_back() {
    let mut world = connected();
    world.fault(Fault::Dials(Path::Refused));
    world.fault(Fault::Cut);
    let lost = world.now + 20;

    world.run_for(20_000);

    // Each refused dial costs one trip of 20 ms.
    assert_eq!(since(&opens(&world), lost), [2000, 6020, 14_040]);
    let waits = world.trace.events.iter().filter_map(|(_, event)| match event {
        Event::Reconnecting { attempt, max_attempts, delay } => {
            Some((*attempt, *max_attempts, delay.as_secs()))
        }
        _ => None,
    });
    assert_eq!(waits.collect::<Vec<_>>(), [(1, 3, 2), (2, 3, 4), (3, 3, 8)]);
    assert_eq!(first(&world, Status::Reconnecting), Some(lost));
    let fallback = (lost + 14_060, Status::Fallback, Some(FallbackReason::AttemptsExhausted));
    assert_eq!(statuses(&world).last(), Some(&fallback));
    sound(&world);
}

// A26, F1, F2, F8, F9. Fault 116.
#[test]
fn while_push_is_away_polling_covers_and_a_probe_brings_push_back() {
    let mut world = connected();
    world.fault(Fault::Dials(Path::Refused));
    world.fault(Fault::Cut);
    world.run_for(16_000);
    assert_eq!(world.engine.status(), Status::Fallback);
    assert!(world.engine.is_polling());

    world.say(0);
    world.run_for(3100);
    assert!(complete(&world, 0), "a poll shows what push cannot");

    world.fault(Fault::Dials(Path::Good));
    assert!(world.run_while(45_000, |world| world.engine.status() == Status::Connected));
    assert!(!world.engine.is_polling());
    let back = world.now;
    world.run_for(50_000);
    assert_eq!(since(&fetches(&world), back), [0; 0], "polling has stopped");
    sound(&world);
}

// A8
// Faults 2 and 3.
#[test]
fn a_connect_that_hangs_is_given_up_after_8_seconds() {
    let mut world = world();
    world.fault(Fault::Dials(Path::BlackHole));
    let start = world.now;
    world.start(0);

    world.run_for(9000);

    assert_eq!(since(&closes(&world), start), [8000]);
    assert_eq!(first(&world, Status::Fallback), Some(start + 8000));
    assert!(complete(&world, 0));
    sound(&world);
}

// A4, F12
#[test]
fn without_a_key_it_polls_and_says_not_configured() {
    let mut world = sidewire_sim::World::new(WorldConfig { key: false, ..WorldConfig::default() });
    world.start(0);
    world.run_for(20_000);

    assert_eq!(world.engine.status(), Status::Fallback);
    assert_eq!(world.engine.fallback_reason(), Some(FallbackReason::NotConfigured));
    assert!(opens(&world).is_empty() && auths(&world).is_empty());
    assert!(fetches(&world).len() >= 5);
    sound(&world);
}

// A12, A24, C7
#[test]
fn stopping_leaves_no_socket_no_timer_and_no_effect() {
    let mut world = connected();
    world.user(UserAction::Stop);
    assert_eq!(world.engine.poll_timeout(), None);
    assert_eq!(world.engine.status(), Status::Disconnected);
    let done = world.trace.effects.len();

    world.user(UserAction::Visible(false));
    world.user(UserAction::Visible(true));
    world.user(UserAction::Online(true));
    world.user(UserAction::Token(true));
    world.say(0);
    world.run_for(600_000);

    assert_eq!(world.trace.effects.len(), done);
    sound(&world);
}

// A17, A15
// Fault 23.
#[test]
fn a_4200_close_is_retried_at_once_but_only_once() {
    let mut world = connected();
    for code in [4200, 4200] {
        world.fault(Fault::CloseCode(code));
        world.run_for(25);
        world.run_while(10_000, |world| world.engine.status() == Status::Connected);
    }

    let start = 2020;
    let tries = since(&opens(&world), start);
    assert!((300..=2000).contains(&tries[0]), "{tries:?}");
    let second_loss =
        statuses(&world).iter().rev().find(|told| told.1 == Status::Reconnecting).map(|told| told.0);
    let second = opens(&world)[2] - second_loss.unwrap();
    assert_eq!(second, 2000, "the second time it waits");
    sound(&world);
}

// A17, A27
// Fault 21.
#[test]
fn a_4001_close_falls_back_as_refused_and_probes_seldom() {
    let mut world = connected();
    world.fault(Fault::CloseCode(4001));
    let start = world.now + 20;
    world.run_for(400_000);

    assert_eq!(statuses(&world)[2], (start, Status::Fallback, Some(FallbackReason::Refused)));
    let close = world.trace.events.iter().find_map(|(_, event)| match event {
        Event::StatusChanged(change) => change.close.clone(),
        _ => None,
    });
    assert_eq!(close.map(|close| (close.code, close.reason)), Some((4001, "told to".to_owned())));
    let tries = since(&opens(&world), start);
    assert!((300_000..=450_000).contains(&tries[0]), "{tries:?}");
    assert_eq!(world.engine.status(), Status::Connected);
    sound(&world);
}

// A18, A19
// Faults 8 and 51.
#[test]
fn a_half_open_socket_is_noticed_within_40_seconds() {
    let mut world = connected();
    world.fault(Fault::HalfOpen);
    let start = world.now;

    assert!(world.run_while(40_000, |world| world.engine.status() == Status::Reconnecting));
    assert!(world.run_while(5000, |world| world.engine.status() == Status::Connected));

    assert!(since(&closes(&world), start)[0] <= 40_000);
    sound(&world);
}

// A18
#[test]
fn a_silent_but_healthy_socket_is_pinged_every_30_seconds_and_kept() {
    let mut world = connected();
    world.run_for(300_000);

    let pings = frames(&world).iter().filter(|(_, text)| text.contains("pusher:ping")).count();
    assert!((9..=10).contains(&pings), "{pings}");
    assert_eq!(opens(&world).len(), 1);
    sound(&world);
}

// A18, O7
#[test]
fn after_coming_back_into_view_a_dead_socket_is_noticed_within_5_seconds() {
    let mut world = connected();
    world.user(UserAction::Visible(false));
    world.fault(Fault::HalfOpen);
    world.run_for(1000);
    world.user(UserAction::Visible(true));
    let start = world.now;

    world.run_for(6000);

    assert_eq!(since(&closes(&world), start), [5000]);
    sound(&world);
}

// A23
#[test]
fn malformed_frames_are_counted_and_the_connection_lives() {
    let mut world = connected();
    let before = world.engine.counters().frames_malformed;
    for kind in 0..14 {
        world.junk(kind);
    }
    world.run_for(1000);

    assert!(world.engine.counters().frames_malformed >= before + 5);
    assert_eq!(opens(&world).len(), 1);
    let index = world.say(0);
    world.run_for(50);
    assert_eq!(ids(&world, 0).last(), Some(&format!("m0-{index}")));
    sound(&world);
}

// A28
// Fault 40.
#[test]
fn frames_of_a_socket_that_was_left_are_ignored() {
    let mut world = connected();
    world.fault(Fault::Cut);
    world.run_for(5000);
    assert_eq!(world.engine.status(), Status::Connected);
    let (old, before) = (ConnectionId::from_raw(1), ids(&world, 0));
    let frame = br#"{"event":"new_message","channel":"private-session-s0","data":{"message":{"messageId":"x","content":"y"}}}"#;

    world.feed(&Input::Socket(old, SocketEvent::Frame(frame)));
    world.feed(&Input::Socket(old, SocketEvent::Closed { code: 1006, reason: String::new() }));

    assert_eq!(ids(&world, 0), before);
    assert_eq!(world.engine.status(), Status::Connected);
    assert_eq!(world.engine.counters().frames_stale, 2);
    sound(&world);
}

// H6, H7, F9
// Fault 50.
#[test]
fn becoming_visible_or_online_probes_at_once() {
    for action in [UserAction::Visible(true), UserAction::Online(true)] {
        let mut world = connected();
        world.user(UserAction::Visible(false));
        world.user(UserAction::Online(false));
        world.fault(Fault::Dials(Path::Refused));
        world.fault(Fault::Cut);
        world.run_for(20_000);
        world.fault(Fault::Dials(Path::Good));

        world.user(action);
        world.run_for(1000);

        assert_eq!(world.engine.status(), Status::Connected, "{action:?}");
        sound(&world);
    }
}

// A9, K1
// Faults 23 and 25.
#[test]
fn a_server_that_drains_and_restarts_is_found_again() {
    let mut world = connected();
    world.fault(Fault::Drain(10_000, 500));
    world.run_for(1000);
    world.say(0);

    assert!(world.run_while(60_000, |world| world.engine.status() == Status::Connected));
    assert!(complete(&world, 0));
    sound(&world);
}

// A20, C9
#[test]
fn connecting_twice_opens_one_socket() {
    let mut world = world();
    world.user(UserAction::Connect);
    world.user(UserAction::Connect);
    world.start(0);
    world.run_for(1000);

    assert_eq!(opens(&world).len(), 1);
    assert_eq!(world.engine.status(), Status::Connected);
    sound(&world);
}
