// npm run test:e2e [-- --grep X] [--json FILE] [-- FILE …]: browser tests against the real Sockudo. Ends with one line of JSON.
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseArgs } from "node:util";

import { buildAll, setUpBasics } from "./lib/build-all.mjs";
import { ensureSockudo } from "./lib/cargo-install.mjs";
import { findChromium } from "./lib/chromium.mjs";
import { runE2e } from "./lib/e2e-runner.mjs";
import { heading, main, result } from "./lib/log.mjs";

await main(async (args) => {
  const { values, positionals } = parseArgs({ args, options: { grep: { type: "string" }, json: { type: "string" } }, allowPositionals: true });
  heading("Set-up");
  await setUpBasics();
  await findChromium();
  const sockudo = await ensureSockudo();
  heading("Build");
  await buildAll();
  heading("Browser tests");
  const files = positionals.map((file) => resolve(file));
  const figures = await runE2e({ sockudo, grep: values.grep, ...(files.length > 0 ? { files } : {}) });
  const ok = figures.failed === 0 && figures.passed > 0;
  if (values.json) writeFileSync(values.json, `${JSON.stringify({ ok, ...figures })}\n`);
  result({ ok, ...figures });
  return ok ? 0 : 1;
});
