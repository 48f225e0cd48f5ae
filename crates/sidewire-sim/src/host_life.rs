//! The host's own life: sleep, a start after it was killed, and what it knows of its subscriptions.

use sidewire_core::{Command, Engine, Input, Seed, Status, Timestamp, WallTime};

use crate::action::Down;
use crate::world::World;

/// How the hub's frame begins that acknowledges a subscription.
const ACKNOWLEDGEMENT: &str = r#"{"event":"pusher_internal:subscription_succeeded""#;

impl World {
    /// The machine sleeps with its monotonic clock, and the wall clock is read afterwards.
    pub fn sleep(&mut self, millis: u64) {
        self.host.slept += millis;
        let wall = WallTime::from_millis(self.wall());
        self.feed(&Input::Wall(wall));
    }

    /// The host is killed and started again: the engine is a new one, and what it stored is all that it knows.
    ///
    /// Not while a flight recorder runs: its trace is that of one engine.
    pub fn restart(&mut self) {
        if self.config.record_trace {
            return;
        }
        let (record, shown) = (self.engine.persist(), self.host.shown);
        let wanted = self.host.wanted;
        self.trace.note(self.now, format_args!("the host is killed; it stored {record}"));
        for connection in self.push.live() {
            self.push.forget(connection);
        }
        self.push.clear_sockets();
        self.rest.clear_flights();
        self.queue.forget_client();
        self.kill_store();
        self.calls.clear();
        self.older.clear();
        let seed = Seed(self.rng.next_u64());
        self.engine = Engine::new(self.engine_config(), seed, Timestamp::from_millis(self.now));
        self.deadline = None;
        self.checker.restarted(self.log.sessions.len());
        self.life += 1;
        self.host.restarted();
        if self.config.storage {
            self.tell_wall();
        }
        if let Some(present) = self.host.token {
            self.set_token(present);
        }
        if wanted {
            self.host.wanted = true;
            self.feed(&Input::Command(Command::Restore(record)));
            self.restored(shown);
        }
        self.feed(&Input::Command(Command::SetVisible(self.host.visible)));
        self.feed(&Input::Command(Command::SetOnline(self.host.online)));
    }

    fn restored(&mut self, shown: Option<usize>) {
        let expected = shown.and_then(|shown| self.session(shown)).cloned();
        if self.engine.shown() != expected.as_ref() || self.engine.status() == Status::Disconnected {
            let detail = format!("{expected:?} was shown, now {:?}", self.engine.shown());
            self.broken("O8", detail);
        }
    }

    pub(crate) fn note_acknowledgement(&mut self, down: &Down) {
        match down {
            Down::Closed(..) => {
                self.host.acknowledged = false;
                self.host.joined.clear();
            }
            Down::Frame(text) if text.starts_with(ACKNOWLEDGEMENT) => {
                let joined = self.named_session(text);
                self.host.joined.extend(joined);
                let shown = self.host.shown.and_then(|shown| self.session(shown));
                let channel = shown.map(|id| format!("\"private-session-{id}\""));
                self.host.acknowledged |= channel.is_some_and(|channel| text.contains(&channel));
            }
            Down::Opened | Down::Frame(_) | Down::Binary => {}
        }
    }

    /// The session whose channel a frame names.
    fn named_session(&self, frame: &str) -> Option<usize> {
        let (_, rest) = frame.split_once("private-session-")?;
        self.log.index_of(rest.split('"').next()?)
    }

    /// What the client gives up by sending this frame.
    pub(crate) fn note_departure(&mut self, frame: &str) {
        if frame.starts_with(r#"{"event":"pusher:unsubscribe""#)
            && let Some(session) = self.named_session(frame)
        {
            self.host.joined.remove(&session);
        }
    }
}
