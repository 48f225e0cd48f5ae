// The wasm crate's tests in headless Chrome: by the pinned runner, and by the real wasm-pack.
import { delimiter, dirname } from "node:path";

import { BackendProcess } from "./backend.mjs";
import { buildWasmTools } from "./build-wasm.mjs";
import { wasmTestEnv } from "./chromium.mjs";
import { run, toolPath } from "./exec.mjs";
import { inTarget } from "./paths.mjs";

const PACKAGE = "sidewire-wasm";

/** A running backend for the tests, named at compile time: wasm has no environment of its own. */
async function withBackend(work) {
  const backend = await BackendProcess.start({ push: "embedded", agentDelayMs: 50 });
  try {
    const env = {
      ...(await wasmTestEnv()),
      SIDEWIRE_TEST_API: backend.api,
      SIDEWIRE_TEST_PUSH: backend.push,
      SIDEWIRE_TEST_KEY: backend.key,
      SIDEWIRE_TEST_TOKEN: await backend.signIn("wasm-test"),
    };
    await work(env);
  } finally {
    await backend.stop();
  }
}

/** Page, dedicated worker and service worker: each test file names its own. Recorded runs replay in Node. */
export async function wasmTests() {
  await buildWasmTools();
  await run("cargo", ["test", "-p", "sidewire-sim", "--target", "wasm32-unknown-unknown", "--test", "wasm_replay"]);
  await withBackend((env) => run("cargo", ["test", "-p", PACKAGE, "--target", "wasm32-unknown-unknown"], { env }));
}

/** The same tests through wasm-pack, which takes the workspace's wasm-bindgen and runner from PATH. */
export async function wasmPackTests(wasmPack) {
  await buildWasmTools();
  const mode = ["test", "--headless", "--chrome", "--mode", "no-install"];
  await withBackend((env) => {
    const PATH = [inTarget("debug"), dirname(env.CHROMEDRIVER), ...toolPath()].join(delimiter);
    return run(wasmPack, [...mode, `crates/${PACKAGE}`], { env: { ...env, PATH } });
  });
}
