import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionState } from "../types/index.js";
import { badgeTexts, connectionBadge, defineBadge } from "./badge.js";

const labels: Record<ConnectionState, string> = {
  connected: "Connected",
  connecting: "Connecting",
  reconnecting: "Reconnecting",
  fallback: "Polling",
  failed: "Disconnected",
  disconnected: "Offline",
};
const states = Object.keys(labels) as ConnectionState[];

test("every state has the label of the seeds, a tooltip, an icon and a colour", () => {
  for (const state of states) {
    const badge = connectionBadge({ state, reasonLabel: null });
    assert.equal(badge.label, labels[state]);
    assert.notEqual(badge.tooltip, "");
  }
  const looks = (of: "tone" | "icon"): number => new Set(states.map((state) => connectionBadge({ state, reasonLabel: null })[of])).size;
  assert.deepEqual([looks("tone"), looks("icon")], [5, 5]);
});

test("the tooltip of polling says why", () => {
  assert.equal(connectionBadge({ state: "fallback", reasonLabel: "Pusher not configured" }).tooltip, "Using polling: Pusher not configured");
  assert.equal(connectionBadge({ state: "fallback", reasonLabel: null }).tooltip, "Using polling");
});

test("a browser without network is offline whatever the state", () => {
  for (const state of states) assert.equal(connectionBadge({ state, reasonLabel: "Connection lost" }, false).label, "Offline");
});

test("the words can be replaced", () => {
  const german = { ...badgeTexts, labels: { ...badgeTexts.labels, connected: "Verbunden" } };

  assert.equal(connectionBadge({ state: "connected", reasonLabel: null }, true, german).label, "Verbunden");
});

test("where there is no page, defining the element does nothing", () => {
  assert.doesNotThrow(() => defineBadge());
});
