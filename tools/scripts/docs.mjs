// npm run docs: the Rust documentation (target/doc) and the package's (docs/api).
import { setUpBasics } from "./lib/build-all.mjs";
import { buildPackage } from "./lib/build-js.mjs";
import { buildWasm } from "./lib/build-wasm.mjs";
import { docs } from "./lib/checks.mjs";
import { main } from "./lib/log.mjs";
import { Steps } from "./lib/steps.mjs";

await main(async () => {
  const steps = new Steps();
  await steps.step("set-up", setUpBasics);
  await steps.step("package", async () => {
    await buildWasm();
    await buildPackage();
  });
  await steps.step("docs", docs);
  return steps.finish();
});
