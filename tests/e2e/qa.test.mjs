// The eight items of manual QA that the older documents list and nobody had run: each by its number.
import assert from "node:assert/strict";

import { allIds, assertClean, assertOnce, badgeOf, converse, countText, idsOnScreen, NETWORK_ERRORS, Observer, settled, startRigOnWires, test, until } from "../lib/harness.mjs";

const PAGE = /\/messages\?/;
const channelOf = (sessionId) => `private-session-${sessionId}`;

/** Sockudo itself says so: the session's channel is subscribed. */
const subscriptions = (rig) => rig.pushWire.frames("pusher_internal:subscription_succeeded").map(({ channel }) => channel);

test("QA 1: connect to a session, the badge says Connected", { timeout: 60_000 }, async (t) => {
  const rig = await startRigOnWires(t);
  const panel = await rig.openOnSession();

  const badge = await badgeOf(panel);
  await badge.says("Connected", 20_000);

  assert.equal(await badge.tooltip(), "Live updates are on");
  assert.deepEqual(subscriptions(rig), [channelOf(rig.session.sessionId)]);
  assert.equal(rig.pushWire.open.length, 1, "one socket");
  assert.equal(rig.restWire.requests(/\/pusher\/auth/).length, 1, "one signature");
  assertClean(panel);
});

test("QA 2: a message that is sent appears in real time, here and for whoever else watches", { timeout: 90_000 }, async (t) => {
  const rig = await startRigOnWires(t);
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");

  const own = await converse(panel, "typed here");
  const [bubble] = own.bubbles.filter(({ role }) => role === "user");
  assert.ok(bubble.at < 300, `the own bubble came after ${bubble.at} ms`);

  const observer = await Observer.start(panel);
  await observer.restart();
  const since = performance.now();
  await rig.backend.interact(rig.token, rig.session.sessionId, "sent elsewhere");
  await until("the message from elsewhere is on screen", async () => (await countText(panel, "sent elsewhere", "user")) === 1, 5_000);
  const pages = rig.restWire.requests(PAGE, since).length;
  await settled(panel);
  const [pushed] = rig.pushWire.frames("new_message", since);
  assert.match(pushed.text, /sent elsewhere/, "push brought it");
  assert.equal(pages, 0, "it was read instead of pushed");
  assert.deepEqual((await observer.read()).doubles, []);
  assertOnce(await idsOnScreen(panel));
  assertClean(panel);
});

test("QA 3: the network is lost, the badge says Reconnecting", { timeout: 60_000 }, async (t) => {
  const rig = await startRigOnWires(t);
  const panel = await rig.openOnSession();
  const badge = await badgeOf(panel);
  await badge.says("Connected", 20_000);

  await rig.cutNetwork();

  await badge.says("Reconnecting", 3_000);
  assert.match(await badge.tooltip(), /The connection was lost and is being opened again/);
  await panel.page.getByText("Connection lost. Reconnecting…").waitFor();
  assertClean(panel, NETWORK_ERRORS);
});

test("QA 4: after the last try the badge says Polling, and messages still arrive", { timeout: 120_000 }, async (t) => {
  const rig = await startRigOnWires(t);
  const panel = await rig.openOnSession();
  const badge = await badgeOf(panel);
  await badge.says("Connected", 20_000);
  const { sockets } = panel.browser.watch;
  const before = sockets.size;

  // Only push is out of reach.
  await rig.pushWire.down();

  await badge.says("Polling", 40_000);
  assert.equal(sockets.size - before, 3, "three tries were made");
  assert.equal(await badge.tooltip(), "Using polling: Max reconnect attempts exceeded");
  await rig.backend.interact(rig.token, rig.session.sessionId, "fetched by polling");
  await until("polling brought the message", async () => (await countText(panel, "fetched by polling", "user")) === 1, 10_000);
  await settled(panel);
  assertOnce(await idsOnScreen(panel));
  assertClean(panel, NETWORK_ERRORS);
});

test("QA 5: the network is back, push resumes by itself and nothing was missed", { timeout: 120_000 }, async (t) => {
  const rig = await startRigOnWires(t);
  const panel = await rig.openOnSession();
  const badge = await badgeOf(panel);
  await badge.says("Connected", 20_000);
  await Promise.all([rig.cutNetwork(), panel.context.setOffline(true)]);
  await badge.says("Offline", 10_000);
  await rig.backend.interact(rig.token, rig.session.sessionId, "while it was away");

  await rig.restoreNetwork();
  await panel.context.setOffline(false);

  await badge.says("Connected", 15_000);
  await until("what was missed is there", async () => (await countText(panel, "while it was away", "user")) === 1, 5_000);
  await settled(panel);
  const since = performance.now();
  await rig.backend.interact(rig.token, rig.session.sessionId, "pushed again");
  await until("push delivers again", async () => (await countText(panel, "pushed again", "user")) === 1, 5_000);
  assert.match(rig.pushWire.frames("new_message", since)[0].text, /pushed again/);
  await settled(panel);
  assertOnce(await idsOnScreen(panel));
  assertClean(panel, NETWORK_ERRORS);
});

test("QA 6: sessions are switched by a clean hand-over on one connection", { timeout: 90_000 }, async (t) => {
  const rig = await startRigOnWires(t);
  const other = await rig.backend.createSession(rig.token, { title: "The other one" });
  const panel = await rig.openOnSession();
  const first = rig.session.sessionId === other.sessionId ? (await rig.backend.sessions(rig.token)).find(({ sessionId }) => sessionId !== other.sessionId) : rig.session;
  const choose = async ({ title }) => {
    await panel.page.getByRole("button", { name: "Sessions" }).click();
    await panel.page.getByRole("dialog").getByText(title, { exact: true }).click();
    await until(`${title} is shown`, async () => (await panel.page.getByRole("heading", { level: 1 }).innerText()) === title, 10_000);
    await panel.waitForState("connected");
  };
  for (const session of [first, other, first, other]) await choose(session);

  await rig.backend.interact(rig.token, first.sessionId, "for the first only");
  await rig.backend.interact(rig.token, other.sessionId, "for the other only");
  await until("the shown session has its message", async () => (await countText(panel, "for the other only", "user")) === 1, 5_000);
  await settled(panel);
  assert.equal(await countText(panel, "for the first only"), 0, "a message of another session is shown");
  assert.equal(rig.pushWire.entries("open").length, 1, "a switch opened a socket");
  assert.equal(rig.pushWire.entries("closed").length, 0, "a switch closed the socket");
  // A session that was left stays subscribed for a while, so that a return needs nothing.
  const both = [first, other].map(({ sessionId }) => channelOf(sessionId)).sort();
  assert.deepEqual(subscriptions(rig).sort(), both, "not each channel once");
  assert.equal(rig.restWire.requests(/\/pusher\/auth/).length, 2, "not one signature per channel");
  assertOnce(await idsOnScreen(panel));
  assertClean(panel);
});

test("QA 7: typing is shown while the server works, and ends with the answer", { timeout: 90_000 }, async (t) => {
  const rig = await startRigOnWires(t, { agentDelayMs: 600 });
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");

  const told = await converse(panel, "work on this");
  // Until the server says more, sending is taken for processing.
  assert.deepEqual(told.typing.map(({ context }) => context).filter((context) => context !== "processing"), ["thinking", "executing"]);
  assert.equal(await panel.page.locator("[data-typing]").count(), 0);

  // A server that says nothing of typing: it is inferred from the message, and ended by the answer.
  rig.pushWire.rule({ from: "server", event: "typing", do: "suppress" });
  const inferred = await converse(panel, "work in silence");
  assert.deepEqual(inferred.typing.map(({ context }) => context), ["processing"]);
  const answer = inferred.bubbles.find(({ role }) => role === "assistant");
  assert.ok(inferred.typing[0].at < answer.at);
  assert.equal(await panel.page.locator("[data-typing]").count(), 0);
  assertClean(panel);
});

test("QA 8: the order stays right after a refresh, whatever order push had", { timeout: 120_000 }, async (t) => {
  const rig = await startRigOnWires(t, { agentDelayMs: 200 });
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");
  // Two events change places, one comes twice, one never.
  const held = [];
  const isNews = { from: "server", event: /^(?:new_message|message_update)$/, do: "replace" };
  rig.pushWire.rule({ ...isNews, nth: 2, with: (text) => (held.push(text), []) });
  rig.pushWire.rule({ ...isNews, nth: 4, with: (text) => [text, ...held, text] });
  rig.pushWire.rule({ ...isNews, event: "new_message", nth: 3, with: () => [] });
  for (const text of ["first", "second", "third"]) await converse(panel, text);
  assert.equal(held.length, 1);
  const before = await allIds(panel);
  const { messages } = await rig.backend.call("GET", `/api/session/${rig.session.sessionId}/messages?limit=100`, { token: rig.token });
  assert.deepEqual(before, messages.map(({ messageId }) => messageId), "not the order of the log");

  await panel.page.reload();
  await panel.waitForState("connected");
  await until("all messages are back", async () => (await allIds(panel)).length === before.length, 15_000);
  assert.deepEqual(await allIds(panel), before, "the order changed by a refresh");
  await panel.close();
  const again = await rig.openPanel();
  await until("all messages are back", async () => (await allIds(again)).length === before.length, 15_000);
  assert.deepEqual(await allIds(again), before, "the order changed by closing and opening");
  assertClean(again);
});
