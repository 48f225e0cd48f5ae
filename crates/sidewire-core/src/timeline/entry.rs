//! One message as the timeline keeps it, and the orders that decide between versions and between places.

use super::message::Version;
use super::stream::Stream;
use super::{EchoState, Role};
use crate::defect::planted;
use crate::ids::ClientMessageId;
use crate::json::Json;

/// A status with the common ones unallocated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Status {
    Pending,
    Streaming,
    Sent,
    Success,
    Failure,
    Other(Box<str>),
}

impl Status {
    pub(super) fn named(text: &str) -> Self {
        match text {
            "pending" => Self::Pending,
            "streaming" => Self::Streaming,
            "sent" => Self::Sent,
            "success" => Self::Success,
            "failure" => Self::Failure,
            _ => Self::Other(text.into()),
        }
    }

    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Pending => "pending",
            Self::Streaming => "streaming",
            Self::Sent => "sent",
            Self::Success => "success",
            Self::Failure => "failure",
            Self::Other(text) => text,
        }
    }

    /// How far along a message is. An unknown status counts as sent.
    pub(super) const fn rank(&self) -> u8 {
        match self {
            Self::Pending => 0,
            Self::Streaming => 1,
            Self::Sent | Self::Other(_) => 2,
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
    pub(super) id: &'a str,
}

/// Whose copy a message is: whether the server said so, and the sender's id. What is told outweighs a guess.
pub(super) type Origin = (bool, ClientMessageId);

/// One message, or one echo.
#[derive(Clone, Debug)]
pub(super) struct Entry {
    pub(super) slot: u32,
    pub(super) version: u32,
    pub(super) id: Box<str>,
    pub(super) raw: Box<[u8]>,
    /// Of the version shown. An echo keeps in `updated` the newest server time known when it was added.
    pub(super) stamp: Stamp,
    /// The newest stamp with a sequence number, where the version shown has none.
    pub(super) carried: Option<Box<Stamp>>,
    pub(super) time: Option<u64>,
    pub(super) anchor: u64,
    pub(super) status: Status,
    pub(super) role: Role,
    pub(super) origin: Option<Origin>,
    pub(super) echo: Option<EchoState>,
    /// Pieces of its content that came by themselves.
    pub(super) stream: Option<Box<Stream>>,
    /// A final version came, or more pieces than can be kept: no piece counts any more.
    pub(super) sealed: bool,
}

impl Entry {
    /// A server message.
    pub(super) fn new(slot: u32, id: &str, version: Version<'_>, origin: Option<Origin>) -> Self {
        Self {
            slot,
            version: 0,
            id: id.into(),
            raw: version.raw.into(),
            stamp: version.stamp,
            carried: None,
            time: version.time,
            anchor: 0,
            status: version.status,
            role: version.role,
            origin,
            echo: None,
            stream: None,
            sealed: false,
        }
    }

    /// The newest stamp with a sequence number.
    pub(super) fn sequenced(&self) -> Option<Stamp> {
        self.stamp.sequenced().or_else(|| self.carried.as_deref().copied())
    }

    pub(super) fn sequence(&self) -> Option<u64> {
        self.sequenced().map(|stamp| stamp.sequence)
    }

    pub(super) fn client(&self) -> Option<&ClientMessageId> {
        self.origin.as_ref().map(|(_, client)| client)
    }

    /// Where it belongs. Echoes of one anchor keep the order in which they were added, which their slots tell.
    pub(super) fn key(&self) -> Key<'_> {
        if planted!(ArrivalOrder) {
            return Key { anchor: u64::from(self.slot), class: 0, time: 0, id: &self.id };
        }
        let (class, time) = match (self.echo, self.sequence()) {
            (Some(_), _) => (2, u64::from(self.slot)),
            (None, None) => (1, self.time.unwrap_or(0)),
            (None, Some(_)) => (0, 0),
        };
        Key { anchor: self.anchor, class, time, id: &self.id }
    }

    /// Whether the version shown only stands in for one that is too long or too deep.
    pub(super) fn is_placeholder(&self) -> bool {
        self.stamp.completeness == Completeness::Placeholder
    }

    /// The text of the version shown.
    pub(super) fn content(&self) -> Option<std::borrow::Cow<'_, str>> {
        Json::trusted(&self.raw).get("content")?.as_str()
    }

    /// Whether `version` is the one to show from now on.
    pub(super) fn loses_to(&self, version: &Version<'_>) -> bool {
        planted!(OlderVersionWins) || (version.stamp, version.raw.as_ref()) > (self.stamp, &*self.raw)
    }

    /// Takes over what `version` has to tell: its body if it is newer, its sequence number in any case.
    pub(super) fn join(&mut self, version: Version<'_>) {
        let sequenced = self.sequenced().max(version.stamp.sequenced());
        if self.loses_to(&version) {
            self.raw = version.raw.into();
            self.stamp = version.stamp;
            self.time = version.time;
            self.status = version.status;
            self.role = version.role;
        }
        self.carried = if self.stamp.sequence > 0 { None } else { sequenced.map(Box::new) };
    }
}
