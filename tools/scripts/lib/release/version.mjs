// The version, in the one place and its copies.
import { readFileSync, writeFileSync } from "node:fs";

import { run } from "../exec.mjs";
import { info, UserError } from "../log.mjs";
import { inRoot } from "../paths.mjs";

const SEMVER = /^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/;

export const currentVersion = () => JSON.parse(readFileSync(inRoot("package.json"), "utf8")).version;

/** The text of each file with another version in it. Chrome takes no pre-release in a manifest. */
export const EDITS = {
  "Cargo.toml": (text, version) =>
    text
      .replace(/(\[workspace\.package\]\nversion = ")[^"]+/, `$1${version}`)
      .replaceAll(/(sidewire-(?:json|core|hub) = \{ path = "[^"]+", version = ")[^"]+/g, `$1${version}`),
  // A workspace of its own, built with `--locked`.
  "crates/sidewire-core/fuzz/Cargo.lock": (text, version) => text.replaceAll(/(name = "sidewire-(?:json|core)"\nversion = ")[^"]+/g, `$1${version}`),
  "package.json": (text, version) => text.replace(/^( {2}"version": ")[^"]+/m, `$1${version}`),
  "package-lock.json": (text, version) => text.replaceAll(/("name": "sidewire",\n\s+"version": ")[^"]+/g, `$1${version}`),
  "manifest.json": (text, version) => text.replace(/^( {2}"version": ")[^"]+/m, `$1${version.replace(/-.*/, "")}`),
};

export async function setVersion(version) {
  if (!SEMVER.test(version)) throw new UserError(`"${version}" is no version: it must look like 1.2.3 or 1.2.3-beta.1`);
  for (const [file, edit] of Object.entries(EDITS)) {
    const before = readFileSync(inRoot(file), "utf8");
    const after = edit(before, version);
    if (after === before && currentVersion() !== version) throw new UserError(`${file} has no version where one was expected`);
    writeFileSync(inRoot(file), after);
  }
  await run("cargo", ["update", "--workspace", "--offline", "--quiet"]);
  info(`version ${version} in ${Object.keys(EDITS).join(", ")} and Cargo.lock`);
}

/** What is not ready about the changelog of a version. */
export function changelogProblems(text, version) {
  const sections = [...text.matchAll(/^## (.+)$/gm)].map(([, title]) => title);
  const unreleased = /^## Unreleased\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(text)?.[1] ?? "";
  return [
    ...(sections.some((title) => title.startsWith(version) || title.startsWith(`[${version}]`)) ? [] : [`CHANGELOG.md has no section "## ${version}"`]),
    ...(unreleased.trim() === "" ? [] : ["CHANGELOG.md still has entries under Unreleased"]),
  ];
}
