/** The only writer of the map from tabs to sessions: events go in one after another, rules are in Rust. */

import type { TabEvent, TabInfo, TabScope, TabSessions } from "sidewire";

/** What the queue needs from the outside. */
export interface TabQueueHost {
  /** Makes a map of its stored form, else of the record of an earlier run of the browser, else an empty one. */
  restore(stored: string | null, record: string | null): TabSessions;
  /** The map as this run of the browser has stored it. */
  load(): Promise<unknown>;
  /** The record that an earlier run left. */
  loadRecord(): Promise<unknown>;
  save(json: string): Promise<void>;
  saveRecord(json: string): Promise<void>;
  listTabs(): Promise<readonly TabInfo[]>;
  scope(): Promise<TabScope>;
  /** Whether there is a token. */
  isSignedIn(): Promise<boolean>;
  /** Nothing of what was stored belongs to a tab that is still open: an incognito session has ended. */
  forget(): Promise<void>;
}

type Renumbering = Extract<TabEvent, { type: "replaced" }>;

/** Takes events in order. */
export interface TabQueue {
  /** Makes sure that the map exists, holds the tabs that are open, and is stored as it is. */
  start(): Promise<void>;
  /** Applies an event after all earlier ones; resolves once the map is stored. */
  push(event: TabEvent): Promise<void>;
}

/** Builds a queue. The map is read, and compared with the open tabs, at the first event of every life of the worker. */
export function createTabQueue(host: TabQueueHost): TabQueue {
  let map: TabSessions | null = null;
  let record: string | null = null;
  /** Tabs got new numbers while the map was being read. */
  const renumbered: Renumbering[] = [];
  let last: Promise<void> = Promise.resolve();

  const enqueue = (task: () => Promise<void>): Promise<void> => {
    const result = last.then(task);
    last = result.catch(() => undefined);
    return result;
  };
  const store = async (changed: TabSessions): Promise<void> => {
    await host.save(changed.toJSON());
    const next = changed.toRecord();
    // Most events change nothing that a later run of the browser needs.
    if (next === record) return;
    record = next;
    await host.saveRecord(next);
  };
  const opened = async (): Promise<TabSessions> => {
    if (map !== null) return map;
    const fresh = await open(host, renumbered);
    map = fresh;
    await store(fresh);
    return fresh;
  };

  return {
    start: () =>
      enqueue(async () => {
        const current = await opened();
        // A panel goes by what is stored: whatever has become of that, it is right again when one asks.
        if ((await host.load()) !== current.toJSON()) await store(current);
      }),
    push: (event) => {
      if (map === null && event.type === "replaced") renumbered.push(event);
      return enqueue(async () => {
        const current = await opened();
        if (current.apply(event)) await store(current);
      });
    },
  };
}

async function open(host: TabQueueHost, renumbered: readonly Renumbering[]): Promise<TabSessions> {
  const [stored, record, tabs, scope, isSignedIn] = await Promise.all([
    host.load(),
    host.loadRecord(),
    host.listTabs(),
    host.scope(),
    host.isSignedIn(),
  ]);
  const storedText = textOrNull(stored);
  let map = host.restore(storedText, textOrNull(record));
  // Tabs that are listed under their new numbers already: those of before would be taken for closed.
  const isOpen = (id: number): boolean => tabs.some(({ tabId }) => tabId === id);
  for (const event of renumbered) if (isOpen(event.newTabId) && !isOpen(event.oldTabId)) map.apply(event);
  if (storedText !== null && !tabs.some(({ tabId }) => map.binding(tabId) !== null)) {
    map.free();
    await host.forget();
    map = host.restore(null, textOrNull(record));
  }
  map.apply({ type: "scoped", scope });
  // The life before may have ended before it heard that the user signed out.
  if (!isSignedIn) map.apply({ type: "signedOut" });
  map.apply({ type: "listed", tabs });
  return map;
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
