// From import to usable in a page of an MV3 extension; a fresh browser process for each sample.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { Browser } from "../scripts/lib/browser.mjs";
import { findChromium } from "../scripts/lib/chromium.mjs";
import { PKG_DIR, ROOT, WORK_DIR } from "../scripts/lib/paths.mjs";

const FOLDER = join(WORK_DIR, "bench-extension");

const OURS = `
  import { createClient, init } from "sidewire";
  export async function ready() {
    await init(new URL("sidewire.wasm", location.href));
    return createClient({ key: "key", url: "ws://127.0.0.1:9", apiBase: "http://127.0.0.1:9", token: () => null });
  }`;
const RIVAL = `
  import Pusher from "pusher-js";
  import { create } from "zustand";
  import { immer } from "zustand/middleware/immer";
  export async function ready() {
    const store = create(immer(() => ({ messages: [] })));
    return [new Pusher("key", { cluster: "local", wsHost: "127.0.0.1", wsPort: 9, forceTLS: false, enabledTransports: ["ws"] }), store];
  }`;
const PAGE = `
  const started = performance.now();
  const { ready } = await import(location.hash === "#ours" ? "./ours.js" : "./rival.js");
  await ready();
  globalThis.took = performance.now() - started;`;

async function build() {
  const esbuild = await import("esbuild");
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER, { recursive: true });
  const options = { bundle: true, minify: true, format: "esm", target: "chrome116", logLevel: "warning", loader: { ".wasm": "empty" } };
  for (const [name, contents] of Object.entries({ ours: OURS, rival: RIVAL })) {
    await esbuild.build({ ...options, stdin: { contents, resolveDir: ROOT }, outfile: join(FOLDER, `${name}.js`) });
  }
  const manifest = {
    manifest_version: 3,
    name: "start-up bench",
    version: "1",
    background: { service_worker: "worker.js" },
    content_security_policy: { extension_pages: "script-src 'self' 'wasm-unsafe-eval'; object-src 'self'" },
  };
  writeFileSync(join(FOLDER, "manifest.json"), JSON.stringify(manifest));
  writeFileSync(join(FOLDER, "worker.js"), "");
  writeFileSync(join(FOLDER, "page.js"), PAGE);
  writeFileSync(join(FOLDER, "page.html"), '<!doctype html><title>start-up</title><script type="module" src="page.js"></script>');
  writeFileSync(join(FOLDER, "sidewire.wasm"), readFileSync(join(PKG_DIR, "wasm", "sidewire_wasm_bg.wasm")));
}

async function sample(executable, kind) {
  const browser = await Browser.start({ executable, extension: FOLDER });
  try {
    const page = await browser.main.contexts()[0].newPage();
    await page.goto(`chrome-extension://${browser.extensionId}/page.html#${kind}`);
    await page.waitForFunction(() => "took" in globalThis, undefined, { timeout: 30_000 });
    return await page.evaluate(() => globalThis.took);
  } finally {
    await browser.close();
  }
}

/** Medians in ms. */
export async function startup(samples) {
  await build();
  const executable = await findChromium();
  const times = { ours: [], rival: [] };
  for (let round = 0; round < samples; round += 1) for (const kind of ["ours", "rival"]) times[kind].push(await sample(executable, kind));
  const median = (list) => [...list].sort((a, b) => a - b)[Math.floor(list.length / 2)];
  return { ours: median(times.ours), rival: median(times.rival) };
}
