// The panel over Soketi, a push server of its own make: what a user notices. `npm run test:servers` names its folder.
import assert from "node:assert/strict";

import { assertClean, assertOnce, converse, countText, idsOnScreen, NETWORK_ERRORS, settled, startRig, test, until } from "../lib/harness.mjs";
import { Soketi } from "../lib/soketi.mjs";

test("over Soketi: a conversation, an outage bridged by polling, and push again", { timeout: 240_000 }, async (t) => {
  const push = await Soketi.start(t);
  const rig = await startRig(t, { push: "external", externalPort: push.port });
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");
  await converse(panel, "with push");

  await push.kill();
  await until("the panel left connected", async () => (await panel.state()) !== "connected", 10_000);
  await rig.backend.interact(rig.token, rig.session.sessionId, "without push");
  await until("polling brought the message", async () => (await countText(panel, "without push", "user")) === 1, 30_000);
  await until("polling brought the answer", async () => (await panel.bubbles("assistant").count()) >= 2, 30_000);

  await push.restart();
  await panel.waitForState("connected", 100_000);
  await rig.backend.interact(rig.token, rig.session.sessionId, "push again");
  await until("push brought the message", async () => (await countText(panel, "push again", "user")) === 1, 5000);
  await settled(panel);
  assertOnce(await idsOnScreen(panel));
  assertClean(panel, NETWORK_ERRORS);
});

test("over Soketi: its orderly end (4200) is answered by a new connection", { timeout: 240_000 }, async (t) => {
  const push = await Soketi.start(t);
  const rig = await startRig(t, { push: "external", externalPort: push.port });
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");
  await push.end();
  await push.restart();
  await panel.waitForState("connected", 100_000);
  await converse(panel, "after the restart");
  assert.equal(await countText(panel, "after the restart", "user"), 1);
  assertClean(panel, NETWORK_ERRORS);
});
