import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatMessage } from "sidewire";
import { continuesGroup, messageFooter, safeLink } from "./message_view";

test("a message on its way says so, a failed one says why", () => {
  assert.deepEqual(messageFooter(message({ delivery: "pending" })), { type: "sending" });
  assert.deepEqual(messageFooter(message({ delivery: "queued" })), { type: "sending" });
  assert.deepEqual(messageFooter(message({ delivery: "failed", sendFailure: "network", clientMessageId: "c" })), {
    type: "failedSend",
    text: "Not sent: the server did not answer.",
    clientMessageId: "c",
  });
  assert.deepEqual(messageFooter(message({})), { type: "none" });
});

test("a failed answer shows the server's words if it has any", () => {
  const failed = { role: "assistant", status: "failure" } as const;

  assert.deepEqual(messageFooter(message({ ...failed, raw: { error: { code: "X", message: "No access" } } })), {
    type: "failedAnswer",
    text: "No access",
  });
  assert.deepEqual(messageFooter(message({ ...failed, raw: { error: [1] } })), {
    type: "failedAnswer",
    text: "The agent could not finish this answer.",
  });
});

test("messages of one author within five minutes belong together", () => {
  const first = message({ timestamp: 0 });

  assert.equal(continuesGroup(message({ timestamp: 60_000 }), first), true);
  assert.equal(continuesGroup(message({ timestamp: 600_000 }), first), false);
  assert.equal(continuesGroup(message({ role: "assistant" }), first), false);
  assert.equal(continuesGroup(first, null), false);
});

test("links lead to the web and to mail only", () => {
  assert.equal(safeLink("https://example.com/a"), "https://example.com/a");
  assert.equal(safeLink("mailto:a@example.com"), "mailto:a@example.com");
  for (const href of [undefined, "", "javascript:alert(1)", "data:text/html,x", "chrome://settings", "/relative", "//host", " java\nscript:1"]) {
    assert.equal(safeLink(href), null);
  }
});

function message(fields: Partial<ChatMessage>): ChatMessage {
  return {
    id: "m",
    sessionId: "s",
    role: "user",
    content: "",
    timestamp: 0,
    status: "sent",
    sequenceNumber: 1,
    clientMessageId: null,
    delivery: null,
    sendFailure: null,
    placeholder: false,
    raw: {},
    ...fields,
  };
}
