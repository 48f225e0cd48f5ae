import assert from "node:assert/strict";

import { allIds, assertClean, assertOnce, converse, countText, idsOnScreen, settled, startRig, test, until } from "../lib/harness.mjs";

test("typed message shows the user bubble at once, then typing, then the Markdown answer, each exactly once", async (t) => {
  const rig = await startRig(t);
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");

  const text = `Hello ${Date.now()}`;
  const seen = await converse(panel, text);

  const [user] = seen.bubbles.filter(({ role }) => role === "user");
  const answers = seen.bubbles.filter(({ role }) => role === "assistant");
  assert.ok(user.at < 300, `the user's bubble came after ${user.at} ms`);
  assert.ok(seen.typing.length > 0, "no typing indicator");
  assert.ok(seen.typing[0].at <= answers[0].at, "typing was shown after the answer");
  assert.equal(await countText(panel, text, "user"), 1);
  assert.equal(answers.length, 1, "one answer");
  assert.deepEqual(seen.doubles, []);
  assert.ok((await panel.bubbles("assistant").last().locator("strong, em, code, pre, li, table, a").count()) > 0, "the answer's Markdown is not rendered");
  const states = seen.states.map(({ state }) => state);
  assert.deepEqual(states, ["connected"], "the state changed during a quiet conversation");
  await panel.page.getByRole("button", { name: "Debug" }).click();
  assert.equal(await panel.page.locator("[data-badge]").innerText(), "Connected");
  assertOnce(await idsOnScreen(panel));
  assertClean(panel);
});

test("an answer grows piece by piece, with no read in between", async (t) => {
  const rig = await startRig(t);
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");
  const happened = [];
  const watch = await panel.context.newCDPSession(panel.page);
  await watch.send("Network.enable");
  watch.on("Network.webSocketFrameReceived", ({ response }) => happened.push(JSON.parse(response.payloadData).event));
  watch.on("Network.requestWillBeSent", ({ request }) => /\/messages\?/.test(request.url) && happened.push("read"));
  await panel.page.evaluate(() => {
    globalThis.lengths = [];
    const note = () => {
      const length = [...document.querySelectorAll('[data-message-id][data-role="assistant"]')].at(-1)?.textContent.length ?? 0;
      if (length !== globalThis.lengths.at(-1)) globalThis.lengths.push(length);
    };
    new MutationObserver(note).observe(document.body, { subtree: true, childList: true, characterData: true });
  });

  await converse(panel, "a long answer \u{1f44b} please");

  const pieces = happened.slice(happened.indexOf("message_delta"), happened.lastIndexOf("message_update"));
  assert.equal(pieces.length, 24, `pieces and nothing else: ${pieces.join(" ")}`);
  assert.ok(pieces.every((event) => event === "message_delta"));
  const lengths = await panel.page.evaluate(() => globalThis.lengths);
  assert.ok(lengths.length > 5, `the text was seen to grow in ${lengths.length} steps`);
  assert.match(await panel.bubbles("assistant").last().innerText(), /\u{1f44b} please[^]*paragraph 12/u);
  assertClean(panel);
});

test("session switch keeps one socket", async (t) => {
  const rig = await startRig(t);
  const second = await rig.backend.createSession(rig.token, { title: "Second session" });
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");
  const sockets = [];
  panel.page.on("websocket", (socket) => sockets.push(socket.url()));
  const closed = [];
  const watch = await panel.context.newCDPSession(panel.page);
  await watch.send("Network.enable");
  watch.on("Network.webSocketClosed", ({ requestId }) => closed.push(requestId));

  const other = (await rig.backend.sessions(rig.token)).find(({ sessionId }) => sessionId !== rig.session.sessionId) ?? second;
  for (const { sessionId, title } of [other, rig.session, other]) {
    await panel.page.getByRole("button", { name: "Sessions" }).click();
    await panel.page.getByText(title ?? sessionId, { exact: true }).first().click();
    await panel.waitForState("connected");
  }
  await rig.backend.interact(rig.token, other.sessionId, "from elsewhere");

  await until("the pushed message was on screen", async () => (await countText(panel, "from elsewhere", "user")) === 1, 10_000);
  await settled(panel);
  assert.deepEqual(sockets, [], "a socket was opened by a switch");
  assert.deepEqual(closed, [], "the socket was closed by a switch");
  assertOnce(await idsOnScreen(panel));
  assertClean(panel);
});

test("panel closed and reopened shows the same session without loss", async (t) => {
  const rig = await startRig(t);
  const first = await rig.openOnSession();
  await first.waitForState("connected");
  await converse(first, "before closing");
  const before = await allIds(first);
  assertClean(first);
  await first.close();

  await rig.backend.interact(rig.token, rig.session.sessionId, "while closed");
  const again = await rig.openPanel();

  await until("the missed message was on screen", async () => (await countText(again, "while closed", "user")) === 1, 15_000);
  // The panel came too late for the typing event, so the answer itself is waited for.
  await until("the answer to the missed message was on screen", async () => (await again.bubbles("assistant").count()) >= 1 && (await allIds(again)).length === before.length + 2, 15_000);
  await settled(again);
  await again.waitForState("connected");
  const after = await allIds(again);
  assert.deepEqual(after.slice(0, before.length), before, "the order or the messages changed");
  assert.equal(after.length, before.length + 2, "the missed turn is there, nothing else");
  assertOnce(await idsOnScreen(again));
  assertClean(again);
});
