import { guarded } from "./errors.js";
import { RawTabs, requireReady } from "./module.js";
import type { TabBinding, TabEvent, TabInfo, TabScope, TabSessions } from "../types/index.js";

/**
 * A map from tabs to sessions. Feed it what happens to tabs; keep `toJSON()` in `chrome.storage.session`, which lasts as
 * long as the browser runs, and `toRecord()` where it outlives the browser.
 *
 * @param stored What an earlier `toJSON()` gave. Another version or garbage counts as none.
 * @param record What `toRecord()` gave, read when there is no stored map: the browser was started again, and the tabs
 *   that it brings back get their sessions by their addresses.
 */
export function createTabSessions(stored?: string | null, record?: string | null): TabSessions {
  requireReady();
  const raw = new RawTabs(stored ?? undefined, record ?? undefined);
  return {
    apply: (event) => guarded(() => apply(raw, event)),
    session: (tabId) => raw.session(tabId) ?? null,
    activeSession: (windowId) => raw.activeSession(windowId) ?? null,
    activeTab: (windowId) => raw.activeTab(windowId) ?? null,
    offers: (windowId) => raw.offers(windowId),
    scope: () => raw.scope() as TabScope,
    binding: (tabId) => {
      const json = raw.bindingJson(tabId);
      return json === undefined ? null : (JSON.parse(json) as TabBinding);
    },
    toJSON: () => raw.toJSON(),
    toRecord: () => raw.toRecord(),
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
      return created(raw, event.tab);
    case "activated":
      return valid(event.tabId, event.windowId) && raw.activated(event.tabId, event.windowId);
    case "navigated":
      return valid(event.tabId) && raw.navigated(event.tabId, event.url ?? undefined);
    case "replaced":
      return valid(event.oldTabId, event.newTabId) && raw.replaced(event.oldTabId, event.newTabId);
    case "moved":
      return valid(event.tabId, event.windowId) && raw.moved(event.tabId, event.windowId);
    case "removed":
      return valid(event.tabId) && raw.removed(event.tabId, event.isWindowClosing ?? false);
    case "windowRemoved":
      return valid(event.windowId) && raw.windowRemoved(event.windowId);
    case "bound":
      return valid(event.tabId) && raw.bound(event.tabId, event.sessionId ?? undefined);
    case "scoped":
      return raw.scoped(event.scope);
    case "listed":
      return listed(raw, event.tabs);
    case "settled":
      return raw.settled();
    case "signedOut":
      return raw.signedOut();
    default: {
      const never: never = event;
      return never;
    }
  }
}

function created(raw: RawTabs, { tabId, windowId, url, incognito = false }: TabInfo): boolean {
  return valid(tabId, windowId) && raw.created(tabId, windowId, url, incognito);
}

function listed(raw: RawTabs, tabs: readonly TabInfo[]): boolean {
  const open = tabs.filter(({ tabId, windowId }) => valid(tabId, windowId));
  let hasChanged = raw.listed(Uint32Array.from(open, ({ tabId }) => tabId));
  for (const tab of open) {
    hasChanged = created(raw, tab) || hasChanged;
    if (tab.active === true) hasChanged = raw.activated(tab.tabId, tab.windowId) || hasChanged;
  }
  return hasChanged;
}
