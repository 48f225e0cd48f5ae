/** The only writer of the map from tabs to sessions: events go in one after another, rules are in Rust. */

import type { TabEvent, TabInfo, TabSessions } from "sidewire";
import { parseStoredTabs, storedTabs, type StoredTabs } from "./stored_tabs";

/** A tab that is open when the worker starts. */
export interface OpenTab {
  readonly tab: TabInfo;
  readonly isActive: boolean;
}

/** What the queue needs from the outside. */
export interface TabQueueHost {
  load(): Promise<unknown>;
  save(value: StoredTabs): Promise<void>;
  /** A map from its JSON, or an empty one. Throws when the JSON is not a map. */
  restore(json?: string): TabSessions;
  queryTabs(): Promise<readonly OpenTab[]>;
}

/** Takes events in order. */
export interface TabQueue {
  /** Makes sure that the map exists and is stored. */
  start(): Promise<void>;
  /** Applies an event after all earlier ones; resolves with whether it changed the map, once that is stored. */
  push(event: TabEvent): Promise<boolean>;
}

interface State {
  readonly map: TabSessions;
  readonly windowIds: Set<number>;
}

/** Builds a queue. Nothing is loaded before the first event: the worker may have been woken for it. */
export function createTabQueue(host: TabQueueHost): TabQueue {
  let state: State | null = null;
  let last: Promise<unknown> = Promise.resolve();

  const enqueue = <T>(task: () => Promise<T>): Promise<T> => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };

  return {
    start: () => enqueue(async () => void (state ??= await open(host))),
    push: (event) =>
      enqueue(async () => {
        state ??= await open(host);
        noteWindow(state.windowIds, event);
        const isChanged = state.map.apply(event);
        if (isChanged) await host.save(storedTabs(state.map, state.windowIds));
        return isChanged;
      }),
  };
}

async function open(host: TabQueueHost): Promise<State> {
  const stored = parseStoredTabs(await host.load());
  return (stored && restored(host, stored)) ?? seeded(host);
}

function restored(host: TabQueueHost, stored: StoredTabs): State | null {
  try {
    return { map: host.restore(stored.map), windowIds: new Set(Object.keys(stored.windows).map(Number)) };
  } catch {
    return null;
  }
}

async function seeded(host: TabQueueHost): Promise<State> {
  const map = host.restore();
  const windowIds = new Set<number>();
  for (const { tab, isActive } of await host.queryTabs()) {
    windowIds.add(tab.windowId);
    map.apply({ type: "created", tab });
    if (isActive) map.apply({ type: "activated", tabId: tab.tabId, windowId: tab.windowId });
  }
  await host.save(storedTabs(map, windowIds));
  return { map, windowIds };
}

function noteWindow(windowIds: Set<number>, event: TabEvent): void {
  switch (event.type) {
    case "created":
      windowIds.add(event.tab.windowId);
      return;
    case "activated":
    case "moved":
      windowIds.add(event.windowId);
      return;
    case "windowRemoved":
      windowIds.delete(event.windowId);
      return;
    case "navigated":
    case "replaced":
    case "removed":
    case "bound":
      return;
    default:
      event satisfies never;
  }
}
