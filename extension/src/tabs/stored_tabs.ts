/** The value under `sidewire:tabs`: the map itself for the worker, and what each window shows for the panels. */

import type { TabSessions } from "sidewire";
import { isSessionId, isTabId } from "../messages";

/** The storage key of the map from tabs to sessions, in `session`. */
export const TABS_KEY = "sidewire:tabs";

/** The tab in front of a window, with its session. */
export interface ShownTab {
  readonly tabId: number;
  readonly sessionId: string | null;
  readonly url: string | null;
  readonly domain: string | null;
}

/** The map as it is stored. */
export interface StoredTabs {
  readonly v: 1;
  /** `TabSessions.toJSON()`, read by the worker only. */
  readonly map: string;
  /** The active tab of each window, by window id. */
  readonly windows: Readonly<Record<string, ShownTab>>;
}

/** Reads the stored value; anything unknown or malformed gives `null`. */
export function parseStoredTabs(value: unknown): StoredTabs | null {
  if (!isRecord(value) || value["v"] !== 1 || typeof value["map"] !== "string") return null;
  if (!isRecord(value["windows"])) return null;

  const windows: Record<string, ShownTab> = {};
  for (const [windowId, entry] of Object.entries(value["windows"])) {
    const shown = parseShownTab(entry);
    if (shown !== null) windows[windowId] = shown;
  }
  return { v: 1, map: value["map"], windows };
}

/** What a window shows, or `null` while it is not known. */
export function shownTab(stored: StoredTabs | null, windowId: number): ShownTab | null {
  return stored?.windows[String(windowId)] ?? null;
}

/** The value to store for a map and the windows that are open. */
export function storedTabs(map: TabSessions, windowIds: Iterable<number>): StoredTabs {
  const windows: Record<string, ShownTab> = {};
  for (const windowId of windowIds) {
    const tabId = map.activeTab(windowId);
    if (tabId === null) continue;
    const binding = map.binding(tabId);
    windows[String(windowId)] = {
      tabId,
      sessionId: binding?.sessionId ?? null,
      url: binding?.url ?? null,
      domain: binding?.domain ?? null,
    };
  }
  return { v: 1, map: map.toJSON(), windows };
}

function parseShownTab(value: unknown): ShownTab | null {
  if (!isRecord(value)) return null;
  const { tabId, sessionId, url, domain } = value;
  if (!isTabId(tabId)) return null;
  return {
    tabId,
    sessionId: isSessionId(sessionId) ? sessionId : null,
    url: typeof url === "string" ? url : null,
    domain: typeof domain === "string" ? domain : null,
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}
