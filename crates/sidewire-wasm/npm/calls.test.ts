import assert from "node:assert/strict";
import { test } from "node:test";

import { Calls, readOlder } from "./calls.js";
import { readSession, readSessions } from "./sessions.js";
import { SidewireError } from "./errors.js";

const failure = { status: null, code: "NO_TOKEN", message: "signed out" };

test("an answer that comes before the call returns is not lost", async () => {
  const calls = new Calls();

  const answer = calls.begin(() => {
    calls.answered({ type: "callAnswered", call: 1, body: null, failure });
    return 1;
  });

  await assert.rejects(answer, (error) => error instanceof SidewireError && error.serverCode === "NO_TOKEN");
});

test("answers reach their own call in any order", async () => {
  const calls = new Calls();
  const [first, second] = [calls.begin(() => 1), calls.begin(() => 2)];

  calls.answered({ type: "callAnswered", call: 2, body: "two", failure: null });
  calls.answered({ type: "callAnswered", call: 1, body: "one", failure: null });

  assert.deepEqual(await Promise.all([first, second]), ["one", "two"]);
});

test("closing rejects what is under way with a code", async () => {
  const calls = new Calls();
  const waiting = calls.begin(() => 1);

  calls.closeAll();

  await assert.rejects(waiting, { code: "closed" });
});

test("sessions are read leniently and odd ones are left out", () => {
  const sessions = readSessions(
    JSON.stringify({ sessions: [{ sessionId: "a", title: 7, updatedAt: 5 }, null, { title: "no id" }, { id: "b", title: "B" }] }),
  );

  assert.deepEqual(sessions.map((s) => [s.sessionId, s.title, s.updatedAt]), [["a", null, 5], ["b", "B", null]]);
  assert.equal(readSession("text"), null);
  assert.throws(() => readSessions("<html>"), { code: "request_failed" });
});

test("a failed page of older messages is a load_failed", async () => {
  const calls = new Calls();
  const answer = calls.begin(() => 1, "load_failed").then(readOlder);

  calls.answered({ type: "callAnswered", call: 1, body: null, failure: { ...failure, code: "LEFT" } });

  await assert.rejects(answer, (error) => error instanceof SidewireError && error.code === "load_failed" && error.serverCode === "LEFT");
});
