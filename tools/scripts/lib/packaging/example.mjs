// Builds one example of tests/packaging from the packed tarball, as somebody else's project would.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync } from "node:fs";
import { basename, join } from "node:path";
import { createHash } from "node:crypto";

import { run } from "../exec.mjs";
import { cacheDir, inRoot, ROOT, WORK_DIR } from "../paths.mjs";

const WORK = join(WORK_DIR, "packaging");
export const EXAMPLES = "tests/packaging";

/** `npm pack` of the repository; gives the tarball's path. */
export async function pack() {
  const folder = join(WORK, "tarball");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  const { stdout } = await run("npm", ["pack", "--json", "--ignore-scripts", "--pack-destination", folder], { cwd: ROOT, capture: true });
  const told = JSON.parse(stdout);
  const [{ filename }] = Array.isArray(told) ? told : Object.values(told);
  return join(folder, basename(filename));
}

/** The tools of a folder with a lockfile, installed once for all clones; gives their node_modules, or nothing without a lockfile. */
export async function ensureTools(path) {
  const [name, lock] = [basename(path), inRoot(path, "package-lock.json")];
  if (!existsSync(lock)) return undefined;
  const hash = createHash("sha256").update(readFileSync(lock)).digest("hex").slice(0, 16);
  const home = join(cacheDir(), "packaging", `${name}-${hash}`);
  if (existsSync(join(home, "node_modules"))) return join(home, "node_modules");
  const half = `${home}.${process.pid}`;
  mkdirSync(half, { recursive: true });
  for (const file of ["package.json", "package-lock.json"]) cpSync(inRoot(path, file), join(half, file));
  await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], { cwd: half });
  if (existsSync(home)) rmSync(half, { recursive: true, force: true });
  else renameSync(half, home);
  return join(home, "node_modules");
}

/** The package lies in node_modules as npm would have put it there: it has no dependencies. */
async function unpack(tarball, modules) {
  const target = join(modules, "sidewire");
  mkdirSync(target, { recursive: true });
  await run("tar", ["-xzf", tarball, "-C", target, "--strip-components=1"]);
}

/**
 * Copies the example, installs tools and package, runs its build; gives its folder and the built `dist`. Under another
 * name, `change` may make another project of it.
 */
export async function buildExample(name, tarball, as = name, change = () => {}) {
  const folder = join(WORK, as);
  rmSync(folder, { recursive: true, force: true });
  cpSync(inRoot(EXAMPLES, name), folder, { recursive: true });
  change(folder);
  const modules = join(folder, "node_modules");
  mkdirSync(modules);
  const tools = await ensureTools(join(EXAMPLES, name));
  for (const entry of tools ? readdirSync(tools) : []) symlinkSync(join(tools, entry), join(modules, entry));
  await unpack(tarball, modules);
  if (existsSync(join(folder, "package.json"))) await run("npm", ["run", "build", "--silent"], { cwd: folder, capture: true });
  return { folder, dist: join(folder, "dist") };
}
