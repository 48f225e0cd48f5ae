//! Answers of the log that no good server gives. Every test names its entries of the catalogue of faults.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic as tests do")]

mod desk;

use desk::Desk;
use sidewire_core::{
    Command, Effect, Event, FallbackReason, GapCause, HttpFailure, Input, ProblemCode, Status,
};

const EMPTY: &str = r#"{"messages":[],"hasMore":false,"lastSequenceNumber":0}"#;

/// A desk whose user pressed refresh: one read is open.
fn asked() -> Desk {
    let mut desk = Desk::new();
    refresh(&mut desk);
    desk
}

fn refresh(desk: &mut Desk) {
    desk.forget();
    let shown = desk.engine.shown().cloned().unwrap();
    desk.give(Input::Command(Command::Refresh(shown)));
    assert_eq!(desk.open("/messages").len(), 1);
}

fn messages(numbers: impl IntoIterator<Item = u64>) -> String {
    let one = |n: u64| format!(r#"{{"messageId":"m{n:04}","content":"x","sequenceNumber":{n}}}"#);
    numbers.into_iter().map(one).collect::<Vec<_>>().join(",")
}

/// A page of a log that ends at `end`.
fn head(numbers: impl IntoIterator<Item = u64>, end: u64) -> String {
    format!(r#"{{"messages":[{}],"hasMore":false,"lastSequenceNumber":{end}}}"#, messages(numbers))
}

/// When the log is read next by itself, in ms from now.
fn next_read(desk: &mut Desk) -> u64 {
    let start = desk.now;
    while desk.open("/messages").is_empty() && desk.now < start + 900_000 {
        desk.wait(100);
    }
    desk.now - start
}

// Fault 103: what 88 to 97, 100 and 101 are for signing, on the log.
#[test]
fn a_read_that_fails_is_repeated_politely_and_one_that_is_refused_is_not() {
    // Status, Retry-After, body; when the next read is due.
    let retried = [
        (500, None, "", 2000..=3100),
        (503, Some("60"), "", 60_000..=61_000),
        (429, None, "{}", 5000..=6100),
        (429, Some("nonsense"), "{}", 5000..=6100),
        (429, Some("1000000000"), "{}", 600_000..=601_000),
        (200, None, "<html>", 2000..=3100),
        (200, None, "null", 2000..=3100),
        (200, None, "{}", 2000..=3100),
        (200, None, "", 2000..=3100),
        (304, None, "", 2000..=3100),
    ];
    for (status, retry_after, body, due) in retried {
        let mut desk = asked();
        let (request, _) = desk.open("/messages")[0].clone();

        desk.answer_with(request, status, retry_after, body);

        let waited = next_read(&mut desk);
        assert!(due.contains(&waited), "{status} {retry_after:?} {body:?}: {waited}");
        desk.answer("/messages", 200, EMPTY);
        assert_eq!(desk.engine.load_state().error, None);
        assert!(desk.is_alive());
    }
    // A redirect and a preflight that is refused look alike to a page: no answer.
    for failure in [HttpFailure::Network, HttpFailure::Timeout, HttpFailure::TooLarge] {
        let mut desk = asked();
        desk.fail("/messages", failure);
        assert!((2000..=3100).contains(&next_read(&mut desk)), "{failure:?}");
    }
}

// Fault 103.
#[test]
fn a_session_that_is_gone_or_foreign_is_told_and_read_no_more() {
    for status in [403, 404] {
        let mut desk = asked();

        desk.answer("/messages", status, r#"{"error":{"code":"SESSION_NOT_FOUND"}}"#);

        let error = desk.engine.load_state().error.unwrap();
        assert_eq!((error.status, error.server_code.as_deref()), (Some(status), Some("SESSION_NOT_FOUND")));
        assert_eq!(desk.problems(), [(ProblemCode::RequestFailed, None)]);
        assert_eq!(next_read(&mut desk), 900_000, "{status}");

        let mut fresh = Desk::at_rest(false);
        fresh.start();
        fresh.answer("/messages", status, "");
        assert_eq!(fresh.engine.fallback_reason(), Some(FallbackReason::SessionRefused));
        assert_eq!(fresh.engine.status(), Status::Fallback);
    }
}

// Fault 104.
#[test]
fn a_body_that_was_cut_anywhere_is_told_and_read_again() {
    let whole = format!(r#"{{"messages":[{}],"hasMore":false}}"#, messages(1..=3));
    for length in 0..whole.len() {
        let mut desk = asked();

        desk.answer("/messages", 200, &whole.as_bytes()[..length]);

        assert_eq!(desk.problems(), [(ProblemCode::BadPage, Some("messages"))], "{length}");
        assert_eq!(desk.ids(), [""; 0]);
        next_read(&mut desk);
        desk.answer("/messages", 200, &whole);
        assert_eq!(desk.ids().len(), 3, "{length}");
    }
}

// Fault 105.
#[test]
fn one_bad_message_costs_none_of_its_49_neighbours_and_the_cursor_passes() {
    for bad in [r#"{"content":"no id"}"#, "null", "7", r#"{"messageId":"x","sessionId":"s2","content":"x"}"#]
    {
        let mut desk = asked();
        let page =
            format!(r#"{{"messages":[{},{bad},{}],"hasMore":true}}"#, messages(1..=20), messages(21..=49));

        desk.answer("/messages", 200, &page);

        assert_eq!(desk.ids().len(), 49, "{bad}");
        assert_eq!(desk.problems().len(), 1);
        let (_, next) = desk.open("/messages").pop().unwrap();
        assert!(next.url.ends_with("afterSequence=49"), "{}", next.url);
    }
}

// Fault 108.
#[test]
fn a_server_that_ignores_the_cursor_is_asked_once_and_told_of() {
    let page = format!(r#"{{"messages":[{}],"hasMore":true}}"#, messages(1..=50));
    let mut desk = Desk::with_page(&page);
    refresh(&mut desk);

    desk.answer("/messages", 200, &page);

    assert_eq!(desk.open("/messages"), []);
    assert_eq!(desk.problems(), [(ProblemCode::BadPage, Some("hasMore"))]);
    assert!(next_read(&mut desk) >= 48_000);
}

// Fault 109.
#[test]
fn a_page_of_strangers_of_known_ones_and_in_no_order_is_filtered_merged_and_sorted() {
    let mut desk = Desk::with_page(&format!(r#"{{"messages":[{}],"hasMore":false}}"#, messages([1, 2, 3])));
    refresh(&mut desk);
    let foreign = r#"{"messageId":"foreign","sessionId":"s2","content":"x","sequenceNumber":4}"#;

    desk.answer(
        "/messages",
        200,
        format!(r#"{{"messages":[{},{foreign},{}]}}"#, messages([6, 4]), messages([5, 2, 1])),
    );

    assert_eq!(desk.ids(), ["m0001", "m0002", "m0003", "m0004", "m0005", "m0006"]);
    assert_eq!(desk.problems(), [(ProblemCode::MalformedEvent, Some("messages[2].sessionId"))]);
}

// Fault 113.
#[test]
fn a_page_older_than_a_push_takes_nothing_back() {
    let mut desk = asked();
    desk.push(r#"{"messageId":"m","content":"new","revision":5,"sequenceNumber":1}"#);
    desk.push(r#"{"messageId":"later","content":"x","revision":6,"sequenceNumber":2}"#);

    desk.answer("/messages", 200, r#"{"messages":[{"messageId":"m","content":"old","revision":4,"sequenceNumber":1}],"revision":4,"hasMore":false}"#);

    assert_eq!(desk.ids(), ["m", "later"]);
    assert!(desk.timeline().row(0).unwrap().raw.windows(5).any(|bytes| bytes == b"\"new\""));
}

// Fault 107.
#[test]
fn what_lands_between_two_pages_is_shown_once_and_leaves_no_hole() {
    let mut desk = asked();
    desk.answer("/messages", 200, format!(r#"{{"messages":[{}],"hasMore":true}}"#, messages(1..=50)));
    // Stored, and pushed, after the first page was read and before the second one.
    desk.push(&messages([61]));

    desk.answer("/messages", 200, format!(r#"{{"messages":[{}],"hasMore":false}}"#, messages(51..=61)));

    let expected: Vec<_> = (1..=61).map(|n| format!("m{n:04}")).collect();
    assert_eq!(desk.ids(), expected);
    assert_eq!(desk.timeline().first_hole(), None);
}

// Fault 114.
#[test]
fn an_answer_for_a_session_that_was_left_changes_nothing() {
    let mut desk = asked();
    let (request, _) = desk.open("/messages")[0].clone();
    desk.give(Input::Command(Command::LeaveSession));
    assert!(desk.effects.contains(&Effect::CancelRequest { request }));

    desk.answer_with(request, 200, None, format!(r#"{{"messages":[{}]}}"#, messages([1])));

    let left = desk.engine.timeline(&sidewire_core::SessionId::parse("s1").unwrap()).unwrap();
    assert_eq!(left.len(), 0);
    assert!(!desk.events.iter().any(|event| matches!(event, Event::NewMessage { .. })));
}

// Fault 119: the request has no place for `If-None-Match`, and the driver asks for no copy of a cache.
#[test]
fn a_304_that_nobody_asked_for_is_no_empty_page() {
    let mut desk = asked();

    desk.answer("/messages", 304, "");

    assert_eq!(desk.engine.load_state().error.and_then(|error| error.status), Some(304));
}

// Faults 118 and 65: a backup was restored, or the session was reset.
#[test]
fn a_log_that_is_shorter_than_it_was_is_told_and_read_anew_once_a_lagging_copy_cannot_explain_it() {
    let mut desk = Desk::with_page(&head(1..=9, 9));
    refresh(&mut desk);

    desk.answer("/messages", 200, head(0..0, 4));
    let meanwhile =
        (desk.ids().len(), desk.events.iter().any(|event| matches!(event, Event::Discontinuity { .. })));
    let waited = next_read(&mut desk);
    desk.answer("/messages", 200, head(0..0, 4));

    assert_eq!(meanwhile, (9, false));
    assert_eq!(waited, 15_000);
    let session = desk.engine.shown().cloned().unwrap();
    let told = Event::Discontinuity { session, from: 5, to: 9, cause: GapCause::LogCut };
    assert!(desk.events.contains(&told));
    assert!(!desk.open("/messages")[0].1.url.contains("afterSequence"), "from the newest page on");
    desk.answer("/messages", 200, head(1..=4, 4));
    assert_eq!(desk.ids(), ["m0001", "m0002", "m0003", "m0004"]);
    // What is numbered from there on again is news.
    desk.push(&messages([5]));
    assert_eq!(desk.ids().len(), 5);
    assert!(next_read(&mut desk) >= 48_000);
}

// Fault 112.
#[test]
fn a_copy_that_lags_for_a_while_takes_nothing_back() {
    let mut desk = Desk::with_page(&head(1..=9, 9));
    for lag in [7, 9, 6, 8] {
        refresh(&mut desk);
        desk.answer("/messages", 200, head(0..0, lag));
        next_read(&mut desk);
        desk.answer("/messages", 200, head(0..0, 9));
    }

    assert_eq!(desk.ids().len(), 9);
    assert!(!desk.events.iter().any(|event| matches!(event, Event::Discontinuity { .. })));
}

// Fault 110.
#[test]
fn a_page_by_time_may_hold_its_first_moment_or_not() {
    let at = |id: &str, time: u64| format!(r#"{{"messageId":"{id}","content":"x","timestamp":{time}}}"#);
    let known = [at("a", 1_700_000_000_000), at("b", 1_700_000_009_000)].join(",");
    for inclusive in [true, false] {
        let mut desk = Desk::with_page(&format!(r#"{{"messages":[{known}],"hasMore":false}}"#));
        refresh(&mut desk);
        let since = 1_700_000_004_000;
        assert!(desk.open("/messages")[0].1.url.ends_with(&format!("since={since}")));

        // One of the very moment that is known, one of the moment that was asked for.
        let edge = if inclusive { at("edge", since) } else { at("edge", since + 1) };
        let page = [&edge, &at("b", 1_700_000_009_000), &at("same", 1_700_000_009_000)]
            .map(String::as_str)
            .join(",");
        desk.answer("/messages", 200, format!(r#"{{"messages":[{page}],"hasMore":false}}"#));

        assert_eq!(desk.ids().len(), 4, "{:?}", desk.ids());
        assert_eq!(desk.ids().iter().filter(|id| *id == "b").count(), 1);
        assert!(desk.ids().contains(&"same".to_owned()));
    }
}
