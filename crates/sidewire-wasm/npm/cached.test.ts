import assert from "node:assert/strict";
import { test } from "node:test";

import { cached } from "./cached.js";

test("concurrent callers share one run", async () => {
  let runs = 0;
  const result = cached(() => Promise.resolve(++runs));

  assert.deepEqual(await Promise.all([result.get(0), result.get(0), result.get(0)]), [1, 1, 1]);
});

test("a remembered value is used until it is too old", async () => {
  let [runs, clock] = [0, 0];
  const result = cached(() => Promise.resolve(++runs), () => clock);

  assert.equal(await result.get(300), 1);
  clock = 299;
  assert.equal(await result.get(300), 1);
  clock = 300;
  assert.equal(await result.get(300), 2);
});

test("a failure is not remembered", async () => {
  let runs = 0;
  const result = cached(() => (++runs === 1 ? Promise.reject(new Error("no")) : Promise.resolve(runs)));

  await assert.rejects(result.get(1000), /no/);
  assert.equal(await result.get(1000), 2);
});

test("forgetting drops a result that is still under way", async () => {
  const answers: ((value: string) => void)[] = [];
  const result = cached(() => new Promise<string>((resolve) => answers.push(resolve)));

  const first = result.get(1000);
  result.forget();
  const second = result.get(1000);
  answers[1]?.("second user");
  answers[0]?.("first user");

  assert.equal(await first, "first user");
  assert.equal(await second, "second user");
  assert.equal(await result.get(1000), "second user");
});

test("a change goes into what is remembered, and into an answer that was under way when it happened", async () => {
  const answers: ((value: readonly string[]) => void)[] = [];
  const result = cached(() => new Promise<readonly string[]>((resolve) => answers.push(resolve)));
  const note = (name: string) => (list: readonly string[]) => [...list, name];

  const first = result.get(1000);
  result.change(note("meanwhile"));
  answers[0]?.(["loaded"]);
  const loaded = await first;
  result.change(note("later"));

  assert.deepEqual(loaded, ["loaded", "meanwhile"]);
  assert.deepEqual(await result.get(1000), ["loaded", "meanwhile", "later"]);
  assert.equal(answers.length, 1);
});

test("a change that does not fit forgets what is remembered", async () => {
  let runs = 0;
  const result = cached(() => Promise.resolve(++runs));
  await result.get(1000);

  result.change(() => null);

  assert.equal(await result.get(1000), 2);
});
