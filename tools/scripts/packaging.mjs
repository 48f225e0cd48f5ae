// npm run test:packaging [-- --only NAME …] [--json FILE]: the packed package in other people's tools and hosts. Ends with
// one line of JSON.
import { parseArgs } from "node:util";

import { buildAll, setUpBasics } from "./lib/build-all.mjs";
import { findChromium } from "./lib/chromium.mjs";
import { heading, main } from "./lib/log.mjs";
import { packagingSteps } from "./lib/packaging/matrix.mjs";
import { Steps } from "./lib/steps.mjs";

await main(async (args) => {
  const options = { only: { type: "string", multiple: true }, json: { type: "string" } };
  const { values } = parseArgs({ args, options });
  heading("Set-up");
  await setUpBasics();
  await findChromium();
  heading("Build");
  await buildAll();
  const steps = new Steps();
  const results = await packagingSteps(steps, values.only);
  return steps.finish({ json: values.json, results });
});
