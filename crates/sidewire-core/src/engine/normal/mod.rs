//! The engine's state in a normal form, so that a model checker knows states again that behave alike.
//!
//! Moments are written relative to now, ids as ranks, counters as what is compared about them. What only the host
//! or the next report looks at is left out. Every function takes its type apart without `..`: a field that is added
//! and forgotten here does not compile.

mod form;

pub(super) use form::Form;

use super::channel::Channel;
use super::schedule::{Cover, Gap, Refresh};
use super::token::Renewal;
use super::{Engine, Session};
use crate::ids::SessionId;
use crate::timeline::{EchoState, Timeline};

impl Engine {
    /// The state in a normal form: engines with equal bytes behave alike from now on, but for the numbers of new
    /// ids and for randomness, so jitter has to be 0. Call it with effects and events drained.
    pub fn normalised_digest(&self) -> Vec<u8> {
        let mut form = Form::new(self.io.now, self.io.pending_ids(), self.socket_id());
        self.write_host(&mut form);
        self.link.write(&mut form);
        self.outage.write(&mut form, self.io.policy.probe_floor);
        self.gate.write(&mut form, &self.io.policy);
        self.budget.write(&mut form, &self.io.policy);
        self.servers.write(&mut form, &self.io.policy, self.gate.last_asked());
        self.io.write(&mut form);
        form.option(self.unacknowledged.as_ref(), |form, waiting| waiting.write(form));
        self.episode.write(&mut form);
        form.number(self.sessions.len());
        for (id, session) in self.sessions.iter() {
            form.text(id.as_str().as_bytes());
            let left_before = self.sessions.iter().filter(|(_, s)| s.last_shown < session.last_shown).count();
            form.number(left_before);
            session.write(&mut form);
        }
        form.finish()
    }

    /// The sessions whose subscription the engine takes as acknowledged.
    pub fn subscribed_sessions(&self) -> impl Iterator<Item = &SessionId> {
        let subscribed = |s: &Session| matches!(s.channel, Channel::Subscribed { .. });
        self.sessions.iter().filter(move |(_, s)| subscribed(s)).map(|(id, _)| id)
    }

    fn write_host(&self, form: &mut Form) {
        let Self {
            wanted,
            token,
            visible,
            online,
            read_not_before,
            read_told,
            send_not_before,
            calls,
            renewal,
            store,
            reading,
            last_connected,
            last_switch,
            shown,
            // Written by the caller.
            link: _,
            outage: _,
            gate: _,
            budget: _,
            servers: _,
            io: _,
            unacknowledged: _,
            episode: _,
            sessions: _,
            // The same in every state, or set anew by every input.
            config: _,
            recorder: _,
            cause: _,
            close: _,
            // Numbers that name or rank, and what the last report derived from the rest.
            shown_count: _,
            lives: _,
            reported: _,
        } = self;
        form.flag(*wanted);
        form.option(token.as_ref(), |form, present| form.flag(*present));
        form.flag(*visible);
        form.flag(*online);
        form.due(*read_not_before);
        read_told.write(form);
        form.due(*send_not_before);
        calls.write(form);
        write_renewal(renewal, form);
        store.write(form);
        form.option(reading.as_ref(), |form, reading| form.text(format!("{reading:?}").as_bytes()));
        form.option(last_connected.as_ref(), |form, wall| form.long(wall.as_millis()));
        form.option(last_switch.as_ref(), |form, at| form.age(*at, self.io.policy.switch_debounce));
        form.option(shown.as_ref(), |form, id| form.text(id.as_str().as_bytes()));
        // A deadline that has passed unused counts as a late timer.
        form.option(self.next_deadline().as_ref(), |form, at| form.age(*at, self.io.policy.wake_jump));
    }
}

impl Session {
    fn write(&self, form: &mut Form) {
        let Self {
            timeline,
            channel,
            fetch,
            cover,
            gap,
            stream_gap,
            refresh,
            typing,
            outbox,
            kept,
            last_news,
            last_shown: _,
            reported_revision,
            life: _,
            warm,
        } = self;
        write_timeline(timeline, form);
        channel.write(form);
        fetch.write(form);
        write_cover(cover, form);
        write_gap(*gap, form);
        write_gap(*stream_gap, form);
        write_refresh(refresh, form);
        form.option(typing.as_ref(), |form, (context, until)| {
            form.text(context.as_str().as_bytes());
            form.due(*until);
        });
        outbox.write(form);
        kept.write(form, timeline.revision());
        form.age(*last_news, Form::LONGEST_AGE);
        form.flag(*reported_revision == timeline.revision());
        form.flag(*warm);
    }
}

fn write_timeline(timeline: &Timeline, form: &mut Form) {
    form.number(timeline.len());
    for row in timeline.rows(0..timeline.len()) {
        form.text(row.id.as_bytes());
        form.option(row.sequence.as_ref(), |form, number| form.long(*number));
        form.option(row.client_message_id.as_ref(), |form, id| form.text(id.as_bytes()));
        form.option(row.echo.as_ref(), |form, echo| match echo {
            EchoState::Pending => form.tag(0),
            EchoState::Queued => form.tag(1),
            EchoState::Failed(why) => form.text(why.as_str().as_bytes()),
        });
        form.text(row.raw);
        form.units(row.tail);
    }
    for (id, given_up, offset, text) in timeline.stream_pieces() {
        form.tag(1);
        form.text(id.as_bytes());
        form.option(given_up.as_ref(), |form, at| form.number(*at));
        form.number(offset);
        form.units(text);
    }
    form.tag(0);
    form.option(timeline.floor().as_ref(), |form, floor| form.long(*floor));
    form.option(timeline.newest_server_time().as_ref(), |form, time| form.long(*time));
    for (from, to) in timeline.gaps() {
        form.tag(1);
        form.long(from);
        form.long(to);
    }
    form.tag(0);
}

fn write_renewal(renewal: &Renewal, form: &mut Form) {
    match renewal {
        Renewal::Unused => form.tag(0),
        Renewal::Asked { deadline } => {
            form.tag(1);
            form.due(*deadline);
        }
        Renewal::Used => form.tag(2),
        Renewal::Late => form.tag(3),
    }
}

fn write_cover(cover: &Cover, form: &mut Form) {
    match cover {
        Cover::Unplanned => form.tag(0),
        Cover::Reconcile { at } => {
            form.tag(1);
            form.due(*at);
        }
        Cover::Poll { at, begun } => {
            form.tag(2);
            form.due(*at);
            form.flag(*begun);
        }
    }
}

fn write_gap(gap: Gap, form: &mut Form) {
    match gap {
        Gap::None => form.tag(0),
        Gap::Waiting { start, at, tries } => {
            form.tag(1);
            form.long(start);
            form.due(at);
            form.long(tries.into());
        }
    }
}

fn write_refresh(refresh: &Refresh, form: &mut Form) {
    match refresh {
        Refresh::Rest => form.tag(0),
        Refresh::Cooling { until, latest, again } => {
            form.tag(1);
            form.due(*until);
            form.due(*latest);
            form.flag(*again);
        }
    }
}
