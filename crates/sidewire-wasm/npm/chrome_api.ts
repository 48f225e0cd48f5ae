/** The parts of the extension API that the package uses, so that nobody needs `@types/chrome` to use it. */
import { SidewireError } from "./errors.js";

interface Event<L extends (...args: never[]) => unknown> {
  addListener(listener: L): void;
  removeListener(listener: L): void;
}

/** One area of `chrome.storage`. */
export interface StorageArea {
  get(key: string | null): Promise<Record<string, unknown>>;
  set(values: Record<string, unknown>): Promise<void>;
  remove(key: string): Promise<void>;
  /** Chrome 130 and newer. */
  getKeys?(): Promise<string[]>;
}

/** The areas that an extension keeps things in. */
export type AreaName = "local" | "session" | "sync";

/** A tab as Chrome tells it. */
export interface ChromeTab {
  readonly id?: number | undefined;
  readonly windowId: number;
  readonly url?: string | undefined;
  /** Where a tab that has just been opened is going to. */
  readonly pendingUrl?: string | undefined;
  readonly active: boolean;
  readonly incognito?: boolean;
}

type StorageChanges = Record<string, { newValue?: unknown }>;
type Sender = { readonly id?: string | undefined; readonly url?: string | undefined };

interface Tabs {
  query(query: { active?: boolean; windowId?: number }): Promise<readonly ChromeTab[]>;
  readonly onCreated: Event<(tab: ChromeTab) => void>;
  readonly onActivated: Event<(info: { tabId: number; windowId: number }) => void>;
  readonly onUpdated: Event<(tabId: number, change: { status?: string | undefined; url?: string | undefined }, tab: ChromeTab) => void>;
  readonly onReplaced: Event<(addedTabId: number, removedTabId: number) => void>;
  readonly onAttached: Event<(tabId: number, info: { newWindowId: number }) => void>;
  readonly onRemoved: Event<(tabId: number, info: { isWindowClosing: boolean }) => void>;
}

interface Windows {
  getCurrent(): Promise<{ readonly id?: number | undefined }>;
  readonly onRemoved: Event<(windowId: number) => void>;
  readonly onFocusChanged: Event<(windowId: number) => void>;
}

interface ChromeApi {
  readonly runtime?: {
    readonly id: string;
    getURL(path: string): string;
    sendMessage(message: unknown): Promise<unknown>;
    readonly onMessage: Event<(message: unknown, sender: Sender, respond: (answer: unknown) => void) => boolean>;
  };
  readonly storage?: { readonly onChanged: Event<(changes: StorageChanges, area: string) => void> } & Partial<Record<AreaName, StorageArea>>;
  readonly tabs?: Tabs;
  readonly windows?: Windows;
  readonly extension?: { readonly inIncognitoContext?: boolean };
}

/** Whether this page or worker is the one of the incognito windows (`"incognito": "split"`). */
export function isIncognito(): boolean {
  const { chrome } = globalThis as { chrome?: ChromeApi };
  return chrome?.extension?.inIncognitoContext ?? false;
}

/** What each part needs in an extension's manifest or context, for the error's text. */
const NEEDS = {
  runtime: "an extension's own page or service worker",
  storage: "the permission \"storage\" in manifest.json, and a page or service worker (an offscreen document has only runtime)",
  tabs: "an extension's own page or service worker",
  windows: "an extension's own page or service worker",
  extension: "an extension's own page or service worker",
} as const;

/** One part of `chrome`. Throws `chrome_unavailable` where there is none. Looked up late: a test may put one there. */
export function chromeApi<N extends keyof typeof NEEDS>(name: N): NonNullable<ChromeApi[N]> {
  const { chrome } = globalThis as { chrome?: ChromeApi };
  const part = chrome?.[name];
  if (part) return part;
  throw new SidewireError("chrome_unavailable", `There is no chrome.${name} here: it needs ${NEEDS[name]}`);
}

/** One storage area. */
export function storageArea(area: AreaName): StorageArea {
  const found = chromeApi("storage")[area];
  if (found) return found;
  throw new SidewireError("chrome_unavailable", `There is no chrome.storage.${area} here: it needs a newer Chrome or another context`);
}

/** Reads one key; `undefined` when it is not set. */
export async function readKey(area: AreaName, key: string): Promise<unknown> {
  return (await storageArea(area).get(key))[key];
}

/** Calls back with the new value (or `undefined`) whenever one key changes. Returns the function that ends it. */
export function watchKey(area: AreaName, key: string, listener: (value: unknown) => void): () => void {
  const handle = (changes: StorageChanges, changedArea: string): void => {
    const change = changes[key];
    if (changedArea === area && change !== undefined) listener(change.newValue);
  };
  const { onChanged } = chromeApi("storage");
  onChanged.addListener(handle);
  return () => {
    onChanged.removeListener(handle);
  };
}
