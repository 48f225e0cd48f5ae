// From the sources to the zip: built into a folder of its own, so that what is packed is what was built.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { buildVariables, defaultsOf } from "../env-file.mjs";
import { run } from "../exec.mjs";
import { inRoot, nodeBin, PKG_DIR, WORK_DIR } from "../paths.mjs";
import { bundledLicences } from "./licences.mjs";
import { storeManifest } from "./manifest.mjs";
import { zip } from "./zip.mjs";

const read = (...parts) => readFileSync(inRoot(...parts), "utf8");

function filesIn(folder, prefix) {
  return Object.fromEntries(
    readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const [path, name] = [join(folder, entry.name), `${prefix}/${entry.name}`];
      return entry.isDirectory() ? Object.entries(filesIn(path, name)) : [[name, readFileSync(path)]];
    }),
  );
}

/** Maps stay here: what they hold is in the repository. The line that names one goes with it. */
function withoutMaps(files) {
  const kept = Object.entries(files).filter(([name]) => !name.endsWith(".map"));
  const isText = (name) => /\.(?:js|css)$/.test(name);
  const strip = (bytes) => Buffer.from(bytes.toString("utf8").replace(/\n?(?:\/\/# sourceMappingURL=[^\n]*|\/\*# sourceMappingURL=[^*]*\*\/)\s*$/, "\n"));
  return Object.fromEntries(kept.map(([name, bytes]) => [name, isText(name) ? strip(bytes) : bytes]));
}

async function build(name, env) {
  const output = join(WORK_DIR, "store", name, "dist");
  rmSync(output, { recursive: true, force: true });
  await run(nodeBin("webpack"), ["--config", inRoot("webpack.config.js")], { env: { ...env, SIDEWIRE_OUTPUT: output }, quiet: true });
  return filesIn(output, "dist");
}

/**
 * Builds and packs; gives `{files, bytes, hash, defaults}`. `servers`: `WEBPACK_*` variables, those of the environment
 * and of `.env.local` by default. `name`: of the folder that is built in.
 */
export async function packExtension(name, servers = buildVariables()) {
  const { defaults } = defaultsOf(servers);
  const built = await build(name, servers);
  const maps = Object.entries(built).filter(([file]) => file.endsWith(".js.map")).map(([, bytes]) => bytes.toString("utf8"));
  const manifest = storeManifest(JSON.parse(read("manifest.json")), defaults);
  const files = {
    ...withoutMaps(built),
    ...filesIn(inRoot("_locales"), "_locales"),
    "manifest.json": `${JSON.stringify(manifest, null, 2)}\n`,
    "LICENSE-MIT": read("LICENSE-MIT"),
    "LICENSE-APACHE": read("LICENSE-APACHE"),
    "THIRD-PARTY-LICENSES.txt": `${bundledLicences(maps)}\n${readFileSync(join(PKG_DIR, "THIRD-PARTY-LICENSES.txt"), "utf8")}`,
  };
  const bytes = zip(files);
  return { files, bytes, hash: createHash("sha256").update(bytes).digest("hex"), defaults };
}

/** Writes files into a folder that is made anew; gives the folder. */
export function writeFiles(folder, files) {
  rmSync(folder, { recursive: true, force: true });
  for (const [name, bytes] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), bytes);
  }
  return folder;
}
