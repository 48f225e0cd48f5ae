// Bundles the bench's page, opens it in Chromium and calls its cases.
import { readFileSync } from "node:fs";
import { join } from "node:path";

import { findChromium } from "../scripts/lib/chromium.mjs";
import { inRoot, PKG_DIR, ROOT } from "../scripts/lib/paths.mjs";
import { serve } from "./serve.mjs";

async function bundle(entry) {
  const { build } = await import("esbuild");
  const options = { bundle: true, minify: true, format: "esm", target: "chrome116", write: false, logLevel: "warning" };
  const { outputFiles } = await build({ ...options, entryPoints: [inRoot("tools/bench/page", entry)], loader: { ".wasm": "empty" }, absWorkingDir: ROOT });
  return outputFiles[0].contents;
}

/** Runs `work(call, page, version)` with a page of `entry`, whose cases `call` calls. */
export async function withPage(entry, work) {
  const files = {
    "/": ["text/html", '<!doctype html><title>bench</title><script type="module" src="/main.js"></script>'],
    "/main.js": ["text/javascript", await bundle(entry)],
    "/sidewire.wasm": ["application/wasm", readFileSync(join(PKG_DIR, "wasm", "sidewire_wasm_bg.wasm"))],
  };
  const server = await serve(files);
  const { chromium } = await import("playwright-core");
  const args = ["--no-sandbox", "--disable-dev-shm-usage"];
  const browser = await chromium.launch({ executablePath: await findChromium(), headless: true, args });
  try {
    const page = await browser.newPage();
    const errors = [];
    page.on("pageerror", (error) => errors.push(error.message));
    await page.goto(server.url);
    await page.waitForFunction(() => "bench" in globalThis, undefined, { timeout: 30_000 }).catch(() => {
      throw new Error(`The bench's page did not start: ${errors.join("; ")}`);
    });
    page.setDefaultTimeout(0);
    const isolated = await page.evaluate(() => globalThis.crossOriginIsolated);
    if (!isolated) throw new Error("The bench's page is not cross-origin isolated");
    const call = (name, options) => page.evaluate(([name, options]) => globalThis.bench(name, options), [name, options]);
    return await work(call, page, browser.version());
  } finally {
    await browser.close();
    server.close();
  }
}
