import assert from "node:assert/strict";

import { assertClean, bindActiveTab, converse, startRig, test, until } from "../lib/harness.mjs";

const focused = (panel) =>
  panel.page.evaluate(() => {
    const { ariaLabel, textContent, placeholder, role, tagName } = document.activeElement;
    return ariaLabel ?? (textContent?.trim().slice(0, 40) || placeholder || role || tagName);
  });

async function press(panel, ...keys) {
  for (const key of keys) await panel.page.keyboard.press(key);
}

async function withSessions(t) {
  const rig = await startRig(t);
  const ids = {};
  for (const name of ["alpha", "beta", "gamma"]) {
    const { sessionId } = await rig.backend.createSession(rig.token, { title: `Session ${name}` });
    await rig.backend.write(rig.token, sessionId, [{ role: "assistant", content: `This is ${name}` }]);
    ids[name] = sessionId;
  }
  const panel = await rig.openPanel();
  await bindActiveTab(panel, ids.alpha);
  await panel.waitForState("connected");
  return { rig, panel, ids };
}

test("by keyboard alone: choose, search, rename and leave the list of sessions", { timeout: 90_000 }, async (t) => {
  const { rig, panel } = await withSessions(t);
  const { page } = panel;
  const rows = page.locator("[data-session-id]");
  const open = async () => {
    await page.getByRole("button", { name: "Sessions" }).focus();
    await press(panel, "Enter");
    await rows.first().waitFor();
  };

  await open();
  await press(panel, "Escape");
  await until("the list is gone", async () => (await rows.count()) === 0, 5_000);
  assert.equal(await focused(panel), "Sessions", "the focus went back to where it came from");

  await open();
  await page.getByRole("searchbox").focus();
  await page.keyboard.type("gam");
  await until("the list is filtered", async () => (await rows.count()) === 1, 5_000);
  await press(panel, "ArrowDown", "Enter");
  await until("the chosen session is shown", () => page.getByText("This is gamma").isVisible(), 10_000);
  assert.equal(await focused(panel), "Message", "the composer has the focus after a choice");

  await open();
  await page.locator("[aria-current]").focus();
  await press(panel, "End", "Home", "ArrowDown", "F2");
  const field = page.getByRole("textbox", { name: "Name of the conversation" });
  await field.waitFor();
  await press(panel, "Escape");
  assert.equal(await field.count(), 0, "Escape ends the renaming");
  assert.ok((await rows.count()) > 0, "Escape does not close the list with it");
  const renamed = await page.evaluate(() => document.activeElement.closest("[data-session-id]")?.dataset.sessionId ?? document.querySelectorAll("[data-session-id]")[1].dataset.sessionId);
  await page.locator(`[data-session-id="${renamed}"]`).focus();
  await press(panel, "F2");
  await field.waitFor();
  await page.keyboard.type("A new name");
  await press(panel, "Enter");
  await page.getByText("A new name").first().waitFor();
  await until("the server has the name", async () => (await rig.backend.sessions(rig.token)).find(({ sessionId }) => sessionId === renamed).title === "A new name", 5_000);
  assertClean(panel);
});

test("the tab key goes through header, conversation and composer in the order on screen", { timeout: 60_000 }, async (t) => {
  const { panel } = await withSessions(t);
  await panel.page.getByRole("button", { name: "Sessions" }).focus();
  const order = [await focused(panel)];
  for (let step = 0; step < 12 && order.at(-1) !== "Message"; step += 1) {
    await press(panel, "Tab");
    order.push(await focused(panel));
  }

  assert.deepEqual(order.slice(0, 5), ["Sessions", "New chat", "Debug", "Settings", "Conversation"]);
  assert.equal(order.at(-1), "Message");
  const outline = await panel.page.evaluate(() => getComputedStyle(document.querySelector(".composer")).boxShadow);
  assert.notEqual(outline, "none", "the focus is not to be seen");
  assertClean(panel);
});

// I8
test("the list marks what is new and how a conversation stands", { timeout: 60_000 }, async (t) => {
  const { rig, panel, ids } = await withSessions(t);
  const { page } = panel;
  const row = (id) => page.locator(`[data-session-id="${id}"]`);
  await page.getByRole("button", { name: "Sessions" }).click();
  await row(ids.beta).waitFor();
  assert.equal(await page.locator("[data-unread]").count(), 0, "at first nothing is new");
  await press(panel, "Escape");

  await rig.backend.write(rig.token, ids.beta, [{ role: "assistant", content: "news" }]);
  await rig.backend.call("PATCH", `/api/session/${ids.gamma}`, { token: rig.token, body: { status: "completed" } });
  // The list is read again when it is older than a moment.
  await converse(panel, "hello");
  await page.locator(".icon-button[data-marked]").waitFor({ timeout: 10_000 });
  await page.getByRole("button", { name: "Sessions" }).click();
  await until("beta is marked", async () => (await row(ids.beta).getAttribute("data-unread")) !== null, 10_000);
  assert.ok((await row(ids.gamma).innerText()).includes("Completed"));
  assert.equal(await row(ids.alpha).getAttribute("data-unread"), null);

  await row(ids.beta).click();
  await until("beta was read", () => page.getByText("news").isVisible(), 10_000);
  await until("nothing is marked any more", async () => (await page.locator(".icon-button[data-marked]").count()) === 0, 10_000);
  assertClean(panel);
});

test("a screen reader hears each new answer once, when it is complete", { timeout: 60_000 }, async (t) => {
  const { panel } = await withSessions(t);
  const { page } = panel;
  await page.evaluate(() => {
    const region = document.querySelector("[data-announcer]");
    globalThis.said = [];
    new MutationObserver(() => globalThis.said.push(region.textContent)).observe(region, { childList: true, characterData: true, subtree: true });
  });
  assert.equal(await page.locator("[data-announcer]").innerText(), "", "what was there already is not news");

  await converse(panel, "tell me something");

  await until("the answer was said", async () => (await page.evaluate(() => globalThis.said.length)) > 0, 10_000);
  const said = await page.evaluate(() => globalThis.said);
  assert.equal(said.length, 1, `said more than once: ${JSON.stringify(said)}`);
  assert.match(said[0], /^Agent: You wrote tell me something/);
  assert.equal(await page.getByRole("log").getAttribute("aria-live"), "off", "the log itself is silent, or every piece would be read");
  assertClean(panel);
});

test("with reduced motion nothing moves, with forced colours everything has an outline", { timeout: 60_000 }, async (t) => {
  const { rig, panel, ids } = await withSessions(t);
  const { page } = panel;
  await rig.backend.write(rig.token, ids.alpha, [{ role: "assistant", content: "being written", status: "streaming" }], { publish: true });
  await page.locator("[data-streaming]").waitFor();
  await page.emulateMedia({ reducedMotion: "reduce" });
  const moving = await page.evaluate(() => document.getAnimations().filter(({ playState }) => playState === "running").map(({ animationName }) => animationName ?? "transition"));
  assert.deepEqual(moving, []);

  await page.emulateMedia({ reducedMotion: "no-preference", forcedColors: "active" });
  for (const selector of [".bubble", ".composer", ".send"]) {
    const width = await page.locator(selector).first().evaluate((one) => getComputedStyle(one).borderTopWidth);
    assert.notEqual(width, "0px", `${selector} cannot be seen`);
  }
  assertClean(panel);
});

test("from 320 to 800 pixels nothing sticks out to the side", { timeout: 60_000 }, async (t) => {
  const { panel } = await withSessions(t);
  const { page } = panel;
  await page.getByRole("button", { name: "Debug" }).click();
  for (const width of [320, 360, 480, 640, 800]) {
    await page.setViewportSize({ width, height: 600 });
    const over = await page.evaluate(() => [document.documentElement, ...document.querySelectorAll(".header, .debug, .composer, .notice")].map((one) => one.scrollWidth - one.clientWidth));
    assert.ok(over.every((pixels) => pixels <= 0), `at ${width} px: ${over}`);
  }
  assertClean(panel);
});
