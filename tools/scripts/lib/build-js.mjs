// The TypeScript half of the package (crates/sidewire-wasm/npm → pkg) and the extension (extension → dist).
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { buildTesting } from "./build-testing.mjs";
import { buildDefaults, buildVariables, keyNotice } from "./env-file.mjs";
import { run } from "./exec.mjs";
import { info } from "./log.mjs";
import { DIST_DIR, inRoot, inTarget, nodeBin, PKG_DIR, WORK_DIR } from "./paths.mjs";
import { notices } from "./release/notices.mjs";
import { unlessFresh } from "./stamp.mjs";

const STAGE = inTarget("npm-package");

function filesIn(folder, prefix = "") {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const name = join(prefix, entry.name);
    return entry.isDirectory() ? filesIn(join(folder, entry.name), name) : [name];
  });
}

/** In the sources `types/` lies beside `npm/`, in the package below it. */
function place(file) {
  const inPackage = file.replace(/^npm[/\\]/, "");
  const target = join(PKG_DIR, inPackage);
  mkdirSync(dirname(target), { recursive: true });
  if (file.endsWith(".map")) {
    const map = JSON.parse(readFileSync(join(STAGE, file), "utf8"));
    // The text of the sources is in the map; the path is a name only.
    map.sources = map.sources.map((source) => source.replace(/^(?:\.\.\/)+(?:crates\/sidewire-wasm\/)?/, "sidewire/"));
    writeFileSync(target, JSON.stringify(map));
    return;
  }
  if (!file.startsWith("npm")) {
    copyFileSync(join(STAGE, file), target);
    return;
  }
  const text = readFileSync(join(STAGE, file), "utf8");
  writeFileSync(target, text.replaceAll(/(["'])\.\.\/types\//g, "$1./types/"));
}

function clearPackage() {
  for (const entry of readdirSync(PKG_DIR, { withFileTypes: true })) {
    if (entry.name !== "wasm") rmSync(join(PKG_DIR, entry.name), { recursive: true, force: true });
  }
}

/** `Symbol.dispose` needs a newer `lib` than most projects have, and would break those that check the types of packages. */
function ageTypes() {
  const folder = join(PKG_DIR, "wasm");
  for (const name of readdirSync(folder).filter((file) => file.endsWith(".d.ts"))) {
    const text = readFileSync(join(folder, name), "utf8");
    const older = text.replace(/^ *\[Symbol\.dispose\]\(\): void;\n/gm, "");
    if (older !== text) writeFileSync(join(folder, name), older);
  }
}

export async function buildPackage() {
  await buildTesting();
  ageTypes();
  await unlessFresh(
    {
      name: "package",
      title: "TypeScript half of the package (pkg)",
      inputs: [
        "crates/sidewire-wasm/npm",
        "crates/sidewire-wasm/types",
        "pkg/wasm/sidewire_wasm.d.ts",
        "pkg/wasm/sidewire_testing.d.ts",
        "tsconfig.base.json",
        "tsconfig.package.json",
        "tools/scripts/lib/build-js.mjs",
        "tools/scripts/lib/release/notices.mjs",
        "Cargo.lock",
        "package-lock.json",
      ],
      outputs: ["index.js", "index.d.ts", "THIRD-PARTY-LICENSES.txt"].map((name) => join(PKG_DIR, name)),
    },
    async () => {
      rmSync(STAGE, { recursive: true, force: true });
      await run(nodeBin("tsc"), ["-p", "tsconfig.package.json", "--outDir", STAGE]);
      clearPackage();
      for (const file of filesIn(STAGE)) place(file);
      writeFileSync(join(PKG_DIR, "THIRD-PARTY-LICENSES.txt"), await notices());
    },
  );
}

/** The extension whose worker numbers its calls of the browser, for tests only; gives its folder. */
export async function buildTestExtension() {
  const folder = join(WORK_DIR, "test-extension");
  const output = join(folder, "dist");
  await unlessFresh(
    {
      name: "test-extension",
      title: "extension with numbered calls",
      inputs: ["extension", "pkg", "manifest.json", "_locales", "webpack.config.js", "tsconfig.json", "tsconfig.base.json", "package-lock.json"],
      outputs: [join(output, "background.js"), join(output, "panel.js"), join(folder, "manifest.json")],
    },
    async () => {
      rmSync(folder, { recursive: true, force: true });
      await run(nodeBin("webpack"), ["--config", inRoot("webpack.config.js")], { env: { SIDEWIRE_OUTPUT: output, SIDEWIRE_NUMBERED: "1" } });
      for (const name of ["manifest.json", "_locales"]) cpSync(inRoot(name), join(folder, name), { recursive: true });
    },
  );
  return folder;
}

export async function buildExtension() {
  const { defaults, keyInjected } = buildDefaults();
  info(keyNotice(keyInjected));
  await unlessFresh(
    {
      name: "extension",
      title: "extension (dist)",
      inputs: ["extension", "pkg", "webpack.config.js", "tsconfig.json", "tsconfig.base.json", "package-lock.json"],
      outputs: [join(DIST_DIR, "background.js"), join(DIST_DIR, "panel.js"), join(DIST_DIR, "panel.html")],
      extra: JSON.stringify({ defaults, given: buildVariables() }),
    },
    () => run(nodeBin("webpack"), ["--config", inRoot("webpack.config.js")]),
  );
}
