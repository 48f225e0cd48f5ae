/** The service worker: opens the panel and is the only writer of the map from tabs to sessions. */

import { createTabSessions, init } from "sidewire/inline";
import { isOwnPage, parseWorkerMessage, type WorkerMessage } from "./messages";
import * as platform from "./platform/chrome";
import { TABS_KEY } from "./tabs/shown_tab";
import { createTabQueue } from "./tabs/tab_queue";

const own = platform.identity();
let isInitialised = false;

const queue = createTabQueue({
  load: () => platform.readStorage("session", TABS_KEY),
  save: (json) => platform.writeStorage("session", TABS_KEY, json),
  queryTabs: platform.queryTabs,
  restore: (json) => {
    if (!isInitialised) init();
    isInitialised = true;
    return createTabSessions(json);
  },
});

platform.onTabEvent((event) => settle(queue.push(event)));
platform.onWindowFocused((event) => settle(queue.push(event)));
platform.onMessage((value, sender) => {
  const message = isOwnPage(sender, own) ? parseWorkerMessage(value) : null;
  return message === null ? null : answer(message);
});
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
  await platform.lockStorage();
  await platform.openPanelOnClick();
  await queue.start();
}

/** The worker has nobody to tell but its own error log. */
function settle(promise: Promise<unknown>): void {
  promise.catch((error: unknown) => reportError(error));
}
