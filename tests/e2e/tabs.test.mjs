import assert from "node:assert/strict";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { assertClean, BackendProcess, configure, countText, keepClean, Rig, startRig, test, until } from "../lib/harness.mjs";
import { killWorker, startSite, Tabs } from "../lib/tabs.mjs";

/** A session with one message that names it. */
async function named(rig, name) {
  const { sessionId } = await rig.backend.createSession(rig.token, { title: `Session ${name}` });
  await rig.backend.write(rig.token, sessionId, [{ role: "assistant", content: `This is ${name}` }]);
  return sessionId;
}

/** What the panel shows is this session and no other. */
async function shows(panel, name) {
  await until(`the panel shows ${name}`, async () => (await countText(panel, `This is ${name}`)) === 1, 10_000);
  assert.deepEqual(await panel.bubbles().evaluateAll((rows) => rows.map((row) => row.textContent.match(/This is ([a-z]+)/)?.[1])), [name]);
  assert.equal(await panel.page.getByRole("heading", { level: 1 }).innerText(), `Session ${name}`);
}

const isEmpty = (panel) => until("the panel shows a new chat", () => panel.page.getByText("What can I help with?").isVisible(), 10_000);

// O11, H2, H3, H4, H9; faults 135, 138, 139, 151.
test("a session belongs to its tab: switched, navigated, grouped, discarded, closed", { timeout: 120_000 }, async (t) => {
  const site = await startSite(t);
  const rig = await startRig(t);
  const tabs = new Tabs(rig.browser);
  const [a, b] = [await named(rig, "alpha"), await named(rig, "beta")];
  const panel = await rig.openPanel();
  const first = await tabs.open(site.page("one"));
  const second = await tabs.open(site.page("two"));
  await tabs.bind(panel, first, a);
  await tabs.bind(panel, second, b);
  await shows(panel, "beta");

  await tabs.activate(first);
  await shows(panel, "alpha");
  await tabs.navigate(first, site.page("three", "localhost"));
  await shows(panel, "alpha");
  await until("the session's page is known to the server", async () => (await rig.backend.sessions(rig.token)).find(({ sessionId }) => sessionId === a).domain === "localhost", 10_000);

  await tabs.group([first, second]);
  await shows(panel, "alpha");

  const renumbered = await tabs.discard(second);
  assert.notEqual(renumbered, second);
  await tabs.activate(renumbered);
  await shows(panel, "beta");

  await tabs.close(renumbered);
  await shows(panel, "alpha");
  const fresh = await tabs.open(site.page("two"));
  await isEmpty(panel);
  await tabs.close(fresh);
  await shows(panel, "alpha");
  assertClean(panel);
});

// H4; faults 129, 137.
test("tabs are switched at once while the worker is dead, and a hundred switches end on the last", { timeout: 120_000 }, async (t) => {
  const site = await startSite(t);
  const rig = await startRig(t);
  const tabs = new Tabs(rig.browser);
  const [a, b] = [await named(rig, "alpha"), await named(rig, "beta")];
  const panel = await rig.openPanel();
  const first = await tabs.open(site.page("one"));
  const second = await tabs.open(site.page("two"));
  await tabs.bind(panel, first, a);
  await tabs.bind(panel, second, b);
  await shows(panel, "beta");

  await killWorker(rig.browser);
  await panel.page.evaluate((tab) => chrome.tabs.update(tab, { active: true }), first);
  await shows(panel, "alpha");

  const since = performance.now();
  // A machine under load makes pauses in which a session counts as one that stays.
  const pauses = await panel.page.evaluate(async (ids) => {
    let [long, last] = [0, performance.now()];
    for (let turn = 0; turn < 100; turn += 1) {
      await chrome.tabs.update(ids[turn % 2], { active: true });
      if (performance.now() - last >= 100) long += 1;
      last = performance.now();
    }
    return long;
  }, [second, first]);
  await shows(panel, "alpha");
  await panel.waitForState("connected");
  const asked = (address) => rig.browser.watch.requested(address, since).length;
  const readsOf = (session) => asked(new RegExp(`${session}/messages`));
  await until("the session that stays is read", () => readsOf(a) > 0, 5_000);
  assert.ok(asked(/pusher\/auth/) <= 2, `${asked(/pusher\/auth/)} signatures for two sessions`);
  const reads = [a, b].map(readsOf);
  t.diagnostic(`${reads} reads, ${pauses} pauses`);
  assert.ok(Math.max(...reads) <= 2 + pauses, `${reads} reads for a hundred hasty switches with ${pauses} pauses`);
  assertClean(panel);
});

// Faults 132, 133.
test("two windows with two panels each show the session of their own tab", { timeout: 120_000 }, async (t) => {
  const site = await startSite(t);
  const rig = await startRig(t);
  const tabs = new Tabs(rig.browser);
  const [a, b] = [await named(rig, "alpha"), await named(rig, "beta")];
  const left = await rig.openPanel();
  const first = await tabs.open(site.page("left"));
  const second = await tabs.open(site.page("right"));
  await tabs.bind(left, first, a);
  await tabs.bind(left, second, b);
  await shows(left, "beta");

  const windowId = await tabs.toNewWindow(second);
  await shows(left, "alpha");
  const right = await rig.browser.openPanel({ tabUrl: site.page("right"), windowId });
  await shows(right, "beta");
  await shows(left, "alpha");

  await rig.backend.write(rig.token, b, [{ role: "assistant", content: "for beta only" }], { publish: true });
  await until("the right panel has the news", async () => (await countText(right, "for beta only")) === 1, 10_000);
  assert.equal(await countText(left, "for beta only"), 0);

  await tabs.bind(left, first, b);
  await until("both panels show the same session", async () => (await countText(left, "for beta only")) === 1, 10_000);
  await rig.backend.write(rig.token, b, [{ role: "assistant", content: "for both" }], { publish: true });
  for (const panel of [left, right]) {
    await until("the news is there once", async () => (await countText(panel, "for both")) === 1, 10_000);
    assertClean(panel);
  }
});

// H10.
test("the settings say how far a session reaches: its tab, its window, or all windows", { timeout: 120_000 }, async (t) => {
  const site = await startSite(t);
  const rig = await startRig(t);
  const tabs = new Tabs(rig.browser);
  const [a, b] = [await named(rig, "alpha"), await named(rig, "beta")];
  const panel = await rig.openPanel();
  const first = await tabs.open(site.page("one"));
  const second = await tabs.open(site.page("two"));
  await tabs.bind(panel, first, a);
  await tabs.bind(panel, second, b);
  await shows(panel, "beta");
  const setScope = (scope) => rig.browser.inWorker(async (wanted) => {
    const { "sidewire:config": config } = await chrome.storage.local.get("sidewire:config");
    await chrome.storage.local.set({ "sidewire:config": { ...config, v: 2, scope: wanted } });
  }, scope);

  await setScope("window");
  await tabs.activate(first);
  await shows(panel, "beta");
  await tabs.bind(panel, first, a);
  await tabs.activate(second);
  await shows(panel, "alpha");

  await setScope("tab");
  await shows(panel, "beta");
  assertClean(panel);
});

/** A profile that opens its tabs again, as after "Continue where you left off". */
function continuing(profile) {
  const file = join(profile, "Default", "Preferences");
  const preferences = JSON.parse(readFileSync(file, "utf8"));
  preferences.session = { ...preferences.session, restore_on_startup: 1 };
  preferences.profile = { ...preferences.profile, exit_type: "Normal" };
  writeFileSync(file, JSON.stringify(preferences));
}

// H9, O11; fault 136.
test("after a restart of the browser a tab finds its session by its address", { timeout: 180_000 }, async (t) => {
  const site = await startSite(t);
  const backend = await BackendProcess.start({ push: "sockudo", sockudo: process.env.SIDEWIRE_SOCKUDO });
  t.after(() => backend.stop());
  const profile = mkdtempSync(join(tmpdir(), "sidewire-profile-"));
  const browsers = [];
  t.after(async () => {
    for (const browser of browsers) await browser.close();
    rmSync(profile, { recursive: true, force: true, maxRetries: 10 });
  });

  const before = await Rig.start({ backend, profile });
  browsers.push(before.browser);
  keepClean(t, before.browser);
  const tabs = new Tabs(before.browser);
  const [a, b] = [await named(before, "alpha"), await named(before, "beta")];
  const panel = await before.openPanel();
  const first = await tabs.open(site.page("one"));
  const second = await tabs.open(site.page("two"));
  await tabs.bind(panel, first, a);
  await tabs.bind(panel, second, b);
  await shows(panel, "beta");
  await before.browser.quit();
  continuing(profile);

  const after = await Rig.start({ backend, profile, page: null });
  browsers.push(after.browser);
  keepClean(t, after.browser);
  const restored = new Tabs(after.browser);
  const ids = await until("the browser has brought its tabs back", async () => {
    const all = await after.browser.inWorker(() => chrome.tabs.query({}));
    const found = [site.page("one"), site.page("two")].map((url) => all.find((tab) => (tab.url || tab.pendingUrl) === url)?.id);
    return found.every((id) => id !== undefined) && found;
  });
  await configure(after.browser, backend, after.token);
  const again = await after.openPanel();
  await restored.activate(ids[0]);
  await shows(again, "alpha");
  await restored.activate(ids[1]);
  await shows(again, "beta");

  const fresh = await restored.open(site.page("three"));
  await isEmpty(again);
  await restored.close(fresh);
  assertClean(again);
});
