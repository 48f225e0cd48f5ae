// npm run build [-- --wasm | --js | --backend]: builds what has changed.
import { buildAll, buildBackend, buildJs, setUpBasics } from "./lib/build-all.mjs";
import { buildWasm } from "./lib/build-wasm.mjs";
import { heading, main } from "./lib/log.mjs";

const PARTS = { "--wasm": buildWasm, "--js": buildJs, "--backend": buildBackend };

await main(async (args) => {
  heading("Set-up");
  await setUpBasics();
  heading("Build");
  const parts = args.filter((arg) => arg in PARTS);
  if (parts.length === 0) await buildAll();
  for (const part of parts) await PARTS[part]();
});
