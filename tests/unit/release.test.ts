import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { pathToFileURL } from "node:url";

const script = (name: string): string => new URL(`tools/scripts/lib/release/${name}.mjs`, pathToFileURL(`${process.cwd()}/`)).href;

interface Contents {
  readonly contentProblems: (files: readonly { path: string; size: number }[]) => readonly string[];
}
interface Licences {
  readonly allowedLicences: () => ReadonlySet<string>;
  readonly isAllowed: (expression: string, allowed: ReadonlySet<string>) => boolean;
}
interface Version {
  readonly EDITS: Record<string, (text: string, version: string) => string>;
  readonly changelogProblems: (text: string, version: string) => readonly string[];
}

const { contentProblems } = (await import(script("contents"))) as Contents;
const { allowedLicences, isAllowed } = (await import(script("licences"))) as Licences;
const { EDITS, changelogProblems } = (await import(script("version"))) as Version;

test("what does not belong into the package is named, and what is missing too", () => {
  const stray = ["pkg/client.test.js", "crates/sidewire-core/src/lib.rs", ".env.local", "tests/api/index.txt"];

  const problems = contentProblems(stray.map((path) => ({ path, size: 1 })));

  for (const path of stray) assert.ok(problems.some((problem) => problem.startsWith(path)), path);
  assert.ok(problems.includes("pkg/index.js is missing"));
});

test("a file that a store would refuse for its size is named", () => {
  assert.ok(contentProblems([{ path: "pkg/index.js", size: 5_000_000 }]).includes("pkg/index.js has 5000000 bytes"));
});

test("a licence expression needs one side of an OR and both of an AND", () => {
  const allowed = new Set(["MIT", "Apache-2.0", "Apache-2.0 WITH LLVM-exception"]);
  const verdicts = ["MIT", "GPL-3.0 OR MIT", "GPL-3.0 AND MIT", "(GPL-3.0 OR MIT) AND Apache-2.0", "MIT/Apache-2.0", "Apache-2.0 WITH LLVM-exception", "AGPL-3.0", "", "MIT )"];

  assert.deepEqual(verdicts.map((expression) => isAllowed(expression, allowed)), [true, true, false, true, true, true, false, false, false]);
});

test("the list of licences is read from deny.toml", () => {
  const allowed = allowedLicences();

  assert.ok(allowed.has("MIT") && allowed.has("Apache-2.0 WITH LLVM-exception"));
  assert.ok(![...allowed].some((name) => name.includes("GPL")));
});

test("setting a version changes all its places, and nothing else", () => {
  for (const [file, edit] of Object.entries(EDITS)) {
    const before = readFileSync(file, "utf8");

    const after = edit(before, "9.8.7");

    const changed = after.split("\n").filter((line, index) => line !== before.split("\n")[index]);
    assert.ok(changed.length >= 1 && changed.length <= 4, `${file}: ${changed.join(" | ")}`);
    assert.ok(changed.every((line) => line.includes("9.8.7")), file);
  }
});

test("a release needs its section in the changelog, and nothing left under Unreleased", () => {
  const ready = "# Changelog\n\n## Unreleased\n\n## 1.0.0 - 2026-01-01\n\n### Added\n\n- x\n";
  const early = "# Changelog\n\n## Unreleased\n\n### Added\n\n- x\n";

  assert.deepEqual(changelogProblems(ready, "1.0.0"), []);
  assert.equal(changelogProblems(early, "1.0.0").length, 2);
});
