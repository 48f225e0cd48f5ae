// The licences of what is compiled into the package, as their authors ask for: one text file beside the module.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { run } from "../exec.mjs";

const ROOTS = ["sidewire-wasm", "sidewire-testing"];
const TEXT = /^(?:licen[cs]e|copying|unlicense|notice)/i;

/** The crates that the modules are linked from: no build script's, no macro's. */
async function linked() {
  const { stdout } = await run("cargo", ["metadata", "--format-version", "1", "--locked", "--filter-platform", "wasm32-unknown-unknown"], { capture: true });
  const { packages, resolve } = JSON.parse(stdout);
  const byId = new Map(packages.map((item) => [item.id, item]));
  const nodes = new Map(resolve.nodes.map((node) => [node.id, node]));
  const seen = new Set();
  const walk = (id) => {
    if (seen.has(id) || byId.get(id).targets.some(({ kind }) => kind.includes("proc-macro"))) return;
    seen.add(id);
    for (const { pkg, dep_kinds: kinds } of nodes.get(id).deps) if (kinds.some(({ kind }) => kind === null)) walk(pkg);
  };
  for (const { id, name } of packages) if (ROOTS.includes(name)) walk(id);
  return [...seen].map((id) => byId.get(id)).filter(({ source }) => source !== null).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function texts({ manifest_path: manifest }) {
  const folder = dirname(manifest);
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => TEXT.test(name)).sort() : [];
  return names.map((name) => readFileSync(join(folder, name), "utf8").trim());
}

/** The whole text. Equal licences are printed once, with all who use them. */
export async function notices() {
  const users = new Map();
  const crates = await linked();
  for (const crate of crates) {
    for (const text of texts(crate)) users.set(text, [...(users.get(text) ?? []), `${crate.name} ${crate.version}`]);
  }
  const list = crates.map(({ name, version, license, repository }) => `${name} ${version} (${license}) ${repository ?? ""}`.trim());
  const parts = [...users].map(([text, names]) => `${"=".repeat(80)}\n${names.join(", ")}\n${"=".repeat(80)}\n\n${text}\n`);
  return `Sidewire contains code of these crates, compiled into WebAssembly:\n\n${list.join("\n")}\n\n${parts.join("\n")}`;
}
