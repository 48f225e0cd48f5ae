import assert from "node:assert/strict";
import { test } from "node:test";

import { beforeFrame } from "./frames.js";

test("where nothing is painted, subscribers are told all the same", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  let told = 0;

  beforeFrame(() => (told += 1));
  t.mock.timers.tick(16);

  assert.equal(told, 1);
});

test("a page that is not painted is told late, and a painted one once", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const frames: (() => void)[] = [];
  const scope = globalThis as { requestAnimationFrame?: unknown; cancelAnimationFrame?: unknown };
  scope.requestAnimationFrame = (frame: () => void) => frames.push(frame);
  scope.cancelAnimationFrame = () => undefined;
  t.after(() => {
    delete scope.requestAnimationFrame;
    delete scope.cancelAnimationFrame;
  });
  let told = 0;

  beforeFrame(() => (told += 1));
  frames.shift()?.();
  t.mock.timers.tick(1000);
  assert.equal(told, 1);

  beforeFrame(() => (told += 1));
  t.mock.timers.tick(1000);
  assert.equal(told, 2);
});
