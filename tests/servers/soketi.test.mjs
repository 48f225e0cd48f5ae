// The panel over Soketi, a push server of its own make: what a user notices. `npm run test:servers` names its folder.
import assert from "node:assert/strict";

import { bridgeOutage } from "../lib/bridged.mjs";
import { assertClean, converse, countText, NETWORK_ERRORS, startRig, test } from "../lib/harness.mjs";
import { Soketi } from "../lib/soketi.mjs";

test("over Soketi: a conversation, an outage bridged by polling, and push again", { timeout: 240_000 }, async (t) => {
  await bridgeOutage(t, await Soketi.start(t));
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
