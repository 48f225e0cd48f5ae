//! The socket's life: opening, handshake, heartbeat, loss, backoff, probing.

use crate::time::Duration;

use super::Engine;
use crate::defect::{planted, unless};
use crate::ids::{ConnectionId, SocketId};
use crate::input::SocketEvent;
use crate::limits::{MAX_CLOSE_REASON, MAX_FRAME, cut};
use crate::output::{Cause, CloseInfo, Effect, Event, ProblemCode};
use crate::policy::{CloseAction, WhileHidden, close_action};
use crate::time::Timestamp;
use crate::wire::pusher::{self, ServerFrame};

#[cfg(feature = "model")]
#[path = "normal/link.rs"]
mod normal;

/// A frame longer than this leaves no buffer of its size behind.
const BUFFER_KEPT: usize = 64 << 10;

/// Where the socket stands.
#[derive(Clone, Debug)]
pub(crate) enum Link {
    /// Not wanted, or nothing to connect with.
    Idle,
    /// A socket was asked for; the handshake must be complete by the deadline.
    Connecting { connection: ConnectionId, deadline: Timestamp, upgraded: bool },
    /// The handshake is complete.
    Open(OpenLink),
    /// The next try is due then.
    Waiting { until: Timestamp },
}

/// An established connection.
#[derive(Clone, Debug)]
pub(crate) struct OpenLink {
    pub(crate) connection: ConnectionId,
    pub(crate) socket: SocketId,
    since: Timestamp,
    ping_after: Duration,
    heartbeat: Heartbeat,
}

#[derive(Clone, Debug)]
enum Heartbeat {
    Quiet { ping_at: Timestamp },
    Asked { deadline: Timestamp },
}

/// What is remembered across sockets until one proves stable.
#[derive(Clone, Debug, Default)]
pub(crate) struct Outage {
    /// Losses and failed tries in a row.
    failures: u32,
    probes: u32,
    quick_used: bool,
    /// Sockets in a row that were dropped after the upgrade and before any frame.
    silent: u32,
    refused: bool,
    last_nudge: Option<Timestamp>,
}

impl Outage {
    pub(crate) fn exhausted(&self, tries: usize) -> bool {
        usize::try_from(self.failures).is_ok_and(|failures| failures > tries)
    }

    pub(crate) fn refused(&self) -> bool {
        self.refused
    }

    pub(crate) fn rejected(&self) -> bool {
        self.silent >= 3
    }
}

impl Engine {
    /// Brings the socket to what is wanted and handles what is due.
    pub(super) fn pump_link(&mut self) {
        if !self.link_allowed() {
            if self.wanted || !planted!(StopKeepsSocket) {
                self.drop_link();
            }
            return;
        }
        let now = self.io.now;
        match &self.link {
            Link::Idle | Link::Waiting { .. } if self.paused_while_hidden() => {}
            Link::Idle => self.open_socket(),
            Link::Waiting { until } if *until <= now => self.open_socket(),
            Link::Waiting { .. } => {}
            Link::Connecting { connection, deadline, .. } if *deadline <= now => {
                let connection = *connection;
                if !planted!(OldSocketKept) {
                    self.io.effect(Effect::CloseSocket { connection });
                }
                self.lose_link(Cause::ConnectTimeout, CloseAction::Backoff);
            }
            Link::Connecting { .. } => {}
            Link::Open(_) => self.pump_heartbeat(),
        }
    }

    pub(super) fn link_deadline(&self) -> Option<Timestamp> {
        match &self.link {
            Link::Idle => None,
            Link::Connecting { deadline, .. } => Some(*deadline),
            Link::Waiting { until } => (!self.paused_while_hidden()).then_some(*until),
            Link::Open(open) => {
                let beat = match open.heartbeat {
                    Heartbeat::Quiet { ping_at } => ping_at,
                    Heartbeat::Asked { deadline } => deadline,
                };
                let stable = (self.outage.failures > 0).then(|| open.since.after(self.io.policy.min_uptime));
                Some(stable.map_or(beat, |stable| stable.min(beat)))
            }
        }
    }

    fn paused_while_hidden(&self) -> bool {
        !self.visible && self.io.policy.while_hidden == WhileHidden::Pause
    }

    fn open_socket(&mut self) {
        let Some(url) = self.config.socket_url().map(str::to_owned) else { return };
        let connection = self.io.next_connection();
        let deadline = self.io.now.after(unless(planted!(NoConnectTimeout), self.io.policy.connect_timeout));
        self.io.counters.sockets_opened += 1;
        self.link = Link::Connecting { connection, deadline, upgraded: false };
        self.io.effect(Effect::OpenSocket { connection, url });
    }

    /// Closes without counting a failure: the connection is not wanted any more.
    pub(super) fn drop_link(&mut self) {
        match &self.link {
            Link::Connecting { connection, .. } | Link::Open(OpenLink { connection, .. }) => {
                let connection = *connection;
                self.leave_all_channels();
                self.io.effect(Effect::CloseSocket { connection });
            }
            Link::Idle | Link::Waiting { .. } => {}
        }
        self.link = Link::Idle;
    }

    pub(super) fn handle_socket(&mut self, connection: ConnectionId, event: SocketEvent<'_>) {
        let current = match &self.link {
            Link::Connecting { connection, .. } | Link::Open(OpenLink { connection, .. }) => {
                Some(*connection)
            }
            Link::Idle | Link::Waiting { .. } => None,
        };
        if current != Some(connection) && !(planted!(StaleSocketHeard) && current.is_some()) {
            self.io.counters.frames_stale += 1;
            return;
        }
        match event {
            SocketEvent::Opened => {
                if let Link::Connecting { upgraded, .. } = &mut self.link {
                    *upgraded = true;
                }
            }
            SocketEvent::BinaryFrame => {
                self.note_inbound();
                self.io.counters.frames_malformed += 1;
            }
            SocketEvent::Frame(bytes) => self.handle_frame(bytes),
            SocketEvent::Closed { code, reason } => self.handle_close(code, &reason),
        }
    }

    fn handle_frame(&mut self, bytes: &[u8]) {
        self.io.counters.frames_received += 1;
        self.outage.silent = 0;
        self.note_inbound();
        if bytes.len() > MAX_FRAME {
            self.io.problem(ProblemCode::TooLarge, "frame is larger than 1 MiB; fetching instead");
            self.want_catch_up();
            return;
        }
        // Taken out while the frame is looked at, which borrows it.
        let mut buffer = core::mem::take(&mut self.io.buffer);
        match pusher::decode(bytes, &mut buffer) {
            Ok(frame) => self.handle_server_frame(frame),
            Err(error) => {
                self.io.counters.frames_malformed += 1;
                self.io.problem_at(ProblemCode::MalformedFrame, error.as_str(), error.field());
            }
        }
        if buffer.len() <= BUFFER_KEPT {
            self.io.buffer = buffer;
        }
    }

    fn handle_server_frame(&mut self, frame: ServerFrame<'_>) {
        match frame {
            ServerFrame::Established { socket, activity_timeout } => self.establish(socket, activity_timeout),
            ServerFrame::Subscribed { channel } => self.handle_subscribed(&channel),
            ServerFrame::Error { code, message } => self.handle_error_frame(code, &message),
            ServerFrame::Ping => self.send_frame(pusher::pong()),
            ServerFrame::Pong | ServerFrame::Other => {}
            ServerFrame::Event { name, channel, data } => self.handle_event(&name, channel.as_deref(), data),
        }
    }

    fn establish(&mut self, socket: SocketId, activity_timeout: Option<Duration>) {
        // A second handshake on one socket is ignored: the first socket id stays bound to its signatures.
        let Link::Connecting { connection, .. } = self.link else { return };
        let ping_after =
            activity_timeout.map_or(self.io.policy.ping_after, |t| t.min(self.io.policy.ping_after));
        let ping_after = unless(planted!(NoHeartbeat), ping_after);
        let ping_at = self.io.now.after(ping_after);
        self.outage.refused = false;
        self.link = Link::Open(OpenLink {
            connection,
            socket,
            since: self.io.now,
            ping_after,
            heartbeat: Heartbeat::Quiet { ping_at },
        });
    }

    fn note_inbound(&mut self) {
        if let Link::Open(open) = &mut self.link {
            open.heartbeat = Heartbeat::Quiet { ping_at: self.io.now.after(open.ping_after) };
        }
    }

    fn pump_heartbeat(&mut self) {
        let now = self.io.now;
        let Link::Open(open) = &mut self.link else { return };
        if self.outage.failures > 0 && now >= open.since.after(self.io.policy.min_uptime) {
            self.outage = Outage { last_nudge: self.outage.last_nudge, ..Outage::default() };
        }
        match open.heartbeat {
            Heartbeat::Quiet { ping_at } if ping_at <= now => {
                let wait = unless(planted!(NoPongTimeout), self.io.policy.pong_timeout);
                open.heartbeat = Heartbeat::Asked { deadline: now.after(wait) };
                self.send_frame(pusher::ping());
            }
            Heartbeat::Asked { deadline } if deadline <= now => {
                let connection = open.connection;
                self.io.effect(Effect::CloseSocket { connection });
                self.lose_link(Cause::HeartbeatTimeout, CloseAction::Backoff);
            }
            Heartbeat::Quiet { .. } | Heartbeat::Asked { .. } => {}
        }
    }

    /// The world changed for the better: ask a silent socket, or try at once instead of waiting. A refusal is only
    /// worth another try with another token.
    pub(super) fn nudge_link(&mut self, other_token: bool) {
        let (now, floor) = (self.io.now, self.io.policy.probe_floor);
        let rested = self.outage.last_nudge.is_none_or(|last| now.since(last) >= floor);
        let worth_it = other_token || !self.outage.refused;
        let soon = now.after(unless(planted!(NoPongTimeout), self.io.policy.pong_timeout_after_wake));
        if planted!(NoNudge) {
            return;
        }
        match &mut self.link {
            Link::Open(open) => match &mut open.heartbeat {
                Heartbeat::Asked { deadline } => *deadline = (*deadline).min(soon),
                Heartbeat::Quiet { .. } => {
                    open.heartbeat = Heartbeat::Asked { deadline: soon };
                    self.send_frame(pusher::ping());
                }
            },
            Link::Waiting { until } if rested && worth_it => {
                *until = now;
                self.outage.last_nudge = Some(now);
            }
            Link::Waiting { .. } | Link::Idle | Link::Connecting { .. } => {}
        }
    }

    fn handle_close(&mut self, code: u16, reason: &str) {
        let silent = matches!(self.link, Link::Connecting { upgraded: true, .. }) && code == 1006;
        self.outage.silent = if silent { self.outage.silent + 1 } else { 0 };
        self.close = Some(CloseInfo { code, reason: cut(reason, MAX_CLOSE_REASON) });
        self.lose_link(Cause::SocketClosed, close_action(code));
    }

    /// Leaves the connection behind at once and plans the next try; never waits for a close event.
    pub(super) fn lose_link(&mut self, cause: Cause, action: CloseAction) {
        if let Link::Open(open) = &self.link
            && (self.io.now.since(open.since) >= self.io.policy.min_uptime || planted!(NoMinUptime))
        {
            self.outage = Outage { last_nudge: self.outage.last_nudge, ..Outage::default() };
        }
        self.cause = cause;
        self.forget_channels();
        let delay = self.next_delay(action);
        self.link = Link::Waiting { until: self.io.now.after(delay) };
    }

    fn next_delay(&mut self, action: CloseAction) -> Duration {
        let policy = self.io.policy.clone();
        if action == CloseAction::Refused && !planted!(RefusedCodeIgnored) {
            self.outage.refused = true;
            return self.io.within(policy.probe_refused);
        }
        if action == CloseAction::Quick && (!self.outage.quick_used || planted!(QuickEveryTime)) {
            self.outage.quick_used = true;
            return self.io.within(policy.quick_retry);
        }
        self.outage.failures = self.outage.failures.saturating_add(1);
        let index = usize::try_from(self.outage.failures).unwrap_or(usize::MAX) - 1;
        if planted!(NoBackoff) {
            return Duration::from_millis(50);
        }
        if let Some(nominal) = policy.backoff.get(index).copied()
            && !self.outage.rejected()
        {
            let least = if action == CloseAction::Overload { policy.overload_retry } else { Duration::ZERO };
            let delay = self.io.half_spread(nominal).max(least);
            let max_attempts = u32::try_from(policy.backoff.len()).unwrap_or(u32::MAX);
            self.io.event(Event::Reconnecting { attempt: self.outage.failures, max_attempts, delay });
            return delay;
        }
        self.cause = Cause::AttemptsExhausted;
        self.outage.probes = self.outage.probes.saturating_add(1);
        let bounds = if self.outage.probes <= 3 && !self.outage.rejected() {
            policy.probe_early
        } else {
            policy.probe_late
        };
        unless(planted!(NoProbes), self.io.within(bounds))
    }

    /// Queues a frame if, and only if, the socket is open.
    pub(super) fn send_frame(&mut self, text: String) {
        if let Link::Open(open) = &self.link {
            let connection = open.connection;
            self.io.effect(Effect::SendFrame { connection, text });
        }
    }
}
