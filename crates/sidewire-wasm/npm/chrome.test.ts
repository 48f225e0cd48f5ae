import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";

import { attachLifecycle, bindTabs, chromeToken, keepRecord, type LifecycleScope, watchTabs } from "sidewire/chrome";
import { init } from "sidewire/inline";
import { createHub } from "sidewire/testing";

init();

// The worker's 20 s until a browser has brought everything back need not be waited for by the test runner.
const { setTimeout: realTimeout } = globalThis;
Object.assign(globalThis, { setTimeout: (run: () => void, ms?: number) => (ms === 20_000 ? realTimeout(run, ms).unref() : realTimeout(run, ms)) });

type Any = (...args: never[]) => unknown;

/** One event of the extension API. */
function createEvent(): { addListener: (listener: Any) => void; removeListener: (listener: Any) => void; tell: (...args: unknown[]) => unknown[] } {
  const listeners = new Set<Any>();
  return {
    addListener: (listener) => listeners.add(listener),
    removeListener: (listener) => listeners.delete(listener),
    tell: (...args) => [...listeners].map((listener) => listener(...(args as never[]))),
  };
}

/** As much of the extension API as the package touches, in memory. */
function createChrome() {
  const onChanged = createEvent();
  const area = (name: string) => {
    const values = new Map<string, unknown>();
    return {
      values,
      get: (key: string) => Promise.resolve(values.has(key) ? { [key]: values.get(key) } : {}),
      set: (entries: Record<string, unknown>) => {
        for (const [key, newValue] of Object.entries(entries)) {
          values.set(key, newValue);
          onChanged.tell({ [key]: { newValue } }, name);
        }
        return Promise.resolve();
      },
      remove: (key: string) => {
        values.delete(key);
        onChanged.tell({ [key]: {} }, name);
        return Promise.resolve();
      },
    };
  };
  const onMessage = createEvent();
  const open = [
    { id: 10, windowId: 1, active: false, incognito: false },
    { id: 11, windowId: 1, active: true, incognito: false, url: "https://a.example/x" },
  ];
  return {
    runtime: {
      id: "own",
      getURL: (path: string) => `chrome-extension://own/${path}`,
      onMessage,
      sendMessage: (message: unknown, sender: object = { id: "own", url: "chrome-extension://own/panel.html" }) =>
        new Promise((resolve, reject) => {
          const taken = onMessage.tell(message, sender, resolve).includes(true);
          if (!taken) reject(new Error("Receiving end does not exist"));
        }),
    },
    storage: { onChanged, local: area("local"), session: area("session") },
    tabs: {
      query: ({ windowId }: { windowId?: number }) => Promise.resolve(open.filter((tab) => windowId === undefined || (tab.active && tab.windowId === windowId))),
      onCreated: createEvent(),
      onActivated: createEvent(),
      onUpdated: createEvent(),
      onReplaced: createEvent(),
      onAttached: createEvent(),
      onRemoved: createEvent(),
    },
    windows: { getCurrent: () => Promise.resolve({ id: 1 }), onRemoved: createEvent(), onFocusChanged: createEvent() },
  };
}

let chrome: ReturnType<typeof createChrome>;

beforeEach(() => {
  chrome = createChrome();
  Object.assign(globalThis, { chrome });
});

test("the token is read for every request, and anything but a text is none", async () => {
  const token = chromeToken();
  const read: unknown[] = [];
  for (const stored of [undefined, "t1", "", 7]) {
    await chrome.storage.local.set({ accessToken: stored });
    read.push(await token({ renew: false }));
  }

  assert.deepEqual(read, [null, "t1", null, null]);
});

test("key, area and renewal can be chosen", async () => {
  const token = chromeToken({ key: "jwt", area: "session", renew: () => Promise.resolve("fresh") });
  await chrome.storage.session.set({ jwt: "old" });

  assert.deepEqual([await token({ renew: false }), await token({ renew: true })], ["old", "fresh"]);
});

test("a change of the token is told to the client, until it is detached", async () => {
  const hub = createHub();
  const token = chromeToken();
  const client = hub.createClient({ token });
  const detach = attachLifecycle(client, { token, scope: createScope().scope });
  client.startSync(hub.createSession().sessionId);
  await hub.advance(500);
  const signedOut = client.getSnapshot().reason;

  await chrome.storage.local.set({ accessToken: "t" });
  await hub.advance(500);
  const signedIn = client.getSnapshot().state;
  detach();
  await chrome.storage.local.remove("accessToken");
  await hub.advance(500);

  assert.deepEqual([signedOut, signedIn, client.getSnapshot().state], ["no_token", "connected", "connected"]);
  hub.close();
});

test("without the extension API the error says what it needs", async () => {
  Object.assign(globalThis, { chrome: undefined });

  await assert.rejects(async () => chromeToken()({ renew: false }), { code: "chrome_unavailable", message: /permission "storage"/ });
});

test("the worker seeds the map from the open tabs, follows them, and a panel sees the tab in front", async () => {
  const binder = bindTabs({ init });
  await binder.settled();
  const tabs = await watchTabs();
  const first = tabs.getShown();
  let told = 0;
  tabs.subscribe(() => (told += 1));

  const isTaken = await tabs.bind("s1");
  const bound = tabs.getShown();
  chrome.tabs.onActivated.tell({ tabId: 10, windowId: 1 });
  await binder.settled();

  assert.deepEqual(first, { tabId: 11, sessionId: null, url: "https://a.example/x", domain: "a.example", offers: [], scope: "tab" });
  assert.equal(isTaken, true);
  assert.equal(bound?.sessionId, "s1");
  assert.deepEqual([tabs.getShown()?.tabId, tabs.getShown()?.sessionId], [10, null]);
  assert.equal(told, 2);
  tabs.stop();
});

test("a worker that was killed goes on from what is stored", async () => {
  await bindTabs({ init }).bind(11, "s1");
  const stored = chrome.storage.session.values.get("sidewire:tabs");
  chrome = createChrome();
  Object.assign(globalThis, { chrome });
  await chrome.storage.session.set({ "sidewire:tabs": stored });

  const next = bindTabs({ init });
  chrome.tabs.onReplaced.tell(12, 11);
  await next.settled();

  assert.equal((await watchTabs()).getShown()?.sessionId, "s1");
});

test("a browser that was restarted gives a page its session back, and with remember off it does not", async () => {
  await bindTabs({ init }).bind(11, "s1");
  const record = chrome.storage.local.values.get("sidewire:tabs");

  const restarted = async (remember: boolean): Promise<unknown> => {
    chrome = createChrome();
    Object.assign(globalThis, { chrome });
    await chrome.storage.local.set({ "sidewire:tabs": record });
    await bindTabs({ init, remember }).settled();
    return (await watchTabs()).getShown()?.sessionId;
  };

  assert.equal(await restarted(true), "s1");
  assert.equal(await restarted(false), null);
});

test("signing out takes the sessions from all tabs, a new chat takes it from one", async () => {
  const token = chromeToken();
  await chrome.storage.local.set({ accessToken: "t" });
  const binder = bindTabs({ init, token });
  await binder.bind(11, "s1");
  const tabs = await watchTabs();
  const seen = [tabs.getShown()?.sessionId];

  await tabs.bind(null);
  seen.push(tabs.getShown()?.sessionId);
  await tabs.bind("s2");
  seen.push(tabs.getShown()?.sessionId);
  await chrome.storage.local.remove("accessToken");
  await new Promise((resolve) => setTimeout(resolve));
  await binder.settled();
  seen.push(tabs.getShown()?.sessionId);

  assert.deepEqual(seen, ["s1", null, "s2", null]);
});

test("with scope window, the tabs of a window share a session", async () => {
  const binder = bindTabs({ init, scope: "window" });
  await binder.bind(11, "s1");

  chrome.tabs.onActivated.tell({ tabId: 10, windowId: 1 });
  await binder.settled();

  const shown = (await watchTabs()).getShown();
  assert.deepEqual([shown?.tabId, shown?.sessionId, shown?.scope], [10, "s1", "window"]);
});

test("a panel waits for a worker that has not made the map yet, and is not disturbed by one that does not answer", async () => {
  const tabs = await watchTabs();

  assert.equal(tabs.getShown(), null);
  assert.equal(await tabs.bind("s1"), false);
});

test("nobody but a page of the extension can choose a session", async () => {
  await bindTabs({ init }).settled();
  const message = { type: "sidewire:bindTab", tabId: 11, sessionId: "s1" };
  const strangers = [{ id: "other", url: "chrome-extension://own/panel.html" }, { id: "own", url: "https://a.example/" }, { id: "own" }];

  for (const sender of strangers) await assert.rejects(chrome.runtime.sendMessage(message, sender));

  assert.equal((await watchTabs()).getShown()?.sessionId, null);
});

test("messages of others, and malformed ones, are left alone", async () => {
  await bindTabs({ init }).settled();

  for (const message of [null, "text", {}, { type: "theirs" }, { type: "sidewire:bindTab", tabId: "11", sessionId: "s" }]) {
    await assert.rejects(chrome.runtime.sendMessage(message));
  }
});

test("a session id that is none, and a full storage, are reported and stop nothing", async () => {
  const errors: unknown[] = [];
  const binder = bindTabs({ init, onError: (error) => errors.push(error) });
  await binder.settled();

  await assert.rejects(binder.bind(11, "not a session id"), { code: "bad_session_id" });
  const { set } = chrome.storage.session;
  chrome.storage.session.set = () => Promise.reject(new Error("quota"));
  chrome.tabs.onActivated.tell({ tabId: 10, windowId: 1 });
  await binder.settled();
  chrome.storage.session.set = set;
  await binder.bind(10, "s2");

  assert.deepEqual(errors.map(String), ["Error: quota"]);
  assert.equal((await watchTabs()).getShown()?.sessionId, "s2");
});

test("a client goes on with the session of an earlier life", async () => {
  const hub = createHub();
  const { sessionId } = hub.createSession();
  const first = hub.createClient();
  const wasFirst = await keepRecord(first);
  first.startSync(sessionId);
  await hub.advance(500);
  hub.addMessage(sessionId, { content: "while it was dead" });

  const second = hub.createClient();
  const isRestored = await keepRecord(second);
  await hub.advance(500);

  assert.deepEqual([wasFirst, isRestored], [false, true]);
  assert.equal(second.getSnapshot().state, "connected");
  assert.deepEqual(second.messages().map(({ content }) => content), ["while it was dead"]);
  hub.close();
  assert.ok(!JSON.stringify([...chrome.storage.session.values]).includes("dead"), "no message is stored");
});

test("a client that was closed leaves the record of its last session", async () => {
  const hub = createHub();
  const { sessionId } = hub.createSession();
  const client = hub.createClient();
  await keepRecord(client);
  client.startSync(sessionId);
  await hub.advance(500);

  client.close();
  await hub.advance(0);

  assert.match(String(chrome.storage.session.values.get("sidewire:connection")), new RegExp(sessionId));
});

test("hidden, shown, frozen, kept in the back/forward cache, offline: the client is told of each", () => {
  const { scope, page, tell } = createScope();
  const told: string[] = [];
  const client = {
    ...createHub().createClient(),
    setVisible: (isVisible: boolean) => told.push(isVisible ? "visible" : "hidden"),
    setOnline: (isOnline: boolean) => told.push(isOnline ? "online" : "offline"),
  };
  const detach = attachLifecycle(client, { scope });

  page.visibilityState = "hidden";
  tell("visibilitychange");
  page.visibilityState = "visible";
  tell("visibilitychange");
  tell("freeze");
  tell("resume");
  tell("pagehide");
  tell("pageshow");
  page.onLine = false;
  tell("offline");
  detach();
  tell("visibilitychange");
  tell("online");

  assert.deepEqual(told, ["online", "hidden", "visible", "hidden", "visible", "hidden", "visible", "offline"]);
});

test("a page that comes back from the back/forward cache with a dead socket is connected again within seconds", async () => {
  const hub = createHub();
  const { sessionId } = hub.createSession();
  const client = hub.createClient();
  const { scope, tell } = createScope();
  attachLifecycle(client, { scope });
  client.startSync(sessionId);
  await hub.advance(500);

  tell("pagehide");
  hub.closeSockets();
  hub.addMessage(sessionId, { content: "meanwhile" });
  tell("pageshow");
  await hub.advance(3000);

  assert.equal(client.getSnapshot().state, "connected");
  assert.equal(client.messages().length, 1);
  hub.close();
});

test("in a worker, where there is no document, only the network is told", () => {
  const { tell, scope } = createScope();
  const client = createHub().createClient();
  const told: boolean[] = [];

  attachLifecycle({ ...client, setOnline: (isOnline) => told.push(isOnline) }, { scope: { ...scope, document: undefined } as unknown as LifecycleScope });
  tell("online");

  assert.deepEqual(told, [true, true]);
});

function createScope(): { scope: LifecycleScope; page: { visibilityState: string; onLine: boolean }; tell: (type: string) => void } {
  const target = new EventTarget();
  const page = { visibilityState: "visible", onLine: true };
  const listening = {
    addEventListener: (type: string, listener: () => void) => target.addEventListener(type, listener),
    removeEventListener: (type: string, listener: () => void) => target.removeEventListener(type, listener),
  };
  const document = Object.defineProperty({ ...listening, visibilityState: "" }, "visibilityState", { get: () => page.visibilityState });
  const scope = { ...listening, document, navigator: Object.defineProperty({ onLine: true }, "onLine", { get: () => page.onLine }) };
  return { scope, page, tell: (type) => target.dispatchEvent(new Event(type)) };
}
