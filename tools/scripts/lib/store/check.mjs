// Packs the extension twice, checks what is in it, and lets it converse.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

import { info, UserError } from "../log.mjs";
import { inRoot, ROOT, WORK_DIR } from "../paths.mjs";
import { storeProblems } from "./checks.mjs";
import { packExtension } from "./pack.mjs";
import { tryStorePackage } from "./trial.mjs";

/** The most that the zip may have, in bytes: a tenth more than it had when it was made first. */
const BUDGET = 610_000;

const json = (...parts) => JSON.parse(readFileSync(inRoot(...parts), "utf8"));

async function demandGood(packed) {
  const problems = await storeProblems(packed, { reviewed: json("store", "permissions.json"), budget: BUDGET });
  if (problems.length > 0) throw new UserError(`The zip for the store has what it may not have:\n   ${problems.join("\n   ")}`);
}

/** Writes the zip; gives `{zip, bytes, sha256, files, servers, trial}`. `isTried`: it is loaded and converses. */
export async function checkStorePackage({ isTried = true } = {}) {
  const packed = await packExtension("first");
  const again = await packExtension("second");
  if (packed.hash !== again.hash) throw new UserError(`Two builds of the same sources differ: ${packed.hash} and ${again.hash}.`);
  await demandGood(packed);
  const trial = isTried ? await tryStorePackage(demandGood) : null;

  const { version } = json("manifest.json");
  const file = join(WORK_DIR, "store", `sidewire-${version}.zip`);
  mkdirSync(join(WORK_DIR, "store"), { recursive: true });
  writeFileSync(file, packed.bytes);
  const { isGiven, apiBase, wsHost } = packed.defaults;
  const servers = isGiven ? [apiBase, wsHost] : "chosen by the user";
  info(`${relative(ROOT, file)}: ${packed.bytes.length} bytes, sha256 ${packed.hash}, servers: ${servers}`);
  return { zip: relative(ROOT, file), bytes: packed.bytes.length, sha256: packed.hash, files: Object.keys(packed.files).length, servers, trial };
}
