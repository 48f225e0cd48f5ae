import { cpSync } from "node:fs";
import { fileURLToPath } from "node:url";

import { build } from "esbuild";

await build({
  entryPoints: ["src/panel.js", "src/background.js"],
  bundle: true,
  minify: true,
  sourcemap: true,
  format: "esm",
  target: "chrome116",
  outdir: "dist",
});

// esbuild leaves `new URL(…, import.meta.url)` as it is: the file has to lie beside the script under the same name.
cpSync(fileURLToPath(import.meta.resolve("sidewire/sidewire_wasm_bg.wasm")), "dist/wasm/sidewire_wasm_bg.wasm");
cpSync("manifest.json", "dist/manifest.json");
cpSync("src/panel.html", "dist/panel.html");
