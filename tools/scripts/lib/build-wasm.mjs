// Rust → pkg/wasm: the compiled module, its JavaScript glue, and the bytes of the inline entry.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

import { constantsOf, withoutRelocations } from "./dead-data.mjs";
import { run } from "./exec.mjs";
import { inTarget, PKG_DIR, ROOT } from "./paths.mjs";
import { shrinkWasm } from "./shrink-wasm.mjs";
import { unlessFresh } from "./stamp.mjs";

const WASM_TARGET = "wasm32-unknown-unknown";
const MODULE = "sidewire_wasm";
const OUT = join(PKG_DIR, "wasm");
const OUT_WASM = join(OUT, `${MODULE}_bg.wasm`);

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

// Behind the usual megabyte of stack, every address of data takes a byte more in the code.
const STACK_BYTES = 960 << 10;

/** How the compiler is called for what users download. */
export function shippingFlags() {
  const cargoHome = process.env.CARGO_HOME || join(homedir(), ".cargo");
  // Panic messages name source files: by the crate, not by where this machine keeps it.
  const paths = [`--remap-path-prefix=${join(cargoHome, "registry", "src")}=crates`, `--remap-path-prefix=${ROOT}=sidewire`];
  const flags = [...paths, "-C", `link-arg=-zstack-size=${STACK_BYTES}`];
  // As --config, not as an environment variable: flags of .cargo/config.toml stay in force.
  return ["--config", `target.${WASM_TARGET}.rustflags=${JSON.stringify(flags)}`];
}

/** Returns what the linker tells about the module's constants. */
async function compile() {
  const profile = ["--profile", "wasm-release", "--target", WASM_TARGET];
  // As a library of both kinds it would be linked without LTO, and be 5 kB larger to download.
  const kind = ["--crate-type", "cdylib"];
  await run("cargo", ["rustc", "-p", "sidewire-wasm", ...kind, ...profile, ...shippingFlags(), "--", "-C", "link-arg=--emit-relocs"]);
  const linked = readFileSync(inTarget(WASM_TARGET, "wasm-release", `${MODULE}.wasm`));
  const input = inTarget("wasm-bindgen", `${MODULE}.wasm`);
  mkdirSync(inTarget("wasm-bindgen"), { recursive: true });
  writeFileSync(input, withoutRelocations(linked));
  rmSync(OUT, { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  const bindgen = ["--target", "web", "--omit-default-module-path", "--out-name", MODULE, "--out-dir", OUT, input];
  await run(inTarget("debug", "wasm-bindgen"), bindgen);
  return constantsOf(linked);
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
        "crates/sidewire-json/src",
        "crates/sidewire-json/Cargo.toml",
        "crates/sidewire-core/src",
        "crates/sidewire-core/Cargo.toml",
        "crates/sidewire-wasm/src",
        "crates/sidewire-wasm/Cargo.toml",
        "crates/sidewire-wasm/build.rs",
        "tools/wasm-tools",
        "tools/scripts/lib/build-wasm.mjs",
        "tools/scripts/lib/dead-data.mjs",
        "tools/scripts/lib/shrink-wasm.mjs",
        "tools/scripts/lib/wasm-names.mjs",
        "tools/scripts/lib/shrink-glue.mjs",
        "tools/scripts/lib/order-functions.mjs",
        "Cargo.toml",
        "Cargo.lock",
        ".cargo/config.toml",
        "rust-toolchain.toml",
        "node_modules/binaryen/package.json",
      ],
      outputs: [OUT_WASM, join(OUT, `${MODULE}.js`), join(OUT, "inline_bytes.js")],
    },
    async () => {
      const constants = await compile();
      await shrinkWasm({ constants, wasm: OUT_WASM, glue: join(OUT, `${MODULE}.js`), types: join(OUT, `${MODULE}.d.ts`) });
      rmSync(join(OUT, `${MODULE}_bg.wasm.d.ts`), { force: true });
      writeInlineBytes();
    },
  );
}
