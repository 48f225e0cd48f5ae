import assert from "node:assert/strict";

import { bridgeOutage } from "../lib/bridged.mjs";
import {
  assertClean,
  assertOnce,
  BackendProcess,
  countText,
  idsOnScreen,
  NETWORK_ERRORS,
  PushServer,
  settled,
  startRig,
  test,
  until,
} from "../lib/harness.mjs";

test("push server killed, polling delivers, push returns", { timeout: 240_000 }, async (t) => {
  await bridgeOutage(t, await PushServer.start(t));
});

test("backend down: the panel says so in words and nothing typed is lost", { timeout: 180_000 }, async (t) => {
  const rig = await startRig(t);
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");
  const words = /offline|does not answer|connection lost|reconnecting|not sent|trying again|live updates are off/i;
  const says = async () => words.test(await panel.page.locator("main").innerText());
  assert.equal(await says(), false, "it complained before anything was wrong");
  const { apiPort, pushPort, dataDir } = rig.backend;
  // The data outlive this backend: the next one on the same ports goes on with them.
  rig.backend.temporary = false;
  await rig.backend.stop();

  const text = "typed during the outage";
  await panel.composer.click();
  await panel.page.keyboard.type(text);
  await panel.page.keyboard.press("Enter");
  await until("the message was kept on screen", async () => (await countText(panel, text, "user")) === 1, 5000);
  await until("the panel said so in words", says, 20_000);

  rig.backend = await BackendProcess.start({ apiPort, pushPort, dataDir, push: "sockudo", sockudo: process.env.SIDEWIRE_SOCKUDO });
  rig.backend.temporary = true;
  const retry = panel.page.getByRole("button", { name: /retry|try again/i }).first();
  await until("the message was delivered", async () => {
    if (await retry.isVisible()) await retry.click().catch(() => {});
    return panel.bubbles("assistant").filter({ hasText: /\S/ }).count();
  }, 100_000);
  await settled(panel);
  assert.equal(await countText(panel, text, "user"), 1, "the message is on screen exactly once");
  assertOnce(await idsOnScreen(panel));
  assertClean(panel, NETWORK_ERRORS);
});

test("wrong token: the panel offers sign-in and keeps what was typed", async (t) => {
  const rig = await startRig(t, { token: "not-a-token" });
  const panel = await rig.openOnSession();
  const { page } = panel;
  const offer = page.getByRole("button", { name: /sign in/i }).first();
  await offer.waitFor({ timeout: 20_000 });

  const text = "typed while signed out";
  await panel.composer.fill(text);
  const user = page.getByRole("textbox", { name: /user/i });
  if ((await user.count()) === 0) await offer.click();
  await user.fill("demo");
  await user.press("Enter");

  await until("the panel was signed in", async () => (await user.count()) === 0, 15_000);
  await panel.composer.waitFor({ timeout: 15_000 });
  await panel.waitForState("connected");
  assert.equal(await panel.composer.inputValue(), text, "what was typed is gone");
  assertClean(panel, [...NETWORK_ERRORS, /\b401\b/]);
});
