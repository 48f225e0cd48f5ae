// The checks that both `npm run check` and `npm test` are made of.
import { existsSync, readFileSync } from "node:fs";

import { execute, run } from "./exec.mjs";
import { info, UserError } from "./log.mjs";
import { inRoot, nodeBin } from "./paths.mjs";

const WASM = ["--target", "wasm32-unknown-unknown"];
const DENY = ["--", "-D", "warnings"];

export const rustFormat = () => run("cargo", ["fmt", "--all", "--check"]);
export const clippyNative = () => run("cargo", ["clippy", "--all-targets", ...DENY]);

export async function clippyWasm() {
  await run("cargo", ["clippy", "-p", "sidewire-json", "-p", "sidewire-core", ...WASM, ...DENY]);
  await run("cargo", ["clippy", "-p", "sidewire-wasm", "--all-targets", ...WASM, ...DENY]);
  await run("cargo", ["clippy", "-p", "sidewire-testing", ...WASM, ...DENY]);
}

export const eslint = () => run(nodeBin("eslint"), ["--cache", "--cache-location", ".sidewire/eslintcache", "--max-warnings", "0", "."]);

export async function typeCheck() {
  for (const project of ["tsconfig.package.json", "tsconfig.json", "tsconfig.tests.json"]) {
    info(project);
    await run(nodeBin("tsc"), ["-p", project, "--noEmit"]);
  }
}

export async function docs() {
  const env = { RUSTDOCFLAGS: "-Dwarnings" };
  await run("cargo", ["doc", "--no-deps"], { env });
  await run("cargo", ["doc", "--no-deps", "-p", "sidewire-wasm", ...WASM], { env });
  await run(nodeBin("typedoc"), ["--options", "docs/typedoc.json"]);
}

/** The core may depend on nothing but what this list names. */
const CORE_DEPENDENCIES = new Set(["sidewire-core", "sidewire-json"]);

/** The core takes time, randomness and IO as data: its wasm test binary must import nothing, nor must its JSON reader's. */
export async function corePurity() {
  const tree = await run("cargo", ["tree", "-p", "sidewire-core", "-e", "normal", "--prefix", "none", "--format", "{p}"], { capture: true });
  const crates = [...new Set(tree.stdout.trim().split("\n").map((line) => line.split(" ")[0]))];
  const foreign = crates.filter((name) => !CORE_DEPENDENCIES.has(name));
  if (foreign.length > 0) throw new UserError(`sidewire-core may not depend on ${foreign.join(", ")}.`);
  const packages = [...CORE_DEPENDENCIES].flatMap((name) => ["-p", name]);
  const build = ["test", ...packages, "--lib", ...WASM, "--no-run", "--message-format", "json-render-diagnostics"];
  const { stdout } = await run("cargo", build, { capture: true });
  const artifacts = stdout.split("\n").filter((line) => line.startsWith("{")).map((line) => JSON.parse(line));
  for (const name of CORE_DEPENDENCIES) {
    const file = artifacts.find((item) => item.executable && item.target?.name === name.replace("-", "_"))?.executable;
    if (!file) throw new UserError(`cargo built no wasm test binary of ${name}.`);
    const imports = WebAssembly.Module.imports(new WebAssembly.Module(readFileSync(file)));
    const names = imports.map((item) => `${item.module}.${item.name}`);
    if (names.length > 0) throw new UserError(`The wasm test binary of ${name} imports ${names.slice(0, 5).join(", ")}: it must import nothing.`);
  }
  info(`${crates.join(", ")}: no other dependency, no imports in their wasm test binaries`);
}

const sim = (...args) => run("cargo", ["run", "-p", "sidewire-sim", "--release", "--quiet", "--", ...args]);

export const simulation = (seeds) => sim("--seeds", String(seeds), "--threads", "2");

/** Every mechanism switched off in turn: the simulator must notice each. */
export const plantedDefects = () => sim("defects");

/** What the client asks of a server at its worst: after a restart, with the bounds that hold for any crowd, and over hours of trouble. */
export async function politeness() {
  await sim("herd", "--clients", "10000", "--outage", "60");
  await sim("herd", "--small");
  await sim("figures");
}

const model = (scope = []) => run("cargo", ["run", "-p", "sidewire-model", "--release", "--quiet", "--", ...scope]);

/** Every interleaving of two small scopes. */
export const exhaustiveModel = () => model();

/** Each is one more of something than the smallest scope: messages, faults, actions, timers. */
const LARGER_SCOPES = [[3, 1, 1, 1], [2, 2, 1, 1], [2, 1, 2, 1], [2, 1, 1, 2]];

/** Minutes, and up to 5 million states each. */
export async function largerModels() {
  for (const [messages, faults, actions, timers] of LARGER_SCOPES) {
    await model(Object.entries({ messages, faults, actions, timers }).flatMap(([name, count]) => [`--${name}`, String(count)]));
  }
}

/** Rust tests of the native crates; with `sockudo`, the conformance suite runs over the real one too. */
export async function rustTests(sockudo) {
  await run("cargo", ["test"], { env: sockudo ? { SIDEWIRE_SOCKUDO: sockudo } : {} });
}

/** Is a part of the workspace there yet? */
export const hasPart = (file) => existsSync(inRoot(file));

export async function gitFiles() {
  const { code, stdout } = await execute("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"], { capture: true });
  if (code !== 0) throw new UserError("`git ls-files` failed: the hygiene check needs a git clone.");
  return [...new Set(stdout.split("\0").filter(Boolean))].filter((file) => existsSync(inRoot(file)));
}

/** Every case of the bench runs and its engines show the right rows; nothing is judged by time. */
export const benchWorks = () => run("node", ["tools/scripts/bench.mjs", "--quick"]);
