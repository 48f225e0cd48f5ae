// One build of the package in every host that it supports, and what becomes of it when its host idles or dies.
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";

import { until } from "../browser.mjs";
import { UserError } from "../log.mjs";
import { freePort } from "../ports.mjs";
import { openExample, untilReady } from "./extension.mjs";

const HOSTS = ["side panel", "service worker", "offscreen document", "dedicated worker"];
const IDLE_MS = 62_000;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function demand(condition, sentence) {
  if (!condition) throw new UserError(sentence);
}

/** A conversation in each host: connected by push, one socket, no poll. */
export async function runHosts(dist, backend) {
  const { browser } = await openExample(dist, backend, "packaging-hosts");
  try {
    const { page } = await browser.openPanel();
    await untilReady(page, "converseIn");
    const seen = {};
    for (const host of HOSTS) {
      const told = await page.evaluate(([where, text]) => globalThis.converseIn(where, text), [host, `Hello from ${host}`]);
      const isRight = told?.state === "connected" && told.messages.length === 2 && told.sockets === 1 && told.polls === 0;
      demand(isRight, `${host}: ${JSON.stringify(told)}`);
      seen[host] = "ok";
    }
    return { ...seen, doctor: await diagnosed(page, backend) };
  } finally {
    await browser.close();
  }
}

/** The doctor finds nothing wrong where everything works, and names what is wrong after each of these mistakes. */
async function diagnosed(page, backend) {
  const diagnose = (change) => page.evaluate((value) => globalThis.diagnose(value), change);
  const healthy = await diagnose({});
  demand(healthy.length === 10 && healthy.every(({ ok }) => ok === true), `the doctor finds ${JSON.stringify(healthy.filter(({ ok }) => ok !== true))}`);

  const elsewhere = await redirecting();
  const local = { url: undefined, wsHost: "127.0.0.1", wsPort: backend.pushPort };
  const mistakes = [
    [{ ...local, tls: true }, "push", "tls_mismatch"],
    [{ ...local, wsPort: await freePort(), tls: false }, "push", "nothing_listens"],
    [{ ...local, wsPort: Number(new URL(backend.api).port), tls: false }, "push", "no_websocket"],
    [{ key: "another-key" }, "push", "closed_early"],
    [{ apiBase: `${backend.api}/elsewhere` }, "api", "not_found"],
    [{ apiBase: `http://127.0.0.1:${await freePort()}` }, "api", "unreachable"],
    [{ authEndpoint: "/api/elsewhere" }, "auth", "not_found"],
    [{ apiBase: `http://127.0.0.1:${elsewhere.port}` }, "api", "redirected"],
    [{ apiBase: `http://localhost:${elsewhere.port}` }, "api", "cors"],
    [{ apiBase: `http://localhost:${elsewhere.port}` }, "hosts", "host_missing"],
  ];
  for (const [change, check, code] of mistakes) {
    const found = (await diagnose(change)).find((one) => one.check === check);
    demand(found.code === code && found.ok === false && found.fix, `${JSON.stringify(change)}: ${JSON.stringify(found)}`);
  }
  elsewhere.server.close();

  // The manifest has no such host, but the backend lets extensions in.
  const byCors = (await diagnose({ apiBase: backend.api.replace("127.0.0.1", "localhost") })).find(({ check }) => check === "hosts");
  demand(byCors.code === "host_by_cors" && byCors.ok, `the doctor said ${JSON.stringify(byCors)}`);
  return `${mistakes.length} mistakes named`;
}

/** A server that lets no other origin read its answers, and sends everybody on. */
async function redirecting() {
  const server = createServer(({ url }, response) => response.writeHead(url === "/sign-in" ? 200 : 302, { location: "/sign-in" }).end());
  // Whatever fails, it keeps nobody waiting.
  server.unref();
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  return { server, port: server.address().port };
}

/** Without the line in the manifest, `init` and the doctor name it. */
export async function runBlocked(dist, backend) {
  const blocked = `${dist}-blocked`;
  rmSync(blocked, { recursive: true, force: true });
  cpSync(dist, blocked, { recursive: true });
  const manifest = JSON.parse(readFileSync(join(blocked, "manifest.json"), "utf8"));
  delete manifest.content_security_policy;
  writeFileSync(join(blocked, "manifest.json"), JSON.stringify(manifest));
  // Its worker stops at its own `init`: only the line that sets the panel up is left of it.
  writeFileSync(join(blocked, "background.js"), "chrome.sidePanel.setPanelBehavior({ openPanelOnActionClick: true });");
  const { browser } = await openExample(blocked, backend, "packaging-blocked");
  try {
    const { page } = await browser.openPanel();
    await untilReady(page, "initFails");
    const told = await page.evaluate(() => globalThis.initFails());
    demand(told?.code === "wasm_blocked" && told.message.includes("script-src 'self' 'wasm-unsafe-eval'"), `init said ${JSON.stringify(told)}`);
    const { ok, fix } = (await page.evaluate(() => globalThis.diagnose())).find(({ check }) => check === "wasm");
    demand(ok === false && fix.includes("'wasm-unsafe-eval'"), `the doctor said ${fix}`);
    return { "no wasm-unsafe-eval": "explained" };
  } finally {
    await browser.close();
  }
}

const ask = (page, message) => page.evaluate((value) => chrome.runtime.sendMessage(value), message);

/**
 * Nobody is attached while the worker idles, or it would live for that alone: the panel is closed and Playwright gone.
 * After a minute the same life of the worker must have seen a message that was sent meanwhile; then it is killed.
 */
export async function runIdle(dist, backend) {
  const { browser, token } = await openExample(dist, backend, "packaging-idle");
  try {
    const session = await backend.createSession(token, { title: "idle" });
    const before = await withPanel(browser, async (page) => {
      await ask(page, { watch: session.sessionId });
      return until("the worker was connected", async () => {
        const report = await ask(page, { report: true });
        return report.state === "connected" ? report : null;
      });
    });
    await browser.leave();
    await sleep(IDLE_MS);
    await backend.interact(token, session.sessionId, "while it idled");
    await sleep(1000);
    await browser.attach();
    const after = await withPanel(browser, (page) => ask(page, { report: true }));
    demand(after.life === before.life, "the worker was ended although its connection was alive");
    demand(after.socketsOpened === 1 && after.state === "connected", `the worker is ${JSON.stringify(after)}`);
    demand(after.messages.includes("while it idled"), `the worker has not seen the message: ${JSON.stringify(after)}`);
    const restored = await killed(browser, backend, token, session);
    demand(restored.life !== before.life, "the worker was not ended");
    return { "idle 60 s": "ok", "restored after a kill": "ok" };
  } finally {
    await browser.close();
  }
}

async function withPanel(browser, work) {
  const panel = await browser.openPanel();
  await untilReady(panel.page, "converseIn");
  const result = await work(panel.page);
  await panel.close();
  return result;
}

/** The worker dies, a message is stored meanwhile, and the next life goes on with the session and has the message. */
async function killed(browser, backend, token, session) {
  const panel = await browser.openPanel();
  await untilReady(panel.page, "converseIn");
  const cdp = await browser.main.newBrowserCDPSession();
  const { targetInfos } = await cdp.send("Target.getTargets");
  const worker = targetInfos.find((target) => target.type === "service_worker" && target.url.includes(browser.extensionId));
  await cdp.send("Target.closeTarget", { targetId: worker.targetId });
  await backend.interact(token, session.sessionId, "while it was dead");
  return until("the next life had the message", async () => {
    const report = await ask(panel.page, { report: true });
    const isThere = report.sessionId === session.sessionId && report.state === "connected" && report.messages.includes("while it was dead");
    return isThere ? report : null;
  });
}
