import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "sidewire";
import { nextFocus, sessionItems, type SessionListInput } from "./session_list";

test("an entry tells title, domain, time and whether there is something new", () => {
  const [first, second] = sessionItems(input([session("a", { title: "Trip", domain: "a.example", updatedAt: 5 }), session("b", { title: null, domain: "b.example" })]));

  assert.deepEqual(first, { sessionId: "a", title: "Trip", domain: "a.example", status: null, time: 5, isUnread: false, isShown: false });
  assert.deepEqual([second?.title, second?.domain, second?.isUnread], ["b.example", null, true]);
});

test("a status is told when it is not the ordinary one", () => {
  const items = sessionItems(input(["active", "completed", "failed", "interrupted", "paused", "toString"].map((status) => session(status, { status }))));

  assert.deepEqual(items.map(({ status }) => status?.label ?? null), [null, "Completed", "Failed", "Interrupted", "paused", "toString"]);
  assert.equal(items[4]?.status?.kind, "other");
});

test("the session in front has the header's title and is never unread", () => {
  const items = sessionItems({ ...input([session("b", {})]), shown: { sessionId: "b", title: "First words" } });

  assert.deepEqual([items[0]?.title, items[0]?.isShown, items[0]?.isUnread], ["First words", true, false]);
});

test("the filter looks for all words in title and domain", () => {
  const sessions = [session("a", { title: "Summer trip", domain: "maps.example" }), session("b", { title: "Trip report" })];
  const titles = (filter: string): readonly string[] => sessionItems({ ...input(sessions), filter }).map(({ title }) => title);

  assert.deepEqual(titles(" TRIP "), ["Summer trip", "Trip report"]);
  assert.deepEqual(titles("trip maps"), ["Summer trip"]);
  assert.deepEqual(titles("nothing"), []);
});

test("arrow keys, Home and End move through the list and stop at its ends", () => {
  assert.deepEqual(["ArrowDown", "ArrowUp", "Home", "End", "a"].map((key) => nextFocus(key, 1, 3)), [2, 0, 0, 2, null]);
  assert.equal(nextFocus("ArrowDown", 2, 3), 2);
  assert.equal(nextFocus("ArrowUp", 0, 3), 0);
  assert.equal(nextFocus("End", 0, 0), null);
});

function input(sessions: readonly Session[]): SessionListInput {
  return { sessions, shown: { sessionId: null, title: "" }, seen: { isUnread: ({ sessionId }) => sessionId === "b" }, filter: "" };
}

function session(sessionId: string, fields: Partial<Session>): Session {
  return { sessionId, title: "T", status: "active", url: null, domain: null, createdAt: null, updatedAt: null, lastSequenceNumber: 1, ...fields };
}
