import assert from "node:assert/strict";
import { test } from "node:test";
import * as real from "../platform/chrome";
import * as numbered from "./numbered_chrome";

// Fault 129.
test("every function of the platform is numbered in the test build", () => {
  assert.deepEqual(Object.keys(numbered).sort(), Object.keys(real).sort());
});

test("a call passes through three points and gives what it gave, a failing one as well", async () => {
  const scope = globalThis as { chrome?: unknown; sidewireCallPoints?: readonly { call: string; when: string }[] };
  scope.chrome = { storage: { local: { get: () => Promise.resolve({ key: "value" }), set: () => Promise.reject(new Error("full")) } } };

  assert.equal(await numbered.readStorage("local", "key"), "value");
  await assert.rejects(numbered.writeStorage("local", "key", 1), /full/);

  delete scope.chrome;
  assert.deepEqual(
    scope.sidewireCallPoints?.map(({ call, when }) => `${call} ${when}`),
    ["readStorage before", "readStorage made", "readStorage answered", "writeStorage before", "writeStorage made", "writeStorage answered"],
  );
});
