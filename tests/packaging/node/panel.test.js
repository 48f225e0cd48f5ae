// How a panel is tested without network and browser; any test runner will do.
import assert from "node:assert/strict";
import { test } from "node:test";

import { createHub } from "sidewire/testing";

test("an answer of the agent arrives while push is away", async () => {
  const hub = createHub();
  hub.onInteract(({ sessionId }) => hub.addMessage(sessionId, { content: "Good day!" }));
  hub.fault({ on: "socket", do: "refuse" });
  const client = hub.createClient();

  client.startSync(hub.createSession().sessionId);
  client.sendMessage({ content: "Hello" });
  await hub.until(() => client.messages().length === 2);

  assert.deepEqual(client.messages().map((message) => message.content), ["Hello", "Good day!"]);
  assert.equal(client.getSnapshot().state, "connecting");
  hub.close();
});

test("every entry can be imported where there is no browser", async () => {
  for (const entry of ["sidewire", "sidewire/inline", "sidewire/chrome", "sidewire/zustand", "sidewire/testing"]) {
    assert.ok(Object.keys(await import(entry)).length > 0, entry);
  }
});
