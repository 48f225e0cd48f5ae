/** The only file that says `chrome`: thin typed wrappers that decide nothing. */

import type { TabEvent, TabInfo } from "sidewire";
import type { Identity, Sender } from "../messages";
import type { OpenTab } from "../tabs/tab_queue";

/** The storage areas in use. */
export type Area = "local" | "session";

/** Reads one key; `undefined` when it is not set. */
export async function readStorage(area: Area, key: string): Promise<unknown> {
  const values: Record<string, unknown> = await chrome.storage[area].get(key);
  return values[key];
}

/** Writes one key. */
export function writeStorage(area: Area, key: string, value: unknown): Promise<void> {
  return chrome.storage[area].set({ [key]: value });
}

/** Removes one key. */
export function removeStorage(area: Area, key: string): Promise<void> {
  return chrome.storage[area].remove(key);
}

/** Keeps content scripts away from `local`. Await it before writing a token. */
export function lockStorage(): Promise<void> {
  return chrome.storage.local.setAccessLevel({ accessLevel: "TRUSTED_CONTEXTS" });
}

/** Calls back with the new value (or `undefined`) whenever one key changes. Returns the function that ends it. */
export function watchStorage(area: Area, key: string, listener: (value: unknown) => void): () => void {
  const handle = (changes: Record<string, chrome.storage.StorageChange>, changedArea: string): void => {
    const change = changes[key];
    if (changedArea === area && change !== undefined) listener(change.newValue);
  };
  chrome.storage.onChanged.addListener(handle);
  return () => chrome.storage.onChanged.removeListener(handle);
}

/** This extension's id and base address. */
export function identity(): Identity {
  return { id: chrome.runtime.id, baseUrl: chrome.runtime.getURL("") };
}

/** The version in the manifest. */
export function extensionVersion(): string {
  return chrome.runtime.getManifest().version;
}

/** Sends a message to the worker, which is started if need be, and gives its answer. */
export function sendToWorker(message: object): Promise<unknown> {
  return chrome.runtime.sendMessage(message);
}

/** Hands every message to `handle`, which answers with a promise or drops it with `null`. Call it synchronously. */
export function onMessage(handle: (message: unknown, sender: Sender) => Promise<unknown> | null): void {
  chrome.runtime.onMessage.addListener((message: unknown, sender, respond: (answer: unknown) => void) => {
    const answer = handle(message, { id: sender.id, url: sender.url });
    if (answer === null) return false;
    answer.then(respond, () => respond(false));
    return true;
  });
}

/** Tells everything that happens to tabs and windows. Call it synchronously at the top of the worker. */
export function onTabEvent(listener: (event: TabEvent) => void): void {
  chrome.tabs.onCreated.addListener((tab) => {
    const info = tabInfo(tab);
    if (info !== null) listener({ type: "created", tab: info });
  });
  chrome.tabs.onActivated.addListener(({ tabId, windowId }) => listener({ type: "activated", tabId, windowId }));
  chrome.tabs.onUpdated.addListener((tabId, change, tab) => {
    // A reload says `loading` without a url; a page that we may not see has none on the tab either.
    if (change.status === "loading" || change.url !== undefined) {
      listener({ type: "navigated", tabId, url: change.url ?? tab.url ?? null });
    }
  });
  chrome.tabs.onReplaced.addListener((newTabId, oldTabId) => listener({ type: "replaced", oldTabId, newTabId }));
  chrome.tabs.onAttached.addListener((tabId, { newWindowId }) =>
    listener({ type: "moved", tabId, windowId: newWindowId }),
  );
  chrome.tabs.onRemoved.addListener((tabId) => listener({ type: "removed", tabId }));
  chrome.windows.onRemoved.addListener((windowId) => listener({ type: "windowRemoved", windowId }));
}

/** Calls back with the active tab of a window that got the focus; never for "no window" (-1). */
export function onWindowFocused(listener: (event: TabEvent) => void): void {
  chrome.windows.onFocusChanged.addListener((windowId) => {
    if (windowId === chrome.windows.WINDOW_ID_NONE) return;
    void chrome.tabs.query({ active: true, windowId }).then(([tab]) => {
      if (tab?.id !== undefined) listener({ type: "activated", tabId: tab.id, windowId });
    });
  });
}

/** All open tabs. */
export async function queryTabs(): Promise<readonly OpenTab[]> {
  const open: OpenTab[] = [];
  for (const tab of await chrome.tabs.query({})) {
    const info = tabInfo(tab);
    if (info !== null) open.push({ tab: info, isActive: tab.active });
  }
  return open;
}

/** The window that this page belongs to. */
export async function currentWindowId(): Promise<number> {
  const { id } = await chrome.windows.getCurrent();
  return id ?? chrome.windows.WINDOW_ID_NONE;
}

/** Makes a click on the toolbar button open the side panel. */
export function openPanelOnClick(): Promise<void> {
  return chrome.sidePanel.setPanelBehavior({ openPanelOnActionClick: true });
}

/** Opens the options page. */
export function openOptions(): Promise<void> {
  return chrome.runtime.openOptionsPage();
}

/** Asks the user for access to an origin; only from a user gesture. */
export function requestOrigin(pattern: string): Promise<boolean> {
  return chrome.permissions.request({ origins: [pattern] });
}

/** Whether the addresses of tabs may be seen. */
export function hasTabsPermission(): Promise<boolean> {
  return chrome.permissions.contains({ permissions: ["tabs"] });
}

/** Asks for, or gives back, the permission to see the addresses of tabs; only from a user gesture. */
export function setTabsPermission(wanted: boolean): Promise<boolean> {
  const permissions: chrome.permissions.Permissions = { permissions: ["tabs"] };
  return wanted ? chrome.permissions.request(permissions) : chrome.permissions.remove(permissions);
}

function tabInfo(tab: chrome.tabs.Tab): TabInfo | null {
  if (tab.id === undefined) return null;
  return { tabId: tab.id, windowId: tab.windowId, ...(tab.url === undefined ? {} : { url: tab.url }) };
}
