// What every browser test starts from. The push server is the real Sockudo (`npm run test:e2e` names its program).
import assert from "node:assert/strict";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { after } from "node:test";

import { BackendProcess } from "../../tools/scripts/lib/backend.mjs";
import { until } from "../../tools/scripts/lib/browser.mjs";
import { stopEverything } from "../../tools/scripts/lib/exec.mjs";
import { freePort } from "../../tools/scripts/lib/ports.mjs";
import { SCREENSHOT_DIR } from "../../tools/scripts/lib/paths.mjs";
import { Rig } from "../../tools/scripts/lib/rig.mjs";

export { BackendProcess } from "../../tools/scripts/lib/backend.mjs";
export { until } from "../../tools/scripts/lib/browser.mjs";
export { allIds, countText, idsOnScreen, Observer } from "../../tools/scripts/lib/observe.mjs";
export { bindActiveTab, configure, Rig } from "../../tools/scripts/lib/rig.mjs";
export { converse, settled } from "../../tools/scripts/lib/smoke.mjs";

/** What the console says when a server is away on purpose. */
export const NETWORK_ERRORS = [/net::ERR_/, /WebSocket connection to .* failed/, /Failed to load resource/];

const sockudo = process.env.SIDEWIRE_SOCKUDO;

/** A product over the real Sockudo, stopped when the test ends. */
export async function startRig(test, options = {}) {
  const rig = await Rig.start({ push: "sockudo", sockudo, agentDelayMs: 400, ...options });
  test.after(() => rig.stop());
  return rig;
}

/** One product for all tests of a file, started by the first one that needs it and stopped after the last. */
export function sharedRig(options = {}) {
  let started;
  after(async () => (await started)?.stop());
  return () => (started ??= Rig.start({ push: "sockudo", sockudo, agentDelayMs: 400, ...options }));
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
}

/** Fails on any console error that the test did not provoke, and on any host that is not this machine. */
export function assertClean(panel, expected = []) {
  assert.deepEqual(panel.unexpectedErrors(expected), [], "console errors");
  assert.deepEqual(panel.foreignHosts, [], "foreign hosts");
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
