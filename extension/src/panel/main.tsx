/** Composition root of the side panel. */

import "../styles/tokens.css";
import "../styles/base.css";
import "./panel.css";
import "./blank.css";
import "./drawer.css";
import "./waiting.css";
import "./messages.css";
import "./markdown.css";
import "./debug.css";
import { createRoot } from "react-dom/client";
import { createClient, createTabSessions, init } from "sidewire";
import { chromeStorage } from "sidewire/chrome";
import { createAccount } from "../account";
import { followAppearance } from "../appearance";
import { CONFIG_KEY, defaultConfig } from "../config";
import { messageStorage } from "../message_storage";
import * as platform from "../platform/chrome";
import { tolerantStorage, type StorageFailure } from "../platform/storage";
import { INCOGNITO_TABS_KEY, TABS_KEY } from "../tabs/shown_tab";
import { App, type PanelPage } from "./app";
import { createDraftStore } from "./drafts";
import { crashFailure, showFailure, startFailure, type Failure } from "./failure_view";
import { followPage } from "./page_life";
import { carried, isTrap, restart, type RestartHost } from "./restart";
import { createSeen } from "./seen";
import { openPanelStore } from "./store";

const restartHost: RestartHost = {
  now: Date.now,
  readState: () => history.state as unknown,
  writeState: (state) => history.replaceState(state, ""),
  reload: () => location.reload(),
};
const drafts = createDraftStore(carried(restartHost).drafts);
const failures = new Set<(failure: StorageFailure) => void>();
const isIncognito = orElse(platform.isIncognito, false);
const storage = tolerantStorage(
  { read: platform.readStorage, write: platform.writeStorage, remove: platform.removeStorage, watch: platform.watchStorage },
  (failure) => failures.forEach((tell) => tell(failure)),
);

window.addEventListener("error", ({ error }) => fail(error, null));
window.addEventListener("unhandledrejection", ({ reason }) => fail(reason, null));
start().catch((error: unknown) => fail(error, startFailure(error)));

async function start(): Promise<void> {
  followAppearance(storage, CONFIG_KEY);
  const account = createAccount({ storage, isIncognito, lockStorage: platform.lockStorage, storageKeys: platform.storageKeys });
  const [windowId, seen, isLocked] = await Promise.all([
    platform.currentWindowId().catch(() => -1),
    createSeen(storage, isIncognito),
    // What is stored from here on is out of reach of content scripts.
    attempt(platform.lockStorage),
    init(),
  ]);
  // Nothing of incognito windows is kept, and nothing where content scripts could read it.
  const areas = isLocked && !isIncognito ? orElse(() => ({ local: chromeStorage("local"), session: chromeStorage("session") }), null) : null;
  const store = await openPanelStore({
    windowId,
    isIncognito,
    account,
    storage,
    messageStorage: (area) => (areas === null ? null : messageStorage(areas, area)),
    tabsKey: isIncognito ? INCOGNITO_TABS_KEY : TABS_KEY,
    defaults: defaultConfig(__SIDEWIRE_DEFAULTS__),
    isServerGiven: __SIDEWIRE_DEFAULTS__.isGiven,
    createClient,
    restoreTabs: (json) => createTabSessions(json),
    tellWorker: platform.sendToWorker,
    activeTab: () => platform.activeTab(windowId),
    onFrontTab: (listener) => void attempt(() => platform.onFrontTab(windowId, listener)),
    isAlive: platform.isAlive,
    post: (url, request) => fetch(url, request),
  });
  account.watch((token) => {
    if (token === null) seen.forget();
  });
  failures.add(store.storageFailed);
  void attempt(() => platform.onUpdateAvailable(store.updateReady));
  followPage({ document, window, navigator }, store);
  createRoot(root(), { onUncaughtError: (error) => queueMicrotask(() => fail(error, startFailure(error))) }).render(
    <App store={store} drafts={drafts} seen={seen} page={page()} />,
  );
}

function page(): PanelPage {
  return {
    version: orElse(platform.extensionVersion, ""),
    origin: location.origin,
    isIncognito,
    openSettings: () => void attempt(platform.openOptions),
    reloadPanel: () => location.reload(),
    reloadExtension: platform.reloadExtension,
  };
}

/** A module that has trapped cannot be used again: the page begins anew. Anything else is shown, if there are words. */
function fail(error: unknown, failure: Failure | null): void {
  if (isTrap(error)) {
    if (restart(restartHost, drafts.get()) === "givenUp") showFailure(root(), crashFailure(), restartHost.reload);
    return;
  }
  if (failure !== null) showFailure(root(), failure, restartHost.reload);
}

/** For calls that a browser may lack: whatever happens, the panel goes on. Resolves with whether it went well. */
async function attempt(call: () => unknown): Promise<boolean> {
  try {
    await call();
    return true;
  } catch {
    return false;
  }
}

function orElse<T>(call: () => T, otherwise: T): T {
  try {
    return call();
  } catch {
    return otherwise;
  }
}

function root(): HTMLElement {
  return document.getElementById("root") ?? document.body;
}
