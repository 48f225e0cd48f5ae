//! S14 and S20: what the engine keeps is bounded, and nothing is kept once everybody has gone. The heap is counted, so
//! these tests are a binary of their own and take turns.

#![allow(clippy::unwrap_used, reason = "test helpers outside of #[test] functions: a panic is a failed test")]

mod bench;

use std::sync::{Mutex, MutexGuard, PoisonError};

use bench::{Bench, CHANNEL, EMPTY_PAGE, SIGNATURE};
use peak_alloc::PeakAlloc;
use sidewire_core::{Command, Effect, Outgoing, SessionId, WallTime};

#[global_allocator]
static HEAP: PeakAlloc = PeakAlloc;
static TURN: Mutex<()> = Mutex::new(());

const KIB: usize = 1024;

/// One test at a time, as the heap is that of all.
fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Bytes in use. What the bench remembers is cut down to what it still needs.
fn heap(bench: &mut Bench) -> usize {
    let opens = |(_, effect): &(u64, Effect)| matches!(effect, Effect::OpenSocket { .. });
    let mut kept: Vec<_> = bench.effects.iter().rev().find(|told| opens(told)).cloned().into_iter().collect();
    kept.extend(bench.effects.split_off(bench.effects.len().saturating_sub(8)));
    bench.effects = kept;
    bench.events = Vec::new();
    HEAP.current_usage()
}

fn page(session: &str, messages: u64) -> String {
    let message = |n: u64| {
        format!(
            r#"{{"messageId":"{session}-{n}","content":"a message of some length","sequenceNumber":{n},"timestamp":{n}}}"#
        )
    };
    let all: Vec<_> = (1..=messages).map(message).collect();
    format!(
        r#"{{"messages":[{}],"hasMore":false,"lastSequenceNumber":{messages},"revision":{messages}}}"#,
        all.join(",")
    )
}

/// A conversation: shown, read, joined, pushed to, written in; and a socket lost on the way.
fn visit(bench: &mut Bench, session: &str) {
    let channel = format!("private-session-{session}");
    bench.start(session);
    bench.reply("/messages", 200, &page(session, 50));
    bench.pass(200);
    bench.handshake("");
    bench.reply("/pusher/auth", 200, SIGNATURE);
    bench.acknowledge(&channel);
    bench.reply("/messages", 200, EMPTY_PAGE);
    for n in 51..60 {
        bench.push(session, &format!("{session}-{n}"), &format!(r#","sequenceNumber":{n}"#));
    }
    write(bench, session);
    bench.close(1006);
    bench.pass(2000);
}

fn write(bench: &mut Bench, session: &str) {
    let wall = WallTime::from_millis(1_700_000_000_000);
    let client_message_id = bench.engine.mint_client_message_id(wall);
    let session = SessionId::parse(session).unwrap();
    let content = "what somebody types".to_owned();
    bench.command(Command::Send(Outgoing {
        session,
        client_message_id,
        content,
        wall,
        url: None,
        domain: None,
    }));
    bench.reply("/interact", 200, "{}");
}

/// Stops, signs out and signs in again.
fn leave(bench: &mut Bench) {
    bench.stop();
    bench.command(Command::SetToken { present: false });
    bench.command(Command::SetToken { present: true });
}

// S20
#[test]
fn after_stopping_and_signing_out_the_heap_is_where_it_began() {
    let _turn = turn();
    let mut bench = Bench::new();
    visit(&mut bench, "s0");
    leave(&mut bench);
    let before = heap(&mut bench);
    let cycle = |bench: &mut Bench| {
        for round in 0..40 {
            visit(bench, &format!("s{}", round % 20));
        }
        let full = heap(bench);
        leave(bench);
        (full, heap(bench))
    };
    let (full, after) = cycle(&mut bench);
    let mut latest = after;
    let mut growth = || {
        let (_, again) = cycle(&mut bench);
        again.saturating_sub(std::mem::replace(&mut latest, again))
    };
    // The test harness allocates too, now and then; what a cycle leaves, it leaves each time.
    let least = (0..4).map(|_| growth()).min().unwrap();

    assert!(full > before + 64 * KIB, "{before} bytes, then {full}: there was something to forget");
    assert!(after < before + 64 * KIB, "{before} bytes, {full} in between, then {after}");
    assert!(least < 4 * KIB, "each of four more rounds left {least} bytes and more");
}

// S20
#[test]
fn an_engine_that_is_dropped_leaves_nothing() {
    let _turn = turn();
    let left = || {
        let before = HEAP.current_usage();
        let mut bench = Bench::new();
        visit(&mut bench, "s0");
        visit(&mut bench, "s1");
        drop(bench);
        HEAP.current_usage().saturating_sub(before)
    };

    // The test harness notes something now and then; what an engine leaves, it leaves each time.
    let least = (0..5).map(|_| left()).min().unwrap();
    assert!(least < KIB, "{least} bytes are left each time");
}

// S20: hours of a quiet connection, with garbage, repetitions and losses
#[test]
fn a_million_inputs_do_not_raise_the_heap() {
    let _turn = turn();
    let mut bench = Bench::connected();
    let live = |bench: &mut Bench, rounds: usize| {
        for round in 0..rounds {
            bench.now += 500;
            bench.frame(r#"{"event":"pusher:pong"}"#);
            bench.push("s0", "m1", r#","sequenceNumber":1"#);
            bench.push("s9", "m1", "");
            bench.frame("garbage");
            if round % 50 == 0 {
                bench.pass(1);
                bench.reply("/messages", 200, EMPTY_PAGE);
                heap(bench);
            }
        }
        heap(bench)
    };
    let before = live(&mut bench, 1000);
    // Four inputs a round.
    let after = live(&mut bench, 250_000);

    // A byte for every input would be sixteen times as much. The test harness starts and ends threads meanwhile.
    assert!(after < before + 64 * KIB, "{before} bytes, then {after}");
    assert_eq!(bench.ids("s0"), ["m1"]);
}

// S14: at most eight sessions stay in memory
#[test]
fn a_thousand_sessions_take_no_more_memory_than_a_hundred() {
    let _turn = turn();
    let mut bench = Bench::new();
    let visit_all = |bench: &mut Bench, from: usize, to: usize| {
        for session in from..to {
            visit(bench, &format!("s{:04}", 1000 + session));
            heap(bench);
        }
        heap(bench)
    };
    let before = visit_all(&mut bench, 0, 100);
    let after = visit_all(&mut bench, 100, 1000);

    assert!(after < before + 64 * KIB, "{before} bytes, then {after}");
}

// S14: pieces of texts whose messages never come, and holes that never close
#[test]
fn pieces_and_holes_without_end_are_kept_within_bounds() {
    let _turn = turn();
    let mut bench = Bench::connected();
    let flood = |bench: &mut Bench, from: u64, to: u64| {
        for n in from..to {
            let text = "x".repeat(1000);
            bench.frame(&format!(
                r#"{{"event":"message_delta","channel":"{CHANNEL}","data":{{"messageId":"never-{n}","offset":7,"text":"{text}"}}}}"#
            ));
            bench.now += 10;
            if n % 100 == 0 {
                bench.pass(1);
                bench.reply("/messages", 200, EMPTY_PAGE);
                bench.frame(r#"{"event":"pusher:pong"}"#);
                heap(bench);
            }
        }
        heap(bench)
    };
    let before = flood(&mut bench, 0, 2000);
    let after = flood(&mut bench, 2000, 20_000);

    assert!(after < before + 64 * KIB, "{before} bytes, then {after}");
}
