//! What can happen to tabs.

use crate::ids::SessionId;

/// The browser's number for a tab. Not stable: discarding a tab or restarting the browser changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TabId(pub u32);

/// The browser's number for a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WindowId(pub u32);

/// How far one session reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Scope {
    /// Each tab has its own.
    #[default]
    Tab,
    /// The tabs of a window share one.
    Window,
    /// All windows share one; incognito windows share another.
    Global,
}

impl Scope {
    /// The scope's name in the map's stored form and in JavaScript.
    pub fn name(self) -> &'static str {
        match self {
            Self::Tab => "tab",
            Self::Window => "window",
            Self::Global => "global",
        }
    }

    /// The scope of a name.
    pub fn of_name(name: &str) -> Option<Self> {
        [Self::Tab, Self::Window, Self::Global].into_iter().find(|scope| scope.name() == name)
    }
}

/// What happened to a tab. Putting a tab into a group is no event: it changes nothing here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TabEvent {
    /// A tab appeared. Its address is known only with the permission for it.
    Created {
        /// The tab.
        tab: TabId,
        /// Its window.
        window: WindowId,
        /// Its address.
        url: Option<String>,
        /// Whether its window is an incognito one.
        incognito: bool,
    },
    /// A tab became the active one of its window.
    Activated {
        /// The tab.
        tab: TabId,
        /// Its window.
        window: WindowId,
    },
    /// A tab shows another address, of this domain or another.
    Navigated {
        /// The tab.
        tab: TabId,
        /// The new address; `None` when we may not see it.
        url: Option<String>,
    },
    /// The browser gave a tab another number, as when it is discarded.
    Replaced {
        /// The number until now.
        old: TabId,
        /// The number from now on.
        new: TabId,
    },
    /// A tab went to another window, alone or with its group.
    Moved {
        /// The tab.
        tab: TabId,
        /// The window it is in now.
        window: WindowId,
    },
    /// A tab was closed.
    Removed {
        /// The tab.
        tab: TabId,
        /// It went because its window did, as when the browser ends.
        with_window: bool,
    },
    /// A window was closed.
    WindowRemoved {
        /// The window.
        window: WindowId,
    },
    /// The user chose or began this session in this tab; `None`: a new chat.
    Bound {
        /// The tab.
        tab: TabId,
        /// The session.
        session: Option<SessionId>,
    },
    /// How far a session reaches from now on.
    Scoped(Scope),
    /// These tabs are open, and no others: whatever else is known has gone unseen.
    Listed(Vec<TabId>),
    /// The browser has brought back what it will bring back from its last run.
    Settled,
    /// The user signed out: no session belongs to anything any more.
    SignedOut,
}
