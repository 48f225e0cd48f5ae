// docs/features.md: its counts are right, and a test file that it names is there.
import { existsSync } from "node:fs";

import { inRoot } from "../paths.mjs";

const ROW = /^\| ([A-Z]\d+) \| (.*?) \| (.*) \| \*\*(done|in part|open)\*\*.*\|$/gm;
const FOLDERS = {
  sim: "crates/sidewire-sim/tests",
  model: "crates/sidewire-model/tests",
  core: "crates/sidewire-core",
  wasm: "crates/sidewire-wasm",
  hub: "crates/sidewire-hub",
  backend: "crates/sidewire-backend",
};

export function featureProblems(all) {
  const page = all.find(({ file }) => file === "docs/features.md");
  if (!page) return [];
  const rows = [...page.text.matchAll(ROW)];
  return [...countProblems(page.text, rows), ...rows.flatMap(testProblems)];
}

function countProblems(text, rows) {
  return ["P0", "P1"].flatMap((level) => {
    const mine = rows.filter(([, , name]) => name.startsWith("P1:") === (level === "P1"));
    const counts = ["done", "in part", "open"].map((state) => mine.filter(([, , , , told]) => told === state).length);
    const line = `| ${level} | ${counts.join(" | ")} |`;
    return text.includes(`\n${line}\n`) ? [] : [`docs/features.md: the counts are "${line}"`];
  });
}

function testProblems([, id, , tests]) {
  const files = [...tests.matchAll(/`((?:sim|model|core|wasm|hub|backend|extension|tests)\/[\w./-]+\.(?:rs|ts|tsx|mjs))`/g)].map(([, file]) => file);
  return files.filter((file) => !existsSync(inRoot(placeOf(file)))).map((file) => `docs/features.md ${id}: there is no ${file}`);
}

function placeOf(file) {
  const [first, ...rest] = file.split("/");
  return FOLDERS[first] ? [FOLDERS[first], ...rest].join("/") : file;
}
