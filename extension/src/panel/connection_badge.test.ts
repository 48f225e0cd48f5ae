import assert from "node:assert/strict";
import { test } from "node:test";
import type { ConnectionState } from "sidewire";
import { connectionBadge } from "./connection_badge";

test("every state has the label of the seeds", () => {
  const labels: Record<ConnectionState, string> = {
    connected: "Connected",
    connecting: "Connecting",
    reconnecting: "Reconnecting",
    fallback: "Polling",
    failed: "Disconnected",
    disconnected: "Offline",
  };

  for (const state of Object.keys(labels) as ConnectionState[]) {
    assert.equal(connectionBadge({ state, reasonLabel: null }, true).label, labels[state]);
  }
});

test("the tooltip of polling says why", () => {
  const badge = connectionBadge({ state: "fallback", reasonLabel: "Pusher not configured" }, true);

  assert.equal(badge.tooltip, "Using polling: Pusher not configured");
});

test("a browser without network is offline whatever the state", () => {
  assert.equal(connectionBadge({ state: "reconnecting", reasonLabel: null }, false).label, "Offline");
});
