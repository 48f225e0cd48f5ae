//! What the fuzz targets do with their bytes. Compiled by each target, and by `tests/fuzz_corpus.rs`, which replays the
//! corpus as plain tests. A target panics when a rule is broken.

#![allow(dead_code, reason = "every target is a program of its own")]
#![allow(clippy::unwrap_used, clippy::wildcard_enum_match_arm, reason = "a panic is what a fuzzer looks for")]

use std::collections::BTreeSet;

use sidewire_core::json::parse;
use sidewire_core::timeline::write_row_json;
use sidewire_core::{
    CallId, ClientMessageId, Command, ConnectionId, Effect, Engine, Event, HttpFailure, HttpResponse, Input,
    Outgoing, ProblemCode, RequestId, SessionId, SocketEvent, StorageAnswer, StorageCall, StorageFailure,
    StorageId, Timeline, Timestamp, WallTime,
};

use crate::desk::Desk;

const PAGE: &str = r#"{"messages":[
    {"messageId":"a","role":"user","content":"x","sequenceNumber":1,"timestamp":1700000000000,"revision":1},
    {"messageId":"b","content":"y","sequenceNumber":2,"status":"streaming","revision":2}
],"hasMore":false,"lastSequenceNumber":2,"revision":2}"#;

/// Text frames of the push server, one a line.
pub(crate) fn frame(data: &[u8]) {
    let mut desk = Desk::with_page(PAGE);
    for line in data.split(|byte| *byte == b'\n') {
        desk.frame(line);
        sound(&desk);
    }
    desk.wait(2000);
    sound(&desk);
}

/// Every answer of the log: first page, pages that follow, older ones.
pub(crate) fn rest_page(data: &[u8]) {
    let mut desk = Desk::at_rest(false);
    desk.start();
    for _ in 0..6 {
        if let Some((request, _)) = desk.open("/messages").pop() {
            desk.answer_with(request, 200, None, data);
        } else {
            desk.give(Input::Command(Command::LoadOlder(CallId::from_raw(1))));
        }
        sound(&desk);
    }
    // What one page brings, the same page again changes no more.
    let before = desk.ids();
    let shown = desk.engine.shown().cloned().unwrap();
    desk.give(Input::Command(Command::Refresh(shown)));
    if let Some((request, _)) = desk.open("/messages").pop() {
        desk.answer_with(request, 200, None, data);
    }
    assert_eq!(desk.ids(), before, "a page read again changed the view");
}

/// Answers of the authorisation endpoint: a status, a `Retry-After` line, the body.
pub(crate) fn auth_body(data: &[u8]) {
    let Some((status, rest)) = data.split_first() else { return };
    let status = [200, 200, 401, 403, 404, 429, 500, 503][usize::from(*status) % 8];
    let mut parts = rest.splitn(2, |byte| *byte == b'\n');
    let retry_after = parts.next().and_then(|line| std::str::from_utf8(line).ok());
    let body = parts.next().unwrap_or(rest);
    let mut desk = Desk::at_rest(false);
    desk.start();
    for _ in 0..4 {
        if let Some((request, _)) = desk.open("/auth").pop() {
            desk.answer_with(request, status, retry_after, body);
        }
        sound(&desk);
        desk.wait(3000);
    }
    sound(&desk);
}

/// What a host stored: a snapshot, an outbox and a record, apart by NUL. None has to be ours, or whole.
pub(crate) fn stored_blob(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let mut parts = text.splitn(3, '\0');
    let [snapshot, outbox, record] = [(); 3].map(|()| parts.next().unwrap_or_default());
    let mut desk = Desk::at_rest(true);
    desk.give(Input::Wall(WallTime::from_millis(1_790_000_000_000)));
    desk.give(Input::Command(Command::SetOwner { owner: "me".to_owned(), renewed: false }));
    desk.give(Input::Command(Command::Restore(record.to_owned())));
    desk.start();
    let saved = keep(&mut desk, snapshot, outbox);
    sound(&desk);
    if let Some((request, _)) = desk.open("/messages").pop() {
        desk.answer_with(request, 200, None, PAGE);
    }
    desk.wait(20_000);
    let saved = [saved, keep(&mut desk, snapshot, outbox)].concat();
    sound(&desk);
    // What the engine writes it can read.
    for (key, value) in saved {
        let (snapshot, outbox) =
            if key.contains("snapshot") { (value.as_str(), "") } else { ("", value.as_str()) };
        let mut again = Desk::at_rest(true);
        again.give(Input::Wall(WallTime::from_millis(1_790_000_000_000)));
        again.give(Input::Command(Command::SetOwner { owner: "me".to_owned(), renewed: false }));
        again.start();
        keep(&mut again, snapshot, outbox);
        assert!(
            !again.problems().contains(&(ProblemCode::BadState, None)),
            "it cannot read what it wrote: {value}"
        );
    }
}

/// Answers everything that is asked of the store; an empty text is none. Gives what was to be saved.
fn keep(desk: &mut Desk, snapshot: &str, outbox: &str) -> Vec<(String, String)> {
    let mut saved = Vec::new();
    let keys = ["sidewire:snapshot:s1".to_owned(), "sidewire:outbox:s1".to_owned()];
    loop {
        let asked = desk.effects.iter().position(|effect| matches!(effect, Effect::Storage { .. }));
        let Some(Effect::Storage { id, call }) = asked.map(|at| desk.effects.remove(at)) else {
            return saved;
        };
        let answer = match &call {
            StorageCall::Keys => StorageAnswer::Keys(&keys),
            StorageCall::Load { key } => {
                let value = if key.contains("snapshot") { snapshot } else { outbox };
                StorageAnswer::Value((!value.is_empty()).then_some(value))
            }
            StorageCall::Save { key, value } => {
                saved.push((key.clone(), value.clone()));
                StorageAnswer::Done
            }
            StorageCall::Remove { .. } => StorageAnswer::Done,
        };
        desk.give(Input::Storage(id, Ok(answer)));
    }
}

/// Any inputs in any order: two bytes each, what and which.
pub(crate) fn core_sequence(data: &[u8]) {
    let mut desk = Desk::at_rest(true);
    desk.give(Input::Command(Command::SetOwner { owner: "me".to_owned(), renewed: false }));
    let mut story = Story::default();
    for step in data.chunks_exact(2).take(400) {
        play(&mut desk, step[0], step[1], &mut story);
        assert!(story.sockets(&desk) <= 1, "two sockets at once");
        let due = desk.engine.poll_timeout();
        assert!(due.is_none_or(|at| at.as_millis() >= desk.now), "a deadline in the past");
    }
    sound(&desk);
    desk.give(Input::Command(Command::StopSync));
    desk.effects.clear();
    desk.wait(3_600_000);
    let late = desk.effects.iter().any(|effect| !matches!(effect, Effect::Storage { .. }));
    assert!(!late && desk.engine.poll_timeout().is_none(), "something happens after stopping");
}

const FRAMES: [&str; 12] = [
    r#"{"event":"pusher:connection_established","data":"{\"socket_id\":\"1.2\"}"}"#,
    r#"{"event":"pusher_internal:subscription_succeeded","channel":"private-session-s0","data":"{}"}"#,
    r#"{"event":"pusher_internal:subscription_succeeded","channel":"private-session-s1","data":"{}"}"#,
    r#"{"event":"pusher:error","data":{"code":4009,"message":"no"}}"#,
    r#"{"event":"pusher:ping"}"#,
    r#"{"event":"new_message","channel":"private-session-s0","data":"{\"message\":{\"messageId\":\"c\",\"content\":\"z\",\"sequenceNumber\":3}}"}"#,
    r#"{"event":"new_message","channel":"private-session-s1","data":"{\"message\":{\"messageId\":\"d\",\"content\":\"z\",\"sequenceNumber\":9}}"}"#,
    r#"{"event":"message_delta","channel":"private-session-s0","data":"{\"messageId\":\"b\",\"offset\":3,\"text\":\"more\"}"}"#,
    r#"{"event":"interact_response","channel":"private-session-s0","data":"{\"data\":{\"lastSequenceNumber\":12}}"}"#,
    r#"{"event":"typing","channel":"private-session-s0","data":"{\"isTyping\":true}"}"#,
    r#"{"event":"new_message","channel":"private-session-s0","data":"{}"}"#,
    "no JSON",
];

/// What a sequence has to remember.
#[derive(Default)]
struct Story {
    sent: Vec<ClientMessageId>,
    /// Sockets that their peer closed.
    closed: BTreeSet<u32>,
}

impl Story {
    /// How many sockets live.
    fn sockets(&self, desk: &Desk) -> usize {
        let mut live = BTreeSet::new();
        for effect in &desk.effects {
            match effect {
                Effect::OpenSocket { connection, .. } => drop(live.insert(connection.as_raw())),
                Effect::CloseSocket { connection } => drop(live.remove(&connection.as_raw())),
                _ => {}
            }
        }
        live.difference(&self.closed).count()
    }
}

fn play(desk: &mut Desk, what: u8, which: u8, story: &mut Story) {
    let session = SessionId::parse(["s0", "s1", "s2"][usize::from(which) % 3]).unwrap();
    let yes = which.is_multiple_of(2);
    match what % 24 {
        0 => desk.give(Input::Command(Command::Connect)),
        1 | 2 => desk.give(Input::Command(Command::StartSync(session))),
        3 => desk.give(Input::Command(Command::LeaveSession)),
        4 => desk.give(Input::Command(Command::StopSync)),
        5 => desk.give(Input::Command(Command::Refresh(session))),
        6 => desk.give(Input::Command(Command::LoadOlder(CallId::from_raw(which.into())))),
        7 => desk.give(Input::Command(Command::SetVisible(yes))),
        8 => desk.give(Input::Command(Command::SetOnline(yes))),
        9 => desk.give(Input::Command(Command::SetToken { present: !which.is_multiple_of(4) })),
        10 => desk.give(Input::Command(Command::TokenRenewed { present: yes })),
        11 => desk.give(Input::Timeout),
        12..=14 => desk.wait([1, 100, 700, 3000, 9000, 31_000, 62_000, 400_000][usize::from(which) % 8]),
        15 | 16 => send(desk, session, which, &mut story.sent),
        17..=19 => socket(desk, which, story),
        20 | 21 => respond(desk, which),
        22 => store(desk, which),
        _ => desk
            .give(Input::Wall(WallTime::from_millis(1_790_000_000_000 + desk.now + u64::from(which) * 1000))),
    }
}

fn send(desk: &mut Desk, session: SessionId, which: u8, ids: &mut Vec<ClientMessageId>) {
    if let Some(id) = ids.get(usize::from(which / 3)).cloned() {
        let command = if which.is_multiple_of(2) {
            Command::RetrySend(session, id)
        } else {
            Command::CancelSend(session, id)
        };
        return desk.give(Input::Command(command));
    }
    let wall = WallTime::from_millis(1_790_000_000_000 + desk.now);
    let id = desk.engine.mint_client_message_id(wall);
    ids.push(id.clone());
    let content = "words".to_owned();
    desk.give(Input::Command(Command::Send(Outgoing {
        session,
        client_message_id: id,
        content,
        wall,
        url: None,
        domain: None,
    })));
}

/// Something of the newest socket, or of one before it.
fn socket(desk: &mut Desk, which: u8, story: &mut Story) {
    let connection = ConnectionId::from_raw(opened(desk).saturating_sub(u32::from(which / 64)));
    let event = match which % 16 {
        12 | 15 => SocketEvent::Opened,
        13 => SocketEvent::BinaryFrame,
        14 => {
            story.closed.insert(connection.as_raw());
            let code = [1000, 1006, 4001, 4200, 4100][usize::from(which / 16) % 5];
            SocketEvent::Closed { code, reason: String::new() }
        }
        frame => SocketEvent::Frame(FRAMES[usize::from(frame)].as_bytes()),
    };
    desk.give(Input::Socket(connection, event));
}

/// How many sockets were opened so far: their ids count from 1.
fn opened(desk: &Desk) -> u32 {
    u32::try_from(desk.engine.counters().sockets_opened).unwrap()
}

/// Answers a request that is open, or one that is not.
fn respond(desk: &mut Desk, which: u8) {
    let open: Vec<RequestId> = desk.open("").into_iter().map(|(request, _)| request).collect();
    let request = open.get(usize::from(which / 16) % open.len().max(1)).copied();
    let request = request.unwrap_or_else(|| RequestId::from_raw(u32::from(which)));
    let answer = |status, retry_after, body: &'static str| {
        Ok(HttpResponse { status, retry_after, body: body.as_bytes() })
    };
    let outcome = match which % 16 {
        0..=3 => answer(200, None, PAGE),
        4 => answer(200, None, r#"{"auth":"dev-key:00","lastSequenceNumber":4}"#),
        5 => answer(
            200,
            None,
            r#"{"messages":[{"messageId":"z","content":"","sequenceNumber":7}],"hasMore":true}"#,
        ),
        6 => answer(200, None, r#"{"messages":[],"hasMore":false,"lastSequenceNumber":1,"revision":1}"#),
        7 => answer(401, None, "{}"),
        8 => answer(403, None, "{}"),
        9 => answer(404, None, ""),
        10 => answer(429, Some("3"), ""),
        11 => answer(503, None, "<html>"),
        12 => Err(HttpFailure::Network),
        13 => Err(HttpFailure::Timeout),
        14 => Err(HttpFailure::NoToken),
        _ => answer(200, None, "no JSON"),
    };
    desk.effects
        .retain(|effect| !matches!(effect, Effect::Request { request: known, .. } if *known == request));
    desk.give(Input::Response(request, outcome));
}

fn store(desk: &mut Desk, which: u8) {
    let asked = desk.effects.iter().find_map(|effect| match effect {
        Effect::Storage { id, call } => Some((*id, call.clone())),
        _ => None,
    });
    let (id, call) = asked.unwrap_or((StorageId::from_raw(u32::from(which)), StorageCall::Keys));
    desk.effects.retain(|effect| !matches!(effect, Effect::Storage { id: known, .. } if *known == id));
    let answer = match (which % 4, &call) {
        (0, _) => Err(StorageFailure::Quota),
        (1, _) => Err(StorageFailure::Failed),
        (_, StorageCall::Keys) => Ok(StorageAnswer::Keys(&[])),
        (_, StorageCall::Load { .. }) => Ok(StorageAnswer::Value(None)),
        (_, StorageCall::Save { .. } | StorageCall::Remove { .. }) => Ok(StorageAnswer::Done),
    };
    desk.give(Input::Storage(id, answer));
}

/// What holds whatever came in.
fn sound(desk: &Desk) {
    for session in ["s0", "s1", "s2"] {
        let id = SessionId::parse(session).unwrap();
        if let Some(timeline) = desk.engine.timeline(&id) {
            rows(timeline);
        }
    }
    for effect in &desk.effects {
        match effect {
            Effect::SendFrame { text, .. } => assert!(parse(text.as_bytes()).is_ok(), "no JSON: {text}"),
            Effect::Request { http, .. } => {
                let plain = http.url.bytes().all(|byte| byte.is_ascii_graphic());
                assert!(plain && http.url.starts_with("http://127.0.0.1:3000/api/"), "{}", http.url);
            }
            Effect::Storage { call: StorageCall::Save { value, .. }, .. } => {
                assert!(parse(value.as_bytes()).is_ok(), "no JSON: {value}");
            }
            _ => {}
        }
    }
    for event in &desk.events {
        if let Event::Problem(problem) = event {
            assert!(problem.detail.len() <= 200, "{}", problem.detail);
        }
    }
    assert!(restores(&desk.engine), "it cannot read its own record");
}

/// Rows are unique, in order, and written as JSON that is short where it was cut.
fn rows(timeline: &Timeline) {
    let (mut ids, mut last) = (BTreeSet::new(), 0);
    for row in timeline.rows(0..timeline.len()) {
        assert!(ids.insert(row.id.to_owned()), "{} is there twice", row.id);
        assert!(row.sequence.is_none_or(|sequence| sequence >= last), "{} is out of order", row.id);
        last = row.sequence.unwrap_or(last);
        assert!(row.id.len() <= 256 && row.raw.len() <= 256 << 10, "{} is too long", row.id);
        let mut json = String::new();
        write_row_json(&row, &mut json);
        assert!(parse(json.as_bytes()).is_ok(), "no JSON: {json}");
        assert_eq!(
            timeline.index_of(row.id).and_then(|at| timeline.row(at)).map(|found| found.slot),
            Some(row.slot)
        );
    }
}

fn restores(engine: &Engine) -> bool {
    let mut desk = Desk::at_rest(false);
    desk.engine.handle_input(Timestamp::ZERO, Input::Command(Command::Restore(engine.persist())));
    !std::iter::from_fn(|| desk.engine.poll_event())
        .any(|event| matches!(event, Event::Problem(problem) if problem.code == ProblemCode::BadState))
}
