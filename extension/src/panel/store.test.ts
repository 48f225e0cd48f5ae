import assert from "node:assert/strict";
import { test } from "node:test";
import { TOKEN_KEY } from "../account";
import { CONFIG_KEY } from "../config";
import { createWorld, front, SERVERS, settled } from "../testing/panel_world";
import { CONNECTION_KEY } from "./connection_record";
import { openPanelStore } from "./store";

test("the session of the tab in front of the own window is watched", async () => {
  const world = createWorld([front(1, "a")]);

  const store = await openPanelStore(world.host);

  assert.equal(store.getState().sessionId, "a");
  assert.deepEqual(world.calls, ["start a"]);
});

test("another tab brings another session; a fresh tab none", async () => {
  const world = createWorld([front(1, "a")]);
  const store = await openPanelStore(world.host);
  world.calls.length = 0;

  world.tell(front(2, "b"));
  world.tell(front(3, null));

  assert.equal(store.getState().sessionId, null);
  assert.deepEqual(world.calls, ["start b", "leave", "connect"]);
});

// Fault 133.
test("what other windows show is ignored", async () => {
  const world = createWorld([front(1, "a")]);
  const store = await openPanelStore(world.host);

  world.tell(front(9, "z", 2));
  world.bringToFront(9, null, 2);

  assert.equal(store.getState().sessionId, "a");
});

test("a switch of tabs is shown at once, before the worker has woken", async () => {
  const world = createWorld([front(2, "b"), front(1, "a")]);
  const store = await openPanelStore(world.host);

  world.bringToFront(2);

  assert.equal(store.getState().sessionId, "b");
});

// Fault 137: the shown session is always that of the tab in front, however late the worker tells.
test("after many switches in a hurry the last tab's session is shown and stays", async () => {
  const world = createWorld([front(2, "b"), front(1, "a")]);
  const store = await openPanelStore(world.host);

  for (let turn = 0; turn < 50; turn += 1) {
    world.bringToFront(2);
    world.bringToFront(1);
  }
  world.bringToFront(2);
  world.tell({ type: "activated", tabId: 1, windowId: 1 });

  assert.equal(store.getState().sessionId, "b");
});

// Fault 135.
test("a tab that is discarded while it is in front keeps its session", async () => {
  const world = createWorld([front(1, "a")]);
  const store = await openPanelStore(world.host);
  world.bringToFront(1);

  world.bringToFront(77, 1);
  assert.equal(store.getState().sessionId, "a");
  world.tell({ type: "replaced", oldTabId: 1, newTabId: 77 });
  assert.equal(store.getState().sessionId, "a");
});

// Fault 144.
test("when the worker never tells the map, the tab in front is shown without a session and can be used", async () => {
  const world = createWorld([]);
  world.storage.values.clear();
  world.host.tellWorker = () => Promise.reject(new Error("no worker"));
  const store = await openPanelStore(world.host);
  await settled();

  assert.equal(store.getState().tab?.tabId, 1);
  assert.equal(await store.send("hello"), true);
  assert.equal(store.getState().sessionId, "new");
});

test("the first message of a fresh tab opens a session, binds it and is sent", async () => {
  const world = createWorld([front(3, null, 1, "https://user:x@a.example/p#t")]);
  const store = await openPanelStore(world.host);
  world.calls.length = 0;

  const isTaken = await store.send("hello");

  assert.equal(isTaken, true);
  assert.equal(store.getState().sessionId, "new");
  assert.deepEqual(world.calls, [
    'create {"url":"https://a.example/p","domain":"a.example"}',
    "start new",
    'tell {"type":"bindTab","tabId":3,"sessionId":"new"}',
    "send new hello https://a.example/p",
  ]);
});

test("a message is not taken when no session can be opened, and the failure is told", async () => {
  const world = createWorld([front(3, null)]);
  world.failCreate = true;
  const store = await openPanelStore(world.host);

  const isTaken = await store.send("hello");

  assert.equal(isTaken, false);
  assert.deepEqual(store.getState().sending, { type: "failed", tabId: 3, message: "503" });
});

test("switching tabs while a session is being opened sends to the tab where it was typed", async () => {
  const world = createWorld([front(4, "b"), front(3, null)]);
  const store = await openPanelStore(world.host);

  const sending = store.send("hello");
  world.bringToFront(4);
  await sending;

  assert.equal(store.getState().sessionId, "b");
  assert.ok(world.calls.includes('tell {"type":"bindTab","tabId":3,"sessionId":"new"}'));
  assert.ok(world.calls.includes("send new hello undefined"));
});

test("a new chat lets go of the tab's session at once, and of it alone", async () => {
  const world = createWorld([front(2, "b"), front(1, "a")]);
  const store = await openPanelStore(world.host);

  store.newChat();
  assert.equal(store.getState().sessionId, null);
  assert.ok(world.calls.includes('tell {"type":"bindTab","tabId":1,"sessionId":null}'));

  world.tell({ type: "bound", tabId: 1, sessionId: null });
  world.bringToFront(2);
  assert.equal(store.getState().sessionId, "b");
  world.bringToFront(1);
  assert.equal(store.getState().sessionId, null);
});

test("what was chosen here holds until the worker has stored it; then the map counts again", async () => {
  const world = createWorld([front(1, "a")]);
  const store = await openPanelStore(world.host);

  store.choose("c");
  world.tell({ type: "navigated", tabId: 1, url: "https://a.example/2" });
  assert.equal(store.getState().sessionId, "c");

  world.tell({ type: "bound", tabId: 1, sessionId: "c" });
  world.tell({ type: "bound", tabId: 1, sessionId: "d" });
  assert.equal(store.getState().sessionId, "d");
});

test("a token that comes or goes is told to the client", async () => {
  const world = createWorld([front(1, "a")]);
  const store = await openPanelStore(world.host);

  await world.storage.write("local", TOKEN_KEY, "t");
  await settled();
  assert.equal(store.getState().isSignedIn, true);
  await store.signOut();
  await settled();
  assert.equal(store.getState().isSignedIn, false);

  assert.equal(store.getState().account, 1);
  assert.equal(world.calls.filter((call) => call === "token").length, 2);
});

test("other servers close the client and build one that watches the same session; preferences do not", async () => {
  const world = createWorld([front(1, "a")]);
  const store = await openPanelStore(world.host);
  store.setVisible(false);
  world.calls.length = 0;

  await world.storage.write("local", CONFIG_KEY, { v: 2, ...SERVERS, wsPort: 4000, pollActiveMs: 5_000 });
  await world.storage.write("local", CONFIG_KEY, { v: 2, ...SERVERS, wsPort: 4000, pollActiveMs: 5_000, appearance: "dark" });

  await settled();
  assert.deepEqual(world.calls, ["visible false", "online true", "start a", "close"]);
  assert.equal(store.getState().config.appearance, "dark");
  assert.equal(world.options.at(-1)?.pollActiveMs, 5_000);
});

test("without a stored configuration and without a server from the build nothing is configured", async () => {
  const world = createWorld([front(1, null)]);
  const store = await openPanelStore(world.host);
  assert.equal(store.getState().isConfigured, false);

  await world.storage.write("local", CONFIG_KEY, { v: 2, ...SERVERS });

  assert.equal(store.getState().isConfigured, true);
});

test("signing in stores the token in the area of the settings", async () => {
  const world = createWorld([front(1, null)]);
  const store = await openPanelStore(world.host);
  await world.storage.write("local", CONFIG_KEY, { v: 2, ...SERVERS, tokenArea: "session" });

  const result = await store.signIn("ann");

  assert.equal(result.type, "signedIn");
  assert.equal(world.storage.values.get(`session ${TOKEN_KEY}`), "t");
  assert.equal(world.storage.values.has(`local ${TOKEN_KEY}`), false);
});

// Fault 134.
test("when the extension is gone from under the page all work stops, once", async () => {
  const world = createWorld([front(1, "a")]);
  const store = await openPanelStore(world.host);
  world.isAlive = false;
  world.calls.length = 0;

  assert.equal(await store.send("hello"), false);
  store.newChat();
  store.choose("b");
  store.setVisible(true);
  await world.storage.write("local", CONFIG_KEY, { v: 2, ...SERVERS, wsPort: 4000 });
  await settled();

  assert.equal(store.getState().client.type, "outdated");
  assert.deepEqual(world.calls, ["close"]);
});

// Fault 134.
test("a worker that cannot be reached because the extension is gone is noticed as well", async () => {
  const world = createWorld([front(1, "a")]);
  const store = await openPanelStore(world.host);
  world.host.tellWorker = () => {
    world.isAlive = false;
    return Promise.reject(new Error("Extension context invalidated."));
  };

  store.choose("b");
  await settled();

  assert.equal(store.getState().client.type, "outdated");
});

test("the record of the connection is stored when it is made, when it is lost and when the panel is hidden", async () => {
  const world = createWorld([front(1, "a")]);
  const store = await openPanelStore(world.host);

  world.change("connecting", "connected");
  assert.match(String(world.storage.values.get(`session ${CONNECTION_KEY}`)), /record 1/);
  world.change("connected", "reconnecting");
  world.change("reconnecting", "fallback");
  store.setVisible(false);

  assert.match(String(world.storage.values.get(`session ${CONNECTION_KEY}`)), /record 3/);
});

test("a reopened panel goes on from the record of its session and from no other", async () => {
  for (const [sessionId, calls] of [["a", ["restore", "start a"]], ["b", ["start a"]]] as const) {
    const world = createWorld([front(1, "a")]);
    world.storage.values.set(`session ${CONNECTION_KEY}`, JSON.stringify({ v: 1, sessionId }));

    await openPanelStore(world.host);

    assert.deepEqual(world.calls, calls);
  }
});

// Fault 141.
test("a record that cannot be read is no hindrance", async () => {
  for (const record of ["{", "null", 7, {}]) {
    const world = createWorld([front(1, "a")]);
    world.storage.values.set(`session ${CONNECTION_KEY}`, record);

    await openPanelStore(world.host);

    assert.deepEqual(world.calls, ["start a"]);
  }
});

// Fault 145.
test("an incognito panel keeps no record of its connection and waits for the worker before it looks who is signed in", async () => {
  const world = createWorld([front(1, "a")], true);
  const order: string[] = [];
  world.host.tellWorker = ({ type }) => Promise.resolve(void order.push(type));
  const read = world.storage.read.bind(world.storage);
  world.storage.read = (area, key) => {
    order.push(key);
    return read(area, key);
  };

  await openPanelStore(world.host);
  world.change("connecting", "connected");

  assert.equal(order[0], "hello");
  assert.equal([...world.storage.values.keys()].some((name) => name.includes("connection")), false);
});

// Fault 140.
test("that something could not be stored is told once", async () => {
  const world = createWorld([front(1, "a")]);
  const store = await openPanelStore(world.host);

  store.storageFailed("full");
  assert.equal(store.getState().storageFailure, "full");
  store.dismissStorageFailure();
  store.storageFailed("full");

  assert.equal(store.getState().storageFailure, null);
});
