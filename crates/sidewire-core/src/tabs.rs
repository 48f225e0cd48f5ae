//! Which session belongs to which tab. Pure rules; the host feeds events and stores the map.
//!
//! A tab has at most one session and keeps it through every navigation. A fresh tab has none until one is bound.

use crate::decimal;

use crate::ids::SessionId;
use crate::json::{self, Json};
use crate::map::Map;

/// The browser's number for a tab. Not stable: discarding a tab or restarting the browser changes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TabId(pub u32);

/// The browser's number for a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WindowId(pub u32);

/// What happened to a tab.
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
    /// A tab was dragged into another window.
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
    },
    /// A window was closed.
    WindowRemoved {
        /// The window.
        window: WindowId,
    },
    /// The user chose or began this session in this tab.
    Bound {
        /// The tab.
        tab: TabId,
        /// The session.
        session: SessionId,
    },
}

/// One tab's entry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tab {
    /// Its window, unknown until an event told it.
    pub window: Option<WindowId>,
    /// Its session.
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

/// The map from tabs to sessions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TabMap {
    tabs: Map<TabId, Tab>,
    active: Map<WindowId, TabId>,
}

const MAX_URL: usize = 2048;

impl TabMap {
    /// Applies what happened; returns whether the map changed.
    pub fn apply(&mut self, event: TabEvent) -> bool {
        let before = self.clone();
        match event {
            TabEvent::Created { tab, window, url } => self.created(tab, window, url),
            TabEvent::Activated { tab, window } => {
                self.edit(tab, |entry| entry.window = Some(window));
                self.active.insert(window, tab);
            }
            // An address that we may not see is not the one from before either.
            TabEvent::Navigated { tab, url } => {
                if url.is_some() || self.tabs.contains_key(&tab) {
                    self.edit(tab, |entry| entry.url = url.map(bounded));
                }
            }
            TabEvent::Replaced { old, new } => self.replaced(old, new),
            TabEvent::Moved { tab, window } => self.moved(tab, window),
            TabEvent::Removed { tab } => {
                self.tabs.remove(&tab);
                self.active.retain(|_, active| *active != tab);
            }
            TabEvent::WindowRemoved { window } => {
                self.active.remove(&window);
                self.tabs.retain(|_, tab| tab.window != Some(window));
            }
            TabEvent::Bound { tab, session } => self.edit(tab, |entry| entry.session = Some(session)),
        }
        *self != before
    }

    fn created(&mut self, tab: TabId, window: WindowId, url: Option<String>) {
        self.edit(tab, |entry| {
            entry.window = Some(window);
            entry.url = url.map(bounded).or(entry.url.take());
        });
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
        for active in self.active.values_mut().filter(|active| **active == old) {
            *active = new;
        }
    }

    fn moved(&mut self, tab: TabId, window: WindowId) {
        let from = self.tabs.get(&tab).and_then(|entry| entry.window);
        self.edit(tab, |entry| entry.window = Some(window));
        if from != Some(window) {
            // The window it left tells its new active tab by an event of its own.
            self.active.retain(|w, active| !(Some(*w) == from && *active == tab));
        }
    }

    /// The active tab of a window.
    pub fn active_tab(&self, window: WindowId) -> Option<TabId> {
        self.active.get(&window).copied()
    }

    /// The session of the active tab of a window.
    pub fn active_session(&self, window: WindowId) -> Option<&SessionId> {
        self.tabs.get(&self.active_tab(window)?)?.session.as_ref()
    }

    /// One tab's entry.
    pub fn tab(&self, tab: TabId) -> Option<&Tab> {
        self.tabs.get(&tab)
    }

    /// All entries, by number.
    pub fn tabs(&self) -> impl Iterator<Item = (TabId, &Tab)> {
        self.tabs.iter().map(|(id, tab)| (*id, tab))
    }

    /// The map as JSON, for the browser's session storage.
    pub fn to_json(&self) -> String {
        let mut out = String::from(r#"{"v":1,"tabs":["#);
        for (index, (id, tab)) in self.tabs.iter().enumerate() {
            out.push_str(if index > 0 { "," } else { "" });
            write_tab(&mut out, *id, tab);
        }
        out.push_str(r#"],"active":["#);
        for (index, (window, tab)) in self.active.iter().enumerate() {
            out.push_str(if index > 0 { ",[" } else { "[" });
            decimal::push(&mut out, u64::from(window.0));
            out.push(',');
            decimal::push(&mut out, u64::from(tab.0));
            out.push(']');
        }
        out.push_str("]}");
        out
    }

    /// Reads what [`Self::to_json`] wrote; `None` for another version or garbage, entries that make no sense are left out.
    pub fn from_json(text: &str) -> Option<Self> {
        let value = json::parse(text.as_bytes()).ok()?;
        if value.get("v").and_then(Json::as_integer) != Some(1) {
            return None;
        }
        let tabs = value.get("tabs")?.elements().filter_map(read_tab).collect();
        let active = value.get("active")?.elements().filter_map(read_active).collect();
        Some(Self { tabs, active })
    }
}

/// Appends one entry as JSON.
pub fn write_tab(out: &mut String, id: TabId, tab: &Tab) {
    let mut object = json::ObjectWriter::begin(out);
    object.number("tabId", Some(u64::from(id.0)));
    object.number("windowId", tab.window.map(|window| u64::from(window.0)));
    object.text("sessionId", tab.session.as_ref().map(SessionId::as_str));
    object.text("url", tab.url.as_deref());
    object.text("domain", tab.domain());
    object.end();
}

fn read_tab(entry: Json<'_>) -> Option<(TabId, Tab)> {
    let tab = Tab {
        window: number(entry.get("windowId")).map(WindowId),
        session: entry.get("sessionId").and_then(Json::as_str).and_then(|id| SessionId::parse(&id).ok()),
        url: entry.get("url").and_then(Json::as_str).map(|url| bounded(url.into_owned())),
    };
    Some((TabId(number(entry.get("tabId"))?), tab))
}

fn read_active(entry: Json<'_>) -> Option<(WindowId, TabId)> {
    let mut pair = entry.elements();
    let window = number(pair.next())?;
    let tab = number(pair.next())?;
    Some((WindowId(window), TabId(tab)))
}

fn number(value: Option<Json<'_>>) -> Option<u32> {
    value.and_then(Json::as_integer).and_then(|n| u32::try_from(n).ok())
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
mod tests {
    use super::*;

    const W1: WindowId = WindowId(1);
    const W2: WindowId = WindowId(2);

    fn session(id: &str) -> SessionId {
        SessionId::parse(id).unwrap()
    }

    fn map_with_two_tabs() -> TabMap {
        let mut map = TabMap::default();
        for tab in [10, 11] {
            map.apply(TabEvent::Created { tab: TabId(tab), window: W1, url: None });
            map.apply(TabEvent::Bound { tab: TabId(tab), session: session(&format!("s{tab}")) });
        }
        map.apply(TabEvent::Activated { tab: TabId(10), window: W1 });
        map
    }

    #[test]
    fn a_fresh_tab_has_no_session_until_one_is_bound() {
        let mut map = TabMap::default();
        map.apply(TabEvent::Created { tab: TabId(1), window: W1, url: None });
        map.apply(TabEvent::Activated { tab: TabId(1), window: W1 });
        assert_eq!(map.active_session(W1), None);

        assert!(map.apply(TabEvent::Bound { tab: TabId(1), session: session("a") }));
        assert_eq!(map.active_session(W1), Some(&session("a")));
    }

    #[test]
    fn switching_tabs_changes_the_active_session() {
        let mut map = map_with_two_tabs();
        assert_eq!(map.active_session(W1), Some(&session("s10")));

        map.apply(TabEvent::Activated { tab: TabId(11), window: W1 });
        assert_eq!(map.active_session(W1), Some(&session("s11")));
    }

    #[test]
    fn navigation_to_another_domain_keeps_the_session_and_updates_the_address() {
        let mut map = map_with_two_tabs();

        map.apply(TabEvent::Navigated { tab: TabId(10), url: Some("https://u@b.example:8443/x?y#z".into()) });

        assert_eq!(map.active_session(W1), Some(&session("s10")));
        assert_eq!(map.tab(TabId(10)).unwrap().domain(), Some("b.example"));
    }

    #[test]
    fn an_address_that_we_may_not_see_replaces_the_old_one() {
        let mut map = map_with_two_tabs();
        map.apply(TabEvent::Navigated { tab: TabId(10), url: Some("http://localhost/x".into()) });

        assert!(map.apply(TabEvent::Navigated { tab: TabId(10), url: None }));

        assert_eq!(map.tab(TabId(10)).unwrap().url, None);
        assert_eq!(map.active_session(W1), Some(&session("s10")));
    }

    #[test]
    fn a_discarded_tab_keeps_its_session_under_its_new_number() {
        let mut map = map_with_two_tabs();

        map.apply(TabEvent::Replaced { old: TabId(10), new: TabId(99) });

        assert_eq!(map.active_session(W1), Some(&session("s10")));
        assert_eq!(map.tab(TabId(10)), None);
    }

    #[test]
    fn a_closed_tab_is_forgotten_and_its_number_starts_afresh() {
        let mut map = map_with_two_tabs();
        map.apply(TabEvent::Removed { tab: TabId(10) });
        assert_eq!(map.active_session(W1), None);

        map.apply(TabEvent::Activated { tab: TabId(10), window: W1 });
        assert_eq!(map.active_session(W1), None);
    }

    #[test]
    fn a_tab_moved_to_another_window_takes_its_session_along() {
        let mut map = map_with_two_tabs();
        map.apply(TabEvent::Moved { tab: TabId(10), window: W2 });
        assert_eq!(map.active_session(W1), None);

        map.apply(TabEvent::Activated { tab: TabId(10), window: W2 });
        assert_eq!(map.active_session(W2), Some(&session("s10")));
    }

    #[test]
    fn a_closed_window_takes_its_tabs_along() {
        let mut map = map_with_two_tabs();
        map.apply(TabEvent::WindowRemoved { window: W1 });

        assert_eq!(map, TabMap::default());
    }

    #[test]
    fn the_map_survives_storage_and_garbage_starts_afresh() {
        let mut map = map_with_two_tabs();
        map.apply(TabEvent::Navigated { tab: TabId(10), url: Some("https://a.example/\"q\"".into()) });

        assert_eq!(TabMap::from_json(&map.to_json()), Some(map));
        for garbage in ["", "null", "{}", r#"{"v":2,"tabs":[],"active":[]}"#, r#"{"v":1}"#] {
            assert_eq!(TabMap::from_json(garbage), None, "{garbage}");
        }
        let odd = r#"{"v":1,"tabs":[{"tabId":"x"},{"tabId":5,"sessionId":"a b"}],"active":[[1],[2,5]]}"#;
        let map = TabMap::from_json(odd).unwrap();
        assert_eq!(map.tab(TabId(5)), Some(&Tab::default()));
        assert_eq!(map.active_tab(W2), Some(TabId(5)));
    }

    #[test]
    fn an_event_that_changes_nothing_says_so() {
        let mut map = map_with_two_tabs();

        assert!(!map.apply(TabEvent::Activated { tab: TabId(10), window: W1 }));
        assert!(!map.apply(TabEvent::Navigated { tab: TabId(10), url: None }));
        assert!(!map.apply(TabEvent::Removed { tab: TabId(77) }));
    }
}
