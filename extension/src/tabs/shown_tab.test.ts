import assert from "node:assert/strict";
import { test } from "node:test";
import type { TabEvent } from "sidewire";
import { createTabSessions, init } from "sidewire/inline";
import { shownTab } from "./shown_tab";

init();

const restore = (json?: string): ReturnType<typeof createTabSessions> => createTabSessions(json);

const stored = storedAfter([
  { type: "created", tab: { tabId: 10, windowId: 1, url: "https://a.example/x" } },
  { type: "bound", tabId: 10, sessionId: "a" },
  { type: "created", tab: { tabId: 11, windowId: 1 } },
  { type: "bound", tabId: 11, sessionId: "b" },
  { type: "activated", tabId: 10, windowId: 1 },
  { type: "created", tab: { tabId: 20, windowId: 2 } },
  { type: "bound", tabId: 20, sessionId: "c" },
  { type: "activated", tabId: 20, windowId: 2 },
]);

// Faults 132 and 133.
test("each panel shows the session of the active tab of its own window", () => {
  assert.deepEqual(shownTab(restore, stored, 1), {
    tabId: 10,
    sessionId: "a",
    url: "https://a.example/x",
    domain: "a.example",
    offers: [],
    scope: "tab",
  });
  assert.equal(shownTab(restore, stored, 2)?.sessionId, "c");
});

test("a switch of tabs is shown before the worker has stored it", () => {
  assert.equal(shownTab(restore, stored, 1, { tabId: 11, before: null })?.sessionId, "b");
});

test("a tab that the worker has not heard of yet has no session", () => {
  const shown = shownTab(restore, stored, 1, { tabId: 99, before: null });

  assert.deepEqual([shown?.tabId, shown?.sessionId], [99, null]);
});

test("a tab that was replaced keeps its session before and after the worker has stored it", () => {
  const late = storedAfter([{ type: "replaced", oldTabId: 10, newTabId: 77 }], stored);

  for (const map of [stored, late]) assert.equal(shownTab(restore, map, 1, { tabId: 77, before: 10 })?.sessionId, "a");
});

// Fault 141.
test("what cannot be read shows no tab, or the one in front without a session", () => {
  for (const value of [undefined, { v: 1 }, 7]) assert.equal(shownTab(restore, value, 1), null);
  assert.equal(shownTab(restore, "broken", 1), null);
  assert.equal(shownTab(restore, createTabSessions().toJSON(), 1), null);
  assert.equal(shownTab(restore, "broken", 1, { tabId: 5, before: null })?.tabId, 5);
});

function storedAfter(events: readonly TabEvent[], from?: string): string {
  const map = createTabSessions(from);
  for (const event of events) map.apply(event);
  return map.toJSON();
}
