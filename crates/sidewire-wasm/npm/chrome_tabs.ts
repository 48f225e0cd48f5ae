import { chromeApi, type ChromeTab, isIncognito, readKey, storageArea } from "./chrome_api.js";
import { report } from "./report.js";
import { createTabSessions } from "./tabs.js";
import type { TabEvent, TabInfo, TabScope, TabSessions, TokenProvider } from "../types/index.js";

/**
 * Where the map from tabs to sessions is kept: `TabSessions.toJSON()` in `chrome.storage.session`, and its record for a
 * later run of the browser in `local`. Incognito windows have a map of their own and no record.
 */
export function tabsKey(): string {
  return isIncognito() ? "sidewire:tabs:incognito" : "sidewire:tabs";
}

/** What a panel tells the worker. */
export type TabsMessage =
  | { readonly type: "sidewire:hello" }
  | { readonly type: "sidewire:bindTab"; readonly tabId: number; readonly sessionId: string | null };

/** After that long, in ms, the browser has brought back the tabs of its last run. */
const SETTLED_MS = 20_000;

/** Settings of {@link bindTabs}. */
export interface BindTabsOptions {
  /** `init` of `sidewire/inline`: called when the map is needed first, so that a worker that is woken for something else pays nothing. */
  readonly init: () => void;
  /** Whether each tab has a session of its own, the tabs of a window share one, or all do. Default `tab`. */
  readonly scope?: TabScope;
  /** Whether a restarted browser gives its tabs their sessions back, by address. Default true. */
  readonly remember?: boolean;
  /** A `chromeToken()`: when it goes away, no session belongs to anything any more. */
  readonly token?: TokenProvider & { onChange(listener: () => void): () => void };
  /** Told what goes wrong, such as a full storage. Default: `reportError`. */
  readonly onError?: (error: unknown) => void;
}

/** The worker's side of the map. */
export interface TabBinder {
  /** Gives a tab a session, or none (`null`: a new chat); resolves once that is stored. Panels do it through {@link watchTabs}. */
  bind(tabId: number, sessionId: string | null): Promise<void>;
  /** Changes how far a session reaches. */
  setScope(scope: TabScope): Promise<void>;
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
  const queue = createQueue(options);
  const tell = options.onError ?? report;
  const push = (event: TabEvent): void => {
    queue.push(event).catch(tell);
  };
  listenToTabs(push);
  listenToPanels(queue);
  const { token } = options;
  token?.onChange(() => {
    Promise.resolve(token({ renew: false })).then((now) => { if (now === null) push({ type: "signedOut" }); }, tell);
  });
  queue.settled().catch(tell);
  // A worker that dies sooner has no page that waits to come back either.
  setTimeout(() => { push({ type: "settled" }); }, SETTLED_MS);
  return {
    bind: (tabId, sessionId) => queue.push({ type: "bound", tabId, sessionId }),
    setScope: (scope) => queue.push({ type: "scoped", scope }),
    settled: () => queue.settled(),
  };
}

interface Queue {
  push(event: TabEvent): Promise<void>;
  settled(): Promise<void>;
}

/** Events go in one after another, however long storage takes. The map is read at the first one of every life of the worker. */
function createQueue(options: BindTabsOptions): Queue {
  let map: TabSessions | null = null;
  let record: string | null = null;
  let last: Promise<void> = Promise.resolve();
  const save = async (changed: TabSessions): Promise<void> => {
    await storageArea("session").set({ [tabsKey()]: changed.toJSON() });
    const next = changed.toRecord();
    // Most events change nothing that a later run of the browser needs.
    if (isIncognito() || options.remember === false || next === record) return;
    record = next;
    await storageArea("local").set({ [tabsKey()]: next });
  };
  const enqueue = (event: TabEvent | null): Promise<void> => {
    const result = last.then(async () => {
      const isFirst = map === null;
      map ??= await openMap(options);
      const isChanged = event !== null && map.apply(event);
      if (isFirst || isChanged) await save(map);
    });
    last = result.catch(() => undefined);
    return result;
  };
  return { push: enqueue, settled: () => enqueue(null) };
}

async function openMap({ init, scope = "tab", remember = true }: BindTabsOptions): Promise<TabSessions> {
  init();
  const canRecord = remember && !isIncognito();
  const [stored, record, tabs] = await Promise.all([
    readKey("session", tabsKey()),
    canRecord ? readKey("local", tabsKey()) : null,
    chromeApi("tabs").query({}),
  ]);
  const map = createTabSessions(textOrNull(stored), textOrNull(record));
  map.apply({ type: "scoped", scope });
  map.apply({ type: "listed", tabs: tabs.map(infoOf).filter((tab) => tab !== null) });
  return map;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
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
    if (change.status === "loading" || change.url !== undefined) push({ type: "navigated", tabId, url: change.url ?? infoOf(tab)?.url ?? null });
  });
  tabs.onReplaced.addListener((newTabId, oldTabId) => { push({ type: "replaced", oldTabId, newTabId }); });
  tabs.onAttached.addListener((tabId, { newWindowId }) => { push({ type: "moved", tabId, windowId: newWindowId }); });
  tabs.onRemoved.addListener((tabId, { isWindowClosing }) => { push({ type: "removed", tabId, isWindowClosing }); });
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
  const isSession = typeof sessionId === "string" || sessionId === null;
  return typeof tabId === "number" && isSession ? { type, tabId, sessionId } : null;
}

function infoOf(tab: ChromeTab): TabInfo | null {
  if (tab.id === undefined) return null;
  const url = tab.url || tab.pendingUrl;
  const { windowId, active, incognito = false } = tab;
  return { tabId: tab.id, windowId, active, incognito, ...(url ? { url } : {}) };
}
