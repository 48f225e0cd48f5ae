import assert from "node:assert/strict";
import { test } from "node:test";

import type { StorageAdapter } from "sidewire";
import { memoryStorage } from "sidewire/chrome";
import { createHub } from "sidewire/testing";

// Fault 150.
test("two clients on one page know nothing of each other", async () => {
  const hub = createHub();
  const [one, two] = ["one", "two"].map((content) => {
    const { sessionId } = hub.createSession();
    hub.addMessage(sessionId, { content });
    const client = hub.createClient();
    client.startSync(sessionId);
    return { client, sessionId };
  });
  assert.ok(one !== undefined && two !== undefined);
  await hub.until(() => [one, two].every(({ client }) => client.getSnapshot().state === "connected"));
  let told = 0;
  two.client.subscribe(() => (told += 1));

  one.client.stopSync();
  hub.addMessage(one.sessionId, { content: "for nobody" });
  await hub.advance(200);

  assert.deepEqual(two.client.messages().map(({ content }) => content), ["two"]);
  assert.deepEqual([one.client.getSnapshot().state, two.client.getSnapshot().state, told], ["disconnected", "connected", 0]);
  one.client.close();
  hub.addMessage(two.sessionId, { content: "still here" });
  await hub.advance(200);
  assert.deepEqual(two.client.messages().map(({ content }) => content), ["two", "still here"]);
  hub.close();
});

// Fault 143: the browser's storage makes U+FFFD of half a pair.
test("a message with half a surrogate pair is stored, and is the same one afterwards", async () => {
  const hub = createHub();
  const { sessionId } = hub.createSession();
  hub.addMessage(sessionId, { content: "half \ud83d pair" });
  const kept = memoryStorage();
  const wellFormed = (text: string): string => new TextDecoder().decode(new TextEncoder().encode(text));
  const storage: StorageAdapter = { ...kept, set: (key, value) => kept.set(wellFormed(key), wellFormed(value)) };
  const first = hub.createClient({ storage });
  first.startSync(sessionId);
  await hub.until(() => first.getSnapshot().state === "connected");
  const shown = first.messages().map(({ id, content }) => [id, content]);
  first.close();

  const second = hub.createClient({ storage });
  second.startSync(sessionId);
  await hub.until(() => second.getSnapshot().state === "connected");

  assert.equal(second.messages().length, 1);
  assert.deepEqual(second.messages().map(({ id, content }) => [id, content]), shown);
  hub.close();
});
