import assert from "node:assert/strict";
import { test } from "node:test";
import type { TabBinding, TabEvent, TabSessions } from "sidewire";
import { shownTab } from "./shown_tab";
import { createTabQueue, type OpenTab, type TabQueueHost } from "./tab_queue";

test("the first start seeds the map from the open tabs and stores it", async () => {
  const world = createWorld();

  await createTabQueue(world.host).start();

  assert.deepEqual(shownTab(plainMap, world.stored, 1), { tabId: 11, sessionId: null, url: null, domain: null });
});

test("a later wake goes on from what is stored and does not query tabs again", async () => {
  const world = createWorld();
  await createTabQueue(world.host).push({ type: "bound", tabId: 11, sessionId: "s1" });

  await createTabQueue(world.host).push({ type: "activated", tabId: 10, windowId: 1 });
  await createTabQueue(world.host).push({ type: "activated", tabId: 11, windowId: 1 });

  assert.equal(world.queries, 1);
  assert.equal(shownTab(plainMap, world.stored, 1)?.sessionId, "s1");
});

test("events are applied one after another in the order they came", async () => {
  const world = createWorld();
  const queue = createTabQueue(world.host);

  await Promise.all([
    queue.push({ type: "bound", tabId: 10, sessionId: "a" }),
    queue.push({ type: "bound", tabId: 11, sessionId: "b" }),
    queue.push({ type: "activated", tabId: 10, windowId: 1 }),
  ]);

  assert.equal(shownTab(plainMap, world.stored, 1)?.sessionId, "a");
});

test("a failing save does not stop the queue", async () => {
  const world = createWorld();
  const queue = createTabQueue(world.host);
  await queue.start();
  world.failNextSave = true;

  await assert.rejects(queue.push({ type: "bound", tabId: 11, sessionId: "a" }));
  await queue.push({ type: "bound", tabId: 11, sessionId: "b" });

  assert.equal(shownTab(plainMap, world.stored, 1)?.sessionId, "b");
});

test("a stored map that cannot be read is seeded anew", async () => {
  const world = createWorld();
  world.stored = "broken";

  await createTabQueue(world.host).start();

  assert.equal(shownTab(plainMap, world.stored, 1)?.tabId, 11);
});

test("what cannot be read shows no tab", () => {
  assert.equal(shownTab(plainMap, undefined, 1), null);
  assert.equal(shownTab(plainMap, { v: 1 }, 1), null);
  assert.equal(shownTab(plainMap, "broken", 1), null);
  assert.equal(shownTab(plainMap, plainMap().toJSON(), 1), null);
});

interface World {
  readonly host: TabQueueHost;
  stored: unknown;
  queries: number;
  failNextSave: boolean;
}

function createWorld(): World {
  const tabs: OpenTab[] = [
    { tab: { tabId: 10, windowId: 1 }, isActive: false },
    { tab: { tabId: 11, windowId: 1 }, isActive: true },
  ];
  const world: World = { host: createHost(), stored: undefined, queries: 0, failNextSave: false };
  return world;

  function createHost(): TabQueueHost {
    return {
      load: () => Promise.resolve(world.stored),
      save: (json) => {
        if (world.failNextSave) {
          world.failNextSave = false;
          return Promise.reject(new Error("quota"));
        }
        world.stored = json;
        return Promise.resolve();
      },
      restore: plainMap,
      queryTabs: () => {
        world.queries += 1;
        return Promise.resolve(tabs);
      },
    };
  }
}

/** The least map that the queue can be tried with; the rules are tested in Rust. */
function plainMap(json?: string): TabSessions {
  interface Plain {
    sessions: Record<number, string>;
    active: Record<number, number>;
  }
  const plain = json === undefined ? { sessions: {}, active: {} } : (JSON.parse(json) as Plain);
  const binding = (tabId: number): TabBinding => ({
    tabId,
    windowId: 1,
    sessionId: plain.sessions[tabId] ?? null,
    url: null,
    domain: null,
  });
  const apply = (event: TabEvent): boolean => {
    if (event.type === "bound") plain.sessions[event.tabId] = event.sessionId;
    if (event.type === "activated") plain.active[event.windowId] = event.tabId;
    return true;
  };
  return {
    apply,
    binding,
    activeTab: (windowId) => plain.active[windowId] ?? null,
    activeSession: (windowId) => plain.sessions[plain.active[windowId] ?? -1] ?? null,
    toJSON: () => JSON.stringify(plain),
    free: () => undefined,
  };
}
