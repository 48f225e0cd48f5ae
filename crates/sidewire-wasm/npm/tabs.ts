import { guarded } from "./errors.js";
import { RawTabs, requireReady } from "./module.js";
import type { TabBinding, TabEvent, TabSessions } from "../types/index.js";

/**
 * A map from tabs to sessions. Feed it what happens to tabs; keep `toJSON()` in `chrome.storage.session`.
 *
 * @param stored What an earlier `toJSON()` gave. Another version or garbage starts an empty map.
 */
export function createTabSessions(stored?: string): TabSessions {
  requireReady();
  const raw = new RawTabs(stored);
  return {
    apply: (event) => guarded(() => apply(raw, event)),
    activeSession: (windowId) => raw.activeSession(windowId) ?? null,
    activeTab: (windowId) => raw.activeTab(windowId) ?? null,
    binding: (tabId) => {
      const json = raw.bindingJson(tabId);
      return json === undefined ? null : (JSON.parse(json) as TabBinding);
    },
    toJSON: () => raw.toJSON(),
    free: () => {
      raw.free();
    },
  };
}

/** Chrome uses −1 for "none"; such an event tells nothing. */
function valid(...ids: readonly number[]): boolean {
  return ids.every((id) => Number.isInteger(id) && id >= 0);
}

function apply(raw: RawTabs, event: TabEvent): boolean {
  switch (event.type) {
    case "created":
      return valid(event.tab.tabId, event.tab.windowId) && raw.created(event.tab.tabId, event.tab.windowId, event.tab.url);
    case "activated":
      return valid(event.tabId, event.windowId) && raw.activated(event.tabId, event.windowId);
    case "navigated":
      return valid(event.tabId) && raw.navigated(event.tabId, event.url);
    case "replaced":
      return valid(event.oldTabId, event.newTabId) && raw.replaced(event.oldTabId, event.newTabId);
    case "moved":
      return valid(event.tabId, event.windowId) && raw.moved(event.tabId, event.windowId);
    case "removed":
      return valid(event.tabId) && raw.removed(event.tabId);
    case "windowRemoved":
      return valid(event.windowId) && raw.windowRemoved(event.windowId);
    case "bound":
      return valid(event.tabId) && raw.bound(event.tabId, event.sessionId);
    default: {
      const never: never = event;
      return never;
    }
  }
}
