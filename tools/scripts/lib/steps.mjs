// Runs named steps one after another, goes on after a failure, and ends with a table and two summary lines.
import { writeFileSync } from "node:fs";

import { duration, error, green, heading, print, red, result, UserError } from "./log.mjs";

export class Steps {
  #rows = [];
  #started = performance.now();

  /** Runs one step. `needs` names earlier steps: if one of them failed, this one is not tried and counts as failed. */
  async step(name, work, { needs = [] } = {}) {
    const missing = needs.find((need) => this.#rows.some((row) => row.name === need && !row.ok));
    heading(name);
    if (missing) {
      error(`not run, because "${missing}" failed`);
      this.#rows.push({ name, ok: false, ms: 0, note: `needs ${missing}` });
      return false;
    }
    const started = performance.now();
    const failure = await attempt(work);
    const ms = performance.now() - started;
    if (failure) error(failure);
    this.#rows.push({ name, ok: !failure, ms, note: failure?.split("\n")[0].slice(0, 240) ?? "" });
    process.stderr.write(`   ${failure ? red("failed") : green("ok")} after ${duration(ms)}\n`);
    return !failure;
  }

  get failed() {
    return this.#rows.filter((row) => !row.ok).map((row) => row.name);
  }

  /** Prints the table and the last two lines; gives the exit code. */
  finish({ json, ...figures } = {}) {
    const width = Math.max(...this.#rows.map((row) => row.name.length));
    heading("Summary");
    for (const { name, ok, ms, note } of this.#rows) {
      const mark = ok ? green("ok    ") : red("FAILED");
      process.stderr.write(`   ${mark} ${name.padEnd(width)}  ${duration(ms).padStart(11)}  ${note}\n`);
    }
    const passed = this.#rows.length - this.failed.length;
    const steps = Object.fromEntries(this.#rows.map((row) => [row.name, Math.round(row.ms)]));
    const ms = Math.round(performance.now() - this.#started);
    const summary = { ok: this.failed.length === 0, passed, failed: this.failed.length, ms, failures: this.failed, steps };
    if (json) writeFileSync(json, `${JSON.stringify({ ...summary, ...figures })}\n`);
    result({ ...summary, ...figures });
    print(`${passed} passed, ${this.failed.length} failed`);
    return summary.ok ? 0 : 1;
  }
}

async function attempt(work) {
  try {
    await work();
    return undefined;
  } catch (failure) {
    return failure instanceof UserError ? failure.message : (failure?.stack ?? String(failure));
  }
}
