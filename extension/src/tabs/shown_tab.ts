/** The map from tabs to sessions as a panel reads it: only the worker writes it. */

import type { TabSessions } from "sidewire";

/** The storage key of the map (`TabSessions.toJSON()`), in `session`. */
export const TABS_KEY = "sidewire:tabs";

/** The tab in front of a window, with its session. */
export interface ShownTab {
  readonly tabId: number;
  readonly sessionId: string | null;
  readonly url: string | null;
  readonly domain: string | null;
}

/** Makes a map of its JSON, or an empty one. */
export type RestoreTabs = (json?: string) => TabSessions;

/** The tab in front of a window; `null` while the worker has not told it. */
export function shownTab(restore: RestoreTabs, stored: unknown, windowId: number): ShownTab | null {
  const map = restoreStored(restore, stored);
  if (map === null) return null;
  const tabId = map.activeTab(windowId);
  const binding = tabId === null ? null : map.binding(tabId);
  map.free();
  if (tabId === null) return null;
  return {
    tabId,
    sessionId: binding?.sessionId ?? null,
    url: binding?.url ?? null,
    domain: binding?.domain ?? null,
  };
}

/** The stored map, or `null` when there is none that can be read. */
export function restoreStored(restore: RestoreTabs, stored: unknown): TabSessions | null {
  if (typeof stored !== "string") return null;
  try {
    return restore(stored);
  } catch {
    return null;
  }
}
