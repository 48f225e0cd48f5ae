// npm run size: what users of the package download, in bytes, raw and compressed, by file and by part of the module,
// beside other clients. Ends with one line of JSON; its "ok" says whether the download is within its bound.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { setUpBasics } from "./lib/build-all.mjs";
import { buildPackage } from "./lib/build-js.mjs";
import { buildWasm } from "./lib/build-wasm.mjs";
import { heading, info, main, result } from "./lib/log.mjs";
import { BUDGET_FILE, GOAL, sizes } from "./lib/sizes.mjs";

const row = (name, { raw, gzip, brotli }) =>
  info(`${name.padEnd(34)} ${String(raw).padStart(8)} raw ${String(gzip).padStart(7)} gzip -9 ${String(brotli).padStart(7)} brotli 11`);

await main(async (args) => {
  const { values } = parseArgs({ args, options: { json: { type: "string" }, accept: { type: "boolean" }, all: { type: "boolean" } } });
  await setUpBasics();
  await buildWasm();
  await buildPackage();
  const { files, download, entries, rivals, parts } = await sizes();
  heading("Download");
  for (const [name, size] of Object.entries(files)) row(name, size);
  row("together", download);
  heading("What the other entries add");
  for (const [name, size] of Object.entries(entries)) row(name, size);
  heading("Others, by the same bundler");
  for (const [name, size] of Object.entries(rivals)) row(name, size);
  heading("The module's code, by part, before compression");
  for (const [part, bytes] of parts.slice(0, values.all ? undefined : 30)) info(`${part.padEnd(34)} ${String(bytes).padStart(8)}`);
  if (values.accept) writeFileSync(BUDGET_FILE, `${JSON.stringify({ brotli: download.brotli })}\n`);
  const ok = download.brotli <= GOAL;
  const figures = { ok, ...download, goal: GOAL, files, entries, rivals };
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ ...figures, parts: Object.fromEntries(parts) })}\n`);
  result(figures);
  return ok ? 0 : 1;
});
