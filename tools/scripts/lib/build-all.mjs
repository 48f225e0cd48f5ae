// The whole build, each part skipped when its inputs have not changed.
import { buildExtension, buildPackage } from "./build-js.mjs";
import { buildWasm } from "./build-wasm.mjs";
import { run } from "./exec.mjs";
import { backendBinary } from "./paths.mjs";
import { unlessFresh } from "./stamp.mjs";
import { checkNode, ensureNodeModules, ensureRust } from "./toolchain.mjs";

/** Node, npm packages and Rust: what every build needs. */
export async function setUpBasics() {
  checkNode();
  await ensureNodeModules();
  await ensureRust();
}

export async function buildBackend() {
  await unlessFresh(
    {
      name: "backend",
      title: "reference backend",
      inputs: ["crates/sidewire-json", "crates/sidewire-core", "crates/sidewire-hub", "crates/sidewire-backend", "Cargo.toml", "Cargo.lock", "rust-toolchain.toml"],
      outputs: [backendBinary()],
    },
    () => run("cargo", ["build", "-p", "sidewire-backend", "--bin", "sidewire-backend"]),
  );
}

export async function buildJs() {
  await buildPackage();
  await buildExtension();
}

export async function buildAll() {
  await buildWasm();
  await buildJs();
  await buildBackend();
}
