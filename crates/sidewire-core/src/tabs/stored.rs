//! The map as text: whole, for this run of the browser, and as the record that the next run goes on from.

use super::{Page, Scope, Tab, TabId, TabMap, Window, WindowId, bounded};
use crate::decimal;
use crate::ids::SessionId;
use crate::json::{self, Json};

const MAP_VERSION: u64 = 2;
const RECORD_VERSION: u64 = 1;

impl TabMap {
    /// The map as JSON, for the browser's session storage. What waits to come back is left out: it belongs to the life
    /// of the host that read the record.
    pub fn to_json(&self) -> String {
        let mut out = head(MAP_VERSION, self.scope);
        out.push_str(r#","tabs":["#);
        list(&mut out, self.tabs.iter(), |out, (id, tab)| write_tab(out, *id, tab, tab.session.as_ref()));
        out.push_str(r#"],"windows":["#);
        list(&mut out, self.windows.iter(), |out, (id, window)| write_window(out, *id, window));
        out.push_str(r#"],"shared":["#);
        list(&mut out, [&self.shared, &self.shared_incognito], |out, id| write_id(out, id.as_ref()));
        out.push_str(r#"],"recent":["#);
        list(&mut out, &self.recent, |out, id| write_id(out, Some(id)));
        out.push_str("]}");
        out
    }

    /// Reads what [`Self::to_json`] wrote; `None` for another version or garbage, entries that make no sense are left out.
    pub fn from_json(text: &str) -> Option<Self> {
        let value = json::parse(text.as_bytes()).ok()?;
        let scope = read_head(value, MAP_VERSION)?;
        let mut shared = value.get("shared")?.elements();
        Some(Self {
            scope,
            tabs: value.get("tabs")?.elements().filter_map(read_tab).collect(),
            windows: value.get("windows")?.elements().filter_map(read_window).collect(),
            shared: read_id(shared.next()),
            shared_incognito: read_id(shared.next()),
            recent: value.get("recent")?.elements().filter_map(|id| read_id(Some(id))).collect(),
            ..Self::default()
        })
    }

    /// What a later run of the browser needs to go on: pages with their sessions, the sessions used last. Nothing of
    /// incognito windows. Pages of a window that closes are in it until something new appears, pages of the run before
    /// until the browser has settled.
    pub fn to_record(&self) -> String {
        let mut out = head(RECORD_VERSION, self.scope);
        out.push_str(r#","shared":"#);
        write_id(&mut out, self.shared.as_ref());
        out.push_str(r#","recent":["#);
        list(&mut out, &self.recent, |out, id| write_id(out, Some(id)));
        out.push_str(r#"],"pages":["#);
        let open = self.tabs.iter().filter_map(|(id, _)| self.page(*id));
        let away = self.leaving.iter().chain(&self.returning).cloned();
        list(&mut out, open.chain(away).take(super::MAX_PAGES), |out, (url, session)| {
            out.push('[');
            json::write_str(out, &url);
            out.push(',');
            write_id(out, Some(&session));
            out.push(']');
        });
        out.push_str("]}");
        out
    }

    /// The map that a new run of the browser begins with. Garbage or another version is an empty one.
    pub fn from_record(text: &str) -> Self {
        read_record(text).unwrap_or_default()
    }
}

/// Appends one tab's entry as JSON.
pub fn write_tab(out: &mut String, id: TabId, tab: &Tab, session: Option<&SessionId>) {
    let mut object = json::ObjectWriter::begin(out);
    object.number("tabId", Some(u64::from(id.0)));
    object.number("windowId", tab.window.map(|window| u64::from(window.0)));
    object.text("sessionId", session.map(SessionId::as_str));
    object.text("url", tab.url.as_deref());
    object.text("domain", tab.domain());
    object.end();
}

fn head(version: u64, scope: Scope) -> String {
    let mut out = String::from(r#"{"v":"#);
    decimal::push(&mut out, version);
    out.push_str(r#","scope":""#);
    out.push_str(scope.name());
    out.push('"');
    out
}

fn list<T>(out: &mut String, items: impl IntoIterator<Item = T>, mut write: impl FnMut(&mut String, T)) {
    for (index, item) in items.into_iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        write(out, item);
    }
}

fn write_window(out: &mut String, id: WindowId, window: &Window) {
    out.push('[');
    decimal::push(out, u64::from(id.0));
    out.push(',');
    match window.active {
        Some(tab) => decimal::push(out, u64::from(tab.0)),
        None => out.push_str("null"),
    }
    out.push(',');
    write_id(out, window.session.as_ref());
    out.push_str(if window.incognito { ",1]" } else { ",0]" });
}

fn write_id(out: &mut String, id: Option<&SessionId>) {
    match id {
        Some(id) => json::write_str(out, id.as_str()),
        None => out.push_str("null"),
    }
}

fn read_record(text: &str) -> Option<TabMap> {
    let value = json::parse(text.as_bytes()).ok()?;
    Some(TabMap {
        scope: read_head(value, RECORD_VERSION)?,
        shared: read_id(value.get("shared")),
        recent: value.get("recent")?.elements().filter_map(|id| read_id(Some(id))).collect(),
        returning: value.get("pages")?.elements().take(super::MAX_PAGES).filter_map(read_page).collect(),
        ..TabMap::default()
    })
}

fn read_head(value: Json<'_>, version: u64) -> Option<Scope> {
    if value.get("v").and_then(Json::as_integer) != Some(version) {
        return None;
    }
    Scope::of_name(&value.get("scope").and_then(Json::as_str)?)
}

fn read_tab(entry: Json<'_>) -> Option<(TabId, Tab)> {
    let tab = Tab {
        window: number(entry.get("windowId")).map(WindowId),
        session: read_id(entry.get("sessionId")),
        url: entry.get("url").and_then(Json::as_str).map(|url| bounded(url.into_owned())),
    };
    Some((TabId(number(entry.get("tabId"))?), tab))
}

fn read_window(entry: Json<'_>) -> Option<(WindowId, Window)> {
    let mut parts = entry.elements();
    let id = WindowId(number(parts.next())?);
    let window = Window {
        active: number(parts.next()).map(TabId),
        session: read_id(parts.next()),
        incognito: number(parts.next()) == Some(1),
    };
    Some((id, window))
}

fn read_page(entry: Json<'_>) -> Option<Page> {
    let mut pair = entry.elements();
    let url = pair.next().and_then(Json::as_str)?;
    Some((bounded(url.into_owned()), read_id(pair.next())?))
}

fn read_id(value: Option<Json<'_>>) -> Option<SessionId> {
    SessionId::parse(&value.and_then(Json::as_str)?).ok()
}

fn number(value: Option<Json<'_>>) -> Option<u32> {
    value.and_then(Json::as_integer).and_then(|n| u32::try_from(n).ok())
}
