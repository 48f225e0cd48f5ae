// Where things are. Node built-ins only: this file is loaded before `npm ci` has run.
import { homedir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = resolve(dirname(fileURLToPath(import.meta.url)), "../../..");
export const WORK_DIR = join(ROOT, ".sidewire");
export const TARGET_DIR = process.env.CARGO_TARGET_DIR ? resolve(process.env.CARGO_TARGET_DIR) : join(ROOT, "target");
export const PKG_DIR = join(ROOT, "pkg");
export const DIST_DIR = join(ROOT, "dist");
export const SCREENSHOT_DIR = join(WORK_DIR, "screenshots");

/** Tools that are built once per user, shared by all clones. */
export function cacheDir() {
  if (process.env.SIDEWIRE_CACHE) return resolve(process.env.SIDEWIRE_CACHE);
  const base = process.env.XDG_CACHE_HOME || join(homedir(), ".cache");
  return join(base, "sidewire");
}

export const inRoot = (...parts) => join(ROOT, ...parts);
export const inTarget = (...parts) => join(TARGET_DIR, ...parts);
export const nodeBin = (name) => inRoot("node_modules", ".bin", name);
export const backendBinary = () => inTarget("debug", "sidewire-backend");
