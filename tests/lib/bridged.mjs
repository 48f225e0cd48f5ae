// An outage of the push server as a user lives through it, whoever made the server.
import { assertClean, assertOnce, converse, countText, idsOnScreen, NETWORK_ERRORS, settled, startRig, until } from "./harness.mjs";

/** A conversation over `push` (`port`, `kill`, `restart`), its death bridged by polling, and push again: all of it once. */
export async function bridgeOutage(t, push) {
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
}
