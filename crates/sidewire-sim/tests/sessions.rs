//! Authorisation and session switching: rows B and C of docs/features.md.

#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test helpers outside of #[test] functions: a panic is a failed test"
)]

mod common;

use common::{
    auths, complete, connected, connected_with, fetches, frames, ids, opens, requests, since, sound,
    statuses, world,
};
use sidewire_core::{Effect, FallbackReason, Status};
use sidewire_sim::action::{Fault, Mode, UserAction};
use sidewire_sim::rest::Endpoint;
use sidewire_sim::{World, WorldConfig};

// B2, B3, B4
#[test]
fn one_authorisation_per_channel_goes_into_the_subscribe_frame() {
    let mut world = connected();
    world.run_for(60_000);

    assert_eq!(auths(&world).len(), 1);
    let subscribe: Vec<_> =
        frames(&world).into_iter().filter(|(_, text)| text.contains("pusher:subscribe")).collect();
    assert_eq!(subscribe.len(), 1);
    assert!(subscribe[0].1.contains(r#""auth":"dev-key:"#));
    sound(&world);
}

// B5, B8, B15, F12
#[test]
fn a_403_that_names_the_session_falls_back_and_polling_goes_on() {
    refused(Mode::Coded(403, "SESSION_NOT_FOUND"), FallbackReason::SessionRefused, 1);
    refused(Mode::Coded(403, "USER_MISMATCH"), FallbackReason::SessionRefused, 1);
}

// B8, O8
// Fault 91.
#[test]
fn the_servers_own_code_for_a_refusal_is_kept_until_another_session_is_chosen() {
    let mut world = world();
    world.fault(Fault::Auth(Mode::Coded(403, "USER_MISMATCH")));
    world.start(0);
    world.run_for(5_000);
    assert_eq!(world.engine.refusal_code(), Some("USER_MISMATCH"));

    world.heal();
    world.start(1);
    world.run_for(5_000);
    assert_eq!(world.engine.refusal_code(), None);
}

// B8, O8
#[test]
fn a_read_that_is_refused_tells_the_servers_own_code() {
    let mut world = world();
    world.fault(Fault::Messages(Mode::Coded(404, "SESSION_NOT_FOUND")));
    world.start(0);
    world.run_for(5_000);

    let error = world.engine.load_error().unwrap();
    assert_eq!((error.code.as_str(), error.server_code.as_deref()), ("NOT_FOUND", Some("SESSION_NOT_FOUND")));
}

// B5, B15, F12
#[test]
fn a_403_without_a_code_falls_back_as_auth_failed_and_polling_goes_on() {
    refused(Mode::Status(403, None), FallbackReason::AuthFailed, 1);
}

// B5, B12, F12
// Faults 84 and 88.
#[test]
fn a_401_is_worth_one_renewal_and_then_final() {
    refused(Mode::Status(401, None), FallbackReason::AuthFailed, 2);
}

fn refused(mode: Mode, reason: FallbackReason, asked: usize) {
    let mut world = world();
    world.fault(Fault::Auth(mode));
    world.start(0);
    world.run_for(600_000);

    assert_eq!(statuses(&world).last().map(|told| (told.1, told.2)), Some((Status::Fallback, Some(reason))));
    assert_eq!(auths(&world).len(), asked, "it is not asked again");
    assert!(world.engine.is_polling());
    world.say(0);
    world.run_for(37_000);
    assert!(complete(&world, 0));

    world.fault(Fault::Auth(Mode::Good));
    world.set_token(true);
    world.run_for(1000);
    assert_eq!(world.engine.status(), Status::Connected, "another token is another try");
    sound(&world);
}

// B6
// Fault 83.
#[test]
fn without_a_token_it_fails_without_any_request() {
    let mut world = World::new(WorldConfig { token: Some(false), ..WorldConfig::default() });
    world.start(0);
    world.run_for(600_000);

    assert_eq!(world.engine.status(), Status::Failed);
    assert_eq!(world.engine.fallback_reason(), Some(FallbackReason::NoToken));
    assert_eq!(world.trace.effects, []);
    sound(&world);
}

// B7
// Faults 89 and 90.
#[test]
fn three_refusals_in_a_row_are_followed_by_30_seconds_of_silence() {
    let mut world = World::new(WorldConfig { sessions: 5, ..WorldConfig::default() });
    world.fault(Fault::Auth(Mode::Status(403, None)));
    for session in 0..5 {
        world.start(session);
        world.run_for(1000);
    }
    world.run_for(60_000);

    let asked = auths(&world);
    assert!(asked[3] - asked[2] >= 30_000, "{asked:?}");
    sound(&world);
}

// B14
// Fault 86.
#[test]
fn signing_out_closes_the_socket_and_clears_the_view_at_once() {
    let mut world = connected();
    world.set_token(false);

    assert_eq!(ids(&world, 0), [""; 0]);
    assert_eq!(world.engine.status(), Status::Failed);
    let last =
        world.trace.effects.iter().rev().find(|(_, effect)| matches!(effect, Effect::CloseSocket { .. }));
    assert_eq!(last.map(|(at, _)| *at), Some(world.now));
    world.run_for(1000);
    assert_eq!(world.push.channels(), [""; 0]);
    sound(&world);
}

// B5
// Fault 96.
#[test]
fn an_authorisation_that_hangs_is_given_up_after_8_seconds_and_tried_again() {
    let mut world = world();
    world.fault(Fault::Auth(Mode::Hang));
    world.start(0);
    world.run_for(9000);
    assert_eq!(world.engine.status(), Status::Fallback);
    world.fault(Fault::Auth(Mode::Good));

    assert!(world.run_while(15_000, |world| world.engine.status() == Status::Connected));
    sound(&world);
}

// C3
#[test]
fn switching_sessions_keeps_the_socket_and_changes_the_channel() {
    let mut world = connected_with(WorldConfig { warm: 0, ..WorldConfig::default() });
    let start = world.now;
    world.start(1);
    world.run_for(1000);

    assert_eq!(opens(&world).len(), 1);
    let sent: Vec<_> =
        frames(&world).into_iter().filter(|(at, _)| *at >= start).map(|(_, text)| text).collect();
    assert_eq!(sent.len(), 2, "{sent:?}");
    assert!(sent[0].contains("pusher:unsubscribe") && sent[0].contains("private-session-s0"));
    assert!(sent[1].contains("pusher:subscribe") && sent[1].contains("private-session-s1"));
    assert_eq!(world.push.channels(), ["private-session-s1"]);
    assert_eq!(world.engine.status(), Status::Connected);
    sound(&world);
}

// C4
// Fault 42.
#[test]
fn a_b_a_settles_on_a_without_an_orphan_subscription() {
    for pause in (0..150).step_by(5) {
        let mut world = connected_with(WorldConfig { warm: 0, ..WorldConfig::default() });
        for session in [1, 0, 1, 0] {
            world.run_for(pause);
            world.start(session);
        }
        world.run_for(100);
        world.say(0);
        world.run_for(5000);

        assert_eq!(world.push.channels(), ["private-session-s0"], "pause {pause}");
        assert_eq!(world.engine.status(), Status::Connected, "pause {pause}");
        assert!(complete(&world, 0), "pause {pause}");
        assert_eq!(opens(&world).len(), 1);
        sound(&world);
    }
}

// C9, A20, I4
#[test]
fn fifty_callers_of_start_sync_make_one_socket_and_one_request() {
    let mut world = world();
    for _ in 0..50 {
        world.start(0);
    }

    assert_eq!((opens(&world).len(), fetches(&world).len()), (1, 1));
    sound(&world);
}

// C5
// Fault 39.
#[test]
fn events_that_name_another_session_are_ignored() {
    let mut world = connected();
    let before = (ids(&world, 0), ids(&world, 1));
    for kind in [5, 6, 7] {
        world.junk(kind);
    }
    world.run_for(1000);

    assert_eq!((ids(&world, 0), ids(&world, 1)), before);
    assert!(world.engine.counters().events_foreign >= 2);
    sound(&world);
}

// C6
#[test]
fn the_session_shown_is_the_one_started_last() {
    let mut world = connected();
    world.start(1);
    assert_eq!(world.engine.shown().map(sidewire_core::SessionId::as_str), Some("s1"));
    world.user(UserAction::Leave);
    assert_eq!(world.engine.shown(), None);
    world.run_for(1000);
    assert_eq!(world.engine.status(), Status::Connected, "the socket stays");
    sound(&world);
}

// F13
#[test]
fn a_request_for_a_session_that_is_left_is_cancelled() {
    let mut world = world();
    world.start(0);
    world.start(1);

    let cancelled =
        world.trace.effects.iter().filter(|(_, effect)| matches!(effect, Effect::CancelRequest { .. }));
    assert_eq!(cancelled.count(), 1);
    world.run_for(1000);
    assert!(complete(&world, 1));
    sound(&world);
}

// C5, B15
#[test]
fn returning_to_a_session_shows_what_was_missed_meanwhile() {
    let mut world = connected();
    world.start(1);
    world.run_for(1000);
    let start = world.now;
    for _ in 0..120 {
        world.say(0);
    }
    world.run_for(1000);
    world.start(0);
    world.run_for(1000);

    assert!(complete(&world, 0));
    let pages = requests(&world)
        .into_iter()
        .filter(|(at, endpoint)| *at > start && matches!(endpoint, Endpoint::Messages { session: 0, .. }));
    assert!(pages.count() >= 3, "120 messages are more than two pages");
    assert!(since(&opens(&world), start).is_empty());
    sound(&world);
}

// B12, B14
// Fault 85.
#[test]
fn a_refusal_of_the_old_token_is_not_held_against_the_new_one() {
    let mut world = connected();
    world.fault(Fault::Messages(Mode::Status(401, None)));
    world.user(UserAction::Refresh);
    world.run_for(30);
    world.fault(Fault::Messages(Mode::Good));
    world.set_token(true);
    world.run_for(1000);

    world.network.lose_publishes = 1000;
    world.say(0);
    world.run_for(73_000);

    assert!(complete(&world, 0));
    assert_eq!(world.engine.status(), Status::Connected);
    sound(&world);
}

// C4: the exhaustive model found that a late acknowledgement on the same socket is taken for a newer one
#[test]
fn a_subscription_given_up_and_acknowledged_late_ends_with_its_socket() {
    let mut world = connected();
    world.start(1);
    world.run_for(30);
    world.fault(Fault::Stall(13_000));
    world.run_for(12_000);
    world.start(0);
    world.run_for(60_000);

    assert_eq!(world.push.channels(), ["private-session-s0"]);
    assert_eq!(opens(&world).len(), 2);
    assert_eq!(world.engine.status(), Status::Connected);
    sound(&world);
}

// D6
#[test]
fn a_renewal_that_comes_too_late_is_taken_all_the_same() {
    let mut world = connected();
    world.mute_provider = true;
    world.fault(Fault::Revoke);
    world.user(UserAction::Refresh);
    world.run_for(20_000);

    world.user(UserAction::Renewed(true));
    world.run_for(2000);

    assert_eq!(world.engine.load_error(), None);
    assert_eq!(world.engine.status(), Status::Connected);
    sound(&world);
}

// D5, S8
#[test]
fn a_warm_sessions_authorisation_gives_way_to_the_session_that_is_shown() {
    let mut world = connected();
    world.user(UserAction::Start(1));
    world.run_for(1000);
    world.user(UserAction::Leave);
    world.fault(Fault::Auth(Mode::Slow(3000)));
    let asked = world.stats.auths;
    world.fault(Fault::Cut);
    assert!(world.run_while(10_000, |world| world.stats.auths > asked));

    world.user(UserAction::Start(1));
    sound(&world);
    world.heal();
    world.run_for(5000);

    assert_eq!(world.engine.status(), Status::Connected);
    sound(&world);
}

// D10
#[test]
fn an_empty_session_is_not_behind_a_head_of_nothing() {
    let mut world = connected_with(WorldConfig { history: 0, ..WorldConfig::default() });
    let before = world.stats.fetches;
    for _ in 0..20 {
        world.publish_event(0, "interact_response", r#""data":{"taskId":"t","lastSequenceNumber":0}"#);
        world.run_for(100);
    }

    assert!(world.stats.fetches - before <= 3, "{} reads", world.stats.fetches - before);
    sound(&world);
}

// O8
#[test]
fn a_host_that_was_killed_goes_on_with_its_session() {
    let mut world = connected();
    world.user(UserAction::Start(1));
    world.run_for(1000);
    world.user(UserAction::Restart);
    world.run_for(1000);

    assert_eq!(world.engine.shown(), world.session(1));
    assert_eq!(world.engine.status(), Status::Connected);
    sound(&world);
}
