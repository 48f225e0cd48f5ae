// npm run bench: ours beside plain JavaScript and the older documents' way, in one Chromium. Ends with one line of
// JSON; "ok" is false when a goal was missed. --quick shows that it works, --write renews docs/benchmarks.md.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { print, write } from "../bench/report.mjs";
import { atLeast, atMost, frameRows, growthRows, told } from "../bench/rows.mjs";
import { withPage } from "../bench/run-page.mjs";
import { startup } from "../bench/startup.mjs";
import { trips } from "../bench/trips.mjs";
import { setUpBasics } from "./lib/build-all.mjs";
import { buildPackage } from "./lib/build-js.mjs";
import { buildWasm } from "./lib/build-wasm.mjs";
import { heading, info, main, result } from "./lib/log.mjs";
import { GOAL, sizes } from "./lib/sizes.mjs";

const FULL = { sizes: [100, 1000, 10_000, 100_000], rounds: 3, frames: 4000, bulk: [1000, 10_000], pages: 200, memory: 100_000, tasks: 10_000, samples: 9, rtt: 200, outage: 3000, echoes: 100 };
const QUICK = { sizes: [100, 1000], rounds: 1, frames: 500, bulk: [1000], pages: 20, memory: 2000, tasks: 500, samples: 1, rtt: 20, outage: 300, echoes: 10 };

// The seeds are slow: few samples say enough.
const seedsCount = (size) => ({ 100: 60, 1000: 60, 10_000: 20 })[size] ?? 6;

async function frameCases(call, plan, rows) {
  const bySize = new Map();
  for (const size of plan.sizes) {
    info(`one message, ${size} in the session`);
    bySize.set(size, await call("frames", { size, rounds: plan.rounds, count: plan.frames, seedsCount: seedsCount(size) }));
    rows.push(...frameRows(size, bySize.get(size)));
  }
  rows.push(...growthRows(bySize));
  return bySize;
}

async function burstCases(call, plan, rows) {
  const size = plan.sizes.includes(10_000) ? 10_000 : 1000;
  info(`burst of 1,000 frames into ${size}`);
  const { ours, plain, seeds } = await call("burst", { size, rounds: plan.rounds, seeds: true });
  rows.push(atMost("burst of 1,000 frames, shown rows decoded, ms; rival: plain JS", size, ours, plain, 0.8));
  rows.push(atLeast("the same; rival: the seeds", size, ours, seeds, 5000));
  const { told: calls, frames, longest } = await call("notifications", { count: plan.tasks });
  rows.push(atMost(`calls of a subscriber by frames painted, ${plan.tasks} messages`, null, calls, frames, 1));
  rows.push(atMost("longest task of these, ms", null, longest, null, 16));
  // Fault 76 of the catalogue: its 50 ms are asserted here, as no timed test would hold on every machine.
  const { ms } = await call("crowded", { fields: 100_000, rounds: 9 });
  rows.push(atMost("one message among 100,000 unknown fields, frame text to its row, ms", null, ms, null, 50));
}

async function readingCases(call, plan, rows) {
  for (const size of plan.bulk) {
    info(`bulk load of ${size}`);
    const { ours, plain, seeds } = await call("bulk", { size, rounds: plan.rounds, seeds: true });
    const goals = size >= 10_000;
    rows.push(goals ? atMost("bulk load, bytes to the first window, ms; rival: plain JS", size, ours, plain, 0.15) : told("bulk load, bytes to the first window, ms; rival: plain JS", size, ours, plain));
    if (goals) rows.push(atMost("the same; rival: the seeds", size, ours, seeds, 0.05));
  }
  const size = plan.sizes.at(-1) >= 10_000 ? 10_000 : 1000;
  const { ours, plain, floor } = await call("page", { size, count: plan.pages });
  rows.push(atMost("poll page, 49 of 50 known, µs; rival: JSON.parse alone", size, ours, floor, 0.75));
  rows.push(told("the same; rival: plain JS", size, ours, plain));
  const echo = await call("echo", { count: plan.echoes });
  rows.push(atMost("local echo after send, p50, ms", 1000, echo.p50, null, 2));
  await call("identity");
}

/** Bytes per message after a collection, of the heap and of the module's memory; a page of its own for each engine. */
async function memoryOf(engine, size) {
  return withPage("main.js", async (call, page) => {
    const session = await page.context().newCDPSession(page);
    const used = async () => {
      await session.send("HeapProfiler.collectGarbage");
      return (await session.send("Runtime.getHeapUsage")).usedSize;
    };
    const before = await used();
    const { before: wasmBefore, wasm, json } = await call("hold", { engine, size });
    return { bytes: (await used() - before + wasm - wasmBefore) / size, wasm: (wasm - wasmBefore) / size, json };
  });
}

async function memoryCases(plan, rows) {
  info(`memory of ${plan.memory} messages`);
  const [ours, plain] = [await memoryOf("ours", plan.memory), await memoryOf("plain", plan.memory)];
  rows.push(atMost("memory per stored message, heap and module, bytes; rival: its JSON", plan.memory, ours.bytes, ours.json, 1.25));
  rows.push(told("the same; rival: plain JS", plan.memory, ours.bytes, plain.bytes));
  rows.push(atMost("the module's memory at its highest, bytes per message; rival: its JSON", plan.memory, ours.wasm, ours.json, 2));
}

async function outsideCases(plan, rows) {
  info("start-up in an extension page");
  const { ours, rival } = await startup(plan.samples);
  rows.push(atMost("import to usable, extension page, ms; rival: pusher-js + zustand + immer", null, ours, rival, 0.45));
  const { download, rivals } = await sizes();
  rows.push(atMost("download, brotli 11, bytes; rival: the bound", null, download.brotli, GOAL, 1));
  for (const [name, size] of Object.entries(rivals)) rows.push(told(`the same; rival: ${name}`, null, download.brotli, size.brotli));
}

async function tripCases(plan, rows) {
  info(`round trips of ${plan.rtt} ms`);
  const { ours, rival } = await trips(plan);
  const inTrips = (ms) => ms / plan.rtt;
  const row = (what, pick, goal) => rows.push({ ...atMost(`${what}, round trips; rival: pusher-js in the seeds' order`, null, inTrips(pick(ours)), null, goal), rival: Number(inTrips(pick(rival)).toPrecision(4)) });
  row("cold start, history", (client) => client.cold.history, 3.3);
  row("cold start, live", (client) => client.cold.live, 5.5);
  row("switch to another session, history", (client) => client.fresh.history, 1.3);
  row("switch to another session, live", (client) => client.fresh.live, 3.3);
  row("switch back, live", (client) => client.warm.live, 0.3);
  rows.push(atMost(`push server away for ${plan.outage / 1000} s: push back, ms; rival: pusher-js`, null, ours.back.live, rival.back.live, 0.4));
  rows.push(atMost("the same: the state says so after ms", null, ours.back.told, null, 100));
  rows.push(atMost("network away and back: what was missed is in the view, round trips", null, inTrips(ours.missed), null, 1.3));
}

await main(async (args) => {
  const { values } = parseArgs({ args, options: { json: { type: "string" }, quick: { type: "boolean" }, write: { type: "boolean" } } });
  const plan = values.quick ? QUICK : FULL;
  await setUpBasics();
  await buildWasm();
  await buildPackage();
  heading("Bench");
  const rows = [];
  let browser = "";
  const bySize = await withPage("main.js", async (call, _page, version) => {
    browser = version;
    const means = await frameCases(call, plan, rows);
    await burstCases(call, plan, rows);
    await readingCases(call, plan, rows);
    return means;
  });
  await memoryCases(plan, rows);
  await outsideCases(plan, rows);
  await tripCases(plan, rows);
  print(rows, info);
  const missed = rows.filter((row) => !row.ok).map((row) => `${row.what}${row.size ? ` (${row.size})` : ""}`);
  const figures = { ok: missed.length === 0, quick: values.quick === true, browser, missed, rows };
  if (values.write) write({ rows, bySize, browser });
  if (values.json) writeFileSync(values.json, `${JSON.stringify(figures)}\n`);
  result(figures);
  // A quick run measures nothing: it shows that every case works.
  return figures.ok || values.quick ? 0 : 1;
});
