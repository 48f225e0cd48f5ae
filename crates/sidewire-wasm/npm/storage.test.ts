import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import type { ClientOptions, SidewireClient, StorageAdapter } from "sidewire";
import { chromeStorage, memoryStorage } from "sidewire/chrome";
import { createHub, type Hub } from "sidewire/testing";

import { ownerOf, OwnerWatch } from "./owner.js";

const SNAPSHOT = "sidewire:snapshot:";
const OUTBOX = "sidewire:outbox:";

/** A hub with a session of three messages. */
function begun(): { hub: Hub; sessionId: string } {
  const hub = createHub();
  const { sessionId } = hub.createSession();
  for (const content of ["one", "two", "three"]) hub.addMessage(sessionId, { content });
  return { hub, sessionId };
}

async function watching(hub: Hub, sessionId: string, options: Partial<ClientOptions>): Promise<SidewireClient> {
  const client = hub.createClient(options);
  client.startSync(sessionId);
  await hub.until(() => client.getSnapshot().state === "connected");
  return client;
}

const texts = (client: SidewireClient): readonly string[] => client.messages().map((message) => message.content);

test("messages that were kept are shown before any request is answered, and then caught up on", async () => {
  const { hub, sessionId } = begun();
  const storage = memoryStorage();
  const first = await watching(hub, sessionId, { storage });
  first.close();
  hub.addMessage(sessionId, { content: "missed" });

  hub.fault({ on: "rest", do: "delay", ms: 5000 });
  const second = hub.createClient({ storage });
  second.startSync(sessionId);
  await hub.advance(5);
  const atOnce = texts(second);
  hub.heal();
  await hub.advance(12_000);

  assert.deepEqual(atOnce, ["one", "two", "three"]);
  assert.deepEqual(texts(second), ["one", "two", "three", "missed"]);
  hub.close();
});

test("a message that was not sent when the client was closed is sent once by the next one", async () => {
  const { hub, sessionId } = begun();
  const storage = memoryStorage();
  const first = await watching(hub, sessionId, { storage });
  hub.fault({ on: "interact", do: "drop", afterwards: true });
  const id = first.sendMessage({ content: "mine" });
  await hub.advance(500);
  first.close();
  hub.heal();

  const second = await watching(hub, sessionId, { storage });
  await hub.advance(1000);

  const own = hub.messages(sessionId).filter((message) => message.role === "user");
  assert.deepEqual(own.map((message) => message.clientMessageId), [id]);
  assert.deepEqual(texts(second), ["one", "two", "three", "mine"]);
  assert.deepEqual((await storage.keys()).filter((key) => key.startsWith(OUTBOX)), []);
  hub.close();
});

test("another account sees nothing of what was kept for the one before", async () => {
  const { hub, sessionId } = begun();
  const storage = memoryStorage();
  const first = await watching(hub, sessionId, { storage, account: () => "ann" });
  first.close();

  hub.fault({ on: "rest", do: "hang" });
  const second = hub.createClient({ storage, account: () => "bob" });
  second.startSync(sessionId);
  await hub.advance(1000);

  assert.deepEqual(texts(second), []);
  assert.deepEqual(await storage.keys(), []);
  hub.close();
});

test("signing out forgets everything that was kept, and nothing else", async () => {
  const { hub, sessionId } = begun();
  const storage = memoryStorage();
  await storage.set("theirs", "kept");
  let token: string | null = "test-token";
  const client = await watching(hub, sessionId, { storage, token: () => token });
  client.setVisible(false);
  await hub.advance(10);
  const before = (await storage.keys()).length;
  token = null;
  client.tokenChanged();
  await hub.advance(10);

  assert.equal(before, 2);
  assert.deepEqual(await storage.keys(), ["theirs"]);
  hub.close();
});

test("a token provider that fails to renew signs nobody out", async () => {
  const { hub, sessionId } = begun();
  const storage = memoryStorage();
  const token: ClientOptions["token"] = ({ renew }) => {
    if (renew) throw new Error("no network");
    return "old-token";
  };
  const client = await watching(hub, sessionId, { storage, token });
  hub.refuseToken("old-token");
  client.refresh();
  await hub.advance(30_000);

  assert.deepEqual(texts(client), ["one", "two", "three"]);
  assert.notEqual(client.getSnapshot().reason, "no_token");
  hub.close();
});

for (const [name, error] of [
  ["a DOMException", new DOMException("exceeded", "QuotaExceededError")],
  ["Chrome's words", new Error("Resource::kQuotaBytes quota exceeded")],
] as const) {
  test(`a full store is told once, without what was to be stored: ${name}`, async () => {
    const { hub, sessionId } = begun();
    const storage: StorageAdapter = { ...memoryStorage(), set: () => Promise.reject(error) };
    const client = await watching(hub, sessionId, { storage });
    const problems: unknown[] = [];
    client.on("problem", (problem) => problems.push(problem));
    client.sendMessage({ content: "secret words" });
    client.setVisible(false);
    await hub.advance(60_000);

    assert.equal(problems.length, 1);
    assert.match(JSON.stringify(problems), /storage_full/);
    assert.doesNotMatch(JSON.stringify(client.diagnostics()), /secret words/);
    hub.close();
  });
}

test("a store whose calls never settle delays the first page a little and nothing else", async () => {
  const { hub, sessionId } = begun();
  const never = (): Promise<never> => new Promise(() => undefined);
  const client = hub.createClient({ storage: { get: never, set: never, remove: never, keys: never } });
  client.startSync(sessionId);
  await hub.advance(400);
  assert.deepEqual(texts(client), ["one", "two", "three"]);
  client.sendMessage({ content: "mine" });
  await hub.advance(100);

  assert.equal(hub.messages(sessionId).length, 4);
  hub.close();
});

test("keep says how much is kept, and nothing at all with 0", async () => {
  const { hub, sessionId } = begun();
  const [some, none] = [memoryStorage(), memoryStorage()];
  const first = await watching(hub, sessionId, { storage: some, keep: { messages: 2 } });
  const second = await watching(hub, sessionId, { storage: none, keep: { sessions: 0 } });
  first.close();
  second.close();

  const value: unknown = JSON.parse((await some.get(SNAPSHOT + sessionId)) ?? "null");
  const { messages } = value as { messages: readonly [number, { content: string }][] };
  assert.deepEqual(messages.map(([, message]) => message.content), ["two", "three"]);
  assert.deepEqual(await none.keys(), []);
  hub.close();
});

test("who a token belongs to: the account, a JWT's subject, or a checksum that tells no token", () => {
  const jwt = (claims: object): string => `h.${btoa(JSON.stringify(claims)).replaceAll("+", "-").replaceAll("/", "_")}.s`;

  assert.deepEqual(ownerOf("any", () => "ann"), { name: "=ann", isSure: true });
  assert.deepEqual(ownerOf(jwt({ sub: "u~?>1", iss: "https://id.example" })), { name: "=https://id.example/u~?>1", isSure: true });
  for (const token of ["opaque", "a.b.c", jwt({}), jwt({ sub: 7 }), "h.%%%.s"]) {
    const { name, isSure } = ownerOf(token, () => null);
    assert.match(name, /^~[0-9a-f]{1,8}$/);
    assert.equal(isSure, false);
  }
  assert.notEqual(ownerOf("one").name, ownerOf("two").name);
});

test("another sure name is another person, another token may be the same one", () => {
  const told: unknown[] = [];
  const watch = new OwnerWatch((token) => (token.startsWith("user:") ? token : null), (name, renewed) => told.push([name, renewed]));
  for (const token of ["user:ann", "user:ann", "user:bob", "opaque", "user:bob", null, "user:bob"]) watch.see(token);

  const opaque = ownerOf("opaque").name;
  assert.deepEqual(told, [["=user:ann", false], ["=user:bob", false], [opaque, true], ["=user:bob", true], ["=user:bob", false]]);
});

afterEach(() => {
  delete (globalThis as { chrome?: unknown }).chrome;
});

for (const hasGetKeys of [true, false]) {
  test(`chrome.storage keeps texts, ${hasGetKeys ? "with" : "without"} getKeys`, async () => {
    const values = new Map<string, unknown>([["number", 7]]);
    const area = {
      get: (key: string | null) =>
        Promise.resolve(Object.fromEntries([...values].filter(([name]) => key === null || name === key))),
      set: (entries: Record<string, unknown>) => {
        for (const [key, value] of Object.entries(entries)) values.set(key, value);
        return Promise.resolve();
      },
      remove: (key: string) => Promise.resolve(void values.delete(key)),
      ...(hasGetKeys ? { getKeys: () => Promise.resolve([...values.keys()]) } : {}),
    };
    Object.assign(globalThis, { chrome: { storage: { session: area } } });
    const storage = chromeStorage("session");

    await storage.set("a", "text");
    assert.deepEqual([await storage.get("a"), await storage.get("number"), await storage.get("none")], ["text", null, null]);
    assert.deepEqual(await storage.keys(), ["number", "a"]);
    await storage.remove("a");

    assert.deepEqual(await storage.keys(), ["number"]);
  });
}

test("without chrome.storage the adapter says what it needs", () => {
  assert.throws(() => chromeStorage(), { code: "chrome_unavailable" });
});
