// Fault 129: the service worker dies. At every numbered call of `extension/src/platform/chrome.ts`: before it, after it
// was made, when its answer is there. What a life of the worker does in its first turn is one step: no event comes in
// between, and the first point after it stands for all of them.
import assert from "node:assert/strict";

import { buildTestExtension } from "../../tools/scripts/lib/build-js.mjs";
import { assertClean, countText, startRig, test, until } from "../lib/harness.mjs";
import { startSite } from "../lib/tabs.mjs";
import { WorkerKiller } from "../lib/worker_killer.mjs";

/** `npm run test:long` ends the worker at every point, `npm test` at every third one. */
const STEP = process.env.SIDEWIRE_LONG === undefined ? 3 : 1;

/** A panel over the extension whose worker can be ended, with two sessions. */
async function start(t) {
  const rig = await startRig(t, { extension: await buildTestExtension() });
  const sessions = {};
  for (const name of ["alpha", "beta"]) {
    const { sessionId } = await rig.backend.createSession(rig.token, { title: name });
    await rig.backend.write(rig.token, sessionId, [{ role: "assistant", content: `This is ${name}` }]);
    sessions[name] = sessionId;
  }
  const panel = await rig.openPanel();
  // What a worker hears of a call that was under way when it was ended.
  rig.browser.watch.expected.push(/^worker: Uncaught Error: Extension context invalidated\./);
  const killer = await WorkerKiller.start(rig.browser, t);
  const inPanel = (body, argument) => panel.page.evaluate(body, argument);
  return {
    rig,
    panel,
    killer,
    sessions,
    inPanel,
    /** As a panel that opens does; the worker answers when all that it knows is stored. */
    hello: () => inPanel(() => chrome.runtime.sendMessage({ type: "hello" }).catch(() => false)),
    map: async () => JSON.parse((await inPanel(() => chrome.storage.session.get("sidewire:tabs")))["sidewire:tabs"]),
    tabInFront: () => inPanel(async () => (await chrome.tabs.query({ active: true, currentWindow: true }))[0].id),
    shows: (name) => until(`the panel shows ${name}`, async () => (await countText(panel, `This is ${name}`)) === 1, 10_000),
  };
}

/**
 * Does `act` with a worker that is woken by it and ended at one point after the other; after each death `check` has to
 * hold. `undo` makes things as they were. Gives how many deaths there were: the browser may tell what it did in fewer
 * events than the first time, and the last points are not reached then.
 */
async function killedEverywhere(world, { act, check, undo = () => {} }) {
  const { killer, hello } = world;
  const asleep = async () => {
    await undo();
    // A worker that is still going down from the last death answers at the second call.
    await until("the worker answers", hello, 10_000);
  };
  await asleep();
  const points = await killer.during(act);
  const first = killer.reached - points.length;
  await check("without a death");
  let deaths = 0;
  for (let index = 0; index < points.length; index += STEP) {
    const when = `after a death at ${first + index + 1}: ${points[index]}`;
    await asleep();
    const { lives } = killer;
    await killer.during(act, first + index + 1);
    await until(`the worker answers ${when}`, hello, 10_000);
    await check(when);
    if (killer.lives >= lives + 2) deaths += 1;
  }
  const planned = Math.ceil(points.length / STEP);
  assert.ok(deaths * 3 >= planned * 2 && deaths > 0, `${deaths} deaths at ${planned} points`);
  return { deaths, points };
}

/** Chromium may lose the extension's whole process so often; more on a machine that is busy. */
const LOST_MAX = 3;

/** As `test`; begins anew when Chromium has lost the extension's whole process with the worker that was ended. */
function killing(title, options, body) {
  test(title, options, async (t) => {
    for (let lost = 0; ; lost += 1) {
      try {
        return await body(t);
      } catch (failure) {
        if (lost === LOST_MAX || !/Target crashed/.test(failure.message)) throw failure;
        t.diagnostic(`Chromium lost the process: ${failure.message.split("\n")[0]}. Once more.`);
      }
    }
  });
}

const sessionOf = (map, tabId) => map.tabs.find((tab) => tab.tabId === tabId)?.sessionId ?? null;

killing("the worker killed at every call while it starts: the map stays whole, the panel goes on", { timeout: 300_000 }, async (t) => {
  const world = await start(t);
  const { rig, panel, sessions, hello, map } = world;
  const tabId = await world.tabInFront();
  await world.inPanel((message) => chrome.runtime.sendMessage(message), { type: "bindTab", tabId, sessionId: sessions.alpha });
  await world.shows("alpha");
  await panel.waitForState("connected");

  const { deaths, points } = await killedEverywhere(world, {
    act: hello,
    check: async (when) => {
      assert.equal(sessionOf(await map(), tabId), sessions.alpha, when);
      assert.equal(await panel.state(), "connected", when);
    },
  });
  t.diagnostic(`${deaths} deaths at ${points.join(", ")}`);

  await rig.backend.write(rig.token, sessions.alpha, [{ role: "assistant", content: "after all that" }], { publish: true });
  await until("push goes on", async () => (await countText(panel, "after all that")) === 1, 5_000);
  assertClean(panel);
});

killing("the worker killed at every call while a session is chosen: the choice is not lost", { timeout: 300_000 }, async (t) => {
  const world = await start(t);
  const { panel, sessions, map } = world;
  const tabId = await world.tabInFront();
  let wanted = "alpha";
  const choose = async () => {
    await panel.page.getByRole("button", { name: "Sessions" }).click();
    await panel.page.getByRole("dialog").getByText(wanted, { exact: true }).click();
  };
  await choose();

  const { deaths } = await killedEverywhere(world, {
    undo: () => void (wanted = wanted === "alpha" ? "beta" : "alpha"),
    act: choose,
    check: async (when) => {
      await world.shows(wanted);
      await until(`the choice is stored (${when})`, async () => sessionOf(await map(), tabId) === sessions[wanted], 10_000);
    },
  });
  t.diagnostic(`${deaths} deaths`);
  assertClean(panel);
});

killing("the worker killed at every call while tabs are opened, switched, discarded and closed: each has its own session", { timeout: 600_000 }, async (t) => {
  const site = await startSite(t);
  const world = await start(t);
  const { panel, sessions, inPanel, map } = world;
  const first = await world.tabInFront();
  const open = (url) => inPanel(async (address) => (await chrome.tabs.create({ url: address, active: false })).id, url);
  const bind = (tabId, sessionId) => inPanel((message) => chrome.runtime.sendMessage(message), { type: "bindTab", tabId, sessionId });
  const activate = (tabId) => inPanel((id) => chrome.tabs.update(id, { active: true }), tabId);
  let second = await open(site.page("one"));
  await bind(first, sessions.alpha);
  await bind(second, sessions.beta);
  const bothBound = async (when) => {
    const now = await map();
    assert.deepEqual([sessionOf(now, first), sessionOf(now, second)], [sessions.alpha, sessions.beta], when);
  };

  const switched = await killedEverywhere(world, {
    undo: () => activate(first),
    act: () => activate(second),
    check: async (when) => {
      await world.shows("beta");
      await bothBound(when);
    },
  });

  let opened;
  const created = await killedEverywhere(world, {
    undo: () => (opened === undefined ? undefined : inPanel((id) => chrome.tabs.remove(id).catch(() => {}), opened)),
    act: async () => void (opened = await open(site.page("new"))),
    check: async (when) => {
      await until(`the new tab is known (${when})`, async () => (await map()).tabs.some(({ tabId }) => tabId === opened), 5_000);
      await bothBound(when);
    },
  });

  const closed = await killedEverywhere(world, {
    undo: async () => void (opened = await open(site.page("new"))),
    act: () => inPanel((id) => chrome.tabs.remove(id).catch(() => {}), opened),
    check: async (when) => {
      await until(`the closed tab is forgotten (${when})`, async () => !(await map()).tabs.some(({ tabId }) => tabId === opened), 5_000);
      await bothBound(when);
    },
  });

  await activate(first);
  const discarded = await killedEverywhere(world, {
    act: async () => void (second = await inPanel(async (id) => (await chrome.tabs.discard(id))?.id ?? id, second)),
    undo: () => inPanel((id) => chrome.tabs.reload(id), second),
    check: bothBound,
  });
  t.diagnostic(`deaths: ${switched.deaths} switching, ${created.deaths} opening, ${closed.deaths} closing, ${discarded.deaths} discarding`);
  assertClean(panel);
});

killing("the worker killed at every call while the user signs out: nothing of the account is left in the map", { timeout: 300_000 }, async (t) => {
  const world = await start(t);
  const { rig, panel, sessions, inPanel, map } = world;
  const tabId = await world.tabInFront();
  const token = (value) => inPanel((accessToken) => (accessToken === null ? chrome.storage.local.remove("accessToken") : chrome.storage.local.set({ accessToken })), value);

  const { deaths } = await killedEverywhere(world, {
    undo: async () => {
      await token(rig.token);
      await inPanel((message) => chrome.runtime.sendMessage(message).catch(() => false), { type: "bindTab", tabId, sessionId: sessions.alpha });
    },
    act: () => token(null),
    check: async (when) => {
      const left = JSON.stringify([await map(), await inPanel(() => chrome.storage.local.get("sidewire:tabs"))]);
      assert.ok(!left.includes(sessions.alpha), `${when}: the session is still there`);
    },
  });
  t.diagnostic(`${deaths} deaths`);
  assertClean(panel);
});
