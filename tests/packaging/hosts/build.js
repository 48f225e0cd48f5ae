import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

await build({
  entryPoints: ["background", "panel", "offscreen", "worker"].map((name) => `src/${name}.js`),
  bundle: true,
  format: "esm",
  target: "chrome116",
  outdir: "dist",
});
cpSync(fileURLToPath(import.meta.resolve("sidewire/sidewire_wasm_bg.wasm")), "dist/wasm/sidewire_wasm_bg.wasm");
for (const file of ["manifest.json", "src/panel.html", "src/offscreen.html"]) cpSync(file, `dist/${file.split("/").pop()}`);
