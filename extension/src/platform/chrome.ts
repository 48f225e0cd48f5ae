/** The only file that says `chrome`: thin typed wrappers that decide nothing. Any of them may throw or never answer. */

import type { TabEvent, TabInfo } from "sidewire";
import type { Identity, Sender } from "../messages";
import { tabInfo, updateEvent } from "../tabs/tab_events";
import type { Area } from "./storage";

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

/** All keys of an area. */
export async function storageKeys(area: Area): Promise<readonly string[]> {
  return Object.keys(await chrome.storage[area].get(null));
}

/** Keeps content scripts away from `local`. Await it before writing anything. */
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

/** Whether this page or worker belongs to incognito windows, which have a process of their own (`incognito: split`). */
export function isIncognito(): boolean {
  return chrome.extension.inIncognitoContext;
}

/** Whether the extension that this page came from is still there: it is not after an update or a reload. */
export function isAlive(): boolean {
  // The type says that it is always there; a page that outlived its extension finds it gone.
  const runtime = chrome.runtime as { readonly id?: string } | undefined;
  return runtime?.id !== undefined;
}

/** Calls back once a newer version is ready and waits for a reload. */
export function onUpdateAvailable(listener: (version: string) => void): void {
  chrome.runtime.onUpdateAvailable.addListener(({ version }) => listener(version));
}

/** Starts the extension anew, with the newer version if there is one. Closes its pages. */
export function reloadExtension(): void {
  chrome.runtime.reload();
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
    const event = updateEvent(tabId, change, tab);
    if (event !== null) listener(event);
  });
  chrome.tabs.onReplaced.addListener((newTabId, oldTabId) => listener({ type: "replaced", oldTabId, newTabId }));
  chrome.tabs.onAttached.addListener((tabId, { newWindowId }) =>
    listener({ type: "moved", tabId, windowId: newWindowId }),
  );
  chrome.tabs.onRemoved.addListener((tabId, { isWindowClosing }) =>
    listener({ type: "removed", tabId, isWindowClosing }),
  );
  chrome.windows.onRemoved.addListener((windowId) => listener({ type: "windowRemoved", windowId }));
}

/** Calls back with the active tab of a window that got the focus; never for "no window" (-1). */
export function onWindowFocused(listener: (event: TabEvent) => void): void {
  chrome.windows.onFocusChanged.addListener((windowId) => {
    if (windowId === chrome.windows.WINDOW_ID_NONE) return;
    void activeTab(windowId).then((tabId) => {
      if (tabId !== null) listener({ type: "activated", tabId, windowId });
    });
  });
}

/** Calls back when another tab of a window comes to the front, and when the one in front gets another number. */
export function onFrontTab(windowId: number, listener: (tabId: number, before: number | null) => void): void {
  chrome.tabs.onActivated.addListener((told) => {
    if (told.windowId === windowId) listener(told.tabId, null);
  });
  chrome.tabs.onReplaced.addListener(listener);
}

/** The active tab of a window. */
export async function activeTab(windowId: number): Promise<number | null> {
  const [tab] = await chrome.tabs.query({ active: true, windowId });
  return tab?.id ?? null;
}

/** All open tabs. */
export async function listTabs(): Promise<readonly TabInfo[]> {
  const tabs = await chrome.tabs.query({});
  return tabs.map(tabInfo).filter((info) => info !== null);
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

/** Calls back when the user has given a permission. Call it synchronously at the top of the worker. */
export function onPermissionAdded(listener: () => void): void {
  chrome.permissions.onAdded.addListener(listener);
}
