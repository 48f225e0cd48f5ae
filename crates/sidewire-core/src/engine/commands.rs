//! What the host asks for.

use super::Engine;
use super::failure::api_failure;
use super::link::{Link, Outage};
use super::schedule::{Cover, Gap, Refresh};
use super::status::Episode;
use super::token::Renewal;
use crate::defect::planted;
use crate::ids::SessionId;
use crate::input::Command;
use crate::output::Cause;

impl Engine {
    pub(super) fn handle_command(&mut self, command: Command) {
        self.cause = Cause::Command;
        match command {
            Command::Connect => self.connect(),
            Command::StartSync(id) => self.start_sync(id),
            Command::LeaveSession => self.leave_session(),
            Command::StopSync => self.stop_sync(),
            Command::Refresh(id) => self.refresh(&id),
            Command::LoadOlder(call) => self.load_older(call),
            Command::Send(message) => self.send(message),
            Command::RetrySend(id, key) => self.retry_send(&id, &key),
            Command::CancelSend(id, key) => self.cancel_send(&id, &key),
            Command::SetToken { present } => self.set_token(present),
            Command::TokenRenewed { present } => self.token_renewed(present),
            Command::SetOwner { owner, renewed } => self.set_owner(&owner, renewed),
            Command::Restore(record) => self.restore(&record),
            Command::SetVisible(visible) => self.set_visible(visible),
            Command::SetOnline(online) => self.set_online(online),
            Command::Call(call, api_call) => self.call(call, api_call),
        }
    }

    pub(super) fn connect(&mut self) {
        if !self.wanted {
            self.wanted = true;
            self.begin_episode();
        }
    }

    pub(super) fn start_sync(&mut self, id: SessionId) {
        if self.wanted && self.shown.as_ref() == Some(&id) {
            return;
        }
        self.leave_shown();
        self.wanted = true;
        self.ensure_session(&id);
        self.shown_count += 1;
        let now = self.io.now;
        if let Some(session) = self.sessions.get_mut(&id) {
            session.last_shown = self.shown_count;
            session.last_news = now;
            session.warm = false;
            session.fetch.forgive();
            session.fetch.want_now();
        }
        self.debounce(&id);
        self.shown = Some(id);
        self.begin_episode();
        self.evict_sessions();
    }

    fn leave_session(&mut self) {
        if self.shown.is_some() {
            self.leave_shown();
            self.begin_episode();
        }
    }

    fn leave_shown(&mut self) {
        let Some(id) = self.shown.take() else { return };
        self.answer_older(
            &id,
            &Err(api_failure(None, "LEFT", "the session was left before the answer came")),
        );
        self.flush_snapshots();
        self.stop_reading(&id);
        self.cool_channel(&id);
        self.set_typing(&id, None);
        if let Some(session) = self.sessions.get_mut(&id) {
            session.cover = Cover::Unplanned;
            session.gap = Gap::None;
            session.refresh = Refresh::Rest;
            if let Some(request) = session.fetch.abandon() {
                self.io.cancel(request);
            }
        }
    }

    fn stop_sync(&mut self) {
        self.hold_outboxes();
        self.leave_shown();
        for id in self.sessions.keys().cloned().collect::<Vec<_>>() {
            self.set_typing(&id, None);
        }
        if !planted!(StopKeepsSocket) {
            self.drop_link();
        }
        for session in self.sessions.values_mut() {
            session.warm = false;
        }
        self.wanted = false;
        if !planted!(StopKeepsRequests) {
            let why = api_failure(None, "STOPPED", "stopped before the server answered");
            self.io.cancel_all(&why);
            self.end_calls(&why);
        }
        self.outage = Outage::default();
        self.renewal = Renewal::Unused;
        self.episode = Episode::default();
    }

    fn refresh(&mut self, id: &SessionId) {
        if self.shown.as_ref() == Some(id)
            && let Some(session) = self.sessions.get_mut(id)
        {
            session.fetch.forgive();
            session.fetch.want_now();
        }
    }

    fn set_visible(&mut self, visible: bool) {
        let shown_again = visible && !self.visible;
        self.visible = visible;
        self.cause = Cause::Environment;
        if !visible {
            self.flush_snapshots();
        }
        if shown_again {
            self.nudge_link(false);
            self.hasten_cover();
            self.hasten_sends();
        }
    }

    fn set_online(&mut self, online: bool) {
        let back = online && !self.online;
        let gone = !online && self.online;
        self.online = online;
        self.cause = Cause::Environment;
        if back {
            self.nudge_link(false);
            self.hasten_cover();
            self.hasten_sends();
        } else if gone && matches!(self.link, Link::Open(_)) {
            // The event may be wrong; a silent socket will tell within seconds.
            self.nudge_link(false);
        }
    }
}
