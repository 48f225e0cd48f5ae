//! Reading back: pages of older messages on demand. Rows I1, I3, M3 to M5 and G9 of docs/features.md.

#![allow(
    clippy::wildcard_enum_match_arm,
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "test helpers outside of #[test] functions: a panic is a failed test"
)]

mod bench;
mod common;

use bench::Bench;
use common::{connected_with, fetches, ids, requests, sound};
use sidewire_core::{CallId, Command, Event, Freshness, GapCause, HttpFailure, ProblemCode, Timestamp};
use sidewire_sim::action::{Fault, Mode, UserAction};
use sidewire_sim::log::Cursor;
use sidewire_sim::rest::Endpoint;
use sidewire_sim::{World, WorldConfig};

type Told = Option<Result<(u64, Option<bool>), String>>;

fn told(world: &World, number: usize) -> Told {
    world.older[number].answer.clone().map(|answer| answer.map_err(|failure| failure.code))
}

fn cursors(world: &World) -> Vec<Cursor> {
    let messages = requests(world).into_iter().filter_map(|(_, endpoint)| match endpoint {
        Endpoint::Messages { cursor, .. } => Some(cursor),
        _ => None,
    });
    messages.collect()
}

fn long(history: usize) -> World {
    connected_with(WorldConfig { history, ..WorldConfig::default() })
}

// I3, M5
#[test]
fn older_pages_come_by_sequence_number_down_to_the_beginning_of_the_log() {
    let mut world = long(120);
    assert_eq!((ids(&world, 0).len(), world.engine.load_state().has_older), (50, Some(true)));

    let first = world.load_older();
    assert!(world.engine.load_state().loading_older);
    world.run_for(50);
    assert_eq!(told(&world, first), Some(Ok((50, Some(true)))));
    let second = world.load_older();
    world.run_for(50);

    assert_eq!(told(&world, second), Some(Ok((20, Some(false)))));
    assert_eq!(cursors(&world).into_iter().filter(|c| matches!(c, Cursor::Before(_))).count(), 2);
    assert!(cursors(&world).contains(&Cursor::Before(71)) && cursors(&world).contains(&Cursor::Before(21)));
    assert_eq!(ids(&world, 0), (0..120).map(|index| format!("m0-{index}")).collect::<Vec<_>>());
    let load = world.engine.load_state();
    assert_eq!((load.has_older, load.loading_older), (Some(false), false));
    assert_eq!(world.engine.freshness(), Freshness::Fresh);
    sound(&world);
}

// I4
#[test]
fn who_asks_for_more_than_there_is_gets_his_answer_without_a_request() {
    let mut world = long(3);
    let before = fetches(&world).len();
    let number = world.load_older();

    assert_eq!(told(&world, number), Some(Ok((0, Some(false)))));
    assert_eq!(fetches(&world).len(), before);
}

// I4: asked before the first page, and by several at once
#[test]
fn several_askers_share_one_page_and_wait_for_the_first_one() {
    let mut world = World::new(WorldConfig { history: 80, ..WorldConfig::default() });
    world.start(0);
    let numbers = [world.load_older(), world.load_older(), world.load_older()];
    world.run_for(1000);

    for number in numbers {
        assert_eq!(told(&world, number), Some(Ok((30, Some(false)))));
    }
    assert_eq!(cursors(&world).into_iter().filter(|c| matches!(c, Cursor::Before(_))).count(), 1);
    sound(&world);
}

// F6, I3: one read in flight; whoever waits goes first
#[test]
fn an_older_page_goes_before_the_next_page_of_a_long_catch_up() {
    let mut world = long(60);
    world.fault(Fault::LosePublishes(1000));
    for _ in 0..120 {
        world.say(0);
    }
    let before = cursors(&world).len();
    world.user(UserAction::Refresh);
    let number = world.load_older();
    world.run_for(2000);

    let order: Vec<bool> =
        cursors(&world)[before..].iter().map(|cursor| matches!(cursor, Cursor::Before(_))).collect();
    assert_eq!(order[..3], [false, true, false], "{:?}", &cursors(&world)[before..]);
    assert_eq!(told(&world, number), Some(Ok((10, Some(false)))));
    world.converged("L1", 0, world.now, "after both");
    assert_eq!(ids(&world, 0).len(), 180);
    sound(&world);
}

// C5, F13
#[test]
fn older_messages_of_a_session_that_was_left_are_dropped_and_the_asker_is_told() {
    let mut world = long(120);
    let number = world.load_older();
    world.user(UserAction::Start(1));
    world.run_for(1000);

    assert_eq!(told(&world, number), Some(Err("LEFT".to_owned())));
    assert_eq!((ids(&world, 0).len(), ids(&world, 1).len()), (50, 50));
    world.user(UserAction::Start(0));
    let again = world.load_older();
    world.run_for(1000);
    assert_eq!(told(&world, again), Some(Ok((50, Some(true)))));
    sound(&world);
}

// A pushed edit of a message below the floor is an island, and the page around it fills up.
#[test]
fn a_push_about_a_message_before_the_floor_is_no_hole() {
    let mut world = long(120);
    world.log.update(world.now, 0, 30, "success", "edited long after");
    world.publish_message(0, 30, "message_update");
    world.run_for(1000);
    assert_eq!((ids(&world, 0).len(), world.engine.freshness()), (51, Freshness::Fresh));

    let number = world.load_older();
    world.run_for(100);

    assert_eq!(told(&world, number), Some(Ok((49, Some(true)))));
    assert_eq!(ids(&world, 0)[..2], ["m0-20", "m0-21"]);
    sound(&world);
}

// F11, I7
#[test]
fn a_page_that_fails_is_told_to_the_asker_and_the_next_one_waits_as_long_as_the_server_says() {
    let mut world = long(120);
    world.fault(Fault::Messages(Mode::Status(503, Some("7"))));
    let first = world.load_older();
    world.run_for(100);
    assert_eq!(told(&world, first), Some(Err("SERVER".to_owned())));
    let load = world.engine.load_state();
    assert_eq!((load.error, load.failures, load.has_older), (None, 1, Some(true)));

    world.heal();
    let (asked, second) = (world.now, world.load_older());
    assert!(world.engine.load_state().loading_older);
    world.run_for(6800);
    assert_eq!(told(&world, second), None);
    world.run_for(300);

    assert_eq!(told(&world, second), Some(Ok((50, Some(true)))));
    let next = fetches(&world).into_iter().find(|at| *at > asked).unwrap();
    assert!((asked + 6900..asked + 7000).contains(&next), "{next} after {asked}");
    assert_eq!(world.engine.load_state().failures, 0);
    sound(&world);
}

// B12
#[test]
fn an_expired_token_costs_the_asker_nothing_but_time() {
    let mut world = long(120);
    world.fault(Fault::Revoke);
    let number = world.load_older();
    world.run_for(500);

    assert_eq!(told(&world, number), Some(Ok((50, Some(true)))));
    sound(&world);
}

/// A page of a server that numbers nothing: the messages written in these seconds.
fn timed(seconds: std::ops::Range<u64>, more: bool) -> String {
    let message = |n: u64| format!(r#"{{"messageId":"m{n}","content":"c","timestamp":{}}}"#, n * 1000);
    let messages: Vec<_> = seconds.map(message).collect();
    format!(r#"{{"messages":[{}],"hasMore":{more}}}"#, messages.join(","))
}

// F4: the contract has no cursor backwards without numbers
#[test]
fn a_server_that_numbers_nothing_gives_its_longest_page_and_what_lies_before_is_unknown() {
    for (oldest, more, told) in [(100, true, "null"), (130, false, "false")] {
        let mut bench = Bench::started();
        bench.join_with(&timed(150..200, true));
        assert_eq!(bench.engine.load_state().has_older, Some(true));
        ask(&mut bench, 1);
        bench.reply("/messages?limit=100", 200, &timed(oldest..200, more));

        let answer = format!(r#"{{"added":{},"hasOlder":{told}}}"#, 150 - oldest);
        assert_eq!(answers(&bench), [(1, Ok(answer.as_str()))]);
        assert_eq!(bench.ids("s0").len() as u64, 200 - oldest);
        assert!(bench.requests("/messages?limit=100").iter().all(|(.., http)| !http.url.contains('&')));
    }
}

fn page(numbers: &[u64], more: &str) -> String {
    let message =
        |n: &u64| format!(r#"{{"messageId":"m{n}","content":"c","timestamp":{n},"sequenceNumber":{n}}}"#);
    let messages: Vec<_> = numbers.iter().map(message).collect();
    format!(r#"{{"messages":[{}]{more},"lastSequenceNumber":12}}"#, messages.join(","))
}

fn ask(bench: &mut Bench, call: u32) {
    bench.command(Command::LoadOlder(CallId::from_raw(call)));
}

fn answers(bench: &Bench) -> Vec<(u32, Result<&str, &str>)> {
    let answers = bench.events.iter().filter_map(|(_, event)| match event {
        Event::CallAnswered { call, outcome } => {
            Some((call.as_raw(), outcome.as_deref().map_err(|failure| failure.code.as_str())))
        }
        _ => None,
    });
    answers.collect()
}

// M3, M4
#[test]
fn numbers_that_an_older_page_passes_over_are_marked_at_once_and_told_with_their_cause() {
    let mut bench = Bench::started();
    bench.join_with(&page(&[11, 12], r#","hasMore":true"#));
    ask(&mut bench, 1);
    bench.reply("beforeSequence=11", 200, &page(&[4, 5, 8], r#","hasMore":true"#));

    let told = bench.events.iter().filter_map(|(_, event)| match event {
        Event::Discontinuity { from, to, cause, .. } => Some((*from, *to, *cause)),
        _ => None,
    });
    let told: Vec<_> = told.into_iter().collect();
    assert_eq!(told, [(6, 7, GapCause::NotInLog), (9, 10, GapCause::NotInLog)]);
    let timeline = bench.engine.timeline(bench.engine.shown().unwrap()).unwrap();
    let marks: Vec<_> = timeline.gaps().map(|(from, to)| (from, to, timeline.gap_index(from))).collect();
    assert_eq!(marks, [(6, 7, 2), (9, 10, 3)]);
    assert_eq!(answers(&bench), [(1, Ok(r#"{"added":3,"hasOlder":true}"#))]);
    let reads = bench.requests("/messages").len();
    bench.pass(10_000);
    assert_eq!(bench.requests("/messages").len(), reads, "history is not waited for");
}

// 108
#[test]
fn a_server_that_ignores_the_cursor_backwards_is_told_of_and_not_asked_in_a_loop() {
    let mut bench = Bench::started();
    bench.join_with(&page(&[11, 12], r#","hasMore":true"#));
    ask(&mut bench, 1);
    bench.reply("beforeSequence=11", 200, &page(&[11, 12], r#","hasMore":true"#));

    assert_eq!(answers(&bench), [(1, Ok(r#"{"added":0,"hasOlder":null}"#))]);
    assert_eq!(bench.problems(), [(ProblemCode::BadPage, "a page of older messages holds none")]);
    let reads = bench.requests("/messages").len();
    bench.pass(20_000);
    assert_eq!(bench.requests("/messages").len(), reads);
}

#[test]
fn a_server_that_does_not_say_whether_there_is_more_is_believed_by_its_numbers() {
    let mut bench = Bench::started();
    bench.join_with(&page(&[3, 4], ""));
    assert_eq!(bench.engine.load_state().has_older, Some(true));
    ask(&mut bench, 1);
    bench.reply("beforeSequence=3", 200, &page(&[1, 2], ""));
    ask(&mut bench, 2);

    assert_eq!(
        answers(&bench),
        [(1, Ok(r#"{"added":2,"hasOlder":false}"#)), (2, Ok(r#"{"added":0,"hasOlder":false}"#))]
    );
}

// L8 for reads: a named error, never a promise that nobody keeps
#[test]
fn what_cannot_be_asked_now_is_refused_at_once_with_its_reason() {
    let mut bench = Bench::new();
    ask(&mut bench, 1);
    bench.start("s0");
    bench.command(Command::SetOnline(false));
    ask(&mut bench, 2);
    bench.command(Command::SetOnline(true));
    ask(&mut bench, 3);
    bench.fail("/messages", HttpFailure::Network);
    bench.command(Command::SetToken { present: false });
    ask(&mut bench, 4);

    let codes: Vec<_> = answers(&bench).into_iter().map(|(call, told)| (call, told.unwrap_err())).collect();
    assert_eq!(codes, [(1, "NO_SESSION"), (2, "NETWORK"), (3, "NO_TOKEN"), (4, "NO_TOKEN")]);
    assert_eq!(bench.requests("beforeSequence").len(), 0);
}

// G9
#[test]
fn failed_reads_are_counted_and_the_last_attempt_has_its_time() {
    let mut bench = Bench::started();
    let begun = bench.now;
    bench.fail("/messages", HttpFailure::Network);
    bench.pass(2000);
    bench.fail("/messages", HttpFailure::Timeout);

    let load = bench.engine.load_state();
    assert_eq!((load.loading, load.failures), (false, 2));
    assert_eq!(load.error.map(|error| error.code).as_deref(), Some("TIMEOUT"));
    assert_eq!(bench.engine.last_attempt().map(Timestamp::as_millis), Some(begun + 2000));
    let failures: Vec<_> = bench
        .events
        .iter()
        .filter_map(|(_, event)| match event {
            Event::LoadChanged(load) => Some(load.failures),
            _ => None,
        })
        .collect();
    assert_eq!(failures, [0, 1, 2]);
}
