// Sizes of what users download, and the budget that CI holds them to.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { TESTING_WASM } from "./build-testing.mjs";
import { info, UserError } from "./log.mjs";
import { inRoot, PKG_DIR, ROOT } from "./paths.mjs";
import { NAMED_WASM } from "./shrink-wasm.mjs";
import { functionsOf, ownerOf } from "./wasm-names.mjs";

/** Never more than this, in bytes with brotli 11: module, glue and facade together. */
export const GOAL = 48 * 1024;
export const BUDGET_FILE = inRoot("tools", "size-budget.json");
/** How far a download may lie above the accepted one before CI fails. */
const SLACK = 1.1;

const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY } };

export function measure(bytes) {
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes, BROTLI).length };
}

const sum = (a, b) => ({ raw: a.raw + b.raw, gzip: a.gzip + b.gzip, brotli: a.brotli + b.brotli });

/** One minified file, the way a user's bundler would ship it. */
async function bundled(options) {
  const { build } = await import("esbuild");
  const shared = { bundle: true, minify: true, format: "esm", target: "chrome116", write: false, logLevel: "warning" };
  const { outputFiles } = await build({ ...shared, loader: { ".wasm": "empty" }, ...options });
  return outputFiles[0].contents;
}

const source = (contents) => ({ stdin: { contents, resolveDir: ROOT } });

/** The least program with each of the other clients that connects, subscribes and keeps messages. */
const RIVALS = {
  "pusher-js 8.6": 'import Pusher from "pusher-js"; globalThis.p = Pusher;',
  "pusher-js + zustand + immer": 'import Pusher from "pusher-js"; import { create } from "zustand"; import { immer } from "zustand/middleware/immer"; globalThis.p = [Pusher, create, immer];',
};

function partsOf(file) {
  if (!existsSync(file)) return [];
  const { functions, sections } = functionsOf(readFileSync(file));
  const parts = new Map();
  for (const { name, size } of functions) parts.set(ownerOf(name), (parts.get(ownerOf(name)) ?? 0) + size);
  parts.set("(data)", sections.get(11) ?? 0);
  return [...parts].sort(([, a], [, b]) => b - a);
}

/** What the other entries add to a script that has the client already; `testing` is for tests alone. */
async function entries() {
  const whole = async (names) => {
    const contents = names.map((name) => `export * as ${name} from "sidewire${name === "index" ? "" : `/${name}`}";`).join("\n");
    return measure(await bundled({ ...source(contents), external: ["react"] }));
  };
  const base = await whole(["index"]);
  const added = {};
  for (const name of ["react", "zustand", "chrome", "badge"]) {
    const { raw, gzip, brotli } = await whole(["index", name]);
    added[`sidewire/${name}`] = { raw: raw - base.raw, gzip: gzip - base.gzip, brotli: brotli - base.brotli };
  }
  return { ...added, "hub of sidewire/testing": measure(readFileSync(TESTING_WASM)) };
}

/** Everything that `npm run size` tells. The package must have been built. */
export async function sizes() {
  const wasm = measure(readFileSync(join(PKG_DIR, "wasm", "sidewire_wasm_bg.wasm")));
  const script = measure(await bundled({ entryPoints: [join(PKG_DIR, "index.js")] }));
  const rivals = {};
  for (const [name, contents] of Object.entries(RIVALS)) rivals[name] = measure(await bundled(source(contents)));
  const download = sum(wasm, script);
  return { files: { wasm, "glue and facade": script }, download, entries: await entries(), rivals, parts: partsOf(NAMED_WASM) };
}

/** Fails when the download is more than a tenth larger than the accepted one. */
export async function checkSize() {
  const { download } = await sizes();
  const accepted = JSON.parse(readFileSync(BUDGET_FILE, "utf8")).brotli;
  info(`${download.brotli} bytes with brotli, ${accepted} accepted`);
  if (download.brotli > accepted * SLACK) {
    throw new UserError(`The download grew from ${accepted} to ${download.brotli} bytes: make it smaller, or argue for it and run npm run size -- --accept.`);
  }
}
