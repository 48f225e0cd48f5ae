// Skips work whose inputs have not changed: a content hash of the inputs is kept beside the outputs.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

import { duration, info } from "./log.mjs";
import { ROOT, WORK_DIR } from "./paths.mjs";

const IGNORED = new Set(["node_modules", "target", ".git"]);

function* filesOf(path) {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (!stat) return;
  if (!stat.isDirectory()) {
    yield path;
    return;
  }
  const names = readdirSync(path).filter((name) => !IGNORED.has(name));
  for (const name of names.sort()) yield* filesOf(join(path, name));
}

/** One hash over the named files and folders (absolute or relative to the root) and some extra text. */
export function hashInputs(inputs, extra = "") {
  const hash = createHash("sha256").update(extra);
  for (const input of inputs) {
    for (const file of filesOf(join(ROOT, input))) {
      hash.update(`\0${relative(ROOT, file)}\0`).update(readFileSync(file));
    }
  }
  return hash.digest("hex");
}

const stampFile = (name) => join(WORK_DIR, "stamps", name);

export function isFresh({ name, inputs, outputs, extra }) {
  if (!outputs.every((file) => existsSync(file))) return false;
  const file = stampFile(name);
  return existsSync(file) && readFileSync(file, "utf8") === hashInputs(inputs, extra);
}

/** Does `work` unless the stamp says that the outputs are up to date. Says which, and how long it took. */
export async function unlessFresh(job, work) {
  if (isFresh(job)) {
    info(`${job.title}: up to date`);
    return false;
  }
  const started = performance.now();
  const hash = hashInputs(job.inputs, job.extra);
  rmSync(stampFile(job.name), { force: true });
  info(`${job.title} …`);
  await work();
  mkdirSync(join(WORK_DIR, "stamps"), { recursive: true });
  writeFileSync(stampFile(job.name), hash);
  info(`${job.title}: done in ${duration(performance.now() - started)}`);
  return true;
}
