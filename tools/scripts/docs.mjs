// npm run docs [-- --site]: the Rust documentation (target/doc), the package's (docs/api), and the site (docs/site).
import { setUpBasics } from "./lib/build-all.mjs";
import { buildPackage } from "./lib/build-js.mjs";
import { buildWasm } from "./lib/build-wasm.mjs";
import { docs } from "./lib/checks.mjs";
import { checkDocs } from "./lib/docs/check.mjs";
import { buildSite } from "./lib/docs/site.mjs";
import { main } from "./lib/log.mjs";
import { Steps } from "./lib/steps.mjs";

await main(async (args) => {
  const steps = new Steps();
  await steps.step("set-up", setUpBasics);
  await steps.step("package", async () => {
    await buildWasm();
    await buildPackage();
  });
  await steps.step("docs", docs);
  await steps.step("links and code", checkDocs, { needs: ["package"] });
  if (args.includes("--site")) await steps.step("site", buildSite, { needs: ["docs"] });
  return steps.finish();
});
