// npm run check: the fast inner loop. No browser, no release build of the simulator's long runs.
import { buildPackage } from "./lib/build-js.mjs";
import { buildWasm } from "./lib/build-wasm.mjs";
import { checkApi } from "./lib/api.mjs";
import { setUpBasics } from "./lib/build-all.mjs";
import { scanBundles } from "./lib/bundle-scan.mjs";
import { clippyNative, clippyWasm, corePurity, eslint, rustFormat, rustTests, typeCheck } from "./lib/checks.mjs";
import { checkDocs } from "./lib/docs/check.mjs";
import { faults } from "./lib/faults.mjs";
import { main } from "./lib/log.mjs";
import { Steps } from "./lib/steps.mjs";
import { runTypeScriptTests } from "./lib/ts-tests.mjs";
import { hygiene } from "./hygiene.mjs";

await main(async () => {
  const steps = new Steps();
  await steps.step("set-up", setUpBasics);
  await steps.step("hygiene", hygiene);
  await steps.step("faults are tested", faults);
  await steps.step("rustfmt", rustFormat);
  await steps.step("clippy native", clippyNative);
  await steps.step("clippy wasm32", clippyWasm);
  await steps.step("Rust tests", () => rustTests());
  await steps.step("core is pure", corePurity);
  await steps.step("package", async () => {
    await buildWasm();
    await buildPackage();
  });
  await steps.step("interface", () => checkApi(), { needs: ["package"] });
  await steps.step("bundle scan", scanBundles, { needs: ["package"] });
  await steps.step("documentation", checkDocs, { needs: ["package"] });
  await steps.step("TypeScript types", typeCheck, { needs: ["package"] });
  await steps.step("TypeScript tests", runTypeScriptTests, { needs: ["package"] });
  await steps.step("eslint", eslint, { needs: ["package"] });
  return steps.finish();
});
