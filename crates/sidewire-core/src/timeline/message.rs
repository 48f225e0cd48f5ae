//! Reading one message, field by field: a bad field costs that field and nothing else.

use std::borrow::Cow;

use super::entry::{Completeness, Stamp, Status};
use super::{Applied, Reject, Role, instant};
use crate::decimal::Decimal;
use crate::defect::planted;
use crate::ids::{ClientMessageId, SessionId};
use crate::json::{Json, Kind, ObjectWriter, Reader};

/// Longest message id, in bytes.
const MAX_ID: usize = 256;
/// Longest status that is kept, in characters.
const MAX_STATUS: usize = 64;
/// Deepest nesting of a message that is shown.
const MAX_DEPTH: u32 = 64;
/// Longest message that is shown, in bytes of JSON.
const MAX_RAW: usize = 256 << 10;

/// The fields that the timeline looks at, in the order in which servers mostly write them.
const NAMES: [&str; 11] = [
    "messageId",
    "sessionId",
    "role",
    "content",
    "timestamp",
    "sequenceNumber",
    "revision",
    "status",
    "updatedAt",
    "clientMessageId",
    "id",
];

/// A place in [`NAMES`].
#[derive(Clone, Copy)]
enum Name {
    MessageId,
    SessionId,
    Role,
    Content,
    Timestamp,
    SequenceNumber,
    Revision,
    Status,
    UpdatedAt,
    ClientMessageId,
    Id,
}

/// The fields of a message that the timeline looks at. `null` counts as missing.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Fields<'a> {
    message: Json<'a>,
    depth: u32,
    found: [Json<'a>; NAMES.len()],
    /// Where it stands in its page.
    pub(crate) index: usize,
    /// Its own sequence number.
    pub(crate) sequence: Option<u64>,
    /// The server's time of it, in milliseconds since the epoch.
    pub(crate) time: Option<u64>,
}

/// One version of a message, read and bounded.
#[derive(Clone, Debug)]
pub(super) struct Version<'a> {
    pub(super) stamp: Stamp,
    pub(super) role: Role,
    pub(super) status: Status,
    /// What an unknown status says.
    pub(super) other: Option<Cow<'a, str>>,
    pub(super) time: Option<u64>,
    pub(super) raw: Cow<'a, [u8]>,
}

impl<'a> Fields<'a> {
    /// Finds the fields of a message that comes next, in the pass that validates it; of a repeated name the last one
    /// counts.
    pub(crate) fn read(reader: &mut Reader<'a>) -> Self {
        let mut found = [Json::trusted(&[]); NAMES.len()];
        let (message, depth) = reader.object(&NAMES, &mut found);
        let mut fields = Self { message, depth, found, index: 0, sequence: None, time: None };
        fields.sequence = fields.get(Name::SequenceNumber).and_then(Json::as_integer);
        fields.time = fields.get(Name::Timestamp).and_then(instant::read);
        fields
    }

    /// Finds the fields of a message that was validated before.
    pub(crate) fn find(message: Json<'a>) -> Self {
        Self::read(&mut Reader::new(message.raw()))
    }

    fn get(&self, name: Name) -> Option<Json<'a>> {
        self.found.get(name as usize).copied().filter(|value| !value.is_null())
    }

    /// Whether it is an object at all.
    pub(crate) fn is_object(&self) -> bool {
        self.message.kind() == Kind::Object
    }

    pub(super) fn content(&self) -> Option<Json<'a>> {
        self.get(Name::Content)
    }

    /// The message's bytes.
    pub(super) const fn raw(&self) -> &'a [u8] {
        self.message.raw()
    }

    /// What the message calls itself, usable or not.
    pub(crate) fn named(&self) -> Option<Cow<'a, str>> {
        self.get(Name::MessageId).and_then(id_text).or_else(|| self.get(Name::Id).and_then(id_text))
    }

    /// The message's id, unless this cannot be a message of `session`.
    pub(super) fn identify(&self, session: &SessionId) -> Result<Cow<'a, str>, Reject> {
        if !self.is_object() {
            return Err(Reject::NotAnObject);
        }
        let own = |named: Json<'a>| {
            named.is_str(session.as_str()) || id_text(named).is_some_and(|name| name == session.as_str())
        };
        if !self.get(Name::SessionId).is_none_or(own) && !planted!(ForeignSessionMerged) {
            return Err(Reject::ForeignSession);
        }
        let id = self.named().ok_or(Reject::NoId)?;
        if id.len() > MAX_ID { Err(Reject::IdTooLong) } else { Ok(id) }
    }

    fn told_role(&self) -> Option<Role> {
        let told = self.get(Name::Role)?;
        [Role::User, Role::Assistant, Role::System].into_iter().find(|role| told.is_str(role.as_str()))
    }

    /// The sender's id, known from the request that the message answers or else told by the message itself. The
    /// assistant's messages have none: a server that marks an answer with the id of its question must not replace
    /// the question.
    pub(super) fn client(&self, answers: Option<&ClientMessageId>) -> Option<ClientMessageId> {
        let told = || ClientMessageId::from_text(&self.get(Name::ClientMessageId)?.as_str()?);
        let client = answers.cloned().or_else(told)?;
        (!matches!(self.told_role(), Some(Role::Assistant | Role::System))).then_some(client)
    }

    /// Whether a message without content tells of a newer version than `known`. What it leaves out is no news.
    pub(super) fn is_news_to(&self, known: &Stamp) -> bool {
        let revision = self.get(Name::Revision).and_then(Json::as_integer).unwrap_or(known.revision);
        let updated = self.updated().unwrap_or(known.updated);
        let rank = self.told_status().map_or(known.rank, |(status, _)| status.rank());
        (revision, updated, rank) > (known.revision, known.updated, known.rank)
    }

    /// Reads the version. `fallback` is the sequence number of the envelope.
    pub(super) fn version(&self, id: &str, fallback: Option<u64>) -> Version<'a> {
        let (status, text) = self.told_status().unwrap_or((Status::Sent, Cow::Borrowed("")));
        // The interface knows three writers; everything else is the assistant.
        let role = self.told_role().unwrap_or(Role::Assistant);
        let too_much = self.message.raw().len() > MAX_RAW || self.depth > MAX_DEPTH;
        let completeness = match self.content() {
            _ if too_much => Completeness::Placeholder,
            None => Completeness::Empty,
            Some(_) => Completeness::Whole,
        };
        let own = self.sequence.filter(|&number| number > 0);
        Version {
            stamp: Stamp {
                revision: self.get(Name::Revision).and_then(Json::as_integer).unwrap_or(0),
                updated: self.updated().unwrap_or(0),
                rank: status.rank(),
                completeness,
                sequence: own.or(fallback).unwrap_or(0),
            },
            role,
            status,
            other: (status == Status::Other).then_some(text),
            time: self.time,
            raw: if too_much { placeholder(id, role).into() } else { self.message.raw().into() },
        }
    }

    fn updated(&self) -> Option<u64> {
        self.get(Name::UpdatedAt).and_then(instant::read).or(self.time)
    }

    fn told_status(&self) -> Option<(Status, Cow<'a, str>)> {
        let text = self.get(Name::Status)?.as_str()?;
        let status = Status::named(&text);
        let fits = status != Status::Other || text.chars().take(MAX_STATUS + 1).count() <= MAX_STATUS;
        fits.then_some((status, text))
    }
}

/// The id of a message if it can be one.
pub(crate) fn message_id(value: Json<'_>) -> Option<Cow<'_, str>> {
    id_text(value).filter(|id| id.len() <= MAX_ID)
}

/// A text, or a whole number as the text that spells it: large ids must not be rounded.
fn id_text(value: Json<'_>) -> Option<Cow<'_, str>> {
    let text = match value.kind() {
        Kind::String => value.as_str()?,
        Kind::Number if value.raw().iter().all(|byte| matches!(byte, b'-' | b'0'..=b'9')) => {
            sidewire_json::lossy(value.raw())
        }
        Kind::Number => Decimal::of(value.as_integer()?).as_str().to_owned().into(),
        Kind::Null | Kind::Bool | Kind::Array | Kind::Object => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// What stands in for a message that is too long or too deep to be shown.
fn placeholder(id: &str, role: Role) -> Vec<u8> {
    let mut json = String::new();
    let mut object = ObjectWriter::begin(&mut json);
    object.text("messageId", Some(id)).text("role", Some(role.as_str())).text("content", Some(""));
    object.end();
    json.into_bytes()
}

impl From<Reject> for Applied {
    fn from(reject: Reject) -> Self {
        Self::Rejected(reject)
    }
}
