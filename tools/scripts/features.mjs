// npm run features: counts the rows of docs/features.md and writes the table of counts. Ends with one line of JSON.
import { writeCounts } from "./lib/docs/features.mjs";
import { main, result } from "./lib/log.mjs";

await main(() => {
  result({ ok: true, counts: writeCounts() });
});
