import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session, SidewireClient, TabSessions } from "sidewire";
import { CONFIG_KEY } from "../config";
import { TOKEN_KEY } from "../sign_in";
import { TABS_KEY, type ShownTab } from "../tabs/shown_tab";
import { openPanelStore, type PanelHost } from "./store";

test("the session of the tab in front of the own window is watched", async () => {
  const world = createWorld({ tabId: 1, sessionId: "a" });

  const store = await openPanelStore(world.host);

  assert.equal(store.getState().sessionId, "a");
  assert.deepEqual(world.calls, ["start a"]);
});

test("another tab brings another session; a fresh tab none", async () => {
  const world = createWorld({ tabId: 1, sessionId: "a" });
  const store = await openPanelStore(world.host);
  world.calls.length = 0;

  world.show({ tabId: 2, sessionId: "b" });
  world.show({ tabId: 3, sessionId: null });

  assert.equal(store.getState().sessionId, null);
  assert.deepEqual(world.calls, ["start b", "leave", "connect"]);
});

test("what other windows show is ignored", async () => {
  const world = createWorld({ tabId: 1, sessionId: "a" });
  const store = await openPanelStore(world.host);

  world.emit("session", TABS_KEY, stored({ 1: tab({ tabId: 1, sessionId: "a" }), 2: tab({ tabId: 9, sessionId: "z" }) }));

  assert.equal(store.getState().sessionId, "a");
});

test("the first message of a fresh tab opens a session, binds it and is sent", async () => {
  const world = createWorld({ tabId: 3, sessionId: null, url: "https://user:x@a.example/p#t" });
  const store = await openPanelStore(world.host);
  world.calls.length = 0;

  const isTaken = await store.send("hello");

  assert.equal(isTaken, true);
  assert.equal(store.getState().sessionId, "new");
  assert.deepEqual(world.calls, [
    'create {"url":"https://a.example/p","domain":"a.example"}',
    "start new",
    'tell {"type":"bindTab","tabId":3,"sessionId":"new"}',
    'send new hello https://a.example/p',
  ]);
});

test("a message is not taken when no session can be opened, and the failure is told", async () => {
  const world = createWorld({ tabId: 3, sessionId: null });
  world.failCreate = true;
  const store = await openPanelStore(world.host);

  const isTaken = await store.send("hello");

  assert.equal(isTaken, false);
  assert.deepEqual(store.getState().sending, { type: "failed", tabId: 3, message: "503" });
});

test("switching tabs while a session is being opened sends to the tab where it was typed", async () => {
  const world = createWorld({ tabId: 3, sessionId: null });
  const store = await openPanelStore(world.host);

  const sending = store.send("hello");
  world.show({ tabId: 4, sessionId: "b" });
  await sending;

  assert.equal(store.getState().sessionId, "b");
  assert.ok(world.calls.includes('tell {"type":"bindTab","tabId":3,"sessionId":"new"}'));
  assert.ok(world.calls.includes("send new hello undefined"));
});

test("a new chat hides the tab's session until another is chosen or opened", async () => {
  const world = createWorld({ tabId: 1, sessionId: "a" });
  const store = await openPanelStore(world.host);

  store.newChat();
  world.show({ tabId: 2, sessionId: "b" });
  world.show({ tabId: 1, sessionId: "a", url: "https://a.example/2" });
  assert.equal(store.getState().sessionId, null);

  store.choose("c");
  world.show({ tabId: 1, sessionId: "a" });
  assert.equal(store.getState().sessionId, "c");

  world.show({ tabId: 1, sessionId: "c" });
  world.show({ tabId: 1, sessionId: "d" });
  assert.equal(store.getState().sessionId, "d");
});

test("a token that comes or goes is told to the client", async () => {
  const world = createWorld({ tabId: 1, sessionId: "a" });
  const store = await openPanelStore(world.host);

  world.emit("local", TOKEN_KEY, "t");
  assert.equal(store.getState().isSignedIn, true);
  world.emit("local", TOKEN_KEY, undefined);
  assert.equal(store.getState().isSignedIn, false);

  assert.equal(store.getState().account, 1);
  assert.equal(world.calls.filter((call) => call === "token").length, 2);
});

test("another configuration closes the client and builds one that watches the same session", async () => {
  const world = createWorld({ tabId: 1, sessionId: "a" });
  const store = await openPanelStore(world.host);
  store.setVisible(false);
  world.calls.length = 0;

  world.emit("local", CONFIG_KEY, { v: 1, ...world.host.defaults, wsPort: 4000 });
  world.emit("local", CONFIG_KEY, { v: 1, ...world.host.defaults, wsPort: 4000 });

  await new Promise((resolve) => setTimeout(resolve, 5));
  assert.deepEqual(world.calls, ["visible false", "online true", "start a", "close"]);
});

test("signing in stores the token after the storage is locked", async () => {
  const world = createWorld({ tabId: 1, sessionId: null });
  const store = await openPanelStore(world.host);
  world.calls.length = 0;

  const result = await store.signIn("ann");

  assert.equal(result.type, "signedIn");
  assert.deepEqual(world.calls, ["lock", "write accessToken"]);
});

interface World {
  readonly host: PanelHost;
  readonly calls: string[];
  failCreate: boolean;
  show(shown: Partial<ShownTab>): void;
  emit(area: string, key: string, value: unknown): void;
}

function createWorld(first: Partial<ShownTab>): World {
  const calls: string[] = [];
  const watchers: { area: string; key: string; listener: (value: unknown) => void }[] = [];
  const world: World = {
    calls,
    failCreate: false,
    show: (shown) => world.emit("session", TABS_KEY, stored({ 1: tab(shown) })),
    emit: (area, key, value) => {
      for (const watcher of watchers) if (watcher.area === area && watcher.key === key) watcher.listener(value);
    },
    host: {
      windowId: 1,
      defaults: { key: "k", wsHost: "127.0.0.1", wsPort: 3005, tls: false, apiBase: "http://127.0.0.1:3000" },
      createClient: () => recordingClient(world),
      restoreTabs,
      read: (area, key) => Promise.resolve(key === TABS_KEY && area === "session" ? stored({ 1: tab(first) }) : undefined),
      write: (_area, key) => Promise.resolve(void calls.push(`write ${key}`)),
      remove: () => Promise.resolve(),
      watch: (area, key, listener) => {
        watchers.push({ area, key, listener });
        return () => undefined;
      },
      lockStorage: () => Promise.resolve(void calls.push("lock")),
      tellWorker: (message) => {
        if (message.type !== "hello") calls.push(`tell ${JSON.stringify(message)}`);
        return Promise.resolve(true);
      },
      post: () => Promise.resolve({ status: 200, json: () => Promise.resolve({ accessToken: "t" }) }),
    },
  };
  return world;
}

/** Writes down what it is told; answers only what the store asks for. */
function recordingClient(world: World): SidewireClient {
  const client: Partial<SidewireClient> = {
    connect: () => void world.calls.push("connect"),
    leaveSession: () => void world.calls.push("leave"),
    startSync: (sessionId) => void world.calls.push(`start ${sessionId}`),
    tokenChanged: () => void world.calls.push("token"),
    close: () => void world.calls.push("close"),
    setVisible: (isVisible) => void world.calls.push(`visible ${String(isVisible)}`),
    setOnline: (isOnline) => void world.calls.push(`online ${String(isOnline)}`),
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

function tab(shown: Partial<ShownTab>): ShownTab {
  return { tabId: 1, sessionId: null, url: null, domain: null, ...shown };
}

function stored(windows: Record<number, ShownTab>): unknown {
  return JSON.stringify(windows);
}

/** A map of what each window shows, which is all that a panel asks for. */
function restoreTabs(json = "{}"): TabSessions {
  const windows = JSON.parse(json) as Record<string, ShownTab>;
  const map: Partial<TabSessions> = {
    activeTab: (windowId) => windows[windowId]?.tabId ?? null,
    binding: (tabId) => {
      const shown = Object.values(windows).find((candidate) => candidate.tabId === tabId);
      return shown === undefined ? null : { ...shown, windowId: 1 };
    },
    free: () => undefined,
  };
  return map as TabSessions;
}
