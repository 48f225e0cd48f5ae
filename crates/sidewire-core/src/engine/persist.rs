//! The small record that lets a host that was restarted go on where it was.

use super::Engine;
use crate::ids::SessionId;
use crate::json::{self, Json};
use crate::output::{ProblemCode, Status};

impl Engine {
    /// What to store: version, watched session, last time connected (wall clock), whether it was connected.
    pub fn persist(&self) -> String {
        let mut out = String::new();
        let connected = self.status() == Status::Connected;
        let last = if connected { self.wall_now() } else { self.last_connected };
        let mut object = json::ObjectWriter::begin(&mut out);
        object.number("v", Some(1));
        object.text("sessionId", self.shown.as_ref().map(SessionId::as_str));
        object.number("lastConnectedAt", last.map(crate::time::WallTime::as_millis));
        object.flag("wasConnected", connected);
        object.end();
        out
    }

    /// Goes on with the session of a stored record. Another version or garbage is a fresh start, told once.
    pub(super) fn restore(&mut self, record: &str) {
        let Some((session, last)) = read(record) else {
            self.io.problem(
                ProblemCode::BadState,
                "the stored connection record cannot be read; starting afresh",
            );
            return;
        };
        self.last_connected = self.last_connected.max(last.map(crate::time::WallTime::from_millis));
        match session {
            Some(session) => self.start_sync(session),
            None => self.connect(),
        }
    }
}

fn read(record: &str) -> Option<(Option<SessionId>, Option<u64>)> {
    let value = json::parse(record.as_bytes()).ok()?;
    if value.get("v").and_then(Json::as_integer) != Some(1) {
        return None;
    }
    let session = value.get("sessionId")?;
    let session = match session.as_str() {
        Some(id) => Some(SessionId::parse(&id).ok()?),
        None if session.is_null() => None,
        None => return None,
    };
    Some((session, value.get("lastConnectedAt").and_then(Json::as_integer)))
}
