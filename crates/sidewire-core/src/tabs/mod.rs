//! Which session belongs to which tab. Pure rules; the host feeds events and stores the map.
//!
//! A tab keeps its session through every navigation, discard and move. A fresh tab has none until one is bound.
//! [`Scope`] says how far one session reaches: its tab, its window, or all windows. Incognito windows are a world of
//! their own. What a later run of the browser needs to go on is the [record](TabMap::to_record).

mod event;
mod stored;

pub use event::{Scope, TabEvent, TabId, WindowId};
pub use stored::write_tab;

use crate::ids::SessionId;
use crate::map::Map;

/// One tab's entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tab {
    /// Its window, unknown until an event told it.
    pub window: Option<WindowId>,
    /// The session bound to the tab itself, whatever the scope.
    pub session: Option<SessionId>,
    /// Its address, at most 2048 bytes.
    pub url: Option<String>,
}

impl Tab {
    /// The host part of the address.
    pub fn domain(&self) -> Option<&str> {
        domain_of(self.url.as_deref()?)
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Window {
    active: Option<TabId>,
    session: Option<SessionId>,
    incognito: bool,
}

/// A page of an earlier run, or of a window that closes, with its session.
type Page = (String, SessionId);

/// The map from tabs to sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TabMap {
    scope: Scope,
    tabs: Map<TabId, Tab>,
    windows: Map<WindowId, Window>,
    /// The one session of [`Scope::Global`].
    shared: Option<SessionId>,
    shared_incognito: Option<SessionId>,
    /// The sessions used last outside of incognito, the newest first.
    recent: Vec<SessionId>,
    /// Pages of the run before, or of tabs that went unseen, that have not come back yet.
    returning: Vec<Page>,
    /// Pages of windows that closed while nothing new appeared: the browser may be ending.
    leaving: Vec<Page>,
}

const MAX_URL: usize = 2048;
const MAX_RECENT: usize = 8;
const MAX_PAGES: usize = 200;
/// More offers than that are a list, and there is one.
const MAX_OFFERS: usize = 3;

impl TabMap {
    /// Applies what happened; returns whether the map changed.
    pub fn apply(&mut self, event: TabEvent) -> bool {
        let before = self.clone();
        match event {
            TabEvent::Created { tab, window, url, incognito } => self.created(tab, window, url, incognito),
            TabEvent::Activated { tab, window } => self.activated(tab, window),
            TabEvent::Navigated { tab, url } => self.navigated(tab, url),
            TabEvent::Replaced { old, new } => self.replaced(old, new),
            TabEvent::Moved { tab, window } => self.moved(tab, window),
            TabEvent::Removed { tab, with_window } => self.removed(tab, with_window),
            TabEvent::WindowRemoved { window } => {
                self.windows.remove(&window);
                self.tabs.retain(|_, tab| tab.window != Some(window));
            }
            TabEvent::Bound { tab, session } => {
                self.leaving.clear();
                self.bind(tab, session);
            }
            TabEvent::Scoped(scope) => self.scope = scope,
            TabEvent::Listed(open) => self.listed(&open),
            TabEvent::Settled => self.returning.clear(),
            TabEvent::SignedOut => self.signed_out(),
        }
        *self != before
    }

    fn created(&mut self, tab: TabId, window: WindowId, url: Option<String>, incognito: bool) {
        self.leaving.clear();
        self.edit(tab, |entry| {
            entry.window = Some(window);
            entry.url = url.map(bounded).or(entry.url.take());
        });
        if let Some(window) = self.windows.get_or_default(window) {
            window.incognito = incognito;
        }
        self.bring_back(tab);
    }

    fn activated(&mut self, tab: TabId, window: WindowId) {
        self.edit(tab, |entry| entry.window = Some(window));
        if let Some(window) = self.windows.get_or_default(window) {
            window.active = Some(tab);
        }
        if let Some(session) = self.session(tab).cloned() {
            self.used(tab, session);
        }
    }

    fn navigated(&mut self, tab: TabId, url: Option<String>) {
        self.leaving.clear();
        // An address that we may not see is not the one from before either.
        if url.is_some() || self.tabs.contains_key(&tab) {
            self.edit(tab, |entry| entry.url = url.map(bounded));
        }
        self.bring_back(tab);
    }

    fn edit(&mut self, tab: TabId, change: impl FnOnce(&mut Tab)) {
        if let Some(entry) = self.tabs.get_or_default(tab) {
            change(entry);
        }
    }

    fn replaced(&mut self, old: TabId, new: TabId) {
        if old == new {
            return;
        }
        if let Some(entry) = self.tabs.remove(&old) {
            self.tabs.insert(new, entry);
        }
        for window in self.windows.values_mut().filter(|window| window.active == Some(old)) {
            window.active = Some(new);
        }
    }

    fn moved(&mut self, tab: TabId, to: WindowId) {
        let from = self.tabs.get(&tab).and_then(|entry| entry.window).filter(|from| *from != to);
        self.edit(tab, |entry| entry.window = Some(to));
        // The window it left tells its new active tab by an event of its own.
        if let Some(left) = from.and_then(|from| self.windows.get_mut(&from))
            && left.active == Some(tab)
        {
            left.active = None;
        }
    }

    fn removed(&mut self, tab: TabId, with_window: bool) {
        if with_window && let Some(page) = self.page(tab) {
            self.leaving.push(page);
        }
        self.tabs.remove(&tab);
        for window in self.windows.values_mut().filter(|window| window.active == Some(tab)) {
            window.active = None;
        }
    }

    fn bind(&mut self, tab: TabId, session: Option<SessionId>) {
        self.edit(tab, |entry| entry.session.clone_from(&session));
        if let Some(session) = session {
            return self.used(tab, session);
        }
        match self.scope {
            Scope::Tab => {}
            Scope::Window => {
                if let Some(window) = self.window_of(tab) {
                    window.session = None;
                }
            }
            Scope::Global => *self.shared_mut(tab) = None,
        }
    }

    /// A session is looked at or bound: it is its window's last one, and if it was bound the shared one too.
    fn used(&mut self, tab: TabId, session: SessionId) {
        *self.shared_mut(tab) = Some(session.clone());
        let incognito = self.is_incognito(tab);
        if let Some(window) = self.window_of(tab) {
            window.session = Some(session.clone());
        }
        if !incognito {
            self.recent.retain(|known| *known != session);
            self.recent.insert(0, session);
            self.recent.truncate(MAX_RECENT);
        }
    }

    fn window_of(&mut self, tab: TabId) -> Option<&mut Window> {
        let window = self.tabs.get(&tab)?.window?;
        self.windows.get_or_default(window)
    }

    fn is_incognito(&self, tab: TabId) -> bool {
        let window = self.tabs.get(&tab).and_then(|entry| entry.window);
        window.and_then(|window| self.windows.get(&window)).is_some_and(|window| window.incognito)
    }

    fn shared_mut(&mut self, tab: TabId) -> &mut Option<SessionId> {
        if self.is_incognito(tab) { &mut self.shared_incognito } else { &mut self.shared }
    }

    /// A tab without a session that shows a page that waits to come back gets that page's session, once.
    fn bring_back(&mut self, tab: TabId) {
        if self.returning.is_empty() || self.is_incognito(tab) || self.session(tab).is_some() {
            return;
        }
        let url = self.tabs.get(&tab).and_then(|entry| entry.url.as_deref());
        let Some(at) = self.returning.iter().position(|(page, _)| Some(page.as_str()) == url) else { return };
        let (_, session) = self.returning.remove(at);
        self.bind(tab, Some(session));
    }

    fn listed(&mut self, open: &[TabId]) {
        // A tab that was discarded unseen is there under another number.
        let gone: Vec<Page> = self
            .tabs
            .iter()
            .filter(|(tab, _)| !open.contains(tab))
            .filter_map(|(tab, _)| self.page(*tab))
            .collect();
        self.returning.extend(gone);
        self.returning.truncate(MAX_PAGES);
        self.tabs.retain(|tab, _| open.contains(tab));
        let shown = |window: WindowId| self.tabs.iter().any(|(_, tab)| tab.window == Some(window));
        self.windows.retain(|window, _| shown(*window));
        for window in self.windows.values_mut() {
            window.active = window.active.filter(|active| open.contains(active));
        }
    }

    fn signed_out(&mut self) {
        for entry in self.tabs.values_mut() {
            entry.session = None;
        }
        for window in self.windows.values_mut() {
            window.session = None;
        }
        self.shared = None;
        self.shared_incognito = None;
        self.recent.clear();
        self.returning.clear();
        self.leaving.clear();
    }

    fn page(&self, tab: TabId) -> Option<Page> {
        if self.is_incognito(tab) || self.leaving.len() >= MAX_PAGES {
            return None;
        }
        let url = self.tabs.get(&tab)?.url.clone()?;
        Some((url, self.session(tab)?.clone()))
    }

    /// How far a session reaches.
    pub fn scope(&self) -> Scope {
        self.scope
    }

    /// The active tab of a window.
    pub fn active_tab(&self, window: WindowId) -> Option<TabId> {
        self.windows.get(&window)?.active
    }

    /// The session of a tab, as the scope has it.
    pub fn session(&self, tab: TabId) -> Option<&SessionId> {
        let entry = self.tabs.get(&tab)?;
        match self.scope {
            Scope::Tab => entry.session.as_ref(),
            Scope::Window => self.windows.get(&entry.window?)?.session.as_ref(),
            Scope::Global if self.is_incognito(tab) => self.shared_incognito.as_ref(),
            Scope::Global => self.shared.as_ref(),
        }
    }

    /// The session of the active tab of a window.
    pub fn active_session(&self, window: WindowId) -> Option<&SessionId> {
        self.session(self.active_tab(window)?)
    }

    /// What a tab without a session may go on with: at most three, the window's last one first, then the newest. None
    /// that an open tab shows, none for an incognito window.
    pub fn offers(&self, window: WindowId) -> Vec<&SessionId> {
        let own = self.windows.get(&window);
        if own.is_some_and(|own| own.incognito) {
            return Vec::new();
        }
        let last = own.and_then(|own| own.session.as_ref());
        let mut offers: Vec<&SessionId> = Vec::new();
        for session in last.into_iter().chain(&self.recent) {
            let open = self.tabs.iter().any(|(tab, _)| self.session(*tab) == Some(session));
            if !open && !offers.contains(&session) && offers.len() < MAX_OFFERS {
                offers.push(session);
            }
        }
        offers
    }

    /// One tab's entry.
    pub fn tab(&self, tab: TabId) -> Option<&Tab> {
        self.tabs.get(&tab)
    }
}

fn bounded(url: String) -> String {
    if url.len() <= MAX_URL { url } else { crate::limits::cut(&url, MAX_URL) }
}

fn domain_of(url: &str) -> Option<&str> {
    let rest = url.split_once(':')?.1.strip_prefix("//")?;
    let end = rest.bytes().position(|byte| b"/?#".contains(&byte)).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    let host = authority.get(authority.bytes().rposition(|byte| byte == b'@').map_or(0, |at| at + 1)..)?;
    let end = if host.starts_with('[') { host.find(']').map(|at| at + 1) } else { host.find(':') };
    let host = end.map_or(Some(host), |end| host.get(..end))?;
    (!host.is_empty()).then_some(host)
}

#[cfg(test)]
mod restart_tests;
#[cfg(test)]
mod tests;
