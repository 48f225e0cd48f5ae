// The wasm crate's tests in headless Chrome: by the pinned runner, and by the real wasm-pack.
import { delimiter, dirname } from "node:path";

import { buildWasmTools } from "./build-wasm.mjs";
import { wasmTestEnv } from "./chromium.mjs";
import { run, toolPath } from "./exec.mjs";
import { inTarget } from "./paths.mjs";

const PACKAGE = "sidewire-wasm";

/** Page, dedicated worker and service worker: each test file names its own. */
export async function wasmTests() {
  await buildWasmTools();
  await run("cargo", ["test", "-p", PACKAGE, "--target", "wasm32-unknown-unknown"], { env: await wasmTestEnv() });
}

/** The same tests through wasm-pack, which takes the workspace's wasm-bindgen and runner from PATH. */
export async function wasmPackTests(wasmPack) {
  await buildWasmTools();
  const env = await wasmTestEnv();
  const PATH = [inTarget("debug"), dirname(env.CHROMEDRIVER), ...toolPath()].join(delimiter);
  const mode = ["test", "--headless", "--chrome", "--mode", "no-install"];
  await run(wasmPack, [...mode, `crates/${PACKAGE}`], { env: { ...env, PATH } });
}
