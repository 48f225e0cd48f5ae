// npm run release [-- --dry-run | --set VERSION] [--json FILE]: everything before a publication. Ends with one line of JSON.
// With --dry-run, what only matters on the day itself (clean tree, branch, changelog) is told and does not fail.
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { checkApi } from "./lib/api.mjs";
import { setUpBasics } from "./lib/build-all.mjs";
import { buildPackage } from "./lib/build-js.mjs";
import { buildWasm } from "./lib/build-wasm.mjs";
import { scanBundles } from "./lib/bundle-scan.mjs";
import { execute, run } from "./lib/exec.mjs";
import { main, print, result, UserError, warn } from "./lib/log.mjs";
import { inRoot } from "./lib/paths.mjs";
import { checkContents } from "./lib/release/contents.mjs";
import { checkLicences } from "./lib/release/licences.mjs";
import { writeSbom } from "./lib/release/sbom.mjs";
import { changelogProblems, currentVersion, setVersion } from "./lib/release/version.mjs";
import { Steps } from "./lib/steps.mjs";
import { hygiene } from "./hygiene.mjs";

const OPTIONS = { "dry-run": { type: "boolean", default: false }, set: { type: "string" }, json: { type: "string" } };

async function readiness(version, isDryRun) {
  const status = await execute("git", ["status", "--porcelain"], { capture: true });
  const branch = await execute("git", ["branch", "--show-current"], { capture: true });
  const problems = [
    ...(status.stdout.trim() === "" ? [] : ["the tree has changes that are not committed"]),
    ...(branch.stdout.trim() === "main" ? [] : [`the branch is ${branch.stdout.trim() || "none"}, not main`]),
    ...changelogProblems(readFileSync(inRoot("CHANGELOG.md"), "utf8"), version),
  ];
  for (const problem of problems) warn(problem);
  if (problems.length > 0 && !isDryRun) throw new UserError(`Not ready for ${version}: ${problems.join("; ")}.`);
}

export const checkCrate = () => run("cargo", ["package", "-p", "sidewire-json", "-p", "sidewire-core", "--allow-dirty", "--quiet"]);

async function check(version, values) {
  const steps = new Steps();
  const figures = { version };
  await steps.step("set-up", setUpBasics);
  await steps.step("ready", () => readiness(version, values["dry-run"]));
  await steps.step("one version, hygiene", hygiene);
  await steps.step("package", async () => {
    await buildWasm();
    await buildPackage();
  });
  const built = { needs: ["package"] };
  await steps.step("interface", () => checkApi(), built);
  await steps.step("bundle scan", scanBundles, built);
  await steps.step("contents of the package", async () => void (figures.contents = await checkContents()), built);
  await steps.step("crate", checkCrate);
  await steps.step("licences", async () => void (figures.licences = await checkLicences()));
  await steps.step("bill of materials", async () => void (figures.sbom = await writeSbom(version)));
  if (steps.failed.length === 0) print(`Ready as far as can be told here. What is left is in docs/releasing.md, "Publishing".`);
  return steps.finish({ json: values.json, ...figures });
}

await main(async (args) => {
  const { values } = parseArgs({ args, options: OPTIONS });
  if (values.set === undefined) return check(currentVersion(), values);
  await setVersion(values.set);
  result({ ok: true, version: values.set });
  return 0;
});
