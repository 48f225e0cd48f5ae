import assert from "node:assert/strict";
import { test } from "node:test";
import { growthOf } from "./use_growth";

const seen = { firstKey: "m50", length: 50, growth: "none" } as const;

test("another first message means that older ones came", () => {
  assert.equal(growthOf(seen, "m1", 100), "older");
});

test("the same first message means that newer ones came", () => {
  assert.equal(growthOf(seen, "m50", 51), "newer");
});

test("a list that was empty, or that shrinks, has not got older messages", () => {
  assert.equal(growthOf({ firstKey: null, length: 0, growth: "none" }, "m1", 50), "newer");
  assert.equal(growthOf(seen, "m51", 49), "none");
  assert.equal(growthOf(seen, "m51", 50), "none");
});
