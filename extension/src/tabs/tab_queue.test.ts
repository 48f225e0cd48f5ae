import assert from "node:assert/strict";
import { test } from "node:test";
import type { TabEvent, TabInfo } from "sidewire";
import { createTabSessions, init } from "sidewire/inline";
import { shownTab } from "./shown_tab";
import { createTabQueue, type TabQueue, type TabQueueHost } from "./tab_queue";

init();

const PAGE = "https://a.example/1";

test("the first start seeds the map from the open tabs and stores it", async () => {
  const world = createWorld();

  await createTabQueue(world.host).start();

  assert.equal(world.shown()?.tabId, 11);
  assert.equal(world.shown()?.sessionId, null);
});

test("a later life of the worker goes on from what is stored", async () => {
  const world = createWorld();
  await createTabQueue(world.host).push(bound(11, "s1"));

  await createTabQueue(world.host).push({ type: "activated", tabId: 10, windowId: 1 });
  await createTabQueue(world.host).push({ type: "activated", tabId: 11, windowId: 1 });

  assert.equal(world.shown()?.sessionId, "s1");
});

// Fault 129: every event finds the state of the life before in the storage.
test("a worker that dies after every event loses nothing", async () => {
  const world = createWorld();
  const events: TabEvent[] = [
    bound(11, "s1"),
    { type: "created", tab: { tabId: 12, windowId: 1 } },
    { type: "activated", tabId: 12, windowId: 1 },
    bound(12, "s2"),
    { type: "replaced", oldTabId: 11, newTabId: 111 },
    { type: "activated", tabId: 111, windowId: 1 },
  ];
  world.tabs = [...world.tabs, { tabId: 12, windowId: 1 }, { tabId: 111, windowId: 1 }];

  for (const event of events) await createTabQueue(world.host).push(event);

  assert.equal(world.shown()?.sessionId, "s1");
  assert.equal(createTabSessions(world.stored as string).session(12), "s2");
});

// Faults 129, 138: it was discarded, and without the permission for addresses only its number names it.
test("a tab whose new number wakes the worker keeps its session", async () => {
  const world = createWorld();
  await createTabQueue(world.host).push(bound(11, "s1"));
  world.tabs = [{ tabId: 10, windowId: 1 }, { tabId: 111, windowId: 1, active: true }];
  const queue = createTabQueue(world.host);

  await Promise.all([queue.start(), queue.push({ type: "replaced", oldTabId: 11, newTabId: 111 })]);

  assert.deepEqual([world.shown()?.tabId, world.shown()?.sessionId], [111, "s1"]);
});

// Fault 129.
test("a worker that is killed while it stores leaves the map as it was, never half of one", async () => {
  const world = createWorld();
  await createTabQueue(world.host).push(bound(11, "s1"));
  world.failNextSave = true;

  await assert.rejects(createTabQueue(world.host).push(bound(11, "s2")));

  assert.equal(world.shown()?.sessionId, "s1");
});

// Fault 129; B14.
test("a worker that died before it heard of the sign-out forgets the account's sessions in its next life", async () => {
  const world = createWorld();
  world.tabs = [{ tabId: 11, windowId: 1, active: true, url: PAGE }];
  await createTabQueue(world.host).push(bound(11, "s1"));
  world.isSignedIn = false;

  await createTabQueue(world.host).start();

  assert.deepEqual([world.shown()?.tabId, world.shown()?.sessionId], [11, null]);
  assert.ok(!String(world.record).includes("s1"), "it is in the record");
});

test("tabs that were closed while the worker could not hear it are pruned, and unknown ones are added", async () => {
  const world = createWorld();
  await createTabQueue(world.host).push(bound(11, "s1"));
  world.tabs = [{ tabId: 10, windowId: 1 }, { tabId: 13, windowId: 1, active: true }];

  await createTabQueue(world.host).start();

  assert.equal(world.shown()?.tabId, 13);
  assert.equal(createTabSessions(world.stored as string).binding(11), null);
});

test("events are applied one after another in the order they came", async () => {
  const world = createWorld();
  const queue = createTabQueue(world.host);

  await Promise.all([bound(10, "a"), bound(11, "b"), { type: "activated", tabId: 10, windowId: 1 } as const].map((event) => queue.push(event)));

  assert.equal(world.shown()?.sessionId, "a");
});

test("a failing save does not stop the queue", async () => {
  const world = createWorld();
  const queue = createTabQueue(world.host);
  await queue.start();
  world.failNextSave = true;

  await assert.rejects(queue.push(bound(11, "a")));
  await queue.push(bound(11, "b"));

  assert.equal(world.shown()?.sessionId, "b");
});

// Fault 141.
test("a stored map that cannot be read is seeded anew", async () => {
  for (const stored of ["broken", 7, { v: 1 }, '{"v":99}']) {
    const world = createWorld();
    world.stored = stored;

    await createTabQueue(world.host).start();

    assert.equal(world.shown()?.tabId, 11);
  }
});

// Fault 141.
test("a stored map that was spoilt while the worker lives is stored anew when a panel asks", async () => {
  const world = createWorld();
  const queue = createTabQueue(world.host);
  await queue.push(bound(11, "s1"));
  world.stored = "spoilt";

  await queue.start();

  assert.equal(world.shown()?.sessionId, "s1");
});

// Fault 136.
test("after a restart of the browser a tab gets its session back by its address", async () => {
  const world = createWorld();
  world.tabs = [{ tabId: 11, windowId: 1, active: true, url: PAGE }];
  await createTabQueue(world.host).push(bound(11, "s1"));

  restartBrowser(world, [{ tabId: 11, windowId: 1 }, { tabId: 52, windowId: 1, active: true, url: PAGE }]);
  await createTabQueue(world.host).start();

  assert.equal(world.shown()?.sessionId, "s1");
  assert.equal(createTabSessions(world.stored as string).session(11), null);
});

test("after a restart without addresses the last session is offered", async () => {
  const world = createWorld();
  await createTabQueue(world.host).push(bound(11, "s1"));

  restartBrowser(world, [{ tabId: 52, windowId: 4, active: true }]);
  await createTabQueue(world.host).start();

  assert.deepEqual(shownTab(restore, world.stored, 4)?.offers, ["s1"]);
});

test("the record is written only when something changes that the next run needs", async () => {
  const world = createWorld();
  const queue = createTabQueue(world.host);
  await queue.push(bound(11, "s1"));
  const writes = world.recordWrites;

  await queue.push({ type: "activated", tabId: 10, windowId: 1 });
  await queue.push({ type: "created", tab: { tabId: 30, windowId: 1 } });
  assert.equal(world.recordWrites, writes);

  await queue.push(bound(10, "s2"));
  assert.equal(world.recordWrites, writes + 1);
});

test("the scope of the settings is in force from the first event on", async () => {
  const world = createWorld();
  world.scope = "global";

  await createTabQueue(world.host).push(bound(10, "s1"));

  assert.equal(world.shown()?.scope, "global");
  assert.equal(world.shown()?.sessionId, "s1");
});

// Fault 145: what an incognito session left behind is not picked up by the next one.
test("when no tab that is stored is open any more, everything is forgotten", async () => {
  const world = createWorld();
  await createTabQueue(world.host).push(bound(11, "s1"));
  assert.equal(world.forgotten, 0);
  world.scope = "global";
  world.tabs = [{ tabId: 70, windowId: 7, active: true, incognito: true }];

  await createTabQueue(world.host).start();

  assert.equal(world.forgotten, 1);
  assert.equal(shownTab(restore, world.stored, 7)?.sessionId, null);
});

test("signing out empties map and record", async () => {
  const world = createWorld();
  const queue: TabQueue = createTabQueue(world.host);
  await queue.push(bound(11, "s1"));

  await queue.push({ type: "signedOut" });

  assert.equal(world.shown()?.sessionId, null);
  assert.equal(String(world.record).includes("s1"), false);
});

interface World {
  readonly host: TabQueueHost;
  stored: unknown;
  record: unknown;
  recordWrites: number;
  forgotten: number;
  tabs: readonly TabInfo[];
  scope: "tab" | "window" | "global";
  isSignedIn: boolean;
  failNextSave: boolean;
  shown(): ReturnType<typeof shownTab>;
}

/** A browser with tabs 10 and 11 in window 1, 11 in front. */
function createWorld(): World {
  const world: World = {
    stored: undefined,
    record: undefined,
    recordWrites: 0,
    forgotten: 0,
    tabs: [{ tabId: 10, windowId: 1 }, { tabId: 11, windowId: 1, active: true }],
    scope: "tab",
    isSignedIn: true,
    failNextSave: false,
    shown: () => shownTab(restore, world.stored, 1),
    host: {
      restore: createTabSessions,
      load: () => Promise.resolve(world.stored),
      loadRecord: () => Promise.resolve(world.record),
      listTabs: () => Promise.resolve(world.tabs),
      scope: () => Promise.resolve(world.scope),
      isSignedIn: () => Promise.resolve(world.isSignedIn),
      save: (json) => {
        const failed = world.failNextSave;
        world.failNextSave = false;
        if (failed) return Promise.reject(new Error("quota"));
        world.stored = json;
        return Promise.resolve();
      },
      saveRecord: (json) => {
        world.record = json;
        world.recordWrites += 1;
        return Promise.resolve();
      },
      forget: () => Promise.resolve(void (world.forgotten += 1)),
    },
  };
  return world;
}

function restartBrowser(world: World, tabs: readonly TabInfo[]): void {
  world.stored = undefined;
  world.tabs = tabs;
}

function restore(json?: string): ReturnType<typeof createTabSessions> {
  return createTabSessions(json);
}

function bound(tabId: number, sessionId: string): TabEvent {
  return { type: "bound", tabId, sessionId };
}
