//! Renewing the token and keeping channels warm: rows B12 and C11 of docs/features.md.

#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test helpers outside of #[test] functions: a panic is a failed test"
)]

mod common;

use common::{auths, complete, connected, connected_with, frames, sound, statuses, world};
use sidewire_core::{Effect, FallbackReason, Status};
use sidewire_sim::action::{Fault, Mode};
use sidewire_sim::{World, WorldConfig};

// B12
#[test]
fn a_401_is_healed_by_one_renewal_that_nobody_sees() {
    let mut world = world();
    world.fault(Fault::Auth(Mode::Status(401, None)));
    world.start(0);
    world.run_for(110);
    world.fault(Fault::Auth(Mode::Good));
    world.run_for(1000);

    assert_eq!(renewals(&world), 1);
    let seen: Vec<_> = statuses(&world).into_iter().map(|told| told.1).collect();
    assert_eq!(seen, [Status::Connecting, Status::Connected]);
    sound(&world);
}

// B12
#[test]
fn a_token_provider_that_never_answers_is_waited_for_fifteen_seconds() {
    let mut world = world();
    world.fault(Fault::Auth(Mode::Status(401, None)));
    world.mute_provider = true;
    world.start(0);
    world.run_for(14_000);
    assert_eq!(auths(&world).len(), 1);

    world.run_for(3000);
    assert_eq!(auths(&world).len(), 2, "the old token gets its last chance");
    assert_eq!(world.engine.fallback_reason(), Some(FallbackReason::AuthFailed));
}

// C11
#[test]
fn a_switch_back_to_a_warm_session_takes_no_round_trip() {
    let mut world = connected();
    world.start(1);
    world.run_for(1000);
    world.say(0);
    world.run_for(1000);
    let (auth, sent) = (auths(&world).len(), frames(&world).len());

    world.start(0);

    assert_eq!(world.engine.status(), Status::Connected);
    assert!(complete(&world, 0), "what came meanwhile is there");
    world.run_for(1000);
    assert_eq!((auths(&world).len(), frames(&world).len()), (auth, sent));
    sound(&world);
}

// C11
#[test]
fn only_the_two_sessions_left_last_stay_warm() {
    let mut world = connected_with(WorldConfig { sessions: 5, ..WorldConfig::default() });
    for session in [1, 2, 3] {
        world.start(session);
        world.run_for(1000);
    }

    assert_eq!(world.push.channels(), ["private-session-s1", "private-session-s2", "private-session-s3"]);
    sound(&world);
}

// C11
#[test]
fn after_a_loss_the_shown_session_is_joined_first_and_warm_ones_once_it_is_live() {
    let mut world = connected();
    world.start(1);
    world.run_for(1000);
    let before = frames(&world).len();
    world.fault(Fault::Cut);
    world.run_for(10_000);

    let joined: Vec<_> = frames(&world).split_off(before).into_iter().map(|(_, text)| text).collect();
    assert_eq!(joined.len(), 2, "{joined:?}");
    assert!(joined[0].contains("private-session-s1") && joined[1].contains("private-session-s0"));
    sound(&world);
}

// C11, S8
#[test]
fn choosing_a_session_withdraws_the_signature_being_made_for_a_warm_one() {
    let mut world = connected_with(WorldConfig { sessions: 3, ..WorldConfig::default() });
    world.start(1);
    world.run_for(1000);
    world.fault(Fault::Cut);
    let before = auths(&world).len();
    assert!(
        world.run_while(10_000, |world| auths(world).len() == before + 2),
        "the warm one is being signed for"
    );

    world.start(2);
    world.run_for(2000);

    assert_eq!(world.engine.status(), Status::Connected);
    sound(&world);
}

fn renewals(world: &World) -> usize {
    world.trace.effects.iter().filter(|(_, effect)| matches!(effect, Effect::RenewToken)).count()
}
