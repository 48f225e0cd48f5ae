import assert from "node:assert/strict";
import { test } from "node:test";
import type { Counters, Diagnostics } from "sidewire";
import { defaultConfig } from "../config";
import { codeName, counterName, diagnosisText } from "./diagnosis";
import { idleSnapshot } from "./idle_snapshot";

const config = defaultConfig({ pusherKey: "secret-app-key", wsHost: "", wsPort: "", apiBase: "", isGiven: false });

test("a diagnosis is JSON with readable times", () => {
  const diagnostics: Diagnostics = {
    counters: {} as Counters,
    socketId: "1.2",
    problems: [{ at: 0, code: "malformed_frame", detail: "not JSON", path: null }],
    transitions: [
      { at: 1000, previous: "connecting", current: "fallback", cause: "connect_timeout", reason: "attempts_exhausted", close: null },
    ],
  };

  const text = diagnosisText({ version: "0.1.0", browser: "Chrome", at: 0, isOnline: true, config, snapshot: idleSnapshot, diagnostics });

  const parsed = JSON.parse(text) as { at: string; transitions: { at: string; cause: string }[] };
  assert.equal(parsed.at, "1970-01-01T00:00:00.000Z");
  assert.equal(text.includes("secret-app-key"), false, "the key stays out");
  assert.deepEqual(parsed.transitions.map(({ at, cause }) => `${at} ${cause}`), ["1970-01-01T00:00:01.000Z connect_timeout"]);
});

test("names are told in words", () => {
  assert.equal(counterName("messagesDuplicate"), "messages duplicate");
  assert.equal(codeName("connect_timeout"), "connect timeout");
  assert.equal(codeName("catchingUp"), "catching up");
});
