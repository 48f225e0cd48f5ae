import assert from "node:assert/strict";
import { test } from "node:test";
import type { ChatMessage } from "sidewire";
import { beginsTurn, continuesGroup, messageFooter, safeLink, shownAction } from "./message_view";

test("a message on its way says so, a failed one says why", () => {
  assert.deepEqual(messageFooter(message({ delivery: "pending" })), { type: "sending" });
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
    hint: null,
  });
  assert.deepEqual(messageFooter(message({ ...failed, raw: { error: [1] } })), {
    type: "failedAnswer",
    text: "The agent could not finish this answer.",
    hint: null,
  });
});

test("a message that waits says what for, and can be taken back", () => {
  const waiting = message({ delivery: "queued", clientMessageId: "c" });

  assert.deepEqual(messageFooter(waiting), { type: "queued", text: "Waiting to be sent…", clientMessageId: "c" });
  assert.deepEqual(messageFooter(waiting, false), { type: "queued", text: "Waiting for the network…", clientMessageId: "c" });
});

// Fault 160.
test("a server's words about a failure are cut at 200 characters", () => {
  for (const error of [{ code: "X", message: "x".repeat(5_000) }, "x".repeat(5_000)]) {
    const footer = messageFooter(message({ role: "assistant", status: "failure", raw: { error } }));
    assert.equal(footer.type === "failedAnswer" && footer.text.length, 200);
  }
});

// G16
test("a page that the agent's script cannot reach is explained with what to do", () => {
  for (const error of [{ code: "CONTENT_SCRIPT_NOT_LOADED", message: "x" }, { message: "Failed to get annotated DOM: Content script is not loaded" }]) {
    const footer = messageFooter(message({ role: "assistant", status: "failure", raw: { error } }));
    assert.match(footer.type === "failedAnswer" ? (footer.hint ?? "") : "", /Reload the tab/);
  }
});

// G8
test("a turn begins with a user's message after the agent's, and with the first message", () => {
  const [user, agent] = [message({}), message({ role: "assistant" })];

  assert.equal(beginsTurn(user, null), true);
  assert.equal(beginsTurn(agent, null), true);
  assert.equal(beginsTurn(user, agent), true);
  assert.equal(beginsTurn(user, user), false);
  assert.equal(beginsTurn(agent, user), false);
});

// Fault 155.
test("an action is shown as data with its name, and cut", () => {
  assert.deepEqual(shownAction(message({ raw: { actionPayload: { type: "navigate", url: "javascript:alert(1)" } } })), {
    name: "navigate",
    text: '{\n  "type": "navigate",\n  "url": "javascript:alert(1)"\n}',
  });
  assert.deepEqual(shownAction(message({ raw: { actionPayload: "click()" } })), { name: "", text: "click()" });
  assert.equal(shownAction(message({ raw: { actionPayload: { name: "x".repeat(90), data: "y".repeat(9_000) } } }))?.text.length, 2_001);
  assert.equal(shownAction(message({ raw: {} })), null);
});

test("messages of one author within five minutes belong together", () => {
  const first = message({ timestamp: 0 });

  assert.equal(continuesGroup(message({ timestamp: 60_000 }), first), true);
  assert.equal(continuesGroup(message({ timestamp: 600_000 }), first), false);
  assert.equal(continuesGroup(message({ role: "assistant" }), first), false);
  assert.equal(continuesGroup(first, null), false);
});

// Fault 153.
test("links lead to the web and to mail only", () => {
  assert.equal(safeLink("https://example.com/a"), "https://example.com/a");
  assert.equal(safeLink("mailto:a@example.com"), "mailto:a@example.com");
  for (const href of [undefined, "", "javascript:alert(1)", "data:text/html,x", "chrome://settings", "/relative", "//host", " java\nscript:1", "JaVaScRiPt:1", "vbscript:x", "chrome-extension://a/b", "file:///x"]) {
    assert.equal(safeLink(href), null);
  }
  assert.equal(safeLink(" ht\ttps://example.com/a"), "https://example.com/a", "as a browser reads it");
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
