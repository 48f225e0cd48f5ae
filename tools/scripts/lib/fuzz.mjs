// The fuzz targets of sidewire-core: built with the compiler's own coverage instruments, so that the pinned toolchain
// does, and run by libFuzzer. What a run finds new goes into .sidewire/fuzz, what breaks a rule beside it.
import { existsSync, mkdirSync, readdirSync } from "node:fs";
import { join } from "node:path";

import { aptInstall } from "./apt.mjs";
import { execute, run, which } from "./exec.mjs";
import { info, UserError } from "./log.mjs";
import { inRoot, inTarget, WORK_DIR } from "./paths.mjs";

const FOLDER = inRoot("crates", "sidewire-core", "fuzz");
const FOUND = join(WORK_DIR, "fuzz");
const INSTRUMENTS = ["level=4", "inline-8bit-counters", "pc-table", "trace-compares"];
/** Longest input in bytes. */
const MAX_LENGTH = 8192;

export const TARGETS = ["frame", "rest_page", "auth_body", "stored_blob", "core_sequence"];

async function hostTriple() {
  const { stdout } = await run("rustc", ["-vV"], { capture: true });
  return /^host: (.+)$/m.exec(stdout)?.[1] ?? "";
}

/** Builds all targets and gives the folder of their programs. */
async function build() {
  if (!which("c++")) await aptInstall(["build-essential"], "A C++ compiler, for libFuzzer");
  const triple = await hostTriple();
  const flags = ["--cfg fuzzing", "-Cpasses=sancov-module", ...INSTRUMENTS.map((name) => `-Cllvm-args=-sanitizer-coverage-${name}`)];
  // With a target named, build scripts stay without instruments.
  const env = { RUSTFLAGS: flags.join(" "), CARGO_TARGET_DIR: inTarget("fuzz") };
  await run("cargo", ["build", "--release", "--locked", "--target", triple], { cwd: FOLDER, env });
  return inTarget("fuzz", triple, "release");
}

const corpus = (target) => join(FOLDER, "corpus", target);

/** Runs targets one after another, each for so many seconds, and gives their figures. */
export async function fuzz(seconds, targets = TARGETS) {
  const unknown = targets.find((target) => !TARGETS.includes(target));
  if (unknown !== undefined) throw new UserError(`There is no fuzz target ${unknown}: use ${TARGETS.join(", ")}.`);
  const programs = await build();
  const figures = {};
  for (const target of targets) {
    figures[target] = await fuzzOne(join(programs, target), target, seconds);
    info(`${target}: ${figures[target].executions} executions in ${seconds} s, ${figures[target].coverage} places covered`);
  }
  return figures;
}

async function fuzzOne(program, target, seconds) {
  const found = join(FOUND, target);
  mkdirSync(found, { recursive: true });
  const limits = [`-max_total_time=${seconds}`, `-max_len=${MAX_LENGTH}`, "-timeout=10", "-rss_limit_mb=2048", `-artifact_prefix=${FOUND}/${target}-`];
  const { code, stderr } = await execute(program, [found, corpus(target), ...limits, "-print_final_stats=1"], { capture: true });
  if (code !== 0) throw new UserError(`${target} broke a rule:\n${stderr.split("\n").slice(-40).join("\n")}`);
  const executions = Number(/number_of_executed_units:\s+(\d+)/.exec(stderr)?.[1] ?? 0);
  const coverage = Number([...stderr.matchAll(/\bcov: (\d+)/g)].at(-1)?.[1] ?? 0);
  if (executions === 0) throw new UserError(`${target} ran nothing: ${stderr.slice(-300)}`);
  return { executions, coverage, corpus: readdirSync(corpus(target)).length };
}

/** Adds to the committed corpus the fewest files of what was found that cover something new. */
export async function keepFound(targets = TARGETS) {
  const programs = await build();
  for (const target of targets) {
    const found = join(FOUND, target);
    if (!existsSync(found)) continue;
    const { code, stderr } = await execute(join(programs, target), ["-set_cover_merge=1", "-use_counters=0", `-max_len=${MAX_LENGTH}`, corpus(target), found], { capture: true });
    if (code !== 0) throw new UserError(`${target} cannot be merged: ${stderr.slice(-500)}`);
    info(`${target}: ${readdirSync(corpus(target)).length} files`);
  }
}
