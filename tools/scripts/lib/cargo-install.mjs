// Programs built once by `cargo install` into the user's cache directory, never into the repository.
import { existsSync, mkdirSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

import { run } from "./exec.mjs";
import { duration, info } from "./log.mjs";
import { cacheDir } from "./paths.mjs";
import { ensureSockudoBuildTools, rustChannel } from "./toolchain.mjs";

export const SOCKUDO_VERSION = "5.2.0";
export const WASM_PACK_VERSION = "0.15.1";

// Built for a fast build: the program runs for seconds here.
const FAST_BUILD = {
  CARGO_PROFILE_RELEASE_OPT_LEVEL: "0",
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "256",
  CARGO_PROFILE_RELEASE_LTO: "off",
  CARGO_PROFILE_RELEASE_DEBUG: "0",
  CARGO_INCREMENTAL: "0",
};

async function cargoInstall({ name, version, features = [], prepare, about }) {
  const home = join(cacheDir(), `${name}-${version}`);
  const binary = join(home, "bin", name);
  if (existsSync(binary)) return binary;
  info(`${name} ${version} is not in ${cacheDir()}: building it once, ${about}`);
  await prepare?.();
  const started = performance.now();
  // A half-built copy never gets the final name, and two clones building at once do not disturb each other.
  const work = join(cacheDir(), `.build-${name}-${process.pid}`);
  const target = join(work, "target");
  mkdirSync(target, { recursive: true });
  const args = [`+${rustChannel()}`, "install", "--locked", name, "--version", version, ...features, "--root", join(work, "root")];
  try {
    await run("cargo", args, { cwd: work, env: { ...FAST_BUILD, CARGO_TARGET_DIR: target } });
    if (!existsSync(binary)) {
      rmSync(home, { recursive: true, force: true });
      renameSync(join(work, "root"), home);
    }
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  info(`${name} ${version}: built in ${duration(performance.now() - started)}`);
  return binary;
}

/** The real Sockudo; `$SIDEWIRE_SOCKUDO` names one that is there already. */
export async function ensureSockudo() {
  if (process.env.SIDEWIRE_SOCKUDO) return process.env.SIDEWIRE_SOCKUDO;
  return cargoInstall({
    name: "sockudo",
    version: SOCKUDO_VERSION,
    features: ["--no-default-features", "--features", "local"],
    prepare: ensureSockudoBuildTools,
    about: "about five minutes on two cores",
  });
}

export async function ensureWasmPack() {
  return cargoInstall({ name: "wasm-pack", version: WASM_PACK_VERSION, about: "about three minutes on two cores" });
}
