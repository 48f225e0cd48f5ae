/** What the tests of the panel's store start from. */

import type { ClientOptions, Session, SidewireClient, TabEvent } from "sidewire";
import { createTabSessions, init } from "sidewire/inline";
import { createAccount } from "../account";
import { defaultConfig } from "../config";
import type { PanelHost } from "../panel/store";
import { TABS_KEY } from "../tabs/shown_tab";
import { memoryStorage, type MemoryStorage } from "./memory_storage";

init();

/** The servers of this computer. */
export const SERVERS = defaultConfig({ pusherKey: "k", wsHost: "", wsPort: "", apiBase: "", isGiven: false });

/** A panel in a browser that is made up: what it does is written down. */
export interface World {
  readonly host: { -readonly [K in keyof PanelHost]: PanelHost[K] };
  readonly storage: MemoryStorage;
  readonly calls: string[];
  readonly options: ClientOptions[];
  failCreate: boolean;
  isAlive: boolean;
  /** The worker stores a map to which more has happened. */
  tell(events: TabEvent | readonly TabEvent[]): void;
  /** The browser tells the panel directly. */
  bringToFront(tabId: number, before?: number | null, windowId?: number): void;
  /** The client tells a change of state. */
  change(previous: string, current: string): void;
}

/** A tab with a session, in front of its window. */
export function front(tabId: number, sessionId: string | null, windowId = 1, url?: string): readonly TabEvent[] {
  return [
    { type: "created", tab: { tabId, windowId, ...(url === undefined ? {} : { url }) } },
    { type: "bound", tabId, sessionId },
    { type: "activated", tabId, windowId },
  ];
}

/** A browser in which these things have happened to tabs. */
export function createWorld(events: readonly (readonly TabEvent[])[], isIncognito = false): World {
  const map = createTabSessions();
  const calls: string[] = [];
  const storage = memoryStorage();
  let onFront: (tabId: number, before: number | null) => void = () => undefined;
  const listeners: ((event: { previous: string; current: string }) => void)[] = [];
  const world: World = {
    calls,
    storage,
    options: [],
    failCreate: false,
    isAlive: true,
    tell: (more) => {
      for (const event of [more].flat<(TabEvent | readonly TabEvent[])[]>()) map.apply(event);
      void storage.write("session", TABS_KEY, map.toJSON());
    },
    bringToFront: (tabId, before = null, windowId = 1) => {
      if (windowId === 1) onFront(tabId, before);
    },
    change: (previous, current) => listeners.forEach((listener) => listener({ previous, current })),
    host: {
      windowId: 1,
      tabsKey: TABS_KEY,
      isIncognito,
      defaults: SERVERS,
      isServerGiven: false,
      createClient: (options) => {
        world.options.push(options);
        return recordingClient(world, (listener) => listeners.push(listener));
      },
      restoreTabs: (json) => createTabSessions(json),
      storage,
      account: createAccount({ storage, isIncognito, lockStorage: () => Promise.resolve(), storageKeys: () => Promise.resolve([]) }),
      messageStorage: () => null,
      tellWorker: (message) => {
        if (message.type !== "hello") calls.push(`tell ${JSON.stringify(message)}`);
        return Promise.resolve(true);
      },
      activeTab: () => Promise.resolve(map.activeTab(1) ?? 1),
      onFrontTab: (listener) => {
        onFront = listener;
      },
      isAlive: () => world.isAlive,
      post: () => Promise.resolve({ status: 200, json: () => Promise.resolve({ accessToken: "t" }) }),
    },
  };
  world.tell(events.flat());
  return world;
}

/** Writes down what it is told; answers only what the store asks for. */
function recordingClient(world: World, listen: (listener: (event: { previous: string; current: string }) => void) => void): SidewireClient {
  let records = 0;
  const client: Partial<SidewireClient> = {
    connect: () => void world.calls.push("connect"),
    leaveSession: () => void world.calls.push("leave"),
    startSync: (sessionId) => void world.calls.push(`start ${sessionId}`),
    restore: () => void world.calls.push("restore"),
    persist: () => `record ${(records += 1)}`,
    tokenChanged: () => void world.calls.push("token"),
    close: () => void world.calls.push("close"),
    setVisible: (isVisible) => void world.calls.push(`visible ${String(isVisible)}`),
    setOnline: (isOnline) => void world.calls.push(`online ${String(isOnline)}`),
    on: ((_type: string, listener: (event: { previous: string; current: string }) => void) => {
      listen(listener);
      return () => undefined;
    }) as SidewireClient["on"],
    sendMessage: ({ sessionId, content, url }) => {
      world.calls.push(`send ${String(sessionId)} ${content} ${String(url)}`);
      return "id";
    },
    createSession: (fields) => {
      world.calls.push(`create ${JSON.stringify(fields)}`);
      return world.failCreate ? Promise.reject(new Error("503")) : Promise.resolve({ sessionId: "new" } as Session);
    },
  };
  return client as SidewireClient;
}

/** Lets everything that waits for a promise happen. */
export async function settled(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 5));
}

