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

/** What went wrong, in one line. */
function reason(data) {
  const { error } = data.details ?? {};
  return String(error?.cause?.message ?? error?.message ?? error ?? "").split("\n")[0];
}

/** Gives `{passed, failed, skipped, failures, reasons, ms, times}`; `reasons` and `times` (ms) by the tests' names. `grep`: a regular expression over the tests' names. */
export async function runE2e({ sockudo, grep, files = e2eFiles() }) {
  if (sockudo) process.env.SIDEWIRE_SOCKUDO = sockudo;
  const stop = new AbortController();
  // One for every file.
  setMaxListeners(0, stop.signal);
  const started = performance.now();
  const forget = onStop(async () => stop.abort());
  const figures = { passed: 0, failed: 0, skipped: 0, failures: [], reasons: {}, ms: 0, times: {} };
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
    figures.reasons[data.name] = reason(data);
  });
  const report = stream.compose(spec);
  for await (const text of report) process.stderr.write(text);
  forget();
  figures.ms = Math.round(performance.now() - started);
  return figures;
}

/** More failures than these are no chance. */
const AGAIN_MAX = 3;

/**
 * As `runE2e`; tests that failed run once more, alone. Those that pass then are `flaky`, no failure: told by name and
 * reason, never in silence. For continuous integration, where one slow moment of the machine must not hide the rest.
 */
export async function runE2eTwice(options) {
  const first = await runE2e(options);
  if (first.failed === 0 || first.failed > AGAIN_MAX) return { ...first, flaky: [] };
  const exactly = first.failures.map((name) => name.replace(/[^\w\s]/g, "\\$&")).join("|");
  const again = await runE2e({ ...options, grep: `^(?:${exactly})$` });
  // A failure that is no test's own (a file that crashed) does not run again by its name.
  const flaky = first.failures.filter((name) => again.times[name] !== undefined && !again.failures.includes(name));
  const failures = first.failures.filter((name) => !flaky.includes(name));
  return { ...first, passed: first.passed + flaky.length, failed: failures.length, failures, flaky };
}
