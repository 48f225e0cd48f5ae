/** The map from tabs to sessions. */

/** A tab as the map from tabs to sessions needs it. */
export interface TabInfo {
  readonly tabId: number;
  readonly windowId: number;
  /** Present only with the `tabs` permission. */
  readonly url?: string;
}

/** What happened to a tab. */
export type TabEvent =
  | { readonly type: "created"; readonly tab: TabInfo }
  | { readonly type: "activated"; readonly tabId: number; readonly windowId: number }
  | { readonly type: "navigated"; readonly tabId: number; readonly url: string | null }
  | { readonly type: "replaced"; readonly oldTabId: number; readonly newTabId: number }
  | { readonly type: "moved"; readonly tabId: number; readonly windowId: number }
  | { readonly type: "removed"; readonly tabId: number }
  | { readonly type: "windowRemoved"; readonly windowId: number }
  | { readonly type: "bound"; readonly tabId: number; readonly sessionId: string };

/** One tab's entry in the map. */
export interface TabBinding {
  readonly tabId: number;
  readonly windowId: number;
  readonly sessionId: string | null;
  readonly url: string | null;
  readonly domain: string | null;
}

/** The map from tabs to sessions. Rules in Rust; the host feeds it events and stores `toJSON()`. */
export interface TabSessions {
  /** Applies what happened; returns whether the map changed. */
  apply(event: TabEvent): boolean;
  /** The session of the active tab of a window, or `null`. */
  activeSession(windowId: number): string | null;
  /** The active tab of a window, or `null`. */
  activeTab(windowId: number): number | null;
  /** One tab's entry, or `null`. */
  binding(tabId: number): TabBinding | null;
  /** The whole map, for `chrome.storage.session`. */
  toJSON(): string;
  free(): void;
}
