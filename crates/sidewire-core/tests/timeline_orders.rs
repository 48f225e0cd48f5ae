//! Cases small enough to try every order of arrival.

#![expect(clippy::unwrap_used, reason = "helpers of tests may panic as tests do")]

use sidewire_core::json::parse;
use sidewire_core::timeline::Timeline;
use sidewire_core::{ClientMessageId, SessionId, WallTime};

fn timeline() -> Timeline {
    Timeline::new(SessionId::parse("s1").unwrap())
}

/// All orders of `0..count`.
fn orders(count: usize) -> Vec<Vec<usize>> {
    if count == 0 {
        return vec![Vec::new()];
    }
    let insert = |order: Vec<usize>| {
        (0..count).map(move |at| {
            let mut order = order.clone();
            order.insert(at, count - 1);
            order
        })
    };
    orders(count - 1).into_iter().flat_map(insert).collect()
}

#[test]
fn three_messages_that_no_pairwise_comparison_can_order_have_one_order() {
    // By number A < B, by time B < C and C < A: the seeds' comparator sorts these in three ways.
    let json = [
        r#"{"messageId":"A","content":"","sequenceNumber":1,"timestamp":300}"#,
        r#"{"messageId":"B","content":"","sequenceNumber":2,"timestamp":100}"#,
        r#"{"messageId":"C","content":"","timestamp":200}"#,
    ];
    for order in orders(3) {
        let mut timeline = timeline();
        for index in &order {
            timeline.merge(parse(json[*index].as_bytes()).unwrap(), None);
        }
        let ids: Vec<_> = timeline.rows(0..3).map(|row| row.id).collect();
        assert_eq!(ids, ["A", "B", "C"], "{order:?}");
    }
}

#[test]
fn every_order_of_echo_reply_push_and_poll_gives_exactly_one_bubble() {
    let sent = ClientMessageId::from_text("01a1ffcf-3213-7000-8000-000000000001").unwrap();
    let copy = |message: &str, extra: &str| {
        format!(
            r#"{{"messageId":"{message}","role":"user","content":"hi","sequenceNumber":4,"timestamp":9{extra}}}"#
        )
    };
    let echoed = format!(r#","clientMessageId":"{}""#, sent.as_str());
    let earlier = r#"{"messageId":"m3","role":"user","content":"hi","sequenceNumber":3,"timestamp":8}"#;
    let mut tried = 0;
    // The server echoes the id everywhere; only in REST; or uses it as the message's own id.
    for (message, push_extra, poll_extra) in
        [("m4", echoed.as_str(), echoed.as_str()), ("m4", "", &echoed), (sent.as_str(), "", "")]
    {
        let (push, poll) = (copy(message, push_extra), copy(message, poll_extra));
        for order in orders(4) {
            let mut timeline = timeline();
            timeline.merge(parse(earlier.as_bytes()).unwrap(), None);
            for step in &order {
                match step {
                    0 => timeline.add_echo(&sent, "hi", WallTime::from_millis(5)),
                    1 => drop(timeline.merge_reply(&sent, parse(poll.as_bytes()).unwrap())),
                    2 => drop(timeline.merge(parse(push.as_bytes()).unwrap(), None)),
                    _ => drop(timeline.merge_from_log(parse(poll.as_bytes()).unwrap(), None)),
                }
            }
            let rows: Vec<_> = timeline.rows(0..9).map(|row| (row.id, row.echo)).collect();
            assert_eq!(rows, [("m3", None), (message, None)], "{message} {order:?}");
            tried += 1;
        }
    }
    assert_eq!(tried, 72);
}
