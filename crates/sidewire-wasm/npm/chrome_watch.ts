import { chromeApi, readKey, watchKey } from "./chrome_api.js";
import { tabsKey, type TabsMessage } from "./chrome_tabs.js";
import { createTabSessions } from "./tabs.js";
import type { TabScope } from "../types/index.js";

/** The tab in front of a window, with its session. Frozen. */
export interface ShownTab {
  readonly tabId: number;
  /** `null`: the tab has no session yet. */
  readonly sessionId: string | null;
  /** Known only with the permission `tabs`. */
  readonly url: string | null;
  readonly domain: string | null;
  /** Sessions that a tab without one may go on with, such as the window's last one. At most three. */
  readonly offers: readonly string[];
  readonly scope: TabScope;
}

/** Settings of {@link watchTabs}. */
export interface WatchTabsOptions {
  /** Whose tabs to follow. Default: the window of this page. */
  readonly windowId?: number;
}

/** A panel's view of the map from tabs to sessions; fits `useSyncExternalStore`. */
export interface TabWatcher {
  /** The tab in front, the same object until it changes; `null` while the worker has told nothing. */
  getShown(): ShownTab | null;
  /** Calls back when another tab, or another session of it, is in front. Returns the function that ends it. */
  subscribe(listener: () => void): () => void;
  /** Gives the tab in front a session, or none (`null`: a new chat). Resolves with whether the worker took it. */
  bind(sessionId: string | null): Promise<boolean>;
  /** Ends everything. */
  stop(): void;
}

/**
 * Follows the tab in front of a panel's window and its session, as {@link bindTabs} keeps them in the service worker.
 * Needs `init` first.
 *
 * ```ts
 * const tabs = await watchTabs();
 * const follow = () => {
 *   const sessionId = tabs.getShown()?.sessionId;
 *   if (sessionId) client.startSync(sessionId);
 *   else client.leaveSession();
 * };
 * tabs.subscribe(follow);
 * follow();
 * ```
 */
export async function watchTabs(options: WatchTabsOptions = {}): Promise<TabWatcher> {
  const windowId = options.windowId ?? (await chromeApi("windows").getCurrent()).id ?? -1;
  const listeners = new Set<() => void>();
  let shown: ShownTab | null = null;
  const read = (stored: unknown): void => {
    const next = shownTab(stored, windowId);
    if (sameTab(shown, next)) return;
    shown = next;
    for (const listener of [...listeners]) listener();
  };

  const unwatch = watchKey("session", tabsKey(), read);
  // A worker that sleeps, or was just installed, makes the map now.
  await tellWorker({ type: "sidewire:hello" });
  read(await readKey("session", tabsKey()));
  return {
    getShown: () => shown,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    bind: (sessionId) =>
      shown === null ? Promise.resolve(false) : tellWorker({ type: "sidewire:bindTab", tabId: shown.tabId, sessionId }),
    stop: () => {
      listeners.clear();
      unwatch();
    },
  };
}

function shownTab(stored: unknown, windowId: number): ShownTab | null {
  if (typeof stored !== "string") return null;
  const map = createTabSessions(stored);
  const tabId = map.activeTab(windowId);
  const binding = tabId === null ? null : map.binding(tabId);
  const [offers, scope] = [map.offers(windowId), map.scope()];
  map.free();
  if (tabId === null) return null;
  const { sessionId = null, url = null, domain = null } = binding ?? {};
  return Object.freeze({ tabId, sessionId, url, domain, offers, scope });
}

function sameTab(a: ShownTab | null, b: ShownTab | null): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** False when there is no worker that answers: it has no `bindTabs`, or the extension was updated meanwhile. */
async function tellWorker(message: TabsMessage): Promise<boolean> {
  try {
    return (await chromeApi("runtime").sendMessage(message)) === true;
  } catch {
    return false;
  }
}
