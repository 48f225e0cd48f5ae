import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "sidewire";
import { firstLine, sessionTime, sessionTitle } from "./session_title";

test("the title wins over the first words, these over the domain", () => {
  assert.equal(sessionTitle(session({ title: "Trip", domain: "a.example" }), "Hello"), "Trip");
  assert.equal(sessionTitle(session({ title: " ", domain: "a.example" }), "Hello"), "Hello");
  assert.equal(sessionTitle(session({ domain: "a.example" }), null), "a.example");
  assert.equal(sessionTitle(null, null), "Untitled chat");
});

test("long first words are cut at a word", () => {
  const line = firstLine("Please compare the prices of these three flights and tell me which one is best");

  assert.equal(line, "Please compare the prices of these three flights and tell me…");
});

test("the first line that says something is taken, without Markdown marks", () => {
  assert.equal(firstLine("\n\n## **Plan** for `today`\nmore"), "Plan for today");
});

test("times are read from numbers and ISO text", () => {
  assert.equal(sessionTime(session({ updatedAt: 5 })), 5);
  assert.equal(sessionTime(session({ updatedAt: "1970-01-01T00:00:01Z" })), 1000);
  assert.equal(sessionTime(session({ updatedAt: "soon" })), null);
  assert.equal(sessionTime(session({ createdAt: 7 })), 7);
});

function session(fields: Partial<Session>): Session {
  return {
    sessionId: "s",
    title: null,
    status: "active",
    url: null,
    domain: null,
    createdAt: null,
    updatedAt: null,
    lastSequenceNumber: null,
    ...fields,
  };
}
