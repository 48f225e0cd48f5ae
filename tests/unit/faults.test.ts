import assert from "node:assert/strict";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

interface Faults {
  readonly faultsIn: (text: string) => readonly number[];
  readonly unnamed: (named: readonly number[], promised: readonly (readonly [number, number])[]) => readonly number[];
}

const address = new URL("tools/scripts/lib/faults.mjs", pathToFileURL(`${process.cwd()}/`));
const { faultsIn, unnamed } = (await import(address.href)) as Faults;

test("numbers are read one by one, in lists and in ranges", () => {
  assert.deepEqual(faultsIn("// Fault 141.\n// H4; faults 129, 137.\n// Faults 5 and 7 to 9"), [141, 129, 137, 5, 7, 8, 9]);
  assert.deepEqual(faultsIn("// a default 12, a faulty network 13"), []);
});

test("what is promised and not named is told", () => {
  assert.deepEqual(unnamed([1, 2, 4], [[1, 5]]), [3, 5]);
  assert.deepEqual(unnamed([1, 2, 3], [[1, 3]]), []);
});
