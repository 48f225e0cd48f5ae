// What `npm run check` asks of the documentation.
import { info, UserError } from "../log.mjs";
import { featureProblems } from "./features.mjs";
import { linkProblems } from "./links.mjs";
import { comments, pages } from "./markdown.mjs";
import { reasonProblems } from "./reasons.mjs";
import { snippetProblems } from "./snippets.mjs";

export async function checkDocs() {
  const all = await pages();
  const snippets = await snippetProblems([...all, ...(await comments())]);
  const problems = [...linkProblems(all), ...reasonProblems(), ...featureProblems(all), ...snippets.problems];
  if (problems.length > 0) throw new UserError(`The documentation does not hold:\n   ${problems.slice(0, 30).join("\n   ")}`);
  info(`${all.length} pages, ${snippets.count} blocks of code, all links and codes`);
}
