import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, relative, resolve } from "node:path";
import { test } from "node:test";

const IMPORT = /^(?:import|export)\s(?:[^"';]*?from\s*)?["']([^"']+)["']/gm;

/** What a script imports before its first line runs, and the packages among it. */
function packagesOf(script: string): readonly string[] {
  const [files, packages] = [new Set<string>(), [] as string[]];
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const [, name = ""] of readFileSync(file, "utf8").matchAll(IMPORT)) {
      if (name.startsWith(".")) visit(resolve(dirname(file), name));
      else if (!name.startsWith("node:")) packages.push(`${name} in ${relative(process.cwd(), file)}`);
    }
  };
  visit(resolve(script));
  return packages;
}

test("every command starts in a fresh clone: no script imports a package before it can be installed", () => {
  const { scripts } = JSON.parse(readFileSync("package.json", "utf8")) as { readonly scripts: Readonly<Record<string, string>> };
  const entries = new Set(Object.values(scripts).flatMap((command) => /tools\/scripts\/[\w-]+\.mjs/.exec(command) ?? []));

  assert.ok(entries.has("tools/scripts/start.mjs") && entries.has("tools/scripts/test.mjs"));
  assert.deepEqual([...entries].map((entry) => [entry, packagesOf(entry)]).filter(([, packages]) => (packages?.length ?? 0) > 0), []);
});
