// npm run size: what users of the package download, in bytes, raw and compressed. Ends with one line of JSON.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

import { buildJs, setUpBasics } from "./lib/build-all.mjs";
import { buildWasm } from "./lib/build-wasm.mjs";
import { heading, info, main, result } from "./lib/log.mjs";
import { DIST_DIR, PKG_DIR } from "./lib/paths.mjs";

const BROTLI = { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } };

function measure(bytes) {
  return { raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length, brotli: brotliCompressSync(bytes, BROTLI).length };
}

/** The facade and its glue as one minified file, the way a user's bundler would ship them. */
async function bundledScript() {
  const { build } = await import("esbuild");
  const options = { entryPoints: [join(PKG_DIR, "index.js")], bundle: true, minify: true, format: "esm", write: false };
  const { outputFiles } = await build({ ...options, loader: { ".wasm": "empty" }, logLevel: "warning" });
  return outputFiles[0].contents;
}

await main(async () => {
  heading("Size");
  await setUpBasics();
  await buildWasm();
  await buildJs();
  const wasm = measure(readFileSync(join(PKG_DIR, "wasm", "sidewire_wasm_bg.wasm")));
  const script = measure(await bundledScript());
  const panel = join(DIST_DIR, "panel.js");
  const rows = { wasm, script, ...(existsSync(panel) ? { panel: measure(readFileSync(panel)) } : {}) };
  for (const [name, { raw, gzip, brotli }] of Object.entries(rows)) {
    info(`${name.padEnd(8)} ${String(raw).padStart(8)} raw ${String(gzip).padStart(8)} gzip -9 ${String(brotli).padStart(8)} brotli 11`);
  }
  result({ ok: true, downloadBrotli: wasm.brotli + script.brotli, ...rows });
});
