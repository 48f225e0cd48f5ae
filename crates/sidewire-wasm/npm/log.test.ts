import assert from "node:assert/strict";
import { test } from "node:test";

import { createLog } from "./log.js";
import type { ClientEvent, LogEntry, LogLevel } from "../types/index.js";

const fell: ClientEvent = { type: "stateChange", previous: "connecting", current: "fallback", cause: "auth_refused", reason: "auth_failed", close: null };
const answered: ClientEvent = { type: "interactResponse", sessionId: "s", taskId: "t", action: "click(private)", thought: "private", status: "done" };

function logged(events: readonly ClientEvent[], level?: LogLevel): readonly LogEntry[] {
  const entries: LogEntry[] = [];
  const log = createLog((entry) => entries.push(entry), level, () => 5);
  for (const event of events) log?.(event);
  return entries;
}

test("nothing is logged unless a logger or a level is given", () => {
  assert.equal(createLog(undefined, undefined), null);
  assert.equal(createLog(() => undefined, "silent"), null);
});

test("a logger alone gets info and worse, and each level includes those before it", () => {
  assert.deepEqual(logged([fell, answered]).map(({ level }) => level), ["warn"]);
  assert.deepEqual(logged([fell, answered], "error"), []);
  assert.deepEqual(logged([fell, answered], "debug").map(({ level }) => level), ["warn", "debug"]);
});

test("an entry has a sentence, fields and the time, and is frozen", () => {
  const [entry] = logged([fell]);

  assert.deepEqual(entry, {
    at: 5,
    level: "warn",
    event: "stateChange",
    message: "connecting → fallback (auth_refused, auth_failed)",
    fields: { previous: "connecting", current: "fallback", cause: "auth_refused", reason: "auth_failed", closeCode: null },
  });
  assert.ok(Object.isFrozen(entry));
});

test("what an agent or a server wrote stays out", () => {
  const problem: ClientEvent = { type: "problem", code: "malformed_event", detail: "private", path: "message" };
  const failed: ClientEvent = { type: "loadChange", sessionId: "s", isLoading: false, isPolling: false, retryCount: 1, isLoadingOlder: false, hasOlder: null, error: { status: 500, code: "SERVER", message: "private", serverCode: null } };

  assert.ok(!JSON.stringify(logged([answered, problem, failed], "debug")).includes("private"));
});
