// What `sidewire/testing` needs beside the client's module: the hub as a module of its own (crates/sidewire-testing),
// and the client's glue once more, as a function of the globals that it gets to see.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { buildWasmTools, shippingFlags } from "./build-wasm.mjs";
import { execute, run } from "./exec.mjs";
import { inTarget, nodeBin, PKG_DIR } from "./paths.mjs";
import { FEATURES } from "./shrink-wasm.mjs";
import { unlessFresh } from "./stamp.mjs";

const TARGET = "wasm32-unknown-unknown";
const OUT = join(PKG_DIR, "wasm");
const STAGE = inTarget("testing-package");
const MODULE = "sidewire_testing";
export const TESTING_WASM = join(STAGE, `${MODULE}_bg.wasm`);

// The globals by which the glue reaches clock and network.
const SCOPED = ["WebSocket", "fetch", "setTimeout", "clearTimeout", "Date", "globalThis"];

/** A quarter less to download for tests. Without npm's binaryen, or if the result does not compile, the module stays. */
async function shrink() {
  if (!existsSync(nodeBin("wasm-opt"))) return;
  const smaller = `${TESTING_WASM}.opt`;
  const { code } = await execute(nodeBin("wasm-opt"), ["-Oz", "--strip-debug", "--strip-producers", ...FEATURES, TESTING_WASM, "-o", smaller], { capture: true });
  if (code === 0 && WebAssembly.validate(readFileSync(smaller))) renameSync(smaller, TESTING_WASM);
  rmSync(smaller, { force: true });
}

async function buildHubModule() {
  const profile = ["--profile", "wasm-release", "--target", TARGET];
  await run("cargo", ["build", "-p", "sidewire-testing", ...profile, ...shippingFlags()]);
  const input = inTarget(TARGET, "wasm-release", `${MODULE}.wasm`);
  const bindgen = ["--target", "web", "--omit-default-module-path", "--out-name", MODULE, "--out-dir", STAGE, input];
  await run(inTarget("debug", "wasm-bindgen"), bindgen);
  await shrink();
  for (const name of [`${MODULE}.js`, `${MODULE}.d.ts`]) writeFileSync(join(OUT, name), readFileSync(join(STAGE, name)));
  const base64 = readFileSync(TESTING_WASM).toString("base64");
  writeFileSync(join(OUT, "testing_bytes.js"), `/** The hub's module, base64. Generated. */\nexport default "${base64}";\n`);
  writeFileSync(join(OUT, "testing_bytes.d.ts"), "/** The hub's module, base64. Generated. */\ndeclare const base64: string;\nexport default base64;\n");
}

/** The glue as one function, its globals replaced by the fields of an argument. */
async function scopeGlue() {
  const { build } = await import("esbuild");
  const define = Object.fromEntries(SCOPED.map((name) => [name, `sidewireScope.${name}`]));
  for (const name of ["self", "window", "global"]) define[name] = define.globalThis;
  const options = { entryPoints: [join(OUT, "sidewire_wasm.js")], bundle: true, format: "iife", globalName: "glue", define, write: false };
  const { outputFiles } = await build({ ...options, target: "es2022", logLevel: "warning" });
  const code = outputFiles[0].text.replace(/^"use strict";\n/, "");
  const missing = SCOPED.filter((name) => name !== "globalThis" && !code.includes(`sidewireScope.${name}`));
  if (missing.length > 0) throw new Error(`The glue no longer uses ${missing.join(", ")}: the test hub would not be asked.`);
  writeFileSync(
    join(OUT, "sidewire_wasm_scoped.js"),
    `/** The glue of the client's module, as a function of the globals that it sees. Generated. */\nexport function instantiate(sidewireScope) {\n${code}return glue;\n}\n`,
  );
  const fields = SCOPED.map((name) => `  readonly ${name}: unknown;`).join("\n");
  writeFileSync(
    join(OUT, "sidewire_wasm_scoped.d.ts"),
    `/** The globals that the glue sees. */\nexport interface HostScope {\n${fields}\n}\n/** A glue of its own, to be initialised by its \`initSync\`. Generated. */\nexport declare function instantiate(scope: HostScope): typeof import("./sidewire_wasm.js");\n`,
  );
}

export async function buildTesting() {
  await buildWasmTools();
  await unlessFresh(
    {
      name: "testing",
      title: "test hub (pkg/wasm)",
      inputs: [
        "crates/sidewire-json/src",
        "crates/sidewire-core/src",
        "crates/sidewire-hub/src",
        "crates/sidewire-testing",
        "pkg/wasm/sidewire_wasm.js",
        "tools/scripts/lib/build-testing.mjs",
        "Cargo.toml",
        "Cargo.lock",
        "rust-toolchain.toml",
      ],
      outputs: [TESTING_WASM, ...[`${MODULE}.js`, "testing_bytes.js", "sidewire_wasm_scoped.js"].map((name) => join(OUT, name))],
    },
    async () => {
      mkdirSync(STAGE, { recursive: true });
      await buildHubModule();
      await scopeGlue();
    },
  );
}
