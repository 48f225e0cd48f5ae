// The licences of the npm packages that are bundled into the extension, from what the source maps say is in it.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { UserError } from "../log.mjs";
import { inRoot } from "../paths.mjs";

const TEXT = /^(?:licen[cs]e|copying|notice)(?:[.-]|$)/i;

/** Names of the packages whose files a map lists, the inner one where one lies in another. */
export function packagesIn(sources) {
  const names = sources.map((source) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(source)?.[1]);
  return [...new Set(names.filter((name) => name !== undefined))].sort();
}

function textsOf(name) {
  const folder = inRoot("node_modules", name);
  const names = existsSync(folder) ? readdirSync(folder).filter((file) => TEXT.test(file)).sort() : [];
  return names.map((file) => readFileSync(join(folder, file), "utf8").trim());
}

/** One text for all of them; equal licences are printed once. */
export function bundledLicences(maps) {
  const packages = packagesIn(maps.flatMap((map) => JSON.parse(map).sources));
  const users = new Map();
  const list = [];
  for (const name of packages) {
    const { version, license } = JSON.parse(readFileSync(inRoot("node_modules", name, "package.json"), "utf8"));
    if (!license) throw new UserError(`${name} is in the extension and names no licence.`);
    list.push(`${name} ${version} (${license})`);
    for (const text of textsOf(name)) users.set(text, [...(users.get(text) ?? []), `${name} ${version}`]);
  }
  const line = "=".repeat(80);
  const parts = [...users].map(([text, names]) => `${line}\n${names.join(", ")}\n${line}\n\n${text}\n`);
  return `The extension contains code of these packages:\n\n${list.join("\n")}\n\n${parts.join("\n")}`;
}
