import { chromeApi, type ChromeTab, readKey, storageArea } from "./chrome_api.js";
import { report } from "./report.js";
import { createTabSessions } from "./tabs.js";
import type { TabEvent, TabInfo, TabSessions } from "../types/index.js";

/** Where the map from tabs to sessions is kept: `TabSessions.toJSON()`, in `chrome.storage.session`. */
export const TABS_KEY = "sidewire:tabs";

/** What a panel tells the worker. */
export type TabsMessage =
  | { readonly type: "sidewire:hello" }
  | { readonly type: "sidewire:bindTab"; readonly tabId: number; readonly sessionId: string };

/** Settings of {@link bindTabs}. */
export interface BindTabsOptions {
  /** `init` of `sidewire/inline`: called when the map is needed first, so that a worker that is woken for something else pays nothing. */
  readonly init: () => void;
  /** Told what goes wrong, such as a full storage. Default: `reportError`. */
  readonly onError?: (error: unknown) => void;
}

/** The worker's side of the map. */
export interface TabBinder {
  /** Gives a tab a session; resolves once that is stored. Panels do it through {@link watchTabs}. */
  bind(tabId: number, sessionId: string): Promise<void>;
  /** Resolves once the map exists and everything told so far is in it. */
  settled(): Promise<void>;
}

/**
 * Keeps the map from tabs to sessions in a service worker. Call it in the first turn, at top level: the browser wakes a
 * worker only for listeners that were there then. The worker is the only writer; panels read by {@link watchTabs}.
 *
 * ```ts
 * import { init } from "sidewire/inline";
 * import { bindTabs } from "sidewire/chrome";
 *
 * bindTabs({ init });
 * ```
 */
export function bindTabs(options: BindTabsOptions): TabBinder {
  const queue = createQueue(options.init);
  const tell = options.onError ?? report;
  const push = (event: TabEvent): void => {
    queue.push(event).catch(tell);
  };
  listenToTabs(push);
  listenToPanels(queue);
  queue.settled().catch(tell);
  return {
    bind: (tabId, sessionId) => queue.push({ type: "bound", tabId, sessionId }),
    settled: () => queue.settled(),
  };
}

interface Queue {
  push(event: TabEvent): Promise<void>;
  settled(): Promise<void>;
}

/** Events go in one after another, however long storage takes. The map is read at the first one of every life of the worker. */
function createQueue(init: () => void): Queue {
  let map: TabSessions | null = null;
  let last: Promise<void> = Promise.resolve();
  const enqueue = (event: TabEvent | null): Promise<void> => {
    const result = last.then(async () => {
      map ??= await openMap(init);
      if (event && map.apply(event)) await save(map);
    });
    last = result.catch(() => undefined);
    return result;
  };
  return { push: enqueue, settled: () => enqueue(null) };
}

async function openMap(init: () => void): Promise<TabSessions> {
  init();
  const stored = await readKey("session", TABS_KEY);
  if (typeof stored === "string") return createTabSessions(stored);
  const map = createTabSessions();
  for (const tab of await chromeApi("tabs").query({})) {
    const info = infoOf(tab);
    if (info === null) continue;
    map.apply({ type: "created", tab: info });
    if (tab.active) map.apply({ type: "activated", tabId: info.tabId, windowId: info.windowId });
  }
  await save(map);
  return map;
}

function save(map: TabSessions): Promise<void> {
  return storageArea("session").set({ [TABS_KEY]: map.toJSON() });
}

function listenToTabs(push: (event: TabEvent) => void): void {
  const [tabs, windows] = [chromeApi("tabs"), chromeApi("windows")];
  tabs.onCreated.addListener((tab) => {
    const info = infoOf(tab);
    if (info) push({ type: "created", tab: info });
  });
  tabs.onActivated.addListener(({ tabId, windowId }) => { push({ type: "activated", tabId, windowId }); });
  tabs.onUpdated.addListener((tabId, change, tab) => {
    // A reload says `loading` without an address; a page that may not be seen has none on the tab either.
    if (change.status === "loading" || change.url !== undefined) push({ type: "navigated", tabId, url: change.url ?? tab.url ?? null });
  });
  tabs.onReplaced.addListener((newTabId, oldTabId) => { push({ type: "replaced", oldTabId, newTabId }); });
  tabs.onAttached.addListener((tabId, { newWindowId }) => { push({ type: "moved", tabId, windowId: newWindowId }); });
  tabs.onRemoved.addListener((tabId) => { push({ type: "removed", tabId }); });
  windows.onRemoved.addListener((windowId) => { push({ type: "windowRemoved", windowId }); });
  windows.onFocusChanged.addListener((windowId) => {
    // −1: no window of Chrome has the focus.
    if (windowId < 0) return;
    void tabs.query({ active: true, windowId }).then(([tab]) => {
      if (tab?.id !== undefined) push({ type: "activated", tabId: tab.id, windowId });
    });
  });
}

function listenToPanels(queue: Queue): void {
  const runtime = chromeApi("runtime");
  const own = runtime.getURL("");
  runtime.onMessage.addListener((value, sender, respond) => {
    // Anything but a page of this extension may not choose sessions.
    if (sender.id !== runtime.id || !(sender.url ?? "").startsWith(own)) return false;
    const message = readMessage(value);
    if (message === null) return false;
    const done = message.type === "sidewire:hello" ? queue.settled() : queue.push({ ...message, type: "bound" });
    done.then(() => { respond(true); }, () => { respond(false); });
    return true;
  });
}

/** Every field is checked; what is not ours is left to the other listeners. */
function readMessage(value: unknown): TabsMessage | null {
  if (typeof value !== "object" || value === null || !("type" in value)) return null;
  if (value.type === "sidewire:hello") return { type: value.type };
  if (value.type !== "sidewire:bindTab" || !("tabId" in value) || !("sessionId" in value)) return null;
  const { type, tabId, sessionId } = value;
  return typeof tabId === "number" && typeof sessionId === "string" ? { type, tabId, sessionId } : null;
}

function infoOf(tab: ChromeTab): TabInfo | null {
  if (tab.id === undefined) return null;
  return { tabId: tab.id, windowId: tab.windowId, ...(tab.url === undefined ? {} : { url: tab.url }) };
}
