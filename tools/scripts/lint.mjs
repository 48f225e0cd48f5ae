// npm run lint: formatting, clippy for native and wasm32, ESLint, hygiene.
import { setUpBasics } from "./lib/build-all.mjs";
import { buildPackage } from "./lib/build-js.mjs";
import { buildWasm } from "./lib/build-wasm.mjs";
import { clippyNative, clippyWasm, eslint, rustFormat } from "./lib/checks.mjs";
import { main } from "./lib/log.mjs";
import { Steps } from "./lib/steps.mjs";
import { hygiene } from "./hygiene.mjs";

await main(async () => {
  const steps = new Steps();
  await steps.step("set-up", setUpBasics);
  await steps.step("hygiene", hygiene);
  await steps.step("rustfmt", rustFormat);
  await steps.step("clippy native", clippyNative);
  await steps.step("clippy wasm32", clippyWasm);
  // ESLint's typed rules read the declarations of the built package.
  await steps.step("package", async () => {
    await buildWasm();
    await buildPackage();
  });
  await steps.step("eslint", eslint);
  return steps.finish();
});
