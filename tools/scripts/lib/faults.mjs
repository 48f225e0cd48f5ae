// Every entry of the catalogue of faults is named by a test, in a comment: `// Fault 141.`,
// `// Faults 12, 13 and 20 to 24.`
import { readFileSync } from "node:fs";

import { gitFiles } from "./checks.mjs";
import { info, UserError } from "./log.mjs";
import { inRoot } from "./paths.mjs";

/** Entries that must be named, both ends included, and what they are about. */
export const PROMISED = [
  [1, 53, "sockets"],
  [54, 82, "protocol and payload"],
  [83, 102, "authorisation"],
  [103, 119, "reading the log, and polling"],
  [120, 128, "time"],
  [129, 160, "life of the extension, and what the user sees"],
];

const TESTS = /(?:^|\/)tests?(?:\/|_|\.)|\.test\.(?:ts|tsx|mjs)$|_tests\.rs$/;
const UNIT_TESTS = /#\[cfg\(test\)\]/;

/** The numbers that a text names: single ones, lists and ranges. */
export function faultsIn(text) {
  const named = [];
  for (const [, list] of text.matchAll(/\bfaults?\s+(\d{1,3}(?:(?:\s*,\s*|\s+and\s+|\s+to\s+|\s*[–-]\s*)\d{1,3})*)/gi)) {
    for (const part of list.split(/\s*,\s*|\s+and\s+/)) {
      const [from, to = from] = part.split(/\s+to\s+|\s*[–-]\s*/).map(Number);
      for (let number = from; number <= to; number += 1) named.push(number);
    }
  }
  return named;
}

/** The promised numbers that no test names. */
export function unnamed(named, promised = PROMISED) {
  const known = new Set(named);
  return promised.flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, step) => from + step)).filter((number) => !known.has(number));
}

export async function faults() {
  const files = (await gitFiles()).filter((file) => /^(?:crates|extension|tests)\/.*\.(?:rs|ts|tsx|mjs)$/.test(file));
  const texts = files.map((file) => [file, readFileSync(inRoot(file), "utf8")]).filter(([file, text]) => TESTS.test(file) || UNIT_TESTS.test(text));
  const missing = unnamed(texts.flatMap(([, text]) => faultsIn(text)));
  if (missing.length > 0) throw new UserError(`No test names fault ${missing.join(", ")}: write "// Fault N." above the test that shows it.`);
  info(`faults ${PROMISED.map(([from, to]) => `${from} to ${to}`).join(", ")} are named by tests`);
}
