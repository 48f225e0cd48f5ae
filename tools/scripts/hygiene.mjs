// Rules about the tree itself: length of files, names, one version, no private paths.
import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";

import { gitFiles } from "./lib/checks.mjs";
import { error, heading, info, main, UserError } from "./lib/log.mjs";
import { inRoot } from "./lib/paths.mjs";

const MAX_LINES = 400;
const BUDGETED = /^(?:crates|extension|tests|tools)\//;
const NOT_BUDGETED = /(?:^|\/)(?:fixtures|corpus)\/|^tests\/api\/|\.(?:png|svg|ico|wasm|snap|json|jsonl|lock)$/;
const BINARY = /\.(?:png|ico|wasm|woff2?|gif|jpg|zip)$/;
// Written in pieces, so that this file passes its own check.
const HOME_PATH = new RegExp(["/ho", "me/[a-z]|/Us", "ers/[A-Za-z]|/ro", "ot/|[A-Z]:\\\\Us", "ers\\\\"].join(""));

const read = (file) => readFileSync(inRoot(file), "utf8");

function lineBudget(files) {
  const budgeted = files.filter((file) => BUDGETED.test(file) && !NOT_BUDGETED.test(file));
  return budgeted
    .map((file) => [file, read(file).trimEnd().split("\n").length])
    .filter(([, lines]) => lines > MAX_LINES)
    .map(([file, lines]) => `${file} has ${lines} lines; the most is ${MAX_LINES}`);
}

function topLevelNames(files) {
  const names = new Set(files.map((file) => file.split("/")[0]));
  return [...names]
    .filter((name) => name.startsWith("_") && name !== "_locales")
    .map((name) => `${name}: Chrome refuses an extension folder with a name that starts with "_"`);
}

function privatePaths(files) {
  const text = files.filter((file) => !BINARY.test(file) && statSync(inRoot(file)).size < 2_000_000);
  return text.flatMap((file) => {
    const lines = read(file).split("\n");
    const found = lines.findIndex((line) => HOME_PATH.test(line));
    return found < 0 ? [] : [`${file}:${found + 1} names a path of somebody's machine`];
  });
}

function lockfileHosts(files) {
  const lockfiles = files.filter((file) => file.endsWith("package-lock.json"));
  return lockfiles.filter((file) => /"resolved":/.test(read(file))).map((file) => `${file} names a registry host ("resolved")`);
}

function oneVersion(files) {
  const versions = {
    "package.json": JSON.parse(read("package.json")).version,
    "package-lock.json": JSON.parse(read("package-lock.json")).version,
    "Cargo.toml": /\[workspace\.package\][^[]*?^version = "(.+?)"/ms.exec(read("Cargo.toml"))?.[1],
  };
  const manifest = files.includes("manifest.json") ? JSON.parse(read("manifest.json")).version : undefined;
  // Chrome takes no pre-release: a manifest has the version that it leads to.
  if (manifest !== undefined) versions["manifest.json"] = manifest === versions["package.json"].replace(/-.*/, "") ? versions["package.json"] : manifest;
  if (new Set(Object.values(versions)).size === 1) return [];
  return [`versions differ: ${Object.entries(versions).map(([file, version]) => `${file} ${version}`).join(", ")}`];
}

function sameBindgen() {
  const lock = read("Cargo.lock");
  const version = (name) => new RegExp(`name = "${name}"\\nversion = "(.+?)"`).exec(lock)?.[1];
  const [library, cli] = [version("wasm-bindgen"), version("wasm-bindgen-cli")];
  return library === cli ? [] : [`wasm-bindgen ${library} and wasm-bindgen-cli ${cli} in Cargo.lock must be the same version`];
}

export async function hygiene() {
  const files = await gitFiles();
  const bindgen = files.includes("Cargo.lock") ? sameBindgen() : [];
  const rules = [lineBudget, topLevelNames, privatePaths, lockfileHosts, oneVersion];
  const problems = [...rules.flatMap((rule) => rule(files)), ...bindgen];
  for (const problem of problems) error(problem);
  if (problems.length > 0) throw new UserError(`${problems.length} hygiene problem(s), listed above`);
  info(`${files.length} files, no problem`);
}

if (process.argv[1] === join(import.meta.dirname, "hygiene.mjs")) {
  await main(() => {
    heading("Hygiene");
    return hygiene();
  });
}
