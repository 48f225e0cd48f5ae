//! The map from tabs to sessions as JavaScript holds it.
#![expect(clippy::needless_pass_by_value, reason = "wasm-bindgen hands optional strings over by value")]

use std::cell::RefCell;

use sidewire_core::SessionId;
use sidewire_core::tabs::{TabEvent, TabId, TabMap, WindowId, write_tab};
use wasm_bindgen::prelude::*;

use crate::driver::coded_error;

/// The rules of `sidewire_core::tabs`. The package's `createTabSessions` wraps it.
#[wasm_bindgen]
#[derive(Default)]
pub struct RawTabs(RefCell<TabMap>);

#[wasm_bindgen]
impl RawTabs {
    /// A map from its stored form, or an empty one for none, another version or garbage.
    #[wasm_bindgen(constructor)]
    pub fn new(stored: Option<String>) -> Self {
        Self(RefCell::new(stored.as_deref().and_then(TabMap::from_json).unwrap_or_default()))
    }

    /// A tab appeared.
    pub fn created(&self, tab: u32, window: u32, url: Option<String>) -> bool {
        self.apply(TabEvent::Created { tab: TabId(tab), window: WindowId(window), url })
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

    /// A tab was closed.
    pub fn removed(&self, tab: u32) -> bool {
        self.apply(TabEvent::Removed { tab: TabId(tab) })
    }

    /// A window was closed.
    #[wasm_bindgen(js_name = windowRemoved)]
    pub fn window_removed(&self, window: u32) -> bool {
        self.apply(TabEvent::WindowRemoved { window: WindowId(window) })
    }

    /// A session was chosen for a tab. Throws `bad_session_id`.
    pub fn bound(&self, tab: u32, session: &str) -> Result<bool, JsValue> {
        let session =
            SessionId::parse(session).map_err(|error| coded_error("bad_session_id", error.as_str()))?;
        Ok(self.apply(TabEvent::Bound { tab: TabId(tab), session }))
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

    /// One tab's entry as JSON text.
    #[wasm_bindgen(js_name = bindingJson)]
    pub fn binding_json(&self, tab: u32) -> Option<String> {
        let map = self.0.borrow();
        let entry = map.tab(TabId(tab))?;
        let mut out = String::new();
        write_tab(&mut out, TabId(tab), entry);
        Some(out)
    }

    /// The whole map as JSON text.
    #[wasm_bindgen(js_name = toJSON)]
    pub fn to_json(&self) -> String {
        self.0.borrow().to_json()
    }

    fn apply(&self, event: TabEvent) -> bool {
        self.0.borrow_mut().apply(event)
    }
}
