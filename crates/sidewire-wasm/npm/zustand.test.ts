import assert from "node:assert/strict";
import { test } from "node:test";

import { create } from "zustand";
import { createJSONStorage, persist, type StateStorage } from "zustand/middleware";
import { immer } from "zustand/middleware/immer";
import type { SidewireClient } from "sidewire";
import { createHub, type Hub } from "sidewire/testing";
import { createSyncSlice, type SyncSlice, withoutSync } from "sidewire/zustand";

interface Mine {
  readonly theme: string;
}

test("the store has the client's state under the names of old, and its actions act", async () => {
  const { hub, client, sessionId } = world();
  const store = create<SyncSlice>()(createSyncSlice(client));
  const before = store.getState();

  const loading = store.getState().loadMessages(sessionId);
  await hub.advance(200);
  hub.setTyping(sessionId, true, "thinking");
  await hub.advance(20);

  const state = store.getState();
  assert.deepEqual(await loading, []);
  assert.deepEqual([before.wsConnectionState, before.messages], ["disconnected", []]);
  assert.deepEqual([state.wsConnectionState, state.wsFallbackReason, state.syncSessionId], ["connected", null, sessionId]);
  assert.deepEqual([state.isServerTyping, state.serverTypingContext], [true, "thinking"]);
  await state.sendMessage("mine");
  await tick();
  assert.deepEqual(store.getState().messages.map(({ content }) => content), ["mine"]);
  await state.stopSync();
  await tick();
  assert.equal(store.getState().wsConnectionState, "disconnected");
  hub.close();
});

test("the fallback reason is in words, with its code beside it", async () => {
  const { hub, client, sessionId } = world({ key: null });
  const store = create<SyncSlice>()(createSyncSlice(client));

  await store.getState().startSync(sessionId);
  await hub.advance(200);

  const { wsConnectionState, wsFallbackReason, wsFallbackCode } = store.getState();
  assert.deepEqual([wsConnectionState, wsFallbackReason, wsFallbackCode], ["fallback", "Pusher not configured", "not_configured"]);
  hub.close();
});

test("a client that comes later is waited for, and asked for once", async () => {
  const { hub, client, sessionId } = world();
  let calls = 0;
  const source = (): Promise<SidewireClient> => {
    calls += 1;
    return Promise.resolve(client);
  };
  const store = create<SyncSlice>()(createSyncSlice(source));

  await store.getState().startSync(sessionId);
  await hub.advance(200);

  assert.equal(store.getState().wsConnectionState, "connected");
  assert.equal(calls, 1);
  hub.close();
});

test("with immer, other slices change by drafts and the messages stay the frozen ones of the client", async () => {
  const { hub, client, sessionId } = world();
  const store = create<SyncSlice & { count: number }>()(
    immer((set, get, api) => ({ count: 0, ...createSyncSlice(client)(set, get, api) })),
  );
  await store.getState().startSync(sessionId);
  await hub.advance(200);
  hub.addMessage(sessionId, { content: "Hello" });
  await hub.advance(20);

  store.setState((state) => {
    state.count += 1;
  });

  assert.equal(store.getState().count, 1);
  assert.equal(store.getState().messages, client.messages());
  hub.close();
});

test("with persist, what was stored of an earlier life does not replace what the client says", async () => {
  const { hub, client, sessionId } = world();
  const stored = JSON.stringify({ state: { theme: "dark", wsConnectionState: "failed", messages: [{ id: "stale" }] }, version: 0 });
  const storage: StateStorage = { getItem: () => stored, setItem: () => undefined, removeItem: () => undefined };
  const store = create<SyncSlice & Mine>()(
    persist((...a) => ({ theme: "light", ...createSyncSlice(client)(...a) }), { name: "panel", storage: createJSONStorage(() => storage) }),
  );

  await store.getState().startSync(sessionId);
  await hub.advance(200);

  const { theme, wsConnectionState, messages } = store.getState();
  assert.deepEqual([theme, wsConnectionState, messages], ["dark", "connected", []]);
  hub.close();
});

test("withoutSync leaves only what is the store's own", () => {
  const { hub, client } = world();
  const store = create<SyncSlice & Mine>()((...a) => ({ theme: "light", ...createSyncSlice(client)(...a) }));

  assert.deepEqual(withoutSync(store.getState()), { theme: "light" });
  hub.close();
});

test("a change of the store that is not the client's renders once, and a change of the client once", async () => {
  const { hub, client, sessionId } = world();
  const store = create<SyncSlice & Mine>()((...a) => ({ theme: "light", ...createSyncSlice(client)(...a) }));
  await store.getState().startSync(sessionId);
  await hub.advance(200);
  let changes = 0;
  store.subscribe(() => (changes += 1));

  store.setState({ theme: "dark" });
  hub.addMessage(sessionId, { content: "Hello" });
  await hub.advance(20);

  assert.equal(changes, 2);
  hub.close();
});

test("two stores on one client say the same", async () => {
  const { hub, client, sessionId } = world();
  const [a, b] = [create<SyncSlice>()(createSyncSlice(client)), create<SyncSlice>()(createSyncSlice(client))];

  await a.getState().startSync(sessionId);
  await hub.advance(200);

  assert.equal(a.getState().wsConnectionState, "connected");
  assert.equal(a.getState().messages, b.getState().messages);
  hub.close();
});

function world(options: Parameters<Hub["createClient"]>[0] = {}): { hub: Hub; client: SidewireClient; sessionId: string } {
  const hub = createHub();
  return { hub, client: hub.createClient(options), sessionId: hub.createSession().sessionId };
}

const tick = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));
