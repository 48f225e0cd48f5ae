/** The only writer of the map from tabs to sessions: events go in one after another, rules are in Rust. */

import type { TabEvent, TabInfo, TabSessions } from "sidewire";
import { restoreStored, type RestoreTabs } from "./shown_tab";

/** A tab that is open when the worker starts. */
export interface OpenTab {
  readonly tab: TabInfo;
  readonly isActive: boolean;
}

/** What the queue needs from the outside. */
export interface TabQueueHost {
  readonly restore: RestoreTabs;
  load(): Promise<unknown>;
  save(json: string): Promise<void>;
  queryTabs(): Promise<readonly OpenTab[]>;
}

/** Takes events in order. */
export interface TabQueue {
  /** Makes sure that the map exists and is stored. */
  start(): Promise<void>;
  /** Applies an event after all earlier ones; resolves once the map is stored. */
  push(event: TabEvent): Promise<void>;
}

/** Builds a queue. The map is read at the first event of every life of the worker. */
export function createTabQueue(host: TabQueueHost): TabQueue {
  let map: TabSessions | null = null;
  let last: Promise<void> = Promise.resolve();

  const enqueue = (task: () => Promise<void>): Promise<void> => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };

  return {
    start: () =>
      enqueue(async () => {
        map ??= await open(host);
      }),
    push: (event) =>
      enqueue(async () => {
        map ??= await open(host);
        if (map.apply(event)) await host.save(map.toJSON());
      }),
  };
}

async function open(host: TabQueueHost): Promise<TabSessions> {
  return restoreStored(host.restore, await host.load()) ?? seeded(host);
}

async function seeded(host: TabQueueHost): Promise<TabSessions> {
  const map = host.restore();
  for (const { tab, isActive } of await host.queryTabs()) {
    map.apply({ type: "created", tab });
    if (isActive) map.apply({ type: "activated", tabId: tab.tabId, windowId: tab.windowId });
  }
  await host.save(map.toJSON());
  return map;
}
