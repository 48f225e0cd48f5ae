import assert from "node:assert/strict";
import { statSync } from "node:fs";

import { assertClean, BackendProcess, bindActiveTab, configure, converse, NETWORK_ERRORS, restingAtEnd, screenshotFile, settled, startRig, test, until } from "../lib/harness.mjs";
import { startSite, Tabs } from "../lib/tabs.mjs";

/** A picture in light and in dark; nothing may stick out to the right. */
async function pictures(panel, name, { widths = [360], height } = {}) {
  for (const colorScheme of ["light", "dark"]) {
    for (const width of widths) {
      const suffix = widths.length > 1 ? `-${width}` : "";
      await panel.page.emulateMedia({ colorScheme });
      await panel.page.setViewportSize({ width, height: height ?? 665 });
      // Colours fade into each other for a moment.
      await panel.page.waitForTimeout(200);
      const file = await panel.screenshot(screenshotFile(`${name}-${colorScheme}${suffix}`));
      assert.ok(statSync(file).size > 2000, `${name} is empty`);
      const overflow = await panel.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
      assert.ok(overflow <= 0, `${name} is ${overflow} px too wide at ${width}`);
    }
  }
}

const clearStorage = (rig) => rig.browser.inWorker(() => chrome.storage.local.clear());

test("first run: a server is to be chosen, or the one of this computer signed in to; then only the sign-in is missing", { timeout: 60_000 }, async (t) => {
  const rig = await startRig(t);
  await clearStorage(rig);
  const panel = await rig.openPanel();
  const { page } = panel;
  await page.getByRole("heading", { name: "Welcome to Sidewire" }).waitFor();
  assert.equal(await page.getByRole("button", { name: "Choose a server" }).count(), 1);
  await pictures(panel, "first-run", { widths: [320, 360, 600] });

  await configure(rig.browser, rig.backend, null);
  await page.getByRole("heading", { name: "Sign in to start" }).waitFor();
  await pictures(panel, "signed-out");

  await page.getByRole("button", { name: "Use an access token instead" }).click();
  const field = page.getByLabel("Access token");
  assert.equal(await field.getAttribute("type"), "password", "the token can be read over the shoulder");
  await field.fill(rig.token);
  await page.keyboard.press("Enter");
  await page.getByText("What can I help with?").waitFor();
  assertClean(panel, NETWORK_ERRORS);
});

test("a new chat offers suggestions, and the conversations that no tab shows any more", { timeout: 60_000 }, async (t) => {
  const site = await startSite(t);
  const rig = await startRig(t);
  const tabs = new Tabs(rig.browser);
  const panel = await rig.openPanel();
  const { page } = panel;
  const { sessionId } = await rig.backend.createSession(rig.token, { title: "Trip to the coast" });
  const tab = await tabs.open(site.page("one"));
  await tabs.bind(panel, tab, sessionId);
  await panel.waitForState("connected");
  await tabs.close(tab);
  const offer = page.getByRole("button", { name: "Trip to the coast" });
  await offer.waitFor({ timeout: 10_000 });
  await pictures(panel, "empty");

  await page.getByRole("button", { name: "Summarise this page" }).click();
  assert.equal(await panel.composer.inputValue(), "Summarise this page");
  assert.equal(await page.evaluate(() => document.activeElement?.ariaLabel), "Message");
  await offer.click();
  await until("the offered conversation is shown", async () => (await page.getByRole("heading", { level: 1 }).innerText()) === "Trip to the coast", 10_000);
  assertClean(panel);
});

// G6, G7
test("a conversation: the user's messages right and blue, the agent's left and grey, in light and dark", { timeout: 90_000 }, async (t) => {
  const rig = await startRig(t);
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");
  await converse(panel, "Show me some code, please.");
  await converse(panel, "And a table.");

  const looks = async (colorScheme) => {
    await panel.page.emulateMedia({ colorScheme });
    await panel.page.waitForTimeout(200);
    return panel.page.evaluate(() => {
      const frame = document.querySelector(".log").getBoundingClientRect();
      const of = (role) => {
        const bubble = [...document.querySelectorAll(`[data-role="${role}"] .bubble`)].at(-1);
        const { left, right } = bubble.getBoundingClientRect();
        const rgb = getComputedStyle(bubble).backgroundColor.match(/\d+/g).map(Number);
        return { toLeft: left - frame.left, toRight: frame.right - right, rgb };
      };
      return { user: of("user"), agent: of("assistant"), page: getComputedStyle(document.body).backgroundColor.match(/\d+/g).map(Number) };
    });
  };
  for (const colorScheme of ["light", "dark"]) {
    const { user, agent, page } = await looks(colorScheme);
    assert.ok(user.toRight < user.toLeft && agent.toLeft < agent.toRight, "the sides are wrong");
    const [r, g, b] = user.rgb;
    assert.ok(b > 180 && b > r * 2 && b > g * 1.5, `the user's messages are not blue: ${user.rgb}`);
    assert.ok(Math.max(...agent.rgb) - Math.min(...agent.rgb) <= 12, `the agent's messages are not grey: ${agent.rgb}`);
    assert.equal(page[0] > 128, colorScheme === "light", `the page is ${page} in ${colorScheme}`);
  }
  await restingAtEnd(panel);
  await pictures(panel, "conversation", { widths: [320, 360, 600, 800] });
  await panel.page.getByRole("button", { name: "Sessions" }).click();
  await panel.page.locator("[data-session-id]").first().waitFor();
  await pictures(panel, "sessions");
  await panel.page.keyboard.press("Escape");
  await panel.page.getByRole("button", { name: "Debug" }).click();
  await panel.page.locator("sidewire-badge").waitFor();
  await pictures(panel, "debug", { height: 900 });
  assertClean(panel);
});

// G8, G16, M4
test("turns, days, failures and what is missing can be told apart; an answer that is being written has a caret", { timeout: 90_000 }, async (t) => {
  const rig = await startRig(t);
  const day = 86_400_000;
  const now = Date.now();
  const { sessionId } = await rig.backend.createSession(rig.token, { title: "A long story" });
  await rig.backend.write(rig.token, sessionId, [
    { role: "user", content: "How is it going?", timestamp: now - day },
    { role: "assistant", content: "Fine.", timestamp: now - day + 2_000 },
    { role: "assistant", content: "One more thing.", timestamp: now - day + 3_000 },
    { role: "user", content: "Go on", timestamp: now - 90_000, skip: 2 },
    { role: "assistant", content: "I started, but", status: "failure", error: { message: "The page did not answer." }, timestamp: now - 80_000 },
    { role: "user", content: "Try again", timestamp: now - 70_000 },
    { role: "assistant", content: "I am writing this answer right now, and it", status: "streaming", timestamp: now - 60_000 },
  ]);
  const panel = await rig.openPanel();
  await panel.page.setViewportSize({ width: 360, height: 900 });
  await bindActiveTab(panel, sessionId);
  const marker = panel.page.getByRole("separator", { name: "2 messages are missing here" });
  await marker.waitFor({ timeout: 40_000 });
  const [above, gapAt, below] = await Promise.all([panel.bubbles().nth(2), marker, panel.bubbles().nth(3)].map((item) => item.boundingBox()));
  assert.ok(above.y < gapAt.y && gapAt.y < below.y, "the marker is not between its neighbours");

  const turns = await panel.bubbles().evaluateAll((rows) => rows.map((row) => row.dataset.turn !== undefined));
  assert.deepEqual(turns, [true, false, false, true, false, true, false]);
  const gap = (index) => panel.bubbles().nth(index).evaluate((row) => Number.parseFloat(getComputedStyle(row).paddingTop));
  assert.ok((await gap(3)) > (await gap(4)) && (await gap(4)) > (await gap(2)), "a turn, an answer and what follows it stand equally far apart");
  assert.deepEqual(await panel.page.locator(".day").allInnerTexts(), ["Yesterday", "Today"]);
  const caret = await panel.page.locator("[data-streaming] p").evaluate((element) => getComputedStyle(element, "::after").width);
  assert.equal(caret, "7px");
  await pictures(panel, "story", { height: 900 });
  assertClean(panel);
});

// O8
test("a conversation that is not available: one sentence in production, the two codes explained in development", { timeout: 120_000 }, async (t) => {
  const rig = await startRig(t);
  const other = await rig.backend.signIn("someone-else");
  const foreign = await rig.backend.createSession(other, { title: "Not yours" });
  const panel = await rig.openPanel();
  const { page } = panel;

  await bindActiveTab(panel, foreign.sessionId);
  await page.getByRole("heading", { name: "This conversation belongs to another account" }).waitFor({ timeout: 15_000 });
  assert.match(await page.getByRole("region", { name: "For developers" }).innerText(), /404 USER_MISMATCH The session exists, but its owner is not the user/);
  assert.equal(await page.getByRole("button", { name: "Sign in as someone else" }).count(), 1);
  await pictures(panel, "unavailable-account");
  await bindActiveTab(panel, "11111111-1111-4111-8111-111111111111");
  await page.getByRole("heading", { name: "This conversation does not exist any more" }).waitFor({ timeout: 15_000 });
  assert.match(await page.getByRole("region", { name: "For developers" }).innerText(), /SESSION_NOT_FOUND/);
  await page.locator(".blank").getByRole("button", { name: "New chat" }).click();
  await page.getByText("What can I help with?").waitFor();

  const { apiPort, pushPort, dataDir } = rig.backend;
  rig.backend.temporary = false;
  await rig.backend.stop();
  rig.backend = await BackendProcess.start({ apiPort, pushPort, dataDir, development: false, extra: ["--allow-origin", `chrome-extension://${rig.browser.extensionId}`], push: "sockudo", sockudo: process.env.SIDEWIRE_SOCKUDO });
  rig.backend.temporary = true;
  await panel.waitForState("connected", 100_000);
  await bindActiveTab(panel, foreign.sessionId);
  await page.getByRole("heading", { name: "This conversation is not available" }).waitFor({ timeout: 30_000 });
  await page.getByText("It may be deleted, or it belongs to another account.").waitFor();
  await panel.page.waitForTimeout(1_000);
  assert.equal(await page.getByRole("region", { name: "For developers" }).count(), 0, "a code is shown in production");
  await pictures(panel, "unavailable");
  assertClean(panel, [...NETWORK_ERRORS, /\b40[34]\b/]);
});

test("offline, queued, failed and polling are told with what can be done", { timeout: 180_000 }, async (t) => {
  const rig = await startRig(t);
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");
  const { page } = panel;
  await converse(panel, "Hello");
  const own = (text) => panel.bubbles("user").filter({ hasText: text });
  const type = async (text) => {
    await panel.composer.fill(text);
    await page.keyboard.press("Enter");
    await own(text).waitFor();
  };

  await panel.context.setOffline(true);
  await type("Are you there?");
  await own("Are you there?").getByText("Waiting for the network…").waitFor();
  await page.getByText("You are offline. Messages arrive when the network is back.").waitFor();
  await pictures(panel, "offline");
  await own("Are you there?").getByRole("button", { name: "Cancel" }).click();
  await until("the message was taken back", async () => (await own("Are you there?").count()) === 0, 5_000);
  await panel.context.setOffline(false);
  await panel.waitForState("connected", 30_000);

  await configure(rig.browser, { ...rig.backend, key: "", api: rig.backend.api, pushPort: rig.backend.pushPort }, rig.token);
  await page.getByText("Live updates are off: Pusher not configured – checking every few seconds").waitFor({ timeout: 20_000 });
  await pictures(panel, "polling");
  await configure(rig.browser, rig.backend, rig.token);
  await panel.waitForState("connected", 30_000);

  // A message that the server refuses for good: it is empty for the server, which trims more than we do.
  await page.route("**/api/agent/interact", (route) => route.fulfill({ status: 400, contentType: "application/json", body: '{"error":{"code":"REFUSED","message":"No."}}' }));
  await type("Refuse me");
  await own("Refuse me").getByText("Not sent: the server refused this message.").waitFor({ timeout: 15_000 });
  await pictures(panel, "failed-send");
  await page.unroute("**/api/agent/interact");
  await own("Refuse me").getByRole("button", { name: "Retry" }).click();
  await until("it was sent after all", async () => (await own("Refuse me").getAttribute("data-delivery")) === null, 15_000);
  await settled(panel);

  await page.route("**/api/agent/interact", (route) => route.fulfill({ status: 400, contentType: "application/json", body: "{}" }));
  await type("Throw me away");
  await own("Throw me away").getByRole("button", { name: "Discard" }).click();
  await until("it is gone", async () => (await own("Throw me away").count()) === 0, 5_000);
  assertClean(panel, NETWORK_ERRORS);
});

test("the settings in light and dark", { timeout: 60_000 }, async (t) => {
  const rig = await startRig(t);
  const page = await rig.browser.main.contexts()[0].newPage();
  await page.goto(`chrome-extension://${rig.browser.extensionId}/dist/options.html`);
  await page.getByRole("button", { name: "Test connection" }).click();
  await until("the test is over", async () => (await page.locator('[data-step="auth"]').count()) === 1, 15_000);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    await page.setViewportSize({ width: 720, height: 1560 });
    await page.waitForTimeout(200);
    await page.screenshot({ path: screenshotFile(`options-${colorScheme}`) });
  }
  for (const width of [320, 480, 800]) {
    await page.setViewportSize({ width, height: 900 });
    assert.ok((await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)) <= 0, `the settings are too wide at ${width}`);
  }
});
