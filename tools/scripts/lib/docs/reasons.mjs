// Every code that a user can meet has a section of its own in the troubleshooting page.
import { readFileSync } from "node:fs";

import { inRoot } from "../paths.mjs";

const TYPES = ["index", "events"].map((name) => `crates/sidewire-wasm/types/${name}.ts`);
const SECTIONS = ["ErrorCode", "FallbackReason"];
const ROWS = ["ProblemCode", "SendFailure"];

function union(source, name) {
  const body = new RegExp(`export type ${name} =([^;]+);`).exec(source)?.[1] ?? "";
  return [...body.matchAll(/"([a-z_]+)"/g)].map(([, code]) => code);
}

export function reasonProblems() {
  const source = TYPES.map((file) => readFileSync(inRoot(file), "utf8")).join("\n");
  const page = readFileSync(inRoot("docs/errors.md"), "utf8");
  const missing = (names, has, what) =>
    names.flatMap((name) => {
      const codes = union(source, name);
      if (codes.length === 0) return [`${name} was not found in the types`];
      return codes.filter((code) => !has(code)).map((code) => `docs/errors.md has no ${what} for the ${name} "${code}"`);
    });
  return [
    ...missing(SECTIONS, (code) => page.includes(`### \`${code}\`\n`), "section"),
    ...missing(ROWS, (code) => page.includes(`| \`${code}\` |`), "row"),
  ];
}
