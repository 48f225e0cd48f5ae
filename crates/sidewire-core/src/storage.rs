//! Keeping text across restarts: what the engine asks its host to store, and the answers.

use crate::ids::SessionId;

/// What is asked of the host's storage. Values are text, never longer than a few MiB.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StorageCall {
    /// Which keys there are. Others than the engine's own do no harm. Answered by [`StorageAnswer::Keys`].
    Keys,
    /// The text under a key. Answered by [`StorageAnswer::Value`].
    Load {
        /// Which.
        key: String,
    },
    /// Keep this text under the key, in the place of any other. Answered by [`StorageAnswer::Done`].
    Save {
        /// Where.
        key: String,
        /// What.
        value: String,
    },
    /// Forget a key; harmless if there is none. Answered by [`StorageAnswer::Done`].
    Remove {
        /// Which.
        key: String,
    },
}

/// What the host's storage answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StorageAnswer<'a> {
    /// Saved or removed.
    Done,
    /// The text that was kept, if there is one.
    Value(Option<&'a str>),
    /// All keys.
    Keys(&'a [String]),
}

/// Why the host's storage did not do it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StorageFailure {
    /// There is no room left.
    Quota,
    /// Anything else.
    Failed,
}

impl StorageFailure {
    /// In a word, for traces.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Quota => "quota",
            Self::Failed => "failed",
        }
    }
}

const SNAPSHOT: &str = "sidewire:snapshot:";
const OUTBOX: &str = "sidewire:outbox:";

/// What is kept of a session.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    /// Its newest messages.
    Snapshot,
    /// Own messages that the server has not acknowledged.
    Outbox,
}

impl Part {
    pub(crate) fn key(self, session: &SessionId) -> String {
        let prefix = match self {
            Self::Snapshot => SNAPSHOT,
            Self::Outbox => OUTBOX,
        };
        [prefix, session.as_str()].concat()
    }

    /// What a key is for; `None` for a key that is not ours.
    pub(crate) fn of(key: &str) -> Option<(Self, SessionId)> {
        let named = |prefix| key.strip_prefix(prefix).and_then(|id| SessionId::parse(id).ok());
        let snapshot = named(SNAPSHOT).map(|id| (Self::Snapshot, id));
        snapshot.or_else(|| named(OUTBOX).map(|id| (Self::Outbox, id)))
    }
}
