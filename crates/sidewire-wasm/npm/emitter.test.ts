import assert from "node:assert/strict";
import { test } from "node:test";

import { Emitter } from "./emitter.js";

const fresh = { type: "freshnessChange", freshness: "fresh", cause: "caught_up" } as const;

test("subscribers hear of many changes once per microtask batch", async () => {
  const emitter = new Emitter();
  let calls = 0;
  emitter.subscribe(() => (calls += 1));

  for (let i = 0; i < 100; i += 1) emitter.emit(fresh);
  assert.equal(calls, 0);
  await Promise.resolve();

  assert.equal(calls, 1);
});

test("the snapshot is invalid before any listener runs", () => {
  const emitter = new Emitter();
  const order: string[] = [];
  emitter.onChange(() => order.push("invalid"));
  emitter.on("freshnessChange", () => order.push("listener"));

  emitter.emit(fresh);

  assert.deepEqual(order, ["invalid", "listener"]);
});

test("a listener removed while an event is told does not disturb the others", () => {
  const emitter = new Emitter();
  const heard: string[] = [];
  const endFirst = emitter.on("freshnessChange", () => {
    heard.push("first");
    endFirst();
  });
  emitter.on("freshnessChange", () => heard.push("second"));

  emitter.emit(fresh);
  emitter.emit(fresh);

  assert.deepEqual(heard, ["first", "second", "second"]);
});

// Fault 149.
test("a listener that throws is reported and does not stop the others", (t) => {
  const errors = t.mock.method(console, "error", () => undefined);
  const emitter = new Emitter();
  let heard = 0;
  emitter.onAny(() => {
    throw new Error("a listener's own mistake");
  });
  emitter.onAny(() => (heard += 1));

  emitter.emit(fresh);

  assert.equal(heard, 1);
  assert.equal(errors.mock.callCount(), 1);
});

test("the same function may subscribe twice and end once", async () => {
  const emitter = new Emitter();
  let calls = 0;
  const listener = (): void => {
    calls += 1;
  };
  const end = emitter.subscribe(listener);
  emitter.subscribe(listener);
  end();

  emitter.emit(fresh);
  await Promise.resolve();

  assert.equal(calls, 1);
});

// Fault 28.
test("with frames as the beat, subscribers hear of 10,000 changes once per frame", () => {
  const frames: (() => void)[] = [];
  const emitter = new Emitter((tell) => frames.push(tell));
  let calls = 0;
  emitter.subscribe(() => (calls += 1));

  for (let i = 0; i < 10_000; i += 1) emitter.emit(fresh);
  assert.equal(frames.length, 1);
  frames.shift()?.();
  emitter.emit(fresh);

  assert.equal(calls, 1);
  assert.equal(frames.length, 1);
});

test("a change of rows is noted first, and becomes an event only while somebody listens", async () => {
  const emitter = new Emitter();
  const told: unknown[] = [];
  emitter.onRows((...fields) => told.push(fields));
  emitter.emitRows("a", 1, 0, 1, 1);
  const end = emitter.on("timelineChange", (event) => told.push(event));
  emitter.subscribe(() => told.push("changed"));

  emitter.emitRows("a", 2, 1, 2, 2);
  end();
  emitter.emitRows("a", 3, 2, 3, 3);
  await Promise.resolve();

  assert.deepEqual(told, [
    ["a", 1, 0, 1, 1],
    ["a", 2, 1, 2, 2],
    { type: "timelineChange", sessionId: "a", revision: 2, start: 1, end: 2, length: 2 },
    ["a", 3, 2, 3, 3],
    "changed",
  ]);
});

test("single new messages are asked for only while somebody listens", () => {
  const emitter = new Emitter();
  const wanted: boolean[] = [];
  emitter.onInterest((interest) => wanted.push(interest));

  const endOther = emitter.on("freshnessChange", () => undefined);
  const endOne = emitter.on("newMessage", () => undefined);
  const endAny = emitter.onAny(() => undefined);
  endOne();
  endAny();
  endOther();

  assert.deepEqual(wanted, [false, false, true, true, true, false, false]);
});
