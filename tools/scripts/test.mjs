// npm test: everything that must hold before a commit, each step named and timed. Goes on after a failure.
import { parseArgs } from "node:util";

import { checkApi } from "./lib/api.mjs";
import { buildAll, setUpBasics } from "./lib/build-all.mjs";
import { scanBundles } from "./lib/bundle-scan.mjs";
import { ensureSockudo, ensureWasmPack } from "./lib/cargo-install.mjs";
import * as checks from "./lib/checks.mjs";
import { findChromium, findChromedriver } from "./lib/chromium.mjs";
import { checkDocs } from "./lib/docs/check.mjs";
import { runE2eTwice } from "./lib/e2e-runner.mjs";
import { faults } from "./lib/faults.mjs";
import { run } from "./lib/exec.mjs";
import { info, main, UserError } from "./lib/log.mjs";
import { packagingSteps, QUICK } from "./lib/packaging/matrix.mjs";
import { checkSize } from "./lib/sizes.mjs";
import { smoke } from "./lib/smoke.mjs";
import { Steps } from "./lib/steps.mjs";
import { checkStorePackage } from "./lib/store/check.mjs";
import { runTypeScriptTests } from "./lib/ts-tests.mjs";
import { wasmPackTests, wasmTests } from "./lib/wasm-tests.mjs";
import { hygiene } from "./hygiene.mjs";

const SEEDS = 20_000;

async function setUp() {
  await setUpBasics();
  info(`Chromium: ${await findChromium()}`);
  info(`WebDriver: ${await findChromedriver()}`);
}

async function e2e(sockudo) {
  const { passed, failed, skipped, failures, flaky, reasons } = await runE2eTwice({ sockudo });
  const told = (names) => names.map((name) => `${name}: ${reasons[name]}`).join("; ");
  info(`${passed} passed, ${failed} failed, ${skipped} skipped`);
  if (flaky.length > 0) info(`FLAKY, passed at the second attempt: ${told(flaky)}`);
  if (failed > 0 || passed === 0) throw new UserError(`browser tests failed: ${told(failures) || "none ran"}`);
  return { flaky: flaky.length };
}

/** Cheap checks first, so that a slip is told early. */
async function quickSteps(steps) {
  const built = { needs: ["build"] };
  await steps.step("hygiene", hygiene);
  await steps.step("faults are tested", faults);
  await steps.step("rustfmt", checks.rustFormat);
  await steps.step("build", buildAll, { needs: ["set-up"] });
  await steps.step("interface", () => checkApi(), built);
  await steps.step("bundle scan", scanBundles, built);
  await steps.step("documentation's links and code", checkDocs, built);
  await steps.step("TypeScript types", checks.typeCheck, built);
  await steps.step("TypeScript tests", runTypeScriptTests, built);
  await steps.step("eslint", checks.eslint, built);
  await steps.step("size", checkSize, built);
  await steps.step("core is pure", checks.corePurity);
  await steps.step("clippy native", checks.clippyNative);
  await steps.step("clippy wasm32", checks.clippyWasm);
}

async function slowSteps(steps, tools, figures) {
  const real = { needs: ["build", "Sockudo"] };
  await steps.step("Rust tests", () => checks.rustTests(tools.sockudo));
  await steps.step("simulation", () => checks.simulation(SEEDS));
  await steps.step("planted defects", checks.plantedDefects);
  await steps.step("herd and politeness", checks.politeness);
  await steps.step("exhaustive model", checks.exhaustiveModel);
  await steps.step("wasm tests", wasmTests, { needs: ["set-up"] });
  await steps.step("wasm-pack test", async () => wasmPackTests(await ensureWasmPack()), { needs: ["set-up"] });
  await steps.step("smoke, embedded hub", async () => void info(JSON.stringify(await smoke())), { needs: ["build"] });
  await steps.step("browser tests, real Sockudo", async () => void (figures.flaky = (await e2e(tools.sockudo)).flaky), real);
  await steps.step("store package", async () => void info(JSON.stringify(await checkStorePackage())), { needs: ["build"] });
  await packagingSteps(steps, QUICK);
  await steps.step("backends of the documentation", () => run(process.execPath, ["--test", "tests/docs/backends.test.mjs"]), { needs: ["build"] });
  await steps.step("bench works", checks.benchWorks, { needs: ["build"] });
  await steps.step("documentation", checks.docs, { needs: ["build"] });
}

await main(async (args) => {
  const { values } = parseArgs({ args, options: { json: { type: "string" } } });
  const steps = new Steps();
  const tools = {};
  await steps.step("set-up", setUp);
  await quickSteps(steps);
  await steps.step("Sockudo", async () => void (tools.sockudo = await ensureSockudo()));
  const figures = { seeds: SEEDS, flaky: 0 };
  await slowSteps(steps, tools, figures);
  return steps.finish({ json: values.json, ...figures });
});
