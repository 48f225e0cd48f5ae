// Licences of what is built in and of what builds it, against the list of deny.toml.
import { readFileSync } from "node:fs";

import { execute, run } from "../exec.mjs";
import { info, UserError } from "../log.mjs";
import { inRoot } from "../paths.mjs";

/** Only data and tools that are never shipped: browser statistics, and a parser that argparse took from Python. */
const TOOLS_ONLY = new Map([["caniuse-lite", "CC-BY-4.0"], ["argparse", "Python-2.0"]]);

export function allowedLicences() {
  const list = /^allow = \[([^\]]*)\]/m.exec(readFileSync(inRoot("deny.toml"), "utf8"))?.[1] ?? "";
  return new Set([...list.matchAll(/"([^"]+)"/g)].map(([, name]) => name));
}

/** Whether an SPDX expression can be met: one side of each OR, both of each AND. The old `/` means OR. */
export function isAllowed(expression, allowed) {
  const tokens = expression.replaceAll("/", " OR ").match(/\(|\)|[^\s()]+(?: WITH [^\s()]+)?/g) ?? [];
  let at = 0;
  const either = () => {
    let value = both();
    while (tokens[at] === "OR") value = (at++, both()) || value;
    return value;
  };
  const both = () => {
    let value = one();
    while (tokens[at] === "AND") value = (at++, one()) && value;
    return value;
  };
  const one = () => {
    const token = tokens[at++];
    if (token !== "(") return token !== undefined && allowed.has(token);
    const value = either();
    at += 1;
    return value;
  };
  return either() && at === tokens.length;
}

async function crates() {
  const { stdout } = await run("cargo", ["metadata", "--format-version", "1", "--locked"], { capture: true });
  const { packages, workspace_members: own } = JSON.parse(stdout);
  return packages.filter(({ id }) => !own.includes(id)).map(({ name, version, license }) => ({ name: `crate ${name} ${version}`, licence: license }));
}

function npmPackages() {
  const { packages } = JSON.parse(readFileSync(inRoot("node_modules", ".package-lock.json"), "utf8"));
  return Object.entries(packages).map(([path, { version, license }]) => ({ path: path.replace(/^.*node_modules\//, ""), version, licence: license }));
}

export async function checkLicences() {
  const allowed = allowedLicences();
  const tools = npmPackages().filter(({ path, licence }) => TOOLS_ONLY.get(path) !== licence).map(({ path, version, licence }) => ({ name: `npm ${path} ${version}`, licence }));
  const all = [...(await crates()), ...tools];
  const bad = all.filter(({ licence }) => !licence || !isAllowed(licence, allowed));
  if (bad.length > 0) throw new UserError(`Licences that nobody has looked at:\n   ${bad.map(({ name, licence }) => `${name}: ${licence ?? "none"}`).join("\n   ")}`);
  const deny = await execute("cargo", ["deny", "--version"], { capture: true });
  if (deny.code === 0) await run("cargo", ["deny", "check", "licenses", "bans", "sources"]);
  info(`${all.length} packages with licences of deny.toml${deny.code === 0 ? "; cargo-deny agrees" : "; cargo-deny is not installed"}`);
  return { packages: all.length };
}
