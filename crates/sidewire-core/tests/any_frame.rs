//! Whole frames of any kind through the engine: row A23 of docs/features.md.
#![cfg(not(target_arch = "wasm32"))]

mod desk;

use desk::Desk;
use proptest::prelude::*;
use sidewire_core::{Effect, SocketEvent, Status};

/// Frames as servers send them, to be broken.
const FRAMES: [&str; 6] = [
    r#"{"event":"new_message","channel":"private-session-s1","data":"{\"message\":{\"messageId\":\"m1\",\"content\":\"c\",\"sequenceNumber\":1}}"}"#,
    r#"{"event":"message_delta","channel":"private-session-s1","data":{"messageId":"m1","offset":0,"text":"x"}}"#,
    r#"{"event":"pusher:error","data":{"code":4301,"message":"slow down"}}"#,
    r#"{"event":"pusher_internal:subscription_succeeded","channel":"private-session-s1","data":"{}"}"#,
    r#"{"event":"pusher:ping","data":{}}"#,
    r#"{"event":"interact_response","channel":"private-session-s1","data":{"taskId":"t","lastSequenceNumber":3}}"#,
];

/// A frame with some bytes replaced, or cut short.
fn broken() -> impl Strategy<Value = Vec<u8>> {
    let frame = proptest::sample::select(FRAMES.as_slice());
    let changes = proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..6);
    (frame, changes, any::<prop::sample::Index>(), any::<bool>()).prop_map(|(frame, changes, end, cut)| {
        let mut bytes = frame.as_bytes().to_vec();
        for (at, byte) in changes {
            if let Some(slot) = bytes.get_mut(at.index(frame.len())) {
                *slot = byte;
            }
        }
        if cut {
            bytes.truncate(end.index(frame.len()));
        }
        bytes
    })
}

fn any_frame() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![proptest::collection::vec(any::<u8>(), 0..200), broken(), broken()]
}

proptest! {
    // A23, faults 19 and 54: no bytes end the connection, and what comes after them is understood
    #[test]
    fn any_frame_is_survived_and_the_next_message_is_shown(frames in proptest::collection::vec(any_frame(), 1..20)) {
        let mut desk = Desk::new();
        for frame in &frames {
            desk.socket(SocketEvent::Frame(frame));
        }
        desk.event("new_message", r#"{"message":{"messageId":"after","content":"still here"}}"#);

        let session = desk.engine.shown().cloned();
        let rows = session.and_then(|id| desk.engine.timeline(&id).map(|t| t.rows(0..t.len()).any(|row| row.id == "after")));
        prop_assert_eq!(rows, Some(true));
        let closed = desk.effects.iter().any(|effect| matches!(effect, Effect::CloseSocket { .. }));
        prop_assert!(!closed);
        // Each other acknowledgement is caught up on first.
        for _ in 0..20 {
            if desk.open("/messages").is_empty() {
                break;
            }
            desk.answer("/messages", 200, r#"{"messages":[],"hasMore":false}"#);
        }
        prop_assert_eq!(desk.engine.status(), Status::Connected);
    }
}
