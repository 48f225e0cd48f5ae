// npm start: sets up what is missing, builds what has changed, and opens the extension in Chromium with its side panel.
// npm start -- --smoke: the same unattended, with one message typed and checked. --push sockudo: with the real Sockudo.
import { parseArgs } from "node:util";

import { buildAll, setUpBasics } from "./lib/build-all.mjs";
import { findChromium } from "./lib/chromium.mjs";
import { ensureSockudo } from "./lib/cargo-install.mjs";
import { onStop, stopEverything } from "./lib/exec.mjs";
import { duration, heading, info, main, print, result, UserError, warn } from "./lib/log.mjs";
import { inRoot, ROOT, WORK_DIR } from "./lib/paths.mjs";
import { requireFree } from "./lib/ports.mjs";
import { BackendProcess } from "./lib/backend.mjs";
import { Rig } from "./lib/rig.mjs";
import { smoke } from "./lib/smoke.mjs";

const OPTIONS = {
  smoke: { type: "boolean", default: false },
  push: { type: "string", default: process.env.SIDEWIRE_PUSH ?? "embedded" },
  headless: { type: "boolean", default: false },
  "no-browser": { type: "boolean", default: false },
  help: { type: "boolean", default: false },
};
const HELP = `npm start [-- options]
  --smoke          unattended check: one message through the real side panel, then exit
  --push SERVER    embedded (default) or sockudo, the real Sockudo 5.2.0
  --headless       no window, even where there is a display
  --no-browser     backend only
Ports: SIDEWIRE_API_PORT (3000), SIDEWIRE_PUSH_PORT (3005), 0 = any free one. Chromium: SIDEWIRE_CHROMIUM.`;

function readArguments(args) {
  try {
    const { values } = parseArgs({ args, options: OPTIONS });
    if (["embedded", "sockudo"].includes(values.push)) return values;
    throw new Error(`--push takes embedded or sockudo, not "${values.push}"`);
  } catch (failure) {
    throw new UserError(`${failure.message.replace(/\.? ?To specify.*$/s, "")}: see \`npm start -- --help\`.`);
  }
}

function port(name, fallback) {
  const text = process.env[name] || String(fallback);
  if (/^\d{1,5}$/.test(text) && Number(text) <= 65535) return Number(text);
  throw new UserError(`${name} is "${text}": it must be a port number from 0 to 65535.`);
}

const hasDisplay = () => Boolean(process.env.DISPLAY || process.env.WAYLAND_DISPLAY);

async function setUp(options) {
  heading("Set-up");
  await setUpBasics();
  const chromium = options["no-browser"] ? undefined : await findChromium();
  const sockudo = options.push === "sockudo" ? await ensureSockudo() : undefined;
  heading("Build");
  await buildAll();
  return { chromium, sockudo };
}

async function startBackend(options, sockudo) {
  heading("Start");
  const [apiPort, pushPort] = [port("SIDEWIRE_API_PORT", 3000), port("SIDEWIRE_PUSH_PORT", 3005)];
  await requireFree(apiPort, "REST API", "SIDEWIRE_API_PORT");
  await requireFree(pushPort, "push server", "SIDEWIRE_PUSH_PORT");
  const dataDir = process.env.SIDEWIRE_DATA_DIR ?? inRoot(".sidewire", "data");
  const backend = await BackendProcess.start({ apiPort, pushPort, push: options.push, sockudo, dataDir, showLog: true });
  info(`backend: ${backend.api}   push: ${backend.push} (${backend.pushServer})`);
  return backend;
}

function explain(backend, reason) {
  const address = backend.api;
  print(`
${reason} The backend runs until Ctrl-C:
  REST API     ${address}
  push server  ${backend.push} (${backend.pushServer}, key ${backend.key})
To use the extension by hand: open chrome://extensions in Chromium, switch on "Developer mode", press "Load unpacked",
choose ${ROOT}
and click Sidewire's icon. Sign in as "demo".`);
}

async function openBrowser(backend, chromium, headless) {
  const profile = `${WORK_DIR}/profile${headless ? "-headless" : ""}`;
  const rig = await Rig.start({ backend, chromium, headless, profile, isolated: false });
  const panel = await rig.openOnSession();
  info(`side panel: ${panel.url}, signed in as "demo", session ${rig.session.title ?? rig.session.sessionId}`);
  // Nothing stays attached: the worker may idle out as it does for users.
  await panel.connection.close().catch(() => {});
  await rig.browser.leave();
  return rig.browser;
}

/** Resolves when the backend or the browser's window goes; Ctrl-C ends the script before that. */
function untilEnd(backend, browser) {
  return new Promise((done) => {
    backend.whenEnded(() => done(backend.stopped ? undefined : "the backend has ended"));
    browser?.whenClosed(() => done(undefined));
    onStop(async () => done(undefined));
  });
}

async function runSmoke(options, tools, started) {
  heading(`Smoke (${options.push})`);
  const figures = await smoke({ push: options.push, sockudo: tools.sockudo });
  info(`all in all ${duration(performance.now() - started)}`);
  result({ ok: true, ...figures });
}

async function serve(options, tools, started) {
  const backend = await startBackend(options, tools.sockudo);
  const headless = options.headless || !hasDisplay();
  let browser;
  if (tools.chromium) browser = await openBrowser(backend, tools.chromium, headless);
  info(`ready after ${duration(performance.now() - started)}`);
  if (headless) explain(backend, browser ? "There is no display, so Chromium runs without a window." : "No browser was started.");
  else info("close the window or press Ctrl-C to stop");
  const problem = await untilEnd(backend, browser);
  if (problem) warn(problem);
  return problem ? 1 : 0;
}

await main(async (args) => {
  const started = performance.now();
  const options = readArguments(args);
  if (options.help) {
    print(HELP);
    return 0;
  }
  try {
    const tools = await setUp(options);
    return await (options.smoke ? runSmoke : serve)(options, tools, started);
  } catch (failure) {
    if (options.smoke) result({ ok: false, error: failure.message });
    throw failure;
  } finally {
    await stopEverything();
  }
});
