// npm run api [-- --accept] [--json FILE]: the package's interface against tests/api. Ends with one line of JSON.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";

import { checkApi } from "./lib/api.mjs";
import { setUpBasics } from "./lib/build-all.mjs";
import { buildPackage } from "./lib/build-js.mjs";
import { buildWasm } from "./lib/build-wasm.mjs";
import { error, heading, main, result } from "./lib/log.mjs";

await main(async (args) => {
  const options = { accept: { type: "boolean", default: false }, json: { type: "string" } };
  const { values } = parseArgs({ args, options });
  heading("Interface");
  await setUpBasics();
  await buildWasm();
  await buildPackage();
  const outcome = await checkApi(values).then(
    (changed) => ({ ok: true, changed: changed.length }),
    (failure) => ({ ok: false, message: failure.message }),
  );
  if (outcome.message) error(outcome.message);
  if (values.json) writeFileSync(values.json, `${JSON.stringify(outcome)}\n`);
  result(outcome);
  return outcome.ok ? 0 : 1;
});
