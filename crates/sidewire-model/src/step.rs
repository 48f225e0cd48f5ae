//! How each action changes the state.

use sidewire_core::{Command, HttpFailure, HttpResponse, Input, SocketEvent};

use crate::action::Action;
use crate::model::SyncModel;
use crate::rest::{Ask, From, Request, body};
use crate::rule::{Numbers, Rule, bit, first};
use crate::setup::Mistake;
use crate::socket::{Down, Peer};
use crate::state::{Alarm, Refusals, Retired, State};
use crate::wire::{self, Pair, Session, Up};

impl SyncModel {
    /// Does one action and judges the result.
    pub(crate) fn step(&self, state: &mut State, action: Action) {
        pay(state, action);
        match action {
            Action::Deliver => self.deliver(state),
            Action::Serve => self.serve(state),
            Action::Answer { request, seen } => self.answer(state, request, seen),
            Action::Renew => {
                state.host.renewing = false;
                self.command(state, Command::TokenRenewed { present: true });
            }
            Action::Publish(session) => self.publish(state, session),
            Action::DropFrame => drop_frame(state),
            Action::Cut => lose_socket(state, Peer::Gone),
            Action::Silence => lose_socket(state, Peer::Silent),
            Action::Refuse { request, status } => self.refuse(state, request, status),
            Action::Unreachable { request } => self.fail(state, request, HttpFailure::Network),
            Action::LoseAnswer { request } => {
                if let Some(request) = state.requests.get_mut(request) {
                    request.lost = true;
                }
            }
            Action::Start(session) => {
                self.command(state, Command::StartSync(self.wire.ids.of(session).clone()));
            }
            Action::Stop => self.stop(state),
            Action::ToggleVisible => {
                state.host.visible = !state.host.visible;
                self.command(state, Command::SetVisible(state.host.visible));
            }
            Action::NewToken => {
                state.host.signed_in = true;
                state.refusals = Refusals::default();
                self.command(state, Command::SetToken { present: true });
            }
            Action::SignOut => self.sign_out(state),
            Action::Timer => self.wait(state),
        }
    }

    fn command(&self, state: &mut State, command: Command) {
        self.feed(state, Input::Command(command));
    }

    fn deliver(&self, state: &mut State) {
        let Some(socket) = &mut state.socket else { return };
        let Some(frame) = socket.down.pop_front() else { return };
        let connection = socket.connection;
        socket.opened |= frame == Down::Opened;
        let handshake;
        let text = match frame {
            Down::Opened => {
                self.feed(state, Input::Socket(connection, SocketEvent::Opened));
                return;
            }
            Down::Closed => {
                state.socket = None;
                state.retired.push(Retired::Socket(connection));
                let closed = SocketEvent::Closed { code: 1006, reason: String::new() };
                self.feed(state, Input::Socket(connection, closed));
                return;
            }
            Down::Established => {
                handshake = wire::established(connection.as_raw());
                handshake.clone()
            }
            Down::Ack(session) => self.wire.ack(session).to_owned(),
            Down::Push { channel, session, number } => {
                let push = self.wire.push(session, number);
                if channel == session { push.to_owned() } else { misfiled(push, channel, session) }
            }
            Down::Refused => wire::REFUSED.to_owned(),
            Down::Pong => wire::PONG.to_owned(),
        };
        self.feed(state, Input::Socket(connection, SocketEvent::Frame(text.as_bytes())));
    }

    fn serve(&self, state: &mut State) {
        let mistake = self.setup.mistake;
        let Some(socket) = state.live_socket() else { return };
        match socket.up.pop_front() {
            Some(Up::Subscribe { session, signed: true }) => {
                *socket.joined.of_mut(session) = true;
                if mistake != Mistake::NoAcknowledgement {
                    socket.down.push_back(Down::Ack(session));
                }
                if mistake == Mistake::NoCatchUpAfterSecondAck {
                    socket.acks = (socket.acks + 1).min(2);
                }
                *state.lost.of_mut(session) = 0;
            }
            Some(Up::Subscribe { session, signed: false }) => {
                socket.down.push_back(Down::Refused);
                state.break_rule(Rule::OwnSignature, format!("{} with another's", session.letter()));
            }
            Some(Up::Unsubscribe(session)) => {
                *socket.joined.of_mut(session) &= mistake == Mistake::DeafToUnsubscribe;
            }
            Some(Up::Ping) => socket.down.push_back(Down::Pong),
            Some(Up::Garbage) | None => {}
        }
    }

    fn publish(&self, state: &mut State, session: Session) {
        let length = state.log.of_mut(session);
        *length += 1;
        let number = *length;
        let mixed = self.setup.mistake == Mistake::MixedSessions;
        let Some(socket) = state.live_socket() else { return };
        for channel in Session::BOTH {
            if *socket.joined.of(channel) && (channel == session || mixed) {
                socket.down.push_back(Down::Push { channel, session, number });
            }
        }
    }

    pub(crate) fn answer(&self, state: &mut State, index: usize, seen: u8) {
        let Some(request) = take_request(state, index) else { return };
        if let Ask::Messages { session, from: From::Newest, limit, .. } = request.ask
            && !state.engine.is_loaded(self.wire.ids.of(session))
        {
            *state.skipped.of_mut(session) = seen.saturating_sub(limit);
        }
        let body = body(request.ask, seen, hidden(state, request.ask), &self.wire);
        let response = HttpResponse { status: 200, retry_after: None, body: body.as_bytes() };
        self.feed(state, Input::Response(request.id, Ok(response)));
    }

    fn refuse(&self, state: &mut State, index: usize, status: u16) {
        let Some(request) = take_request(state, index) else { return };
        state.refusals.forbidden |= status == 403;
        if status == 401 {
            state.refusals.unauthorised = (state.refusals.unauthorised + 1).min(2);
        }
        let body = br#"{"error":{"code":"MODEL","message":"no"}}"#;
        let response = HttpResponse { status, retry_after: None, body };
        self.feed(state, Input::Response(request.id, Ok(response)));
    }

    fn fail(&self, state: &mut State, index: usize, failure: HttpFailure) {
        let Some(request) = take_request(state, index) else { return };
        self.feed(state, Input::Response(request.id, Err(failure)));
    }

    /// Signs out, and sees that nothing of the user is left.
    fn sign_out(&self, state: &mut State) {
        state.host.signed_in = false;
        state.refusals = Refusals::default();
        (state.views, state.skipped) = Default::default();
        self.command(state, Command::SetToken { present: false });
        if state.views != Pair::default() {
            state.break_rule(Rule::SignedOut, "messages outlive the token");
        }
        if state.socket.is_some() || !state.requests.is_empty() {
            state.break_rule(Rule::SignedOut, "a socket or a request outlives the token");
        }
    }

    /// Stops, and sees that nothing is left and nothing wakes it.
    fn stop(&self, state: &mut State) {
        self.command(state, Command::StopSync);
        if !state.is_stopped() || state.socket.is_some() || !state.requests.is_empty() {
            state.break_rule(Rule::Stopped, "a socket or a request outlives the stop");
        }
        if state.engine.poll_timeout().is_some() {
            state.break_rule(Rule::Stopped, "a timer outlives the stop");
        }
        let mut engine = sidewire_core::Engine::clone(&state.engine);
        for command in [
            Command::SetVisible(!state.host.visible),
            Command::SetOnline(false),
            Command::SetOnline(true),
            Command::SetToken { present: true },
        ] {
            engine.handle_input(state.now, Input::Command(command));
        }
        engine.handle_input(state.now, Input::Timeout);
        if engine.poll_effect().is_some() {
            state.break_rule(Rule::Stopped, "something wakes a stopped engine");
        }
    }

    /// Time passes until something is due.
    pub(crate) fn wait(&self, state: &mut State) {
        let Some((at, alarm)) = state.alarm() else { return };
        state.now = state.now.max(at);
        match alarm {
            Alarm::Engine => self.fire(state),
            Alarm::Request(index) => self.fail(state, index, HttpFailure::Timeout),
        }
    }
}

/// What a planted mistake leaves out of a page.
fn hidden(state: &State, ask: Ask) -> Numbers {
    let acks = state.socket.as_ref().map_or(0, |socket| socket.acks);
    match ask {
        Ask::Messages { session, .. } if acks >= 2 => first(*state.log.of(session)),
        Ask::Messages { .. } | Ask::Authorisation { .. } => 0,
    }
}

fn take_request(state: &mut State, index: usize) -> Option<Request> {
    (index < state.requests.len()).then(|| state.requests.remove(index))
}

/// Takes the action out of what is left of the scope.
fn pay(state: &mut State, action: Action) {
    let left = &mut state.left;
    let purse = match action {
        Action::Deliver | Action::Serve | Action::Answer { .. } | Action::Renew => return,
        Action::Publish(_) => &mut left.messages,
        Action::DropFrame | Action::Cut | Action::Silence => &mut left.faults,
        Action::Refuse { .. } | Action::Unreachable { .. } | Action::LoseAnswer { .. } => &mut left.faults,
        Action::Start(_) | Action::Stop => &mut left.actions,
        Action::ToggleVisible | Action::NewToken | Action::SignOut => &mut left.actions,
        Action::Timer => &mut left.timers,
    };
    *purse = purse.saturating_sub(1);
}

fn drop_frame(state: &mut State) {
    let Some(socket) = &mut state.socket else { return };
    if let Some(Down::Push { session, number, .. }) = socket.down.pop_front() {
        *state.lost.of_mut(session) |= bit(number);
    }
}

fn lose_socket(state: &mut State, peer: Peer) {
    if let Some(socket) = &mut state.socket {
        socket.lose(peer);
    }
}

/// A push in the channel of the other session that claims to belong there.
fn misfiled(push: &str, channel: Session, session: Session) -> String {
    let rename = |field: &str, text: String| {
        text.replace(&format!("{field}{}\"", session.letter()), &format!("{field}{}\"", channel.letter()))
    };
    rename("\"sessionId\":\"", rename("private-session-", push.to_owned()))
}
