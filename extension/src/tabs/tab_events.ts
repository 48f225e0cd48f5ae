/** From what the browser tells about tabs to what the map takes. Every shape is a part of the browser's own. */

import type { TabEvent, TabInfo } from "sidewire";

/** A tab as the browser describes it. Addresses are missing without the permission for them. */
export interface BrowserTab {
  readonly id?: number | undefined;
  readonly windowId: number;
  readonly active: boolean;
  readonly incognito: boolean;
  readonly url?: string | undefined;
  /** Where a tab that has just been opened is going to. */
  readonly pendingUrl?: string | undefined;
}

/** What `tabs.onUpdated` says has changed. */
export interface BrowserTabChange {
  readonly status?: string | undefined;
  readonly url?: string | undefined;
}

/** A tab as the map takes it, or `null` for one without a number (devtools). */
export function tabInfo(tab: BrowserTab): TabInfo | null {
  if (tab.id === undefined) return null;
  const url = tab.url || tab.pendingUrl;
  return {
    tabId: tab.id,
    windowId: tab.windowId,
    incognito: tab.incognito,
    active: tab.active,
    ...(url === undefined || url === "" ? {} : { url }),
  };
}

/**
 * The navigation in an update, or `null` when it is none: a group, a title, an icon, a sound changes nothing. A reload
 * says `loading` without an address, and a page that may not be seen has none on the tab either.
 */
export function updateEvent(tabId: number, change: BrowserTabChange, tab: BrowserTab): TabEvent | null {
  if (change.status !== "loading" && change.url === undefined) return null;
  return { type: "navigated", tabId, url: change.url ?? tabInfo(tab)?.url ?? null };
}
