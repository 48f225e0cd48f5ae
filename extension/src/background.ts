/** The service worker: opens the panel and is the only writer of the map from tabs to sessions. */

import { createTabSessions, init } from "sidewire/inline";
import { createAccount, INCOGNITO_TOKEN_KEY } from "./account";
import { CONFIG_KEY, defaultConfig, parseStoredConfig } from "./config";
import { isOwnPage, parseWorkerMessage, type WorkerMessage } from "./messages";
import * as platform from "./platform/chrome";
import { INCOGNITO_TABS_KEY, TABS_KEY } from "./tabs/shown_tab";
import { createTabQueue } from "./tabs/tab_queue";

/** After that long the browser has brought back the tabs of its last run. */
const SETTLED_MS = 20_000;

const own = platform.identity();
const isIncognito = platform.isIncognito();
const tabsKey = isIncognito ? INCOGNITO_TABS_KEY : TABS_KEY;
const locked = platform.lockStorage();
let isInitialised = false;

const queue = createTabQueue({
  load: () => platform.readStorage("session", tabsKey),
  save: (json) => platform.writeStorage("session", tabsKey, json),
  loadRecord: () => (isIncognito ? Promise.resolve(undefined) : platform.readStorage("local", TABS_KEY)),
  saveRecord: (json) => (isIncognito ? Promise.resolve() : locked.then(() => platform.writeStorage("local", TABS_KEY, json))),
  listTabs: platform.listTabs,
  scope: async () => scopeOf(await platform.readStorage("local", CONFIG_KEY)),
  isSignedIn: () => account.token().then((token) => token !== null, () => true),
  forget: () => (isIncognito ? platform.removeStorage("session", INCOGNITO_TOKEN_KEY) : Promise.resolve()),
  restore: (stored, record) => {
    if (!isInitialised) init();
    isInitialised = true;
    return createTabSessions(stored, record);
  },
});

const account = createAccount({
  storage: {
    read: platform.readStorage,
    write: platform.writeStorage,
    remove: platform.removeStorage,
    watch: platform.watchStorage,
  },
  isIncognito,
  lockStorage: platform.lockStorage,
  storageKeys: platform.storageKeys,
});

platform.onTabEvent((event) => settle(queue.push(event)));
platform.onWindowFocused((event) => settle(queue.push(event)));
platform.onMessage((value, sender) => {
  const message = isOwnPage(sender, own) ? parseWorkerMessage(value) : null;
  return message === null ? null : answer(message);
});
platform.watchStorage("local", CONFIG_KEY, (value) => settle(queue.push({ type: "scoped", scope: scopeOf(value) })));
account.watch((token) => {
  if (token === null) settle(queue.push({ type: "signedOut" }));
});
// Addresses that were hidden until now.
platform.onPermissionAdded(() => settle(platform.listTabs().then((tabs) => queue.push({ type: "listed", tabs }))));
settle(start());

async function answer(message: WorkerMessage): Promise<boolean> {
  switch (message.type) {
    case "hello":
      await queue.start();
      return true;
    case "bindTab":
      await queue.push({ type: "bound", tabId: message.tabId, sessionId: message.sessionId });
      return true;
    default:
      return message satisfies never;
  }
}

async function start(): Promise<void> {
  // Each does its part even when another cannot.
  const results = await Promise.allSettled([locked, platform.openPanelOnClick(), queue.start()]);
  // A worker that dies sooner has no page that waits to come back either.
  setTimeout(() => settle(queue.push({ type: "settled" })), SETTLED_MS);
  for (const result of results) if (result.status === "rejected") reportError(result.reason);
}

function scopeOf(config: unknown): ReturnType<typeof defaultConfig>["scope"] {
  return (parseStoredConfig(config) ?? defaultConfig(__SIDEWIRE_DEFAULTS__)).scope;
}

/** The worker has nobody to tell but its own error log. */
function settle(promise: Promise<unknown>): void {
  promise.catch((error: unknown) => reportError(error));
}
