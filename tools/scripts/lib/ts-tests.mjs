// TypeScript tests with Node's own runner: each `*.test.ts(x)` is bundled by esbuild first.
import { readdirSync, rmSync } from "node:fs";
import { join, relative } from "node:path";

import { run } from "./exec.mjs";
import { info, UserError } from "./log.mjs";
import { inRoot, ROOT, WORK_DIR } from "./paths.mjs";

const FOLDERS = ["extension/src", "crates/sidewire-wasm/npm", "tests/unit"];
const OUT = join(WORK_DIR, "ts-tests");

function testFiles(folder) {
  try {
    const names = readdirSync(inRoot(folder), { recursive: true });
    return names.filter((name) => /\.test\.tsx?$/.test(name)).map((name) => inRoot(folder, name));
  } catch {
    return [];
  }
}

async function bundle(files) {
  const esbuild = await import("esbuild");
  rmSync(OUT, { recursive: true, force: true });
  await esbuild.build({
    entryPoints: files,
    outdir: OUT,
    outbase: ROOT,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    packages: "external",
    platform: "node",
    format: "esm",
    target: "node20",
    jsx: "automatic",
    sourcemap: "inline",
    loader: { ".css": "empty" },
    define: { __SIDEWIRE_DEFAULTS__: JSON.stringify({ pusherKey: "dev-key", wsHost: "127.0.0.1", wsPort: 3005, apiBase: "http://127.0.0.1:3000", isGiven: false }) },
    logLevel: "warning",
  });
  return files.map((file) => join(OUT, relative(ROOT, file).replace(/\.tsx?$/, ".mjs")));
}

export async function runTypeScriptTests() {
  const files = FOLDERS.flatMap(testFiles);
  if (files.length === 0) {
    info("no TypeScript test yet");
    return;
  }
  const bundles = await bundle(files).catch((failure) => {
    throw new UserError(`The TypeScript tests do not compile: ${failure.message}`);
  });
  await run(process.execPath, ["--enable-source-maps", "--test", "--test-reporter=spec", ...bundles]);
}
