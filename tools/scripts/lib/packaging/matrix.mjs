// Which examples there are, and how each is run.
import { BackendProcess } from "../backend.mjs";
import { findChromium } from "../chromium.mjs";
import { run } from "../exec.mjs";
import { info, UserError } from "../log.mjs";
import { nodeBin } from "../paths.mjs";
import { freePort } from "../ports.mjs";
import { buildExample, pack } from "./example.mjs";
import { runExtension } from "./extension.mjs";
import { runBlocked, runHosts, runIdle } from "./hosts.mjs";
import { runPlain } from "./plain.mjs";
import { runStart } from "./start.mjs";

const BUNDLERS = ["webpack", "vite", "esbuild", "crxjs", "wxt"];

/** The ways in which TypeScript finds the types; nothing of the package's own is skipped. */
const RESOLUTIONS = ["node16", "nodenext", "bundler"].map((name) => ["--moduleResolution", name, "--module", name === "bundler" ? "esnext" : name]);
const STRICT = ["--ignoreConfig", "--noEmit", "--strict", "--exactOptionalPropertyTypes", "--target", "es2022", "--lib", "es2023,dom,dom.iterable", "--typeRoots", "none"];

/** What `npm test` runs; the rest takes longer. */
export const QUICK = ["webpack", "vite", "getting-started", "hosts"];

async function plain(tarball, context) {
  const { folder } = await buildExample("plain-html", tarball);
  // Any extension will do: the browser of the tests waits for one.
  const { dist } = await buildExample("esbuild", tarball);
  return runPlain(folder, context.backend, context.pagePort, dist);
}

async function hosts(tarball, { backend }) {
  const { dist } = await buildExample("hosts", tarball);
  return { ...(await runHosts(dist, backend)), ...(await runBlocked(dist, backend)), ...(await runIdle(dist, backend)) };
}

const RUNS = {
  node: async (tarball) => {
    const { folder } = await buildExample("node", tarball);
    for (const resolution of RESOLUTIONS) await run(nodeBin("tsc"), [...STRICT, ...resolution, "types.ts"], { cwd: folder });
    return { node: "ok", types: RESOLUTIONS.map(([, name]) => name).join(", ") };
  },
  ...Object.fromEntries(
    BUNDLERS.map((name) => [
      name,
      async (tarball, { backend }) => {
        const { dist } = await buildExample(name, tarball);
        return runExtension(name, dist, backend);
      },
    ]),
  ),
  "plain-html": plain,
  "getting-started": (tarball, { backend }) => runStart(tarball, backend),
  hosts,
};

/** A step for each of `names` (default: all); gives what each saw. */
export async function packagingSteps(steps, names = Object.keys(RUNS)) {
  const unknown = names.filter((name) => !(name in RUNS));
  if (unknown.length > 0) throw new UserError(`there is no example ${unknown.join(", ")}: choose from ${Object.keys(RUNS).join(", ")}`);
  const results = {};
  const pagePort = await freePort();
  const backend = await BackendProcess.start({ push: "embedded", agentDelayMs: 100, extra: ["--allow-origin", `http://127.0.0.1:${pagePort}`] });
  try {
    backend.chromium = await findChromium();
    const tarball = await pack();
    for (const name of names) {
      await steps.step(`package in ${name}`, async () => {
        results[name] = await RUNS[name](tarball, { backend, pagePort });
        info(JSON.stringify(results[name]));
      });
    }
  } finally {
    await backend.stop();
  }
  return results;
}
