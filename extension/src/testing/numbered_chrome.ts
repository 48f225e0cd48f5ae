/**
 * `platform/chrome.ts` with numbered calls, in place of it in the worker of the test build: a debugger that is attached
 * stops before a call, after it was made, and when its answer is there, and can say that the worker dies at this point:
 * nothing of it reaches the browser any more, until it is ended. The points of the first turn are counted only: the
 * debugger comes back to a worker that starts again at the end of it.
 */

import * as real from "../platform/chrome";

/** A point at which a worker can die. */
interface CallPoint {
  readonly call: string;
  readonly when: "before" | "made" | "answered";
}

/** What a debugger sees and sets. */
interface Scope {
  /** Every point that this life of the worker has reached, in order: its length is the count. */
  sidewireCallPoints?: CallPoint[];
  sidewireIsDead?: boolean;
}

const scope = globalThis as Scope;
const points: CallPoint[] = [];
scope.sidewireCallPoints = points;

/** True until the first task after the one in which the worker's script ran. */
let isFirstTurn = true;
const afterwards = new MessageChannel();
afterwards.port1.onmessage = () => {
  isFirstTurn = false;
  afterwards.port1.close();
};
afterwards.port2.postMessage(null);

const isDead = (): boolean => scope.sidewireIsDead ?? false;

/** Gives whether the worker is dead from here on. */
function isDeadAt(call: string, when: CallPoint["when"]): boolean {
  if (isDead()) return true;
  points.push({ call, when });
  if (isFirstTurn) return false;
  // eslint-disable-next-line no-debugger -- where a test stops the worker; nothing without a debugger
  debugger;
  return isDead();
}

const never = new Promise<never>(() => undefined);

function numbered<A extends unknown[], R>(call: string, original: (...args: A) => R): (...args: A) => R {
  return (...args) => {
    // What is not asked for an answer gives none to a dead worker either.
    if (isDeadAt(call, "before")) return never as R;
    const result = original(...args);
    if (isDeadAt(call, "made")) return never as R;
    return result instanceof Promise ? (answered(call, result) as R) : result;
  };
}

async function answered(call: string, result: Promise<unknown>): Promise<unknown> {
  try {
    return await result;
  } finally {
    if (isDeadAt(call, "answered")) await never;
  }
}

export const readStorage = numbered("readStorage", real.readStorage);
export const writeStorage = numbered("writeStorage", real.writeStorage);
export const removeStorage = numbered("removeStorage", real.removeStorage);
export const storageKeys = numbered("storageKeys", real.storageKeys);
export const lockStorage = numbered("lockStorage", real.lockStorage);
export const watchStorage = numbered("watchStorage", real.watchStorage);
export const identity = numbered("identity", real.identity);
export const extensionVersion = numbered("extensionVersion", real.extensionVersion);
export const isIncognito = numbered("isIncognito", real.isIncognito);
export const isAlive = numbered("isAlive", real.isAlive);
export const onUpdateAvailable = numbered("onUpdateAvailable", real.onUpdateAvailable);
export const reloadExtension = numbered("reloadExtension", real.reloadExtension);
export const sendToWorker = numbered("sendToWorker", real.sendToWorker);
export const onMessage = numbered("onMessage", real.onMessage);
export const onTabEvent = numbered("onTabEvent", real.onTabEvent);
export const onWindowFocused = numbered("onWindowFocused", real.onWindowFocused);
export const onFrontTab = numbered("onFrontTab", real.onFrontTab);
export const activeTab = numbered("activeTab", real.activeTab);
export const listTabs = numbered("listTabs", real.listTabs);
export const currentWindowId = numbered("currentWindowId", real.currentWindowId);
export const openPanelOnClick = numbered("openPanelOnClick", real.openPanelOnClick);
export const openOptions = numbered("openOptions", real.openOptions);
export const requestOrigin = numbered("requestOrigin", real.requestOrigin);
export const hasTabsPermission = numbered("hasTabsPermission", real.hasTabsPermission);
export const setTabsPermission = numbered("setTabsPermission", real.setTabsPermission);
export const onPermissionAdded = numbered("onPermissionAdded", real.onPermissionAdded);
