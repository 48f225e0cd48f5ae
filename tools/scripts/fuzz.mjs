// npm run fuzz [-- --seconds N] [--target NAME …] [--keep] [--json FILE]: the fuzz targets of sidewire-core, 60 s each.
// --keep adds to the committed corpus what the runs found. Ends with one line of JSON.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { fuzz, keepFound, TARGETS } from "./lib/fuzz.mjs";
import { main, result, UserError } from "./lib/log.mjs";

const OPTIONS = { seconds: { type: "string", default: "60" }, target: { type: "string", multiple: true, default: TARGETS }, keep: { type: "boolean" }, json: { type: "string" } };

await main(async (args) => {
  const { values } = parseArgs({ args, options: OPTIONS });
  const seconds = Number(values.seconds);
  if (!Number.isInteger(seconds) || seconds < 1) throw new UserError("--seconds takes a whole number from 1 on.");
  const targets = await fuzz(seconds, values.target);
  if (values.keep) await keepFound(values.target);
  const figures = { ok: true, seconds, targets };
  if (values.json) writeFileSync(values.json, `${JSON.stringify(figures)}\n`);
  result(figures);
});
