import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { test } from "node:test";

/** Passes, fails, and passes at the second attempt only. */
const TESTS = `
import { existsSync, writeFileSync } from "node:fs";
import { test } from "node:test";
test("sound (always)", () => {});
test("broken: 1 + 1?", () => { throw new Error("it is broken"); });
test("hasty", () => {
  const mark = new URL("mark", import.meta.url);
  if (existsSync(mark)) return;
  writeFileSync(mark, "");
  throw new Error("it was too early");
});
`;

interface Figures {
  readonly passed: number;
  readonly failed: number;
  readonly failures: readonly string[];
  readonly flaky: readonly string[];
  readonly reasons: Readonly<Record<string, string>>;
}

/** In a process of its own: Node's runner does not run below itself. */
function runTwice(folder: string, file: string): Figures {
  const runner = pathToFileURL(resolve("tools/scripts/lib/e2e-runner.mjs")).href;
  const script = join(folder, "run.mjs");
  writeFileSync(script, `import { runE2eTwice } from ${JSON.stringify(runner)};
    console.log(JSON.stringify(await runE2eTwice({ files: [${JSON.stringify(file)}] })));`);
  const env = { ...process.env };
  delete env["NODE_TEST_CONTEXT"];
  return JSON.parse(execFileSync(process.execPath, [script], { env, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })) as Figures;
}

test("a browser test that passes at the second attempt is told as flaky with its reason, one that fails twice fails", () => {
  const folder = mkdtempSync(join(tmpdir(), "sidewire-runner-"));
  try {
    const file = join(folder, "some.test.mjs");
    writeFileSync(file, TESTS);
    const { passed, failed, failures, flaky, reasons } = runTwice(folder, file);

    assert.deepEqual({ passed, failed, failures, flaky }, { passed: 2, failed: 1, failures: ["broken: 1 + 1?"], flaky: ["hasty"] });
    assert.deepEqual(reasons, { "broken: 1 + 1?": "it is broken", hasty: "it was too early" });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
