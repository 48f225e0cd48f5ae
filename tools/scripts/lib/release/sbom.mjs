// The bill of materials: CycloneDX files for npm and for cargo.
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

import { run } from "../exec.mjs";
import { info } from "../log.mjs";
import { ROOT, WORK_DIR } from "../paths.mjs";

const FOLDER = join(WORK_DIR, "release");

async function ofNpm() {
  const { stdout } = await run("npm", ["sbom", "--sbom-format", "cyclonedx", "--sbom-type", "library"], { cwd: ROOT, capture: true });
  return JSON.parse(stdout);
}

/** As `cargo metadata` tells it: components by package URL, and who depends on whom. */
export function cargoBom({ packages, resolve, workspace_members: own }, version) {
  const reference = ({ name, version: of }) => `pkg:cargo/${name}@${of}`;
  const byId = new Map(packages.map((item) => [item.id, item]));
  const component = (item) => ({
    type: "library",
    "bom-ref": reference(item),
    name: item.name,
    version: item.version,
    purl: reference(item),
    ...(item.license ? { licenses: [{ expression: item.license.replaceAll("/", " OR ") }] } : {}),
  });
  return {
    bomFormat: "CycloneDX",
    specVersion: "1.5",
    version: 1,
    metadata: { component: { type: "library", name: "sidewire", version, purl: `pkg:npm/sidewire@${version}`, "bom-ref": "sidewire" } },
    components: packages.map(component),
    dependencies: [
      { ref: "sidewire", dependsOn: own.map((id) => reference(byId.get(id))) },
      ...resolve.nodes.map(({ id, dependencies }) => ({ ref: reference(byId.get(id)), dependsOn: dependencies.map((other) => reference(byId.get(other))) })),
    ],
  };
}

export async function writeSbom(version) {
  const { stdout } = await run("cargo", ["metadata", "--format-version", "1", "--locked"], { capture: true });
  const boms = { npm: await ofNpm(), cargo: cargoBom(JSON.parse(stdout), version) };
  mkdirSync(FOLDER, { recursive: true });
  for (const [name, bom] of Object.entries(boms)) writeFileSync(join(FOLDER, `sidewire-${version}-${name}.cdx.json`), `${JSON.stringify(bom, null, 2)}\n`);
  info(`${boms.npm.components.length} npm and ${boms.cargo.components.length} cargo components, in ${FOLDER.slice(ROOT.length + 1)}`);
  return { npm: boms.npm.components.length, cargo: boms.cargo.components.length };
}
