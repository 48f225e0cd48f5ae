// What is done many times, or in the middle of something else. `npm run test:long` repeats in full what `npm test` shortens.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

import { allIds, assertClean, assertOnce, bindActiveTab, configure, countText, NETWORK_ERRORS, Observer, startRig, startRigOnWires, test, until } from "../lib/harness.mjs";

const isLong = process.env.SIDEWIRE_LONG !== undefined;
const OPENINGS = isLong ? 100 : 20;
/** Openings after which the engine of the browser has compiled and cached what it will. */
const WARM = 5;
/** How much more memory the last panel may use than the warm one. */
const GROWTH = 1.05;
const BURST = 1_000;

/** Connections to a port of this machine that are open. */
function connectionsTo(port) {
  const wanted = `:${port.toString(16).toUpperCase().padStart(4, "0")}`;
  const established = "01";
  return readFileSync("/proc/net/tcp", "utf8").split("\n").map((line) => line.trim().split(/\s+/)).filter(([, , remote, state]) => remote?.endsWith(wanted) && state === established).length;
}

/** Bytes that the panel's page holds once everything has been collected that can be. */
async function heapOf(panel) {
  const session = await panel.context.newCDPSession(panel.page);
  await session.send("HeapProfiler.enable");
  await session.send("HeapProfiler.collectGarbage");
  const { usedSize } = await session.send("Runtime.getHeapUsage");
  await session.detach();
  return usedSize;
}

async function processesOf(browser) {
  const session = await browser.main.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  return processInfo.filter(({ type }) => type === "renderer").length;
}

// H8; fault 131.
test("a panel that is closed and opened again and again leaves no socket, no process and no memory behind", { timeout: 600_000 }, async (t) => {
  const rig = await startRig(t);
  const { pushPort } = rig.backend;
  // Sockudo's own connections, if it keeps any.
  const before = connectionsTo(pushPort);
  await rig.openOnSession();
  await rig.backend.write(rig.token, rig.session.sessionId, [{ role: "assistant", content: "always here" }], { publish: true });
  const heaps = [];
  const processes = [];
  for (let time = 0; time < OPENINGS; time += 1) {
    const panel = time === 0 ? rig.panel : await rig.openPanel();
    await panel.waitForState("connected");
    await until("the message is there", async () => (await countText(panel, "always here")) === 1, 10_000);
    assert.equal(connectionsTo(pushPort), before + 1, `opening ${time + 1} does not have one socket`);
    heaps.push(await heapOf(panel));
    await panel.close();
    await until("its socket is closed", () => connectionsTo(pushPort) === before, 5_000);
    processes.push(await processesOf(rig.browser));
  }

  assert.ok(processes.at(-1) <= processes[WARM], `renderers: ${processes.join(" ")}`);
  assert.ok(heaps.at(-1) <= heaps[WARM] * GROWTH, `heap: ${heaps.map((bytes) => Math.round(bytes / 1024)).join(" ")} KiB`);
  t.diagnostic(`${OPENINGS} openings; heap after number ${WARM + 1}: ${Math.round(heaps[WARM] / 1024)} KiB, after ${OPENINGS}: ${Math.round(heaps.at(-1) / 1024)} KiB`);
});

// L2.
test("a burst of 1,000 pushed messages is shown whole, once and in the order of the log", { timeout: 120_000 }, async (t) => {
  const rig = await startRigOnWires(t, { extra: ["--rate-limits", "off"] });
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");
  await panel.page.setViewportSize({ width: 400, height: 2_400 });
  const observer = await Observer.start(panel);
  const since = performance.now();

  await rig.backend.write(rig.token, rig.session.sessionId, Array.from({ length: BURST }, (_, n) => ({ role: n % 2 ? "assistant" : "user", content: `burst ${n} of ${BURST}` })), { publish: true });
  await until("the last one is on screen", async () => (await countText(panel, `burst ${BURST - 1} of`)) === 1, 30_000);
  t.diagnostic(`${BURST} messages after ${Math.round(performance.now() - since)} ms`);

  assert.equal(rig.pushWire.frames("new_message", since).length, BURST, "not all were pushed");
  const { doubles, states } = await observer.read();
  assert.deepEqual(doubles, []);
  assert.deepEqual(states.map(({ state }) => state), ["connected"], "the connection suffered");
  const ids = await allIds(panel);
  assertOnce(ids);
  assert.deepEqual(ids, await logOf(rig), "not the order of the log");
  assertClean(panel);
});

/** The ids of the whole log, in its order. */
async function logOf(rig) {
  const ids = [];
  let before = "";
  for (;;) {
    const page = await rig.backend.call("GET", `/api/session/${rig.session.sessionId}/messages?limit=100${before}`, { token: rig.token });
    ids.unshift(...page.messages.map(({ messageId }) => messageId));
    if (page.messages.length < 100) return ids;
    before = `&beforeSequence=${page.messages[0].sequenceNumber}`;
  }
}

// B14; fault 86, 87.
test("signing out while an answer streams stops everything at once, and the next user sees nothing of it", { timeout: 90_000 }, async (t) => {
  const rig = await startRigOnWires(t);
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");
  const { page } = panel;
  await panel.composer.fill("a long answer to the first user please");
  await page.keyboard.press("Enter");
  await until("the answer streams", () => rig.pushWire.frames("message_delta").length >= 3, 15_000);

  await page.getByRole("button", { name: "Sessions" }).click();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByRole("heading", { name: "Sign in to start" }).waitFor({ timeout: 2_000 });
  await until("the socket is closed", () => rig.pushWire.open.length === 0, 2_000);
  const since = performance.now();
  assert.equal(await panel.bubbles().count(), 0);
  const stored = JSON.stringify(await rig.browser.inWorker(async () => [await chrome.storage.local.get(null), await chrome.storage.session.get(null)]));
  for (const secret of [rig.token, rig.session.sessionId, "first user"]) assert.ok(!stored.includes(secret), `${secret} is still stored`);

  await page.getByRole("textbox", { name: "User name" }).fill("second-user");
  await page.keyboard.press("Enter");
  await page.getByText("What can I help with?").waitFor({ timeout: 10_000 });
  assert.equal(await countText(panel, "first user"), 0);
  assert.ok(rig.restWire.requests(new RegExp(rig.session.sessionId), since).length === 0, "the first user's session was read after the sign-out");
  assertClean(panel);
});

// H12; fault 134.
test("the extension reloaded while its panel is open: nothing is left running, and a new panel goes on", { timeout: 90_000 }, async (t) => {
  const rig = await startRig(t);
  const { pushPort } = rig.backend;
  const before = connectionsTo(pushPort);
  const panel = await rig.openOnSession();
  await rig.backend.write(rig.token, rig.session.sessionId, [{ role: "assistant", content: "before the reload" }], { publish: true });
  await panel.waitForState("connected");
  await panel.composer.fill("half a sentence");

  await rig.browser.inWorker(() => chrome.runtime.reload()).catch(() => {});
  await until("its socket is closed", () => connectionsTo(pushPort) === before, 10_000);
  await panel.connection.close().catch(() => {});

  await until("the worker is back", () => rig.browser.findWorker()?.evaluate(() => true).catch(() => false));
  const again = await rig.openPanel();
  await bindActiveTab(again, rig.session.sessionId);
  await again.waitForState("connected");
  await until("the message is there", async () => (await countText(again, "before the reload")) === 1, 10_000);
  assert.equal(connectionsTo(pushPort), before + 1, "more than one socket");
  assertClean(again);
});

// J7.
test("servers that are changed in the middle of an answer: the old connection is closed, the new one is the only one", { timeout: 90_000 }, async (t) => {
  const rig = await startRigOnWires(t);
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");
  await panel.composer.fill("a long answer please");
  await panel.page.keyboard.press("Enter");
  await until("the answer streams", () => rig.pushWire.frames("message_delta").length >= 3, 15_000);

  await configure(rig.browser, rig.backend, rig.token);
  await until("the old socket is closed", () => rig.pushWire.open.length === 0, 5_000);
  await panel.waitForState("connected");

  await until("the answer is complete", async () => (await countText(panel, "paragraph 12", "assistant")) === 1, 15_000);
  assert.equal(rig.browser.watch.openSockets.length, 1);
  assertClean(panel, NETWORK_ERRORS);
});
