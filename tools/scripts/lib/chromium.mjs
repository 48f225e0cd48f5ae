// Finds Chromium and its driver. Google-branded builds do not count: they ignore --load-extension.
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { aptInstall } from "./apt.mjs";
import { probe, which } from "./exec.mjs";
import { UserError } from "./log.mjs";
import { WORK_DIR } from "./paths.mjs";

const NAMES = ["chromium", "chromium-browser", "chromium-dev"];
const HELP =
  "set SIDEWIRE_CHROMIUM to the program of a Chromium 116 or newer (a Google-branded Chrome does not load unpacked extensions from the command line)";

const isChromium = async (file) => /^Chromium \d/.test((await probe(file)) ?? "");

async function onPath() {
  for (const name of NAMES) {
    const file = which(name);
    if (file && (await isChromium(file))) return file;
  }
  return undefined;
}

/** The Chromium to use; installs Debian's when there is none. */
export async function findChromium({ install = true } = {}) {
  const named = process.env.SIDEWIRE_CHROMIUM;
  if (named) {
    if (existsSync(named) && (await isChromium(named))) return named;
    throw new UserError(`SIDEWIRE_CHROMIUM is "${named}", which is no Chromium that runs here: ${HELP}.`);
  }
  const found = await onPath();
  if (found || !install) return found;
  await aptInstall(["chromium", "chromium-driver"], "Chromium");
  const installed = await onPath();
  if (installed) return installed;
  throw new UserError(`The package "chromium" brought no Chromium that runs here: ${HELP}.`);
}

/** The WebDriver that the wasm tests need, from $CHROMEDRIVER, PATH or apt. */
export async function findChromedriver() {
  const named = process.env.CHROMEDRIVER;
  if (named) {
    if (await probe(named)) return named;
    throw new UserError(`CHROMEDRIVER is "${named}", which does not run here: unset it or name the chromedriver of your Chromium.`);
  }
  if (!which("chromedriver")) await aptInstall(["chromium-driver"], "chromedriver");
  const found = which("chromedriver");
  if (found) return found;
  throw new UserError("chromedriver is missing: install the one of your Chromium's version and put it on PATH.");
}

/** Environment for wasm-bindgen-test-runner: patient, and with the Chromium that was asked for. */
export async function wasmTestEnv() {
  const env = {
    CHROMEDRIVER: await findChromedriver(),
    WASM_BINDGEN_TEST_DRIVER_TIMEOUT: process.env.WASM_BINDGEN_TEST_DRIVER_TIMEOUT ?? "60",
    WASM_BINDGEN_TEST_TIMEOUT: process.env.WASM_BINDGEN_TEST_TIMEOUT ?? "180",
  };
  const binary = process.env.SIDEWIRE_CHROMIUM;
  if (!binary) return env;
  const file = join(WORK_DIR, "webdriver.json");
  mkdirSync(WORK_DIR, { recursive: true });
  writeFileSync(file, JSON.stringify({ "goog:chromeOptions": { binary } }));
  return { ...env, WASM_BINDGEN_TEST_WEBDRIVER_JSON: file };
}
