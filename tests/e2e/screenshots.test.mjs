import assert from "node:assert/strict";
import { statSync } from "node:fs";
import { test } from "node:test";

import { assertClean, converse, NETWORK_ERRORS, screenshotFile, startRig, until } from "../lib/harness.mjs";

async function picture(panel, name, options) {
  const file = await panel.screenshot(screenshotFile(name), options);
  assert.ok(statSync(file).size > 2000, `${name}.png is empty`);
}

/** Nothing may stick out to the right. */
async function assertNoSidewaysScroll(panel) {
  const overflow = await panel.page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(overflow <= 0, `the panel is ${overflow} px too wide`);
}

test("pictures of the panel: empty, conversation in light and dark, 320 px, error", { timeout: 120_000 }, async (t) => {
  const rig = await startRig(t);
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");
  await picture(panel, "panel-empty-light", { colorScheme: "light" });
  await picture(panel, "panel-empty-dark", { colorScheme: "dark" });

  await converse(panel, "Show me what you can do, please.");
  for (const colorScheme of ["light", "dark"]) {
    for (const width of [320, 360, 600]) {
      await picture(panel, `panel-${colorScheme}-${width}`, { colorScheme, width });
      await assertNoSidewaysScroll(panel);
    }
  }
  assertClean(panel);

  await rig.backend.stop();
  await until("the panel left connected", async () => (await panel.state()) !== "connected", 15_000);
  await panel.composer.fill("Nobody answers");
  await panel.page.keyboard.press("Enter");
  await panel.page.waitForTimeout(2500);
  await picture(panel, "panel-error-light", { colorScheme: "light", width: 360 });
  await picture(panel, "panel-error-dark", { colorScheme: "dark", width: 360 });
  assertClean(panel, NETWORK_ERRORS);
});
