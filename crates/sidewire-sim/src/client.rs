//! The client's host: the user's commands go in, effects are carried out.

use sidewire_core::{Command, Effect, Event, Input, Outgoing, SendState, WallTime};

use crate::action::{Action, UserAction};
use crate::rest::Endpoint;
use crate::world::{Sent, World};

impl World {
    /// Carries out one effect; `endpoint` is what it asks for, if it is a request.
    pub(crate) fn perform(&mut self, effect: Effect, endpoint: Option<Endpoint>) {
        match effect {
            Effect::OpenSocket { connection, url } => self.dial(connection, &url),
            Effect::SendFrame { connection, text } => {
                self.note_departure(&text);
                self.send_up(connection, text);
            }
            Effect::CloseSocket { connection } => {
                self.host.joined.clear();
                self.host.acknowledged = false;
                self.close_up(connection);
            }
            Effect::Request { request, http } => {
                self.request(request, &http, endpoint.unwrap_or(Endpoint::Unknown));
            }
            Effect::CancelRequest { request } => self.cancel(request),
            Effect::Storage { id, call } => self.storage(id, call),
            Effect::RenewToken if self.mute_provider => {}
            Effect::RenewToken => self.plan(self.now + 50, Action::User(UserAction::Renewed(true))),
        }
    }

    pub(crate) fn note_event(&mut self, event: &Event) {
        if let Event::SendChanged { client_message_id, .. } = event {
            self.adopt(client_message_id.as_str());
        }
        if let Event::SendChanged { client_message_id, state, .. } = event
            && let Some(sent) = self.sent.iter_mut().find(|sent| sent.id == *client_message_id)
        {
            sent.state = *state;
            sent.failed |= matches!(state, SendState::Failed(_));
            sent.cancelled |= *state == SendState::Cancelled;
        }
        if let Event::CallAnswered { call, outcome } = event {
            self.note_older(*call, outcome);
            self.note_call(*call, outcome);
        }
    }

    /// Lets the user, or the browser, do something.
    pub fn user(&mut self, action: UserAction) {
        match action {
            UserAction::Connect => {
                self.host.wanted = true;
                self.command(Command::Connect);
            }
            UserAction::Start(session) => self.start(session),
            UserAction::Stop => {
                self.host.wanted = false;
                self.host.shown = None;
                self.command(Command::StopSync);
            }
            UserAction::Leave => {
                self.host.shown = None;
                self.command(Command::LeaveSession);
            }
            UserAction::Send(session) => {
                let content = format!("typed {}", self.sent.len());
                self.send(session, &content);
            }
            UserAction::RetryAll => self.retry_all(),
            UserAction::CancelLast => self.cancel_last(),
            UserAction::Refresh => {
                if let Some(session) = self.host.shown.and_then(|shown| self.session(shown)).cloned() {
                    self.command(Command::Refresh(session));
                }
            }
            UserAction::LoadOlder => {
                self.load_older();
            }
            // Whoever closed the panel lists no sessions.
            UserAction::Call if !self.host.wanted => {}
            UserAction::Call => {
                self.call();
            }
            UserAction::Visible(visible) => {
                self.host.visible = visible;
                self.command(Command::SetVisible(visible));
            }
            UserAction::Online(online) => {
                self.host.online = online;
                self.command(Command::SetOnline(online));
            }
            UserAction::Token(present) => self.set_token(present),
            UserAction::Renewed(present) => {
                self.checker.token_changed();
                self.command(Command::TokenRenewed { present });
            }
            UserAction::Sleep(millis) => self.sleep(millis),
            UserAction::Restart => self.restart(),
        }
    }

    /// Gives a command as it is; [`World::user`] keeps the host's books as well.
    pub(crate) fn command(&mut self, command: Command) {
        self.feed(&Input::Command(command));
    }

    /// Shows a session.
    pub fn start(&mut self, session: usize) {
        if let Some(id) = self.session(session).cloned() {
            self.host.wanted = true;
            self.host.acknowledged &= self.host.shown == Some(session);
            self.host.shown = Some(session);
            self.command(Command::StartSync(id));
        }
    }

    /// Tells that there is another token, or none any more.
    pub fn set_token(&mut self, present: bool) {
        self.host.token = Some(present);
        if !present {
            self.life += 1;
            self.user += 1;
            self.store.promised.clear();
            self.checker.signed_out();
        }
        self.checker.token_changed();
        if present && self.config.storage {
            let owner = self.owner();
            self.command(Command::SetOwner { owner, renewed: false });
        }
        self.command(Command::SetToken { present });
        if !present {
            self.nothing_left();
        }
    }

    /// Nothing of a user is shown to the next one.
    fn nothing_left(&mut self) {
        let left = self.log.sessions.iter().find(|log| {
            self.engine
                .timeline(&log.id)
                .is_some_and(|timeline| timeline.rows(0..timeline.len()).next().is_some())
        });
        if let Some(id) = left.map(|log| log.id.clone()) {
            self.broken("S3", format!("signed out, and {id} is still shown"));
        }
    }

    /// Sends a message of the user; its number in [`World::sent`].
    pub fn send(&mut self, session: usize, content: &str) -> usize {
        let number = self.sent.len();
        let Some(id) = self.session(session).cloned() else { return number };
        let wall = WallTime::from_millis(self.wall());
        let client_message_id = self.engine.mint_client_message_id(wall);
        let timeline = self.engine.timeline(&id);
        let anchor = timeline.and_then(sidewire_core::Timeline::highest_sequence).unwrap_or(0);
        self.stats.sends += 1;
        self.sent.push(Sent {
            session,
            id: client_message_id.clone(),
            content: content.to_owned(),
            state: SendState::Pending,
            anchor,
            life: self.life,
            rank: self.next_rank(),
            adopted: false,
            failed: false,
            cancelled: false,
        });
        let content = content.to_owned();
        self.command(Command::Send(Outgoing {
            session: id,
            client_message_id,
            content,
            wall,
            url: None,
            domain: None,
        }));
        number
    }

    /// Takes back the message written last, if it is not on the wire.
    fn cancel_last(&mut self) {
        let Some(last) = self.sent.last().filter(|sent| sent.life == self.life).cloned() else { return };
        let Some(session) = self.session(last.session).cloned() else { return };
        let can = self.engine.can_cancel(&session, &last.id);
        self.command(Command::CancelSend(session, last.id));
        let now = self.sent.last().is_some_and(|sent| sent.cancelled);
        if can != now && !last.cancelled {
            self.broken("M12", format!("\"{}\": could be taken back {can}, was {now}", last.content));
        }
    }

    /// M10: messages that never failed reach the log in the order in which they were written.
    pub(crate) fn in_order(&mut self, session: usize, client_id: &str) {
        let Some(at) = self.sent.iter().position(|sent| sent.id.as_str() == client_id) else { return };
        let Some(now) = self.sent.get(at).filter(|sent| !sent.failed).cloned() else { return };
        let waits = |sent: &&crate::world::Sent| {
            let same = sent.session == session && sent.life == now.life && sent.life == self.life;
            let open = !sent.failed && !sent.cancelled && sent.state != SendState::Sent;
            same && open && !self.rest.has_done(sent.id.as_str())
        };
        if let Some(first) = self.sent.iter().take(at).find(waits).map(|sent| sent.content.clone()) {
            self.broken("M10", format!("\"{}\" is stored before \"{first}\"", now.content));
        }
    }

    fn retry_all(&mut self) {
        let failed = |sent: &&Sent| matches!(sent.state, SendState::Failed(_)) && sent.life == self.life;
        let retries: Vec<_> =
            self.sent.iter().filter(failed).map(|sent| (sent.session, sent.id.clone())).collect();
        for (session, id) in retries {
            if let Some(session) = self.session(session).cloned() {
                self.command(Command::RetrySend(session, id));
            }
        }
    }
}
