/** Composition root of the side panel. */

import "../styles/tokens.css";
import "../styles/base.css";
import "./panel.css";
import "./menu.css";
import "./messages.css";
import "./markdown.css";
import "./debug.css";
import { createRoot } from "react-dom/client";
import { createClient, createTabSessions, init } from "sidewire";
import { defaultConfig } from "../config";
import * as platform from "../platform/chrome";
import { texts } from "../texts";
import { App } from "./app";
import { openPanelStore, type PanelStore } from "./store";

/** A panel is `hidden` for its first 15–54 ms; only what it is after that counts. */
const FIRST_VISIBILITY_MS = 250;

start().catch(showFailure);

async function start(): Promise<void> {
  const [windowId] = await Promise.all([platform.currentWindowId(), init()]);
  const store = await openPanelStore({
    windowId,
    defaults: defaultConfig(__SIDEWIRE_DEFAULTS__),
    createClient,
    restoreTabs: createTabSessions,
    read: platform.readStorage,
    write: platform.writeStorage,
    remove: platform.removeStorage,
    watch: platform.watchStorage,
    lockStorage: platform.lockStorage,
    tellWorker: platform.sendToWorker,
    post: (url, request) => fetch(url, request),
  });
  followPage(store);
  createRoot(root(), { onUncaughtError: (error) => queueMicrotask(() => showFailure(error)) }).render(
    <App store={store} version={platform.extensionVersion()} openSettings={() => void platform.openOptions()} />,
  );
}

function followPage(store: PanelStore): void {
  const tellVisibility = (): void => store.setVisible(document.visibilityState === "visible");
  const tellNetwork = (): void => store.setOnline(navigator.onLine);
  document.addEventListener("visibilitychange", tellVisibility);
  window.addEventListener("online", tellNetwork);
  window.addEventListener("offline", tellNetwork);
  setTimeout(tellVisibility, FIRST_VISIBILITY_MS);
  tellNetwork();
}

/** Plain DOM: whatever failed, this works. */
function showFailure(error: unknown): void {
  const box = document.createElement("div");
  box.className = "start-failure";
  box.setAttribute("role", "alert");
  const lines = [texts.startFailed, error instanceof Error ? error.message : String(error), texts.startFailedHint];
  for (const line of lines) {
    const paragraph = document.createElement("p");
    paragraph.textContent = line;
    box.append(paragraph);
  }
  root().replaceChildren(box);
}

function root(): HTMLElement {
  return document.getElementById("root") ?? document.body;
}
