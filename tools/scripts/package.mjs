// npm run package [-- --no-trial] [--json FILE]: the zip for the Chrome Web Store, checked. Ends with one line of JSON.

import { parseArgs } from "node:util";

import { buildBackend, setUpBasics } from "./lib/build-all.mjs";
import { buildPackage } from "./lib/build-js.mjs";
import { buildWasm } from "./lib/build-wasm.mjs";
import { main } from "./lib/log.mjs";
import { checkStorePackage } from "./lib/store/check.mjs";
import { Steps } from "./lib/steps.mjs";

await main(async (args) => {
  const { values } = parseArgs({ args, options: { "no-trial": { type: "boolean", default: false }, json: { type: "string" } } });
  const steps = new Steps();
  const figures = {};
  await steps.step("set-up", setUpBasics);
  await steps.step("build", async () => {
    await buildWasm();
    await buildPackage();
    await buildBackend();
  });
  await steps.step("store package", async () => void Object.assign(figures, await checkStorePackage({ isTried: !values["no-trial"] })), { needs: ["build"] });
  return steps.finish({ json: values.json, ...figures });
});
