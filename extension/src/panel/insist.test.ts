import assert from "node:assert/strict";
import { test } from "node:test";
import { insist } from "./insist";

const QUICK = { waitsMs: [1, 1, 1], answerMs: 5 };
const always = (): boolean => true;

// Fault 129.
test("a worker that dies, answers nothing or hangs is told again until it says yes", async () => {
  const answers = [() => Promise.reject(new Error("closed")), () => Promise.resolve(undefined), () => new Promise(() => undefined), () => Promise.resolve(true)];
  let tries = 0;

  const isTold = await insist(() => answers[tries++]?.() ?? Promise.resolve(false), always, QUICK);

  assert.deepEqual([isTold, tries], [true, 4]);
});

test("it gives up in the end", async () => {
  let tries = 0;

  const isTold = await insist(() => Promise.resolve(void (tries += 1)), always, QUICK);

  assert.deepEqual([isTold, tries], [false, 4]);
});

test("what is not wanted any more is not told again", async () => {
  let tries = 0;

  const isTold = await insist(() => Promise.resolve(void (tries += 1)), () => tries < 2, QUICK);

  assert.deepEqual([isTold, tries], [false, 2]);
});
