// npm run test:long: what takes longer than `npm test` may. More seeds, the smoke over both push servers, repeated.
import { buildAll, setUpBasics } from "./lib/build-all.mjs";
import { ensureSockudo } from "./lib/cargo-install.mjs";
import { docs, largerModels, simulation } from "./lib/checks.mjs";
import { findChromium } from "./lib/chromium.mjs";
import { fuzz } from "./lib/fuzz.mjs";
import { buildSite } from "./lib/docs/site.mjs";
import { runE2e } from "./lib/e2e-runner.mjs";
import { info, main, UserError } from "./lib/log.mjs";
import { packagingSteps } from "./lib/packaging/matrix.mjs";
import { serverSteps } from "./lib/servers.mjs";
import { smoke } from "./lib/smoke.mjs";
import { Steps } from "./lib/steps.mjs";

const SEEDS = 100_000;
const ROUNDS = 5;
/** For each fuzz target. */
const FUZZ_SECONDS = 60;

async function repeatedSmoke(options) {
  for (let round = 1; round <= ROUNDS; round += 1) info(`${round}/${ROUNDS}: ${JSON.stringify(await smoke(options))}`);
}

async function repeatedE2e(sockudo) {
  // Whatever `npm test` shortens is done in full.
  process.env.SIDEWIRE_LONG = "1";
  for (let round = 1; round <= ROUNDS; round += 1) {
    const { failed, failures } = await runE2e({ sockudo });
    if (failed > 0) throw new UserError(`round ${round}: ${failures.join("; ")}`);
  }
}

await main(async () => {
  const steps = new Steps();
  const tools = {};
  await steps.step("set-up", async () => {
    await setUpBasics();
    await findChromium();
    tools.sockudo = await ensureSockudo();
  });
  await steps.step("build", buildAll, { needs: ["set-up"] });
  await steps.step("simulation", () => simulation(SEEDS));
  await steps.step("exhaustive model, larger scopes", largerModels);
  let fuzzed = {};
  await steps.step("fuzz targets", async () => void (fuzzed = await fuzz(FUZZ_SECONDS)));
  await steps.step("smoke, embedded hub", () => repeatedSmoke({}), { needs: ["build"] });
  await steps.step("smoke, real Sockudo", () => repeatedSmoke({ push: "sockudo", sockudo: tools.sockudo }), { needs: ["build"] });
  await steps.step("browser tests", () => repeatedE2e(tools.sockudo), { needs: ["build"] });
  const packaging = await packagingSteps(steps);
  const servers = await serverSteps(steps);
  await steps.step("documentation", docs, { needs: ["build"] });
  await steps.step("site of the documentation", buildSite, { needs: ["documentation"] });
  return steps.finish({ seeds: SEEDS, packaging, servers, fuzzed });
});
