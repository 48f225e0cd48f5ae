//! S14: whatever a server says, what the engine keeps, sends and tells stays within bounds.

use sidewire_core::{Body, Effect, Event};

use super::{Broken, Facts};

/// Sessions kept in memory, those with something to send not counted.
pub(super) const SESSIONS: usize = 8;
/// Longest words of a server that are told, in bytes.
const DETAIL: usize = 200;
/// Longest frame, address and body that the engine sends, in bytes. Nobody in a simulated world writes more.
const FRAME: usize = 4096;
const BODY: usize = 64 << 10;
/// Most that one input brings about.
const OUTPUTS: usize = 400;

/// Checks what one input brought about, and what is kept after it.
pub(super) fn check(facts: &Facts<'_>, effects: &[Effect], events: &[Event]) -> Option<Broken> {
    if effects.len() + events.len() > OUTPUTS {
        let (effects, events) = (effects.len(), events.len());
        return Some(("S14", format!("one input brings about {effects} effects and {events} events")));
    }
    let large = effects.iter().find(|effect| is_large(effect)).map(|effect| format!("{effect:.300?}"));
    let wordy = || events.iter().find(|event| is_wordy(event)).map(|event| format!("{event:.300?}"));
    if let Some(what) = large.or_else(wordy) {
        return Some(("S14", format!("too long: {what}")));
    }
    too_many_sessions(facts)
}

fn is_large(effect: &Effect) -> bool {
    match effect {
        Effect::SendFrame { text, .. } => text.len() > FRAME,
        Effect::OpenSocket { url, .. } => url.len() > FRAME,
        Effect::Request { http, .. } => {
            let body = http.body.as_ref().map_or(0, |(Body::Form(text) | Body::Json(text))| text.len());
            http.url.len() > FRAME || body > BODY
        }
        Effect::CloseSocket { .. }
        | Effect::CancelRequest { .. }
        | Effect::Storage { .. }
        | Effect::RenewToken => false,
    }
}

fn is_wordy(event: &Event) -> bool {
    if let Event::Problem(problem) = event { problem.detail.len() > DETAIL } else { false }
}

/// A session is in memory if it is among the last ones, or if the user wrote something there that is not stored yet.
fn too_many_sessions(facts: &Facts<'_>) -> Option<Broken> {
    let sessions = &facts.log.sessions;
    if sessions.len() <= SESSIONS {
        return None;
    }
    let kept = sessions.iter().filter(|log| facts.engine.timeline(&log.id).is_some()).count();
    let wrote = facts.sent.iter().filter(|sent| sent.life == facts.life).count();
    (kept > SESSIONS + wrote).then(|| ("S14", format!("{kept} sessions are kept in memory")))
}
