// npm run measure:panel [-- --runs N] [--json FILE]: how long the real side panel takes to open, to paint and to show the
// first message: cold (a browser that has just started, nothing stored) and warm (reopened, messages stored). In ms from
// the click on the action, and from the beginning of the panel's document. Ends with one line of JSON.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { buildAll, setUpBasics } from "./lib/build-all.mjs";
import { findChromium } from "./lib/chromium.mjs";
import { stopEverything } from "./lib/exec.mjs";
import { heading, info, main, result } from "./lib/log.mjs";
import { measurePanel, MESSAGES } from "./lib/panel-times.mjs";

/** What is bearable on a slow machine that does other things as well. */
const MOST_MS = { coldFirstMessage: 3000, warmFirstMessage: 1500 };

const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const middle = (all, what, from) => median(all.map((times) => times[what][from]));

function summary(all) {
  const both = (what) => ({ fromClick: middle(all, what, "fromClick"), fromDocument: middle(all, what, "fromDocument") });
  return { firstPaintMs: both("firstPaint"), firstMessageMs: both("firstMessage") };
}

await main(async (args) => {
  const { values } = parseArgs({ args, options: { runs: { type: "string", default: "5" }, json: { type: "string" } } });
  heading("Set-up");
  await setUpBasics();
  await findChromium();
  await buildAll();
  heading("Panel");
  const runs = Number(values.runs);
  const browsers = [];
  for (let browser = 0; browser < 3; browser += 1) browsers.push(await measurePanel(runs));
  const figures = { cold: summary(browsers.map(({ cold }) => cold)), warm: summary(browsers.flatMap(({ warm }) => warm)) };
  for (const [name, { firstPaintMs, firstMessageMs }] of Object.entries(figures)) {
    info(`${name}: paint after ${firstPaintMs.fromClick} ms (document ${firstPaintMs.fromDocument}), message after ${firstMessageMs.fromClick} ms (document ${firstMessageMs.fromDocument})`);
  }
  const ok = figures.cold.firstMessageMs.fromDocument <= MOST_MS.coldFirstMessage && figures.warm.firstMessageMs.fromDocument <= MOST_MS.warmFirstMessage;
  const outcome = { ok, browsers: browsers.length, warmRuns: runs, messages: MESSAGES, ...figures };
  if (values.json) writeFileSync(values.json, `${JSON.stringify(outcome)}\n`);
  result(outcome);
  await stopEverything();
  return ok ? 0 : 1;
});
