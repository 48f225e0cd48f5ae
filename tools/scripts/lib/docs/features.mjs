// docs/features.md: its counts are right, and a test file that it names is there.
import { existsSync, readFileSync, writeFileSync } from "node:fs";

import { inRoot } from "../paths.mjs";

const ROW = /^\| ([A-Z]\d+) \| (.*?) \| (.*) \| \*\*(done|in part|open)\*\*.*\|$/gm;
const FOLDERS = {
  sim: "crates/sidewire-sim/tests",
  model: "crates/sidewire-model/tests",
  core: "crates/sidewire-core",
  json: "crates/sidewire-json",
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

/** The two lines of the table of counts. */
function countLines(rows) {
  return ["P0", "P1"].map((level) => {
    const mine = rows.filter(([, , name]) => name.startsWith("P1:") === (level === "P1"));
    const counts = ["done", "in part", "open"].map((state) => mine.filter(([, , , , told]) => told === state).length);
    return `| ${level} | ${counts.join(" | ")} |`;
  });
}

function countProblems(text, rows) {
  const wrong = countLines(rows).filter((line) => !text.includes(`\n${line}\n`));
  return wrong.map((line) => `docs/features.md: the counts are "${line}"; \`npm run features\` writes them`);
}

/** Writes the counts anew. */
export function writeCounts() {
  const file = inRoot("docs/features.md");
  const text = readFileSync(file, "utf8");
  const lines = countLines([...text.matchAll(ROW)]);
  const counted = lines.reduce((page, line) => {
    const level = line.slice(2, 4);
    return page.replace(new RegExp(`^\\| ${level} \\| \\d+ \\| \\d+ \\| \\d+ \\|$`, "m"), line);
  }, text);
  writeFileSync(file, counted);
  return lines;
}

function testProblems([, id, , tests]) {
  const files = [...tests.matchAll(/`((?:sim|model|core|wasm|hub|backend|extension|tests)\/[\w./-]+\.(?:rs|ts|tsx|mjs))`/g)].map(([, file]) => file);
  return files.filter((file) => !existsSync(inRoot(placeOf(file)))).map((file) => `docs/features.md ${id}: there is no ${file}`);
}

function placeOf(file) {
  const [first, ...rest] = file.split("/");
  return FOLDERS[first] ? [FOLDERS[first], ...rest].join("/") : file;
}
