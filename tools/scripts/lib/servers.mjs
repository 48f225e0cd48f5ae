// Push servers of other makers: the cases of the conformance suite that the client relies upon, and the panel.
import { Soketi } from "../../../tests/lib/soketi.mjs";
import { runE2e } from "./e2e-runner.mjs";
import { run } from "./exec.mjs";
import { UserError } from "./log.mjs";
import { ensureTools } from "./packaging/example.mjs";
import { inRoot } from "./paths.mjs";

const FOLDER = "tests/servers";
const SUITE = ["test", "-p", "sidewire-backend", "--test", "conformance", "conformance_another_server", "--", "--ignored"];

async function cases(modules) {
  const soketi = await Soketi.start(undefined, modules);
  try {
    await run("cargo", SUITE, { env: { SIDEWIRE_PUSH_ADDRESS: soketi.address } });
  } finally {
    await soketi.kill();
  }
}

async function inThePanel(modules) {
  process.env.SIDEWIRE_SOKETI = modules;
  const { passed, failed, failures } = await runE2e({ files: [inRoot(FOLDER, "soketi.test.mjs")] });
  if (failed > 0 || passed === 0) throw new UserError(`over Soketi: ${failures.join("; ") || "no test ran"}`);
  return passed;
}

/** A step for each part; gives what was seen. */
export async function serverSteps(steps) {
  const seen = {};
  let modules;
  await steps.step("Soketi from npm", async () => void (modules = await ensureTools(`${FOLDER}/soketi`)));
  const needs = ["Soketi from npm"];
  await steps.step("cases over Soketi", async () => {
    await cases(modules);
    seen.cases = "ok";
  }, { needs });
  await steps.step("panel over Soketi", async () => void (seen.browserTests = await inThePanel(modules)), { needs: [...needs, "build"] });
  return { soketi: seen };
}
