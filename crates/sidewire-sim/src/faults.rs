//! What breaks.

use crate::action::{Action, Down, Fault, Path};
use crate::store::StoreMode;
use crate::world::World;

impl World {
    /// Breaks something, or repairs it.
    pub fn fault(&mut self, fault: Fault) {
        self.stats.faults += u64::from(!matches!(fault, Fault::Respawn | Fault::Exit(..)));
        self.trace.note(self.now, format_args!("{fault:?}"));
        match fault {
            Fault::Dials(path) => self.push.dials = path,
            Fault::Cut => self.end_sockets(1006, ""),
            Fault::HalfOpen => self.push.make_deaf(),
            Fault::Stall(millis) => self.push.stall(self.now + millis),
            Fault::CloseCode(code) => self.end_sockets(code, "told to"),
            Fault::Drain(grace, pause) => {
                self.push.drain(self.now);
                self.drain_hub();
                self.plan(self.now + grace, Action::Fault(Fault::Exit(self.push.process(), pause)));
            }
            Fault::Exit(process, pause) => {
                // It may have been killed and replaced in the meantime.
                if self.push.process() == process {
                    self.push.die();
                    self.plan(self.now + pause, Action::Fault(Fault::Respawn));
                }
            }
            Fault::Kill(pause) => {
                self.push.die();
                self.end_sockets(1006, "");
                self.plan(self.now + pause, Action::Fault(Fault::Respawn));
            }
            Fault::Respawn => {
                if !self.push.runs() {
                    self.push.respawn();
                }
            }
            Fault::SlowReader(permille) => self.network.slow_reader = permille,
            Fault::LosePublishes(permille) => self.network.lose_publishes = permille,
            Fault::DoublePublishes(permille) => self.network.double_publishes = permille,
            Fault::Scatter(millis) => self.network.scatter = millis,
            Fault::Pokes(permille) => self.network.pokes = permille,
            Fault::Auth(mode) => self.rest.auth = mode,
            Fault::Messages(mode) => self.rest.messages = mode,
            Fault::Interact(mode) => self.rest.interact = mode,
            Fault::Sessions(mode) => self.rest.sessions = mode,
            Fault::Revoke => self.rest.revoke(),
            Fault::Storage(mode) => self.store.mode = mode,
            Fault::Lag(millis) => self.rest.lag = millis,
            Fault::Freeze(millis) => self.host.frozen_until = self.host.frozen_until.max(self.now + millis),
            Fault::LateTimers(millis) => self.host.timer_delay = millis,
        }
    }

    /// Ends every fault; sockets that went deaf stay deaf until the client finds out.
    pub fn heal(&mut self) {
        self.trace.note(self.now, format_args!("faults end"));
        self.push.dials = Path::Good;
        self.network.heal();
        self.rest.heal();
        self.store.mode = StoreMode::Good;
        self.host.timer_delay = 0;
        if !self.push.runs() {
            self.push.respawn();
        }
    }

    fn end_sockets(&mut self, code: u16, reason: &'static str) {
        for connection in self.push.live() {
            self.push.forget(connection);
            self.deliver_down(connection, Down::Closed(code, reason));
        }
    }
}
