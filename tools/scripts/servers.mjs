// npm run test:servers [-- --json FILE]: what the client relies upon, over a push server that is neither ours nor Sockudo:
// Soketi from npm. Ends with one line of JSON.
import { parseArgs } from "node:util";

import { buildAll, setUpBasics } from "./lib/build-all.mjs";
import { findChromium } from "./lib/chromium.mjs";
import { stopEverything } from "./lib/exec.mjs";
import { main } from "./lib/log.mjs";
import { serverSteps } from "./lib/servers.mjs";
import { Steps } from "./lib/steps.mjs";

await main(async (args) => {
  const { values } = parseArgs({ args, options: { json: { type: "string" } } });
  const steps = new Steps();
  await steps.step("set-up", async () => {
    await setUpBasics();
    await findChromium();
  });
  await steps.step("build", buildAll, { needs: ["set-up"] });
  try {
    return steps.finish({ json: values.json, servers: await serverSteps(steps) });
  } finally {
    await stopEverything();
  }
});
