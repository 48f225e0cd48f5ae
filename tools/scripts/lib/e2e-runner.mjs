// Runs the browser tests one after another with Node's own runner and counts them.
import { setMaxListeners } from "node:events";
import { existsSync, readdirSync } from "node:fs";
import { spec } from "node:test/reporters";
import { run as runTests } from "node:test";

import { onStop } from "./exec.mjs";
import { inRoot } from "./paths.mjs";

const FOLDER = "tests/e2e";
/** A file that hangs is ended after that long; each test has a time of its own. */
const FILE_MS = 1_200_000;

export function e2eFiles() {
  if (!existsSync(inRoot(FOLDER))) return [];
  return readdirSync(inRoot(FOLDER)).filter((name) => name.endsWith(".test.mjs")).sort().map((name) => inRoot(FOLDER, name));
}

/** Only leaves count: a file and a suite are no tests of their own. */
function isLeaf(data) {
  return data.details?.type !== "suite" && !data.name.endsWith(".test.mjs");
}

/** Gives `{passed, failed, skipped, failures, ms, times}`, `times` in ms by the tests' names. `grep`: a regular expression over the tests' names. */
export async function runE2e({ sockudo, grep, files = e2eFiles() }) {
  if (sockudo) process.env.SIDEWIRE_SOCKUDO = sockudo;
  const stop = new AbortController();
  // One for every file.
  setMaxListeners(0, stop.signal);
  const started = performance.now();
  const forget = onStop(async () => stop.abort());
  const figures = { passed: 0, failed: 0, skipped: 0, failures: [], ms: 0, times: {} };
  const stream = runTests({ files, concurrency: 1, timeout: FILE_MS, signal: stop.signal, ...(grep ? { testNamePatterns: [new RegExp(grep, "i")] } : {}) });
  stream.on("test:pass", (data) => {
    if (!isLeaf(data)) return;
    if (data.skip !== undefined) {
      figures.skipped += 1;
      return;
    }
    figures.passed += 1;
    figures.times[data.name] = Math.round(data.details.duration_ms);
  });
  stream.on("test:fail", (data) => {
    // A file that fails without a failing test of its own (a crash, a syntax error) counts too.
    if (!isLeaf(data) && data.details?.error?.failureType === "subtestsFailed") return;
    figures.failed += 1;
    figures.failures.push(data.name);
  });
  const report = stream.compose(spec);
  for await (const text of report) process.stderr.write(text);
  forget();
  figures.ms = Math.round(performance.now() - started);
  return figures;
}
