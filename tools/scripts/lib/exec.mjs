// Starts programs and makes sure that none outlives the script: each gets a process group of its own, and the
// whole group is ended on exit, SIGINT, SIGTERM and SIGHUP.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { homedir } from "node:os";
import { delimiter, join } from "node:path";

import { UserError } from "./log.mjs";
import { ROOT } from "./paths.mjs";

const GRACE_MS = 6000;
const groups = new Set();
const cleanups = new Set();
let stopping = false;

/** rustup's directory is often missing from PATH right after its installation. */
function baseEnv() {
  const cargoBin = join(process.env.CARGO_HOME || join(homedir(), ".cargo"), "bin");
  const path = process.env.PATH ?? "";
  const known = path.split(delimiter).includes(cargoBin);
  return { ...process.env, PATH: known || !existsSync(cargoBin) ? path : `${path}${delimiter}${cargoBin}` };
}

export const toolPath = () => baseEnv().PATH.split(delimiter);

export function which(name) {
  return toolPath().map((dir) => join(dir, name)).find((file) => existsSync(file));
}

function signalGroup(pid, signal) {
  try {
    process.kill(-pid, signal);
    return true;
  } catch {
    return false;
  }
}

const alive = (pid) => signalGroup(pid, 0);
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

/** Ends a group started by `launch`: SIGTERM, then SIGKILL for what is left. */
export async function stopGroup(pid) {
  signalGroup(pid, "SIGTERM");
  for (const end = Date.now() + GRACE_MS; alive(pid) && Date.now() < end; ) await sleep(50);
  signalGroup(pid, "SIGKILL");
  groups.delete(pid);
}

/** Runs `action` before the script ends, however it ends. Returns a function that takes it back. */
export function onStop(action) {
  cleanups.add(action);
  return () => cleanups.delete(action);
}

export async function stopEverything() {
  const actions = [...cleanups].reverse();
  cleanups.clear();
  for (const action of actions) await Promise.resolve(action()).catch(() => {});
  await Promise.all([...groups].map(stopGroup));
}

async function handleSignal(number) {
  if (stopping) process.exit(128 + number);
  stopping = true;
  await stopEverything();
  process.exit(128 + number);
}

process.on("SIGINT", () => handleSignal(2));
process.on("SIGTERM", () => handleSignal(15));
process.on("SIGHUP", () => handleSignal(1));
// A `kill` that is meant for `npm start` ends npm and its shell, not us: losing the parent counts as SIGTERM.
const parent = process.ppid;
const watchdog = setInterval(() => {
  if (process.ppid !== parent && !stopping) handleSignal(15);
}, 500);
watchdog.unref();
if (process.env.npm_lifecycle_event === undefined) clearInterval(watchdog);
process.on("exit", () => {
  for (const pid of groups) signalGroup(pid, "SIGKILL");
});

/** Starts a program in a process group of its own. `interactive` keeps it on our terminal (for sudo's question). */
export function launch(command, args, options = {}) {
  const { cwd = ROOT, env = {}, stdio = "inherit", interactive = false } = options;
  const child = spawn(command, args, { cwd, stdio, detached: !interactive, env: { ...baseEnv(), ...env } });
  if (child.pid !== undefined && !interactive) {
    groups.add(child.pid);
    child.once("exit", () => {
      if (!alive(child.pid)) groups.delete(child.pid);
    });
  }
  return child;
}

/** Runs to the end and gives `{code, signal, stdout, stderr}`; never throws for an exit code. */
export function execute(command, args, options = {}) {
  const { capture = false, input, ...rest } = options;
  const pipe = capture ? "pipe" : "inherit";
  // What a build tool prints is progress, not a result: our stdout is kept for results.
  const stdout = capture ? "pipe" : 2;
  const child = launch(command, args, { ...rest, stdio: [input === undefined ? "inherit" : "pipe", stdout, pipe] });
  const output = { stdout: "", stderr: "" };
  child.stdout?.setEncoding("utf8").on("data", (text) => (output.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text) => (output.stderr += text));
  if (input !== undefined) child.stdin.end(input);
  return new Promise((done) => {
    child.once("error", (failure) => done({ code: 127, signal: null, ...output, stderr: failure.message }));
    child.once("close", (code, signal) => done({ code, signal, ...output }));
  });
}

/** Runs to the end; an exit code other than 0 is an error that names the command. */
export async function run(command, args, options = {}) {
  const done = await execute(command, args, options);
  if (done.code === 0) return done;
  const tail = options.capture ? `\n${done.stderr.trim() || done.stdout.trim()}` : "";
  const how = done.signal ? `was ended by ${done.signal}` : `failed with exit code ${done.code}`;
  throw new UserError(`\`${[command, ...args].join(" ").slice(0, 300)}\` ${how}${tail}`);
}

/** The first line of a program's output, or undefined if it cannot be run. */
export async function probe(command, args = ["--version"], options = {}) {
  const { code, stdout, stderr } = await execute(command, args, { ...options, capture: true });
  return code === 0 ? (stdout || stderr).trim().split("\n")[0] : undefined;
}
