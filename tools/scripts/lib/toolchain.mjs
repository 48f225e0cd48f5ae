// Node, Rust, the linker and node_modules: checked, and installed where that is ours to do.
import { existsSync, readFileSync } from "node:fs";

import { aptInstall, hasPackage } from "./apt.mjs";
import { execute, probe, run, which } from "./exec.mjs";
import { info, UserError } from "./log.mjs";
import { inRoot } from "./paths.mjs";

/** The lowest Node version: the `engines` of package.json. */
export function checkNode() {
  const wanted = JSON.parse(readFileSync(inRoot("package.json"), "utf8")).engines.node.replace(/^>=/, "");
  const [major, minor] = wanted.split(".").map(Number);
  const [haveMajor, haveMinor] = process.versions.node.split(".").map(Number);
  if (haveMajor > major || (haveMajor === major && haveMinor >= minor)) return;
  throw new UserError(`Node ${wanted} or newer is needed, this is ${process.versions.node}: install one from https://nodejs.org or your distribution.`);
}

const lockedPackages = (file) => JSON.parse(readFileSync(inRoot(file), "utf8")).packages;

/** npm keeps a copy of what it installed: does it hold everything that the lockfile wants for this machine? */
function nodeModulesFit() {
  const installed = inRoot("node_modules", ".package-lock.json");
  if (!existsSync(installed)) return false;
  const have = lockedPackages("node_modules/.package-lock.json");
  const want = Object.entries(lockedPackages("package-lock.json")).filter(([path]) => path !== "");
  return want.every(([path, { version, optional }]) => (have[path] ? have[path].version === version : optional === true));
}

/** `npm ci`, when node_modules is not what the lockfile says. */
export async function ensureNodeModules() {
  if (nodeModulesFit()) {
    info("npm packages: up to date");
    return;
  }
  info("npm packages: npm ci …");
  await run("npm", ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"]);
}

const toolchainFile = () => readFileSync(inRoot("rust-toolchain.toml"), "utf8");
export const rustChannel = () => /^channel = "(.+)"$/m.exec(toolchainFile())[1];

async function hasToolchain(channel) {
  const list = ["component", "list", "--installed", "--toolchain", channel];
  const { code, stdout } = await execute("rustup", list, { capture: true });
  const parts = ["rust-std-wasm32-unknown-unknown", "clippy", "rustfmt"];
  return code === 0 && parts.every((part) => stdout.includes(part));
}

/** The pinned Rust with clippy, rustfmt and the wasm32 target. */
export async function ensureRust() {
  if (!which("rustup")) {
    throw new UserError("Rust is missing: run `curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh -s -- -y --profile minimal`, then run this again.");
  }
  const channel = rustChannel();
  if (!(await hasToolchain(channel))) {
    info(`Rust ${channel} with clippy, rustfmt and wasm32-unknown-unknown: rustup toolchain install`);
    const parts = ["--component", "clippy", "--component", "rustfmt", "--target", "wasm32-unknown-unknown"];
    await run("rustup", ["toolchain", "install", channel, "--profile", "minimal", "--no-self-update", ...parts]);
  }
  if (!which("cc")) await aptInstall(["build-essential"], "A C compiler and linker");
}

/** What Sockudo's build needs beside Rust: protoc with the well-known types, OpenSSL's headers, make. */
export async function ensureSockudoBuildTools() {
  const missing = [];
  if (!which("protoc")) missing.push("protobuf-compiler");
  if (!existsSync("/usr/include/google/protobuf/any.proto") && !process.env.PROTOC_INCLUDE) missing.push("libprotobuf-dev");
  if (!which("pkg-config")) missing.push("pkg-config");
  if (!which("make")) missing.push("build-essential");
  if ((await hasPackage("libssl-dev")) === false && !(await probe("pkg-config", ["--modversion", "openssl"]))) missing.push("libssl-dev");
  if (missing.length > 0) await aptInstall(missing, `What Sockudo is built with (${missing.join(", ")})`);
}
