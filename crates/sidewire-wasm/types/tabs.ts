/** The map from tabs to sessions. */

/** How far one session reaches: each tab has its own, the tabs of a window share one, or all windows do. */
export type TabScope = "tab" | "window" | "global";

/** A tab as the map from tabs to sessions needs it. `chrome.tabs.Tab` has all of it, the number as `id`. */
export interface TabInfo {
  readonly tabId: number;
  readonly windowId: number;
  /** Present only with the `tabs` permission. */
  readonly url?: string;
  /** Whether its window is an incognito one: such tabs share nothing with the others. Default false. */
  readonly incognito?: boolean;
  /** Whether it is the active tab of its window. Read in `listed` only. Default false. */
  readonly active?: boolean;
}

/** What happened to a tab. Grouping is no event: it changes nothing. */
export type TabEvent =
  | { readonly type: "created"; readonly tab: TabInfo }
  | { readonly type: "activated"; readonly tabId: number; readonly windowId: number }
  /** `url` is `null` when it may not be seen. */
  | { readonly type: "navigated"; readonly tabId: number; readonly url: string | null }
  /** The browser gave the tab another number, as when it is discarded. */
  | { readonly type: "replaced"; readonly oldTabId: number; readonly newTabId: number }
  | { readonly type: "moved"; readonly tabId: number; readonly windowId: number }
  /** `isWindowClosing` as `chrome.tabs.onRemoved` tells it. Default false. */
  | { readonly type: "removed"; readonly tabId: number; readonly isWindowClosing?: boolean }
  | { readonly type: "windowRemoved"; readonly windowId: number }
  /** The user chose or began a session in this tab; `null`: a new chat. */
  | { readonly type: "bound"; readonly tabId: number; readonly sessionId: string | null }
  | { readonly type: "scoped"; readonly scope: TabScope }
  /** All tabs that are open: what is missing is added, what is gone is forgotten. Feed it when the host starts. */
  | { readonly type: "listed"; readonly tabs: readonly TabInfo[] }
  /** The browser has brought back what it will bring back from its last run: from now on fresh tabs are fresh. */
  | { readonly type: "settled" }
  /** No session belongs to anything any more. */
  | { readonly type: "signedOut" };

/** One tab's entry in the map. */
export interface TabBinding {
  readonly tabId: number;
  readonly windowId: number | null;
  /** As the scope has it. */
  readonly sessionId: string | null;
  readonly url: string | null;
  readonly domain: string | null;
}

/** The map from tabs to sessions. Rules in Rust; the host feeds it events and stores `toJSON()`. */
export interface TabSessions {
  /** Applies what happened; returns whether the map changed. Throws `bad_session_id`. */
  apply(event: TabEvent): boolean;
  /** The session of a tab as the scope has it, or `null`. */
  session(tabId: number): string | null;
  /** The session of the active tab of a window, or `null`. */
  activeSession(windowId: number): string | null;
  /** The active tab of a window, or `null`. */
  activeTab(windowId: number): number | null;
  /**
   * What a tab without a session may go on with: at most three, the window's last session first, then the newest. None
   * that an open tab shows, none for an incognito window. After a restart: those of the run before.
   */
  offers(windowId: number): readonly string[];
  /** How far a session reaches. */
  scope(): TabScope;
  /** One tab's entry, or `null`. */
  binding(tabId: number): TabBinding | null;
  /** The whole map, for `chrome.storage.session`. */
  toJSON(): string;
  /** What a later run of the browser needs: pages with their sessions. Nothing of incognito windows. */
  toRecord(): string;
  free(): void;
}
