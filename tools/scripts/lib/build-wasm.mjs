// Rust → pkg/wasm: the compiled module, its JavaScript glue, and the bytes of the inline entry.
import { existsSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { execute, run } from "./exec.mjs";
import { info, warn } from "./log.mjs";
import { inTarget, nodeBin, PKG_DIR, ROOT } from "./paths.mjs";
import { unlessFresh } from "./stamp.mjs";

const WASM_TARGET = "wasm32-unknown-unknown";
const MODULE = "sidewire_wasm";
const OUT = join(PKG_DIR, "wasm");
const OUT_WASM = join(OUT, `${MODULE}_bg.wasm`);

// rustc 1.95 writes these features into the module; a wasm-opt that does not know them breaks it without a word.
const WASM_OPT_FLAGS = [
  "-Oz",
  "--strip-debug",
  "--strip-producers",
  "--enable-bulk-memory",
  "--enable-bulk-memory-opt",
  "--enable-call-indirect-overlong",
  "--enable-nontrapping-float-to-int",
  "--enable-sign-ext",
  "--enable-mutable-globals",
  "--enable-reference-types",
  "--enable-multivalue",
  "--enable-simd",
];

/** wasm-bindgen and its test runner, from the workspace crate that Cargo.lock pins. */
export async function buildWasmTools() {
  await unlessFresh(
    {
      name: "wasm-tools",
      title: "wasm-bindgen (crate wasm-tools)",
      inputs: ["tools/wasm-tools", "rust-toolchain.toml"],
      outputs: [inTarget("debug", "wasm-bindgen"), inTarget("debug", "wasm-bindgen-test-runner")],
    },
    () => run("cargo", ["build", "-p", "wasm-tools"]),
  );
}

/** Panic messages name source files: by the crate, not by where this machine keeps it. */
export function withoutMachinePaths() {
  const cargoHome = process.env.CARGO_HOME || join(homedir(), ".cargo");
  const flags = [`--remap-path-prefix=${join(cargoHome, "registry", "src")}=crates`, `--remap-path-prefix=${ROOT}=sidewire`];
  // As --config, not as an environment variable: flags of .cargo/config.toml stay in force.
  return ["--config", `target.${WASM_TARGET}.rustflags=${JSON.stringify(flags)}`];
}

async function compile() {
  const profile = ["--profile", "wasm-release", "--target", WASM_TARGET];
  await run("cargo", ["build", "-p", "sidewire-wasm", ...profile, ...withoutMachinePaths()]);
  const input = inTarget(WASM_TARGET, "wasm-release", `${MODULE}.wasm`);
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const bindgen = ["--target", "web", "--omit-default-module-path", "--out-name", MODULE, "--out-dir", OUT, input];
  await run(inTarget("debug", "wasm-bindgen"), bindgen);
}

/** Optional: saves some 4 % of the download. Only ever npm's binaryen, by path. */
async function optimise() {
  const wasmOpt = nodeBin("wasm-opt");
  if (!existsSync(wasmOpt)) {
    warn("npm's binaryen is not installed: the module is not optimised further");
    return;
  }
  const optimised = `${OUT_WASM}.opt`;
  const before = statSync(OUT_WASM).size;
  const { code, stderr } = await execute(wasmOpt, [...WASM_OPT_FLAGS, OUT_WASM, "-o", optimised], { capture: true });
  const usable = code === 0 && sameInterface(readFileSync(OUT_WASM), readFileSync(optimised));
  if (usable) {
    writeFileSync(OUT_WASM, readFileSync(optimised));
    info(`wasm-opt -Oz: ${before} → ${statSync(OUT_WASM).size} bytes`);
  } else {
    warn(`wasm-opt failed, the module stays as it was: ${stderr.trim().split("\n")[0] || "its result does not compile"}`);
  }
  rmSync(optimised, { force: true });
}

/** The optimised module must compile and offer exactly the exports and imports of the original. */
function sameInterface(before, after) {
  try {
    const [a, b] = [before, after].map((bytes) => new WebAssembly.Module(bytes));
    const names = (module) =>
      [...WebAssembly.Module.exports(module), ...WebAssembly.Module.imports(module)].map((item) => `${item.kind} ${item.name}`).sort();
    return JSON.stringify(names(a)) === JSON.stringify(names(b));
  } catch {
    return false;
  }
}

function writeInlineBytes() {
  const base64 = readFileSync(OUT_WASM).toString("base64");
  writeFileSync(join(OUT, "inline_bytes.js"), `/** The module, base64. Generated. */\nexport default "${base64}";\n`);
  writeFileSync(join(OUT, "inline_bytes.d.ts"), "/** The module, base64. Generated. */\ndeclare const base64: string;\nexport default base64;\n");
}

export async function buildWasm() {
  await buildWasmTools();
  await unlessFresh(
    {
      name: "wasm",
      title: "wasm module (pkg/wasm)",
      inputs: [
        "crates/sidewire-core/src",
        "crates/sidewire-core/Cargo.toml",
        "crates/sidewire-wasm/src",
        "crates/sidewire-wasm/Cargo.toml",
        "crates/sidewire-wasm/build.rs",
        "tools/wasm-tools",
        "tools/scripts/lib/build-wasm.mjs",
        "Cargo.toml",
        "Cargo.lock",
        "rust-toolchain.toml",
        "node_modules/binaryen/package.json",
      ],
      outputs: [OUT_WASM, join(OUT, `${MODULE}.js`), join(OUT, "inline_bytes.js")],
    },
    async () => {
      await compile();
      await optimise();
      writeInlineBytes();
    },
  );
}
