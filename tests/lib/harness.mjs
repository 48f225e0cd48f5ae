// What every browser test starts from. The push server is the real Sockudo (`npm run test:e2e` names its program).
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, test as nodeTest } from "node:test";

import { BackendProcess } from "../../tools/scripts/lib/backend.mjs";
import { until } from "../../tools/scripts/lib/browser.mjs";
import { stopEverything } from "../../tools/scripts/lib/exec.mjs";
import { freePort } from "../../tools/scripts/lib/ports.mjs";
import { SCREENSHOT_DIR } from "../../tools/scripts/lib/paths.mjs";
import { Rig } from "../../tools/scripts/lib/rig.mjs";
import { startDripProxy } from "./drip_proxy.mjs";
import { RestProxy } from "./rest_proxy.mjs";
import { RuleProxy } from "./rule_proxy.mjs";

export { BackendProcess } from "../../tools/scripts/lib/backend.mjs";
export { until } from "../../tools/scripts/lib/browser.mjs";
export { allIds, countText, idsOnScreen, Observer } from "../../tools/scripts/lib/observe.mjs";
export { bindActiveTab, configure, Rig } from "../../tools/scripts/lib/rig.mjs";
export { converse, settled } from "../../tools/scripts/lib/smoke.mjs";

/** What the console says when a server is away on purpose. */
export const NETWORK_ERRORS = [/net::ERR_/, /WebSocket connection to .* failed/, /Failed to load resource/];

const sockudo = process.env.SIDEWIRE_SOCKUDO;

/** No test may take longer, in ms, unless it says so. */
const PATIENCE_MS = 120_000;
const watched = new Map();

/** As `test` of `node:test`, and whatever the browsers of the test did has to have been clean (`keepClean`). */
export function test(title, ...rest) {
  const body = rest.pop();
  return nodeTest(title, { timeout: PATIENCE_MS, ...rest[0] }, async (t) => {
    watched.set(t, []);
    try {
      await body(t);
      for (const watch of watched.get(t)) assertQuiet(watch);
    } finally {
      watched.delete(t);
    }
  });
}

/** At the end of the test its browser must not have done what `assertQuiet` forbids. */
export function keepClean(t, browser) {
  const watches = watched.get(t);
  if (watches === undefined) throw new Error("a browser test begins with `test` of the harness");
  watches.push(browser.watch);
}

/** A product over the real Sockudo, watched by `keepClean` and stopped when the test ends. */
export async function startRig(t, options = {}) {
  const rig = await Rig.start({ push: "sockudo", sockudo, agentDelayMs: 400, ...options });
  t.after(() => rig.stop());
  rig.browser.watch.outputs.push(() => rig.backend.log);
  keepClean(t, rig.browser);
  return rig;
}

/** One product for all tests of a file, started by the first one that needs it and stopped after the last. */
export function sharedRig(options = {}) {
  let started;
  after(async () => (await started)?.stop());
  return async (t) => {
    const rig = await (started ??= Rig.start({ push: "sockudo", sockudo, agentDelayMs: 400, ...options }));
    keepClean(t, rig.browser);
    return rig;
  };
}

/** The same, with a proxy in front of each server: `rig.pushWire` and `rig.restWire`; with `drips` byte by byte. */
export async function startRigOnWires(test, options = {}) {
  const wires = {};
  const through = async (backend) => {
    wires.pushWire = await RuleProxy.start(test, options.externalPort ?? backend.pushPort);
    wires.restWire = await RestProxy.start(test, backend.api);
    if (options.drips) wires.drip = await startDripProxy(test, wires.pushWire.port);
    return { key: backend.key, api: wires.restWire.address, pushPort: (wires.drip ?? wires.pushWire).port };
  };
  const rig = await startRig(test, { ...options, through });
  return Object.assign(rig, wires, {
    /** Both servers are out of reach; the browser knows nothing of it. */
    cutNetwork: () => Promise.all([wires.pushWire.down(), wires.restWire.down()]),
    restoreNetwork: () => Promise.all([wires.pushWire.up(), wires.restWire.up()]),
  });
}

/** The badge of the debug view, which is opened for it: what it says now. */
export async function badgeOf(panel) {
  const badge = panel.page.locator("sidewire-badge");
  if ((await badge.count()) === 0) await panel.page.getByRole("button", { name: "Debug" }).click();
  await badge.waitFor();
  return {
    label: () => badge.innerText(),
    tooltip: () => badge.getAttribute("title"),
    says: (label, ms) => until(`the badge says ${label}`, async () => (await badge.innerText()) === label, ms),
  };
}

/**
 * A push server that can be killed and started again while the backend goes on: a second backend that does nothing
 * but keep its Sockudo on a fixed port.
 */
export class PushServer {
  static async start(test) {
    const server = new PushServer();
    server.port = await freePort();
    await server.restart();
    test.after(() => server.kill());
    return server;
  }

  async restart() {
    this.keeper = await BackendProcess.start({ push: "sockudo", sockudo, pushPort: this.port });
  }

  async kill() {
    await this.keeper.stop();
  }

  /** Sends Sockudo itself a signal that ends it; its keeper ends with it. */
  async end(signal) {
    const isGone = new Promise((done) => this.keeper.whenEnded(done));
    process.kill(childOf(this.keeper.pid), signal);
    await isGone;
    await this.keeper.stop();
  }
}

function childOf(parent) {
  const isChild = (pid) => {
    try {
      // Behind the name, which may hold anything: state, parent.
      return Number(readFileSync(`/proc/${pid}/stat`, "utf8").split(") ").pop().split(" ")[1]) === parent;
    } catch {
      return false;
    }
  };
  return Number(readdirSync("/proc").filter((name) => /^\d+$/.test(name)).find(isChild));
}

/**
 * O9, B9: no console error that nobody provoked, no host that nobody configured, no preflight, no request of the worker;
 * the token is in no address and no output.
 */
function assertQuiet(watch) {
  assert.deepEqual(watch.unexpectedErrors, [], "console errors");
  assert.deepEqual(watch.foreignHosts, [], "hosts that nobody configured");
  assert.deepEqual(watch.leaks, [], "places that hold the token");
  assert.deepEqual(watch.preflights, [], "preflights");
  assert.deepEqual(watch.requests.filter(({ kind }) => kind === "worker"), [], "requests of the worker");
}

/** The same at once, and again at the end: `expected` are errors that the test provokes. */
export function assertClean(panel, expected = []) {
  const { watch } = panel.browser;
  watch.expected.push(...expected);
  assertQuiet(watch);
}

/** Waits until the list of messages stands at its end and nothing in it moves for a while. */
export async function restingAtEnd(panel) {
  const look = () => panel.page.getByRole("log").evaluate(({ scrollTop, scrollHeight, clientHeight }) => [scrollTop, scrollHeight, scrollHeight - scrollTop - clientHeight]);
  await until(
    "the list had come to rest at its end",
    async () => {
      if ((await panel.bubbles().count()) === 0) return false;
      const before = await look();
      await panel.page.waitForTimeout(300);
      const after = await look();
      return after[2] <= 2 && String(before) === String(after);
    },
    15_000,
  );
}

/** Every message on screen once, in one order. */
export function assertOnce(ids) {
  assert.deepEqual(ids, [...new Set(ids)], "a message is on screen twice");
}

export function screenshotFile(name) {
  mkdirSync(SCREENSHOT_DIR, { recursive: true });
  return join(SCREENSHOT_DIR, `${name}.png`);
}

// A failed set-up must leave nothing running either.
process.once("beforeExit", stopEverything);
