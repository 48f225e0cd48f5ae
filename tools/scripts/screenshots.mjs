// npm run screenshots [-- --json FILE]: pictures of every state of the panel, and those of them that the documents show.
// Takes them from the real side panel over the real Sockudo. Ends with one line of JSON.
import { copyFileSync, readdirSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";

import { buildAll, setUpBasics } from "./lib/build-all.mjs";
import { ensureSockudo } from "./lib/cargo-install.mjs";
import { findChromium } from "./lib/chromium.mjs";
import { runE2e } from "./lib/e2e-runner.mjs";
import { heading, info, main, result } from "./lib/log.mjs";
import { inRoot, ROOT, SCREENSHOT_DIR } from "./lib/paths.mjs";

/** What README and docs show: name there → name of the picture. */
const SHOWN = {
  "conversation-light": "conversation-light-360",
  "conversation-dark": "conversation-dark-360",
  "empty-light": "empty-light",
  "offline-light": "offline-light",
  "polling-dark": "polling-dark",
  "debug-light": "debug-light",
  "sessions-dark": "sessions-dark",
  "options-light": "options-light",
};

await main(async (args) => {
  const { values } = parseArgs({ args, options: { json: { type: "string" } } });
  heading("Set-up");
  await setUpBasics();
  await findChromium();
  const sockudo = await ensureSockudo();
  await buildAll();
  heading("Pictures");
  const { failed, passed, failures } = await runE2e({ sockudo, files: [inRoot("tests/e2e/screenshots.test.mjs")] });
  const ok = failed === 0 && passed > 0;
  if (ok) for (const [name, picture] of Object.entries(SHOWN)) copyFileSync(join(SCREENSHOT_DIR, `${picture}.png`), inRoot("docs/images", `${name}.png`));
  const pictures = readdirSync(SCREENSHOT_DIR).filter((name) => name.endsWith(".png")).length;
  info(`${pictures} pictures in ${relative(ROOT, SCREENSHOT_DIR)}, ${Object.keys(SHOWN).length} of them in docs/images`);
  const figures = { ok, pictures, shown: ok ? Object.keys(SHOWN).length : 0, failures };
  if (values.json) writeFileSync(values.json, `${JSON.stringify(figures)}\n`);
  result(figures);
  return ok ? 0 : 1;
});
