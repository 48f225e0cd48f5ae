//! Events, repair and polling: rows D, E, F and O of docs/features.md.

#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test helpers outside of #[test] functions: a panic is a failed test"
)]

mod common;

use common::{complete, connected, connected_with, fetches, ids, since, sound, world};
use sidewire_core::{Event, HttpResponse, Input, RequestId, Status, TypingContext};
use sidewire_sim::WorldConfig;
use sidewire_sim::action::{Action, Fault, Mode, Path, ServerAction, UserAction};
use sidewire_sim::log::{Draft, ServerKind};

// D11, E2
#[test]
fn an_update_changes_the_message_in_place() {
    let mut world = connected();
    let before = ids(&world, 0);
    world.log.update(world.now, 0, 1, "success", "changed");
    world.publish_message(0, 1, "message_update");
    world.run_for(50);

    assert_eq!(ids(&world, 0), before);
    assert!(complete(&world, 0));
    sound(&world);
}

// D13, D16, D17
#[test]
fn typing_is_shown_and_expires_after_60_seconds() {
    let mut world = connected();
    world.publish_event(0, "typing", r#""isTyping":true,"context":"executing""#);
    world.run_for(50);
    assert_eq!(world.engine.typing(), Some(TypingContext::Executing));

    world.run_for(59_900);
    assert_eq!(world.engine.typing(), Some(TypingContext::Executing));
    world.run_for(200);
    assert_eq!(world.engine.typing(), None);
    sound(&world);
}

// D8, D9, D10, I3. Fault 77.
#[test]
fn twenty_interact_responses_in_a_second_cost_at_most_four_fetches_and_the_last_counts() {
    let mut world = connected();
    let start = world.now;
    for step in 0..20 {
        world.plan(start + step * 50, Action::Server(ServerAction::Finish(0)));
    }
    world.run_for(940);
    // Stored without a word by push: only the refresh after the last event can show it.
    let draft = Draft { role: "assistant", content: "last", status: "success", origin: None, numbered: true };
    world.log.append(world.now, 0, draft);
    world.run_for(4000);

    assert!((2..=4).contains(&since(&fetches(&world), start).len()));
    assert!(complete(&world, 0));
    sound(&world);
}

// D8, D9
#[test]
fn an_interact_response_ends_typing_and_is_told() {
    let mut world = connected();
    world.publish_event(0, "typing", r#""isTyping":true"#);
    world.run_for(50);
    world.publish_event(
        0,
        "interact_response",
        r#""data":{"taskId":"t1","action":"finish","status":"success"}"#,
    );
    world.run_for(50);

    assert_eq!(world.engine.typing(), None);
    let told = world.trace.events.iter().find_map(|(_, event)| match event {
        Event::InteractResponse(response) => response.task_id.clone(),
        _ => None,
    });
    assert_eq!(told.as_deref(), Some("t1"));
    sound(&world);
}

// M3, E9, O5
// Fault 35.
#[test]
fn a_hole_in_the_sequence_is_repaired_within_500_ms_and_a_round_trip() {
    let mut world = connected();
    world.network.lose_publishes = 1000;
    world.say(0);
    world.network.lose_publishes = 0;
    world.say(0);
    let said = world.now;

    // One trip for the push, at most 500 ms of waiting, one round trip for the fetch.
    assert!(world.run_while(21 + 500 + 40, |world| complete(world, 0)));

    assert_eq!(since(&fetches(&world), said).len(), 1);
    sound(&world);
}

// O4, O5
// Fault 36.
#[test]
fn a_lost_last_message_is_found_by_the_check_against_the_log() {
    let mut world = connected_with(WorldConfig { jitter: 1000, ..WorldConfig::default() });
    world.network.lose_publishes = 1000;
    world.say(0);

    assert!(world.run_while(72_000 + 40, |world| complete(world, 0)));

    assert_eq!(world.engine.status(), Status::Connected);
    sound(&world);
}

// E3, E7
// Fault 33.
#[test]
fn publishes_that_overtake_each_other_end_in_the_order_of_the_log() {
    let mut world = connected();
    world.fault(Fault::Scatter(300));
    world.fault(Fault::DoublePublishes(500));
    for _ in 0..60 {
        world.say(0);
    }
    world.run_for(2000);

    let expected: Vec<_> = (0..63).map(|index| format!("m0-{index}")).collect();
    assert_eq!(ids(&world, 0), expected);
    sound(&world);
}

// F2, F3, F10. Fault 117.
#[test]
fn polling_slows_from_3_to_30_seconds_after_a_quiet_minute() {
    let mut world = world();
    world.fault(Fault::Dials(Path::BlackHole));
    world.start(0);
    world.run_for(300_000);

    let polls = fetches(&world);
    let pauses: Vec<_> = polls.windows(2).map(|pair| pair[1] - pair[0]).collect();
    // 3 s and 30 s count from the answer, one round trip after the question.
    assert!(pauses.iter().skip(1).all(|pause| [3040, 30_040].contains(pause)), "{pauses:?}");
    let slow = pauses.iter().position(|pause| *pause == 30_040).unwrap();
    let slows_at = polls[slow] - 1000;
    assert!((57_000..=63_500).contains(&slows_at), "{slows_at}");
    assert!(pauses[slow..].iter().all(|pause| *pause == 30_040));
    sound(&world);
}

// F2, F3. Fault 117.
#[test]
fn news_brings_polling_back_to_every_3_seconds() {
    let mut world = world();
    world.fault(Fault::Dials(Path::BlackHole));
    world.start(0);
    world.run_for(200_000);
    let quiet = world.now;
    world.run_for(60_000);
    let idle = since(&fetches(&world), quiet).len();

    world.say(0);
    world.run_for(30_040);
    let heard = world.now;
    world.run_for(30_000);

    assert_eq!(idle, 2);
    assert!((9..=10).contains(&since(&fetches(&world), heard).len()));
    sound(&world);
}

// Fault 111.
#[test]
fn clocks_that_are_an_hour_or_a_year_off_change_nothing() {
    const HOUR: i64 = 3_600_000;
    const YEAR: i64 = 8760 * HOUR;
    for kind in [ServerKind::Revisions, ServerKind::Sequences, ServerKind::Times] {
        for skew in [-YEAR, -HOUR, HOUR, YEAR] {
            let mut world = connected_with(WorldConfig { kind, skew, ..WorldConfig::default() });
            world.send(0, "mine");
            world.run_for(100);
            world.network.lose_publishes = 1000;
            world.say(0);
            world.network.lose_publishes = 0;
            world.run_for(100);
            world.say(0);
            world.run_for(72_000);

            assert!(complete(&world, 0), "{kind:?} {skew}");
            sound(&world);
        }
    }
}

// F3
#[test]
fn polling_is_slow_while_hidden_and_at_once_when_looked_at() {
    let mut world = world();
    world.fault(Fault::Dials(Path::BlackHole));
    world.start(0);
    world.run_for(20_000);
    world.user(UserAction::Visible(false));
    world.run_for(10_000);
    let hidden = world.now;
    world.run_for(25_000);
    assert!(since(&fetches(&world), hidden).len() <= 1);

    world.say(0);
    world.user(UserAction::Visible(true));
    world.run_for(50);

    assert!(complete(&world, 0));
    sound(&world);
}

// F5, I2
#[test]
fn the_first_page_is_asked_for_at_once_beside_the_connect() {
    let mut world = world();
    let start = world.now;
    world.start(0);

    assert_eq!(fetches(&world), [start]);
    world.run_for(45);
    assert!(complete(&world, 0), "the view is there before push is");
    sound(&world);
}

// F4, I1
#[test]
fn a_server_without_sequence_numbers_is_read_by_time() {
    let mut world = connected_with(WorldConfig { kind: ServerKind::Times, ..WorldConfig::default() });
    world.network.lose_publishes = 1000;
    world.say(0);
    world.network.lose_publishes = 0;
    world.run_for(7000);
    world.say(0);
    world.run_for(72_000);

    assert!(complete(&world, 0));
    sound(&world);
}

// F4
#[test]
fn a_server_without_a_change_counter_is_read_behind_the_last_number() {
    let mut world = connected_with(WorldConfig { kind: ServerKind::Sequences, ..WorldConfig::default() });
    world.network.lose_publishes = 1000;
    for _ in 0..130 {
        world.say(0);
    }
    world.network.lose_publishes = 0;
    world.say(0);
    world.run_for(1000);

    assert!(complete(&world, 0));
    sound(&world);
}

// F4, I1
#[test]
fn after_an_empty_first_page_a_long_absence_is_read_from_the_start() {
    for kind in [ServerKind::Revisions, ServerKind::Sequences, ServerKind::Times] {
        let mut world = connected_with(WorldConfig { kind, history: 0, ..WorldConfig::default() });
        world.start(1);
        world.run_for(1000);
        for _ in 0..120 {
            world.say(0);
            world.run_for(10);
        }
        world.start(0);
        world.run_for(1000);

        assert_eq!(ids(&world, 0).len(), 120, "{kind:?}");
        sound(&world);
    }
}

// D16
#[test]
fn typing_is_assumed_from_a_send_to_the_interact_response_without_any_typing_event() {
    let mut world = connected();
    let typed = |world: &sidewire_sim::World| world.engine.typing();
    world.send(0, "question");
    let at_once = typed(&world);
    world.run_for(30_000);
    let meanwhile = typed(&world);
    world.publish_event(0, "interact_response", r#""data":{"status":"success"}"#);
    world.run_for(50);
    let answered = typed(&world);

    world.send(0, "another that nobody answers");
    world.run_for(61_000);

    assert_eq!([at_once, meanwhile], [Some(TypingContext::Processing); 2]);
    assert_eq!([answered, typed(&world)], [None, None]);
    sound(&world);
}

// D13, D16
#[test]
fn a_send_to_a_session_not_shown_leaves_no_typing_that_expires_by_accident() {
    let mut world = connected();
    world.send(1, "aside");
    world.run_for(61_000);
    let told = world.trace.events.len();

    let answer = HttpResponse { status: 200, retry_after: None, body: b"{}" };
    world.feed(&Input::Response(RequestId::from_raw(9999), Ok(answer)));

    assert_eq!(world.trace.events.len(), told);
    sound(&world);
}

// F6, F11, I7
#[test]
fn polls_that_fail_slow_down_and_obey_retry_after() {
    let mut world = world();
    world.fault(Fault::Dials(Path::BlackHole));
    world.start(0);
    world.run_for(20_000);
    world.fault(Fault::Messages(Mode::Status(503, Some("30"))));
    world.run_for(5000);
    let refused = *fetches(&world).last().unwrap();
    world.fault(Fault::Messages(Mode::Good));
    world.run_for(40_000);

    assert!(since(&fetches(&world), refused)[0] >= 30_000);
    sound(&world);
}
