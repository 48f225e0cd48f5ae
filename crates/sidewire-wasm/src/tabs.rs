//! The map from tabs to sessions as JavaScript holds it.
#![expect(clippy::needless_pass_by_value, reason = "wasm-bindgen hands optional strings over by value")]

use std::cell::RefCell;

use sidewire_core::SessionId;
use sidewire_core::tabs::{Scope, TabEvent, TabId, TabMap, WindowId, write_tab};
use wasm_bindgen::prelude::*;

use crate::driver::coded_error;

/// The rules of `sidewire_core::tabs`. The package's `createTabSessions` wraps it.
#[wasm_bindgen]
#[derive(Default)]
pub struct RawTabs(RefCell<TabMap>);

#[wasm_bindgen]
impl RawTabs {
    /// A map from its stored form; for none, another version or garbage, one that goes on from the record of an earlier
    /// run of the browser.
    #[wasm_bindgen(constructor)]
    pub fn new(stored: Option<String>, record: Option<String>) -> Self {
        let stored = stored.as_deref().and_then(TabMap::from_json);
        Self(RefCell::new(stored.unwrap_or_else(|| TabMap::from_record(&record.unwrap_or_default()))))
    }

    /// A tab appeared.
    pub fn created(&self, tab: u32, window: u32, url: Option<String>, incognito: bool) -> bool {
        self.apply(TabEvent::Created { tab: TabId(tab), window: WindowId(window), url, incognito })
    }

    /// A tab became the active one of its window.
    pub fn activated(&self, tab: u32, window: u32) -> bool {
        self.apply(TabEvent::Activated { tab: TabId(tab), window: WindowId(window) })
    }

    /// A tab shows another address.
    pub fn navigated(&self, tab: u32, url: Option<String>) -> bool {
        self.apply(TabEvent::Navigated { tab: TabId(tab), url })
    }

    /// A tab got another number.
    pub fn replaced(&self, old: u32, new: u32) -> bool {
        self.apply(TabEvent::Replaced { old: TabId(old), new: TabId(new) })
    }

    /// A tab went to another window.
    pub fn moved(&self, tab: u32, window: u32) -> bool {
        self.apply(TabEvent::Moved { tab: TabId(tab), window: WindowId(window) })
    }

    /// A tab was closed, alone or with its window.
    pub fn removed(&self, tab: u32, with_window: bool) -> bool {
        self.apply(TabEvent::Removed { tab: TabId(tab), with_window })
    }

    /// A window was closed.
    #[wasm_bindgen(js_name = windowRemoved)]
    pub fn window_removed(&self, window: u32) -> bool {
        self.apply(TabEvent::WindowRemoved { window: WindowId(window) })
    }

    /// A session was chosen for a tab, or none. Throws `bad_session_id`.
    pub fn bound(&self, tab: u32, session: Option<String>) -> Result<bool, JsValue> {
        let session = session
            .map(|id| SessionId::parse(&id).map_err(|error| coded_error("bad_session_id", error.as_str())))
            .transpose()?;
        Ok(self.apply(TabEvent::Bound { tab: TabId(tab), session }))
    }

    /// How far a session reaches from now on; a name that is none changes nothing.
    pub fn scoped(&self, scope: &str) -> bool {
        Scope::of_name(scope).is_some_and(|scope| self.apply(TabEvent::Scoped(scope)))
    }

    /// These tabs are open, and no others.
    pub fn listed(&self, open: Vec<u32>) -> bool {
        self.apply(TabEvent::Listed(open.into_iter().map(TabId).collect()))
    }

    /// The browser has brought back what it will bring back.
    pub fn settled(&self) -> bool {
        self.apply(TabEvent::Settled)
    }

    /// The user signed out.
    #[wasm_bindgen(js_name = signedOut)]
    pub fn signed_out(&self) -> bool {
        self.apply(TabEvent::SignedOut)
    }

    /// The session of a tab.
    pub fn session(&self, tab: u32) -> Option<String> {
        self.0.borrow().session(TabId(tab)).map(|id| id.as_str().to_owned())
    }

    /// The session of the active tab of a window.
    #[wasm_bindgen(js_name = activeSession)]
    pub fn active_session(&self, window: u32) -> Option<String> {
        self.0.borrow().active_session(WindowId(window)).map(|id| id.as_str().to_owned())
    }

    /// The active tab of a window.
    #[wasm_bindgen(js_name = activeTab)]
    pub fn active_tab(&self, window: u32) -> Option<u32> {
        self.0.borrow().active_tab(WindowId(window)).map(|tab| tab.0)
    }

    /// The sessions that a tab without one may go on with.
    pub fn offers(&self, window: u32) -> Vec<String> {
        self.0.borrow().offers(WindowId(window)).into_iter().map(|id| id.as_str().to_owned()).collect()
    }

    /// How far a session reaches.
    pub fn scope(&self) -> String {
        self.0.borrow().scope().name().to_owned()
    }

    /// One tab's entry as JSON text.
    #[wasm_bindgen(js_name = bindingJson)]
    pub fn binding_json(&self, tab: u32) -> Option<String> {
        let map = self.0.borrow();
        let id = TabId(tab);
        let mut out = String::new();
        write_tab(&mut out, id, map.tab(id)?, map.session(id));
        Some(out)
    }

    /// The whole map as JSON text.
    #[wasm_bindgen(js_name = toJSON)]
    pub fn to_json(&self) -> String {
        self.0.borrow().to_json()
    }

    /// What a later run of the browser needs, as JSON text.
    #[wasm_bindgen(js_name = toRecord)]
    pub fn to_record(&self) -> String {
        self.0.borrow().to_record()
    }

    fn apply(&self, event: TabEvent) -> bool {
        self.0.borrow_mut().apply(event)
    }
}
