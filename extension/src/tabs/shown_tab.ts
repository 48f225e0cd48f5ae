/** The map from tabs to sessions as a panel reads it: only the worker writes it. */

import type { TabScope, TabSessions } from "sidewire";

/** The storage keys of the map (`TabSessions.toJSON()`, in `session`) and of its record (`toRecord()`, in `local`). */
export const TABS_KEY = "sidewire:tabs";

/** The map of incognito windows, in `session`. They have no record. */
export const INCOGNITO_TABS_KEY = "sidewire:tabs:incognito";

/** The tab in front of a window, with its session. */
export interface ShownTab {
  readonly tabId: number;
  readonly sessionId: string | null;
  readonly url: string | null;
  readonly domain: string | null;
  /** Sessions that a tab without one may go on with. */
  readonly offers: readonly string[];
  readonly scope: TabScope;
}

/** Makes a map of its JSON, or an empty one. */
export type RestoreTabs = (json?: string) => TabSessions;

/** What the browser itself has told this panel, which is sooner than the worker tells it. */
export interface InFront {
  readonly tabId: number;
  /** The number that the tab had before, when it was replaced. */
  readonly before: number | null;
}

/**
 * The tab in front of a window; `null` while nobody has told it. The rules of the map say which session that is, on a
 * copy: a switch of tabs is shown at once, whether the worker is awake or not.
 */
export function shownTab(
  restore: RestoreTabs,
  stored: unknown,
  windowId: number,
  inFront: InFront | null = null,
): ShownTab | null {
  const map = restoreStored(restore, stored);
  if (map === null) return null;
  if (inFront !== null) {
    if (inFront.before !== null) map.apply({ type: "replaced", oldTabId: inFront.before, newTabId: inFront.tabId });
    map.apply({ type: "activated", tabId: inFront.tabId, windowId });
  }
  const tabId = map.activeTab(windowId);
  const binding = tabId === null ? null : map.binding(tabId);
  const rest = { offers: map.offers(windowId), scope: map.scope() };
  map.free();
  if (tabId === null) return null;
  const { sessionId = null, url = null, domain = null } = binding ?? {};
  return { tabId, sessionId, url, domain, ...rest };
}

/** The stored map, or `null` when there is none that can be read. */
function restoreStored(restore: RestoreTabs, stored: unknown): TabSessions | null {
  if (typeof stored !== "string") return null;
  try {
    return restore(stored);
  } catch {
    return null;
  }
}
