//! One message as the timeline keeps it, and the orders that decide between versions and between places.

use std::borrow::Cow;

use super::message::Version;
use super::stream::Stream;
use super::{EchoState, Role};
use crate::defect::planted;
use crate::ids::ClientMessageId;
use crate::json::{Json, same};
use crate::time::WallTime;

/// How far along a message is. What an unknown status says stands in [`More`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    Streaming,
    Sent,
    Success,
    Failure,
    Other,
}

impl Status {
    pub(super) fn named(text: &str) -> Self {
        let known = [Self::Pending, Self::Streaming, Self::Sent, Self::Success, Self::Failure];
        let is_it = |status: &Self| same(status.as_str().as_bytes(), text.as_bytes());
        known.into_iter().find(is_it).unwrap_or(Self::Other)
    }

    const fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Streaming => "streaming",
            Self::Sent | Self::Other => "sent",
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }

    /// An unknown status counts as sent.
    pub(super) const fn rank(self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Streaming => 1,
            Self::Sent | Self::Other => 2,
            Self::Success | Self::Failure => 3,
        }
    }
}

/// How much of a message a version holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Completeness {
    /// Too long or too deep: shown as a stand-in.
    Placeholder,
    /// The log itself has no content for it.
    Empty,
    /// As it should be.
    Whole,
}

/// How new a version is. The larger stamp wins, field after field; equal stamps are decided by the raw bytes.
///
/// A missing field counts as 0. To compare revisions only where both sides have one would not be transitive: of
/// three versions each could beat the next, and the winner would depend on who came first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Stamp {
    pub(super) revision: u64,
    pub(super) updated: u64,
    pub(super) rank: u8,
    pub(super) completeness: Completeness,
    pub(super) sequence: u64,
}

impl Stamp {
    /// This stamp, if its version tells a sequence number.
    pub(super) fn sequenced(self) -> Option<Self> {
        (self.sequence > 0).then_some(self)
    }
}

/// Where a message belongs in the view.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key<'a> {
    pub(super) anchor: u64,
    pub(super) class: u8,
    pub(super) time: u64,
    pub(super) id: &'a [u8],
}

/// Whose copy a message is: whether the server said so, and the sender's id. What is told outweighs a guess.
pub(super) type Origin = (bool, ClientMessageId);

/// What [`Entry::place`] is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Numbering {
    /// The sequence number that the version shown tells.
    Own,
    /// The sequence number that another version told: see [`More::carried`].
    Carried,
    /// No number of its own, only the anchor.
    None,
    /// The same, of an echo.
    Echo,
}

/// Where `part` begins in `whole`, and its length, if it is a part of it in memory.
fn place_within(part: &[u8], whole: &[u8]) -> Option<(u32, u16)> {
    let at = part.as_ptr().addr().checked_sub(whole.as_ptr().addr())?;
    whole.get(at..)?.get(..part.len())?;
    Some((u32::try_from(at).ok()?, u16::try_from(part.len()).ok()?))
}

/// What few messages have.
#[derive(Clone, Debug, Default)]
pub(super) struct More {
    /// The id, where the message's bytes do not spell it as it is.
    id: Option<Box<str>>,
    /// An unknown status.
    status: Option<Box<str>>,
    /// The newest stamp with a sequence number, where the version shown has none.
    carried: Option<Stamp>,
    pub(super) origin: Option<Origin>,
    pub(super) echo: Option<EchoState>,
    /// Pieces of its content that came by themselves.
    pub(super) stream: Option<Stream>,
}

/// One message, or one echo: 64 bytes of wasm's memory beside its JSON.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    raw: Box<[u8]>,
    more: Option<Box<More>>,
    pub(super) slot: u32,
    pub(super) version: u32,
    /// Of the stamp of the version shown. An echo keeps in `updated` the newest server time known when it was added.
    revision: u64,
    updated: u64,
    /// The sequence number, or without one the anchor.
    place: u64,
    /// In milliseconds, or [`NO_TIME`].
    time: u64,
    id_at: u32,
    id_length: u16,
    numbering: Numbering,
    completeness: Completeness,
    status: Status,
    pub(super) role: Role,
    /// A final version came, or more pieces than can be kept: no piece counts any more.
    pub(super) sealed: bool,
}

/// Later than any moment that a server can tell.
const NO_TIME: u64 = u64::MAX;

#[cfg(target_pointer_width = "32")]
const _: () = assert!(size_of::<Option<Entry>>() == 64);

impl Entry {
    /// A server message.
    pub(super) fn new(slot: u32, id: &str, version: Version<'_>, origin: Option<Origin>) -> Self {
        let mut entry = Self::empty(slot);
        entry.show(id, version);
        if origin.is_some() {
            entry.more().origin = origin;
        }
        entry
    }

    /// What the user sent, in the form of a server message, before the server knows it.
    pub(super) fn echo(slot: u32, client: &ClientMessageId, raw: String, wall: WallTime) -> Self {
        let mut entry = Self::empty(slot);
        entry.raw = raw.into_bytes().into();
        entry.time = wall.as_millis();
        entry.numbering = Numbering::Echo;
        entry.status = Status::Pending;
        entry.role = Role::User;
        let (id, origin) = (Some(client.as_str().into()), Some((true, client.clone())));
        *entry.more() = More { id, origin, echo: Some(EchoState::Queued), ..More::default() };
        entry
    }

    fn empty(slot: u32) -> Self {
        Self {
            raw: Box::default(),
            more: None,
            slot,
            version: 0,
            revision: 0,
            updated: 0,
            place: 0,
            time: NO_TIME,
            id_at: 0,
            id_length: 0,
            numbering: Numbering::None,
            completeness: Completeness::Whole,
            status: Status::Sent,
            role: Role::Assistant,
            sealed: false,
        }
    }

    /// Takes over all that a version is, its sequence number included if it tells one.
    fn show(&mut self, id: &str, version: Version<'_>) {
        let Version { stamp, role, status, other, time, raw } = version;
        let place = place_within(id.as_bytes(), &raw);
        (self.id_at, self.id_length) = place.unwrap_or_default();
        let (id, other) = (place.is_none().then(|| id.into()), other.map(Box::from));
        if id.is_some() || other.is_some() || self.more.is_some() {
            let more = self.more();
            (more.id, more.status) = (id, other);
        }
        self.raw = raw.into();
        (self.revision, self.updated, self.completeness) =
            (stamp.revision, stamp.updated, stamp.completeness);
        (self.role, self.status, self.time) = (role, status, time.unwrap_or(NO_TIME));
        if stamp.sequence > 0 {
            (self.place, self.numbering) = (stamp.sequence, Numbering::Own);
        }
    }

    /// The message's JSON.
    pub(super) const fn raw(&self) -> &[u8] {
        &self.raw
    }

    pub(super) fn id(&self) -> &[u8] {
        match self.more.as_deref() {
            Some(More { id: Some(id), .. }) => id.as_bytes(),
            _ => {
                let at = usize::try_from(self.id_at).unwrap_or(usize::MAX);
                self.raw
                    .get(at..)
                    .and_then(|rest| rest.get(..usize::from(self.id_length)))
                    .unwrap_or_default()
            }
        }
    }

    pub(super) fn id_text(&self) -> &str {
        core::str::from_utf8(self.id()).unwrap_or_default()
    }

    pub(super) fn status_text(&self) -> &str {
        match self.more.as_deref() {
            Some(More { status: Some(status), .. }) => status,
            _ => self.status.as_str(),
        }
    }

    /// Of the version shown.
    pub(super) fn stamp(&self) -> Stamp {
        Stamp {
            revision: self.revision,
            updated: self.updated,
            rank: self.status.rank(),
            completeness: self.completeness,
            sequence: if self.numbering == Numbering::Own { self.place } else { 0 },
        }
    }

    /// The newest stamp with a sequence number.
    pub(super) fn sequenced(&self) -> Option<Stamp> {
        self.stamp().sequenced().or_else(|| self.more.as_deref()?.carried)
    }

    pub(super) const fn sequence(&self) -> Option<u64> {
        match self.numbering {
            Numbering::Own | Numbering::Carried => Some(self.place),
            Numbering::None | Numbering::Echo => None,
        }
    }

    /// The server's time; of an echo the wall clock's.
    pub(super) fn time(&self) -> Option<u64> {
        Some(self.time).filter(|&time| time != NO_TIME)
    }

    /// The sequence number that it stands at or behind.
    pub(super) const fn anchor(&self) -> u64 {
        self.place
    }

    /// Moves a message without a number of its own.
    pub(super) const fn set_anchor(&mut self, anchor: u64) {
        self.place = anchor;
    }

    pub(super) const fn is_echo(&self) -> bool {
        matches!(self.numbering, Numbering::Echo)
    }

    pub(super) fn echo_state(&self) -> Option<EchoState> {
        self.more.as_deref()?.echo
    }

    pub(super) fn set_echo_state(&mut self, state: EchoState) {
        self.more().echo = Some(state);
        self.status = match state {
            EchoState::Queued | EchoState::Pending => Status::Pending,
            EchoState::Failed(_) => Status::Failure,
        };
    }

    /// The newest server time that was known when an echo was added.
    pub(super) const fn known_time(&self) -> u64 {
        self.updated
    }

    pub(super) const fn set_known_time(&mut self, time: u64) {
        self.updated = time;
    }

    pub(super) fn origin(&self) -> Option<&Origin> {
        self.more.as_deref()?.origin.as_ref()
    }

    pub(super) fn client(&self) -> Option<&ClientMessageId> {
        self.origin().map(|(_, client)| client)
    }

    pub(super) fn stream(&self) -> Option<&Stream> {
        self.more.as_deref()?.stream.as_ref()
    }

    pub(super) fn stream_mut(&mut self) -> Option<&mut Stream> {
        self.more.as_deref_mut()?.stream.as_mut()
    }

    /// What few messages have.
    pub(super) fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }

    /// Where it belongs. Echoes of one anchor keep the order in which they were added, which their slots tell.
    pub(super) fn key(&self) -> Key<'_> {
        let (anchor, class, time) = match self.numbering {
            _ if planted!(ArrivalOrder) => (u64::from(self.slot), 0, 0),
            Numbering::Own | Numbering::Carried => (self.place, 0, 0),
            Numbering::None => (self.place, 1, self.time().unwrap_or(0)),
            Numbering::Echo => (self.place, 2, u64::from(self.slot)),
        };
        Key { anchor, class, time, id: self.id() }
    }

    /// Whether the version shown only stands in for one that is too long or too deep.
    pub(super) fn is_placeholder(&self) -> bool {
        self.completeness == Completeness::Placeholder
    }

    /// The text of the version shown.
    pub(super) fn content(&self) -> Option<Cow<'_, str>> {
        Json::trusted(&self.raw).get("content")?.as_str()
    }

    /// Whether `version` is the one to show from now on.
    pub(super) fn loses_to(&self, version: &Version<'_>) -> bool {
        planted!(OlderVersionWins) || (version.stamp, version.raw.as_ref()) > (self.stamp(), &*self.raw)
    }

    /// Takes over what `version` has to tell: its body if it is newer, its sequence number in any case.
    pub(super) fn join(&mut self, id: &str, version: Version<'_>) {
        let sequenced = self.sequenced().max(version.stamp.sequenced());
        if self.loses_to(&version) {
            self.numbering = Numbering::None;
            self.show(id, version);
        }
        let carried = sequenced.filter(|_| self.numbering != Numbering::Own);
        if let Some(stamp) = carried {
            (self.place, self.numbering) = (stamp.sequence, Numbering::Carried);
        }
        if carried.is_some() || self.more.is_some() {
            self.more().carried = carried;
        }
    }
}
