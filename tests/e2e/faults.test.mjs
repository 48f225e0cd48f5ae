// What goes wrong between the panel and its servers: closed with a code, half-open, refused, ended by a signal.
import assert from "node:assert/strict";
import { createServer } from "node:http";

import {
  assertClean,
  assertOnce,
  badgeOf,
  bindActiveTab,
  configure,
  converse,
  countText,
  idsOnScreen,
  NETWORK_ERRORS,
  PushServer,
  settled,
  startRigOnWires,
  test,
  until,
} from "../lib/harness.mjs";

const AUTH = /\/pusher\/auth/;
/** Time in which a client that hurries would have come back, in ms. */
const HURRY_MS = 6_000;
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

const opened = (rig) => rig.pushWire.entries("open").length;

async function connected(rig) {
  const panel = await rig.openOnSession();
  await panel.waitForState("connected");
  return panel;
}

/** A message from elsewhere, seen once. */
async function delivers(rig, panel, text, ms = 10_000) {
  await rig.backend.write(rig.token, rig.session.sessionId, [{ role: "assistant", content: text }], { publish: true });
  await until(`"${text}" is on screen`, async () => (await countText(panel, text)) === 1, ms);
  assertOnce(await idsOnScreen(panel));
}

// Fault 8.
test("Sockudo ended by SIGTERM and by SIGKILL: both are survived, and what was missed is there", { timeout: 180_000 }, async (t) => {
  const push = await PushServer.start(t);
  const rig = await startRigOnWires(t, { push: "external", externalPort: push.port });
  const panel = await connected(rig);

  for (const signal of ["SIGKILL", "SIGTERM"]) {
    await push.end(signal);
    await until(`${signal} was noticed`, async () => (await panel.state()) !== "connected", 10_000);
    await rig.backend.write(rig.token, rig.session.sessionId, [{ role: "assistant", content: `without push after ${signal}` }], { publish: true });
    await push.restart();
    await panel.waitForState("connected", 100_000);
    await until("what was missed is there", async () => (await countText(panel, `without push after ${signal}`)) === 1, 2_000);
    const since = performance.now();
    await delivers(rig, panel, `pushed after ${signal}`);
    assert.equal(rig.pushWire.frames("new_message", since).length, 1, "push did not bring it");
  }
  assertClean(panel, NETWORK_ERRORS);
});

test("close code 4200 means come back at once: seconds later push is there again, on one socket", { timeout: 60_000 }, async (t) => {
  const rig = await startRigOnWires(t);
  const panel = await connected(rig);
  const before = opened(rig);

  rig.pushWire.close(4200);
  await until("a new socket was opened", () => opened(rig) === before + 1, 3_000);
  await panel.waitForState("connected", 5_000);

  await delivers(rig, panel, "after 4200");
  assert.equal(rig.pushWire.open.length, 1);
  assertClean(panel, NETWORK_ERRORS);
});

// Fault 16. It says nothing about the next connection, so it is a loss as any other.
test("close code 1008 is a loss: a pause, then push is there again, and what was missed is shown", { timeout: 60_000 }, async (t) => {
  const rig = await startRigOnWires(t);
  const panel = await connected(rig);
  const [before, since] = [opened(rig), performance.now()];

  rig.pushWire.close(1008, "policy violation");
  await until("the loss was noticed", async () => (await panel.state()) === "reconnecting", 3_000);
  await rig.backend.write(rig.token, rig.session.sessionId, [{ role: "assistant", content: "during the pause" }]);
  await until("a new socket was opened", () => opened(rig) === before + 1, 10_000);
  const [{ at }] = rig.pushWire.entries("open", since);
  assert.ok(at - since >= 950, `it came back after ${Math.round(at - since)} ms`);
  await panel.waitForState("connected", 5_000);

  await until("what was missed is there", async () => (await countText(panel, "during the pause")) === 1, 5_000);
  await delivers(rig, panel, "after 1008");
  assertClean(panel, NETWORK_ERRORS);
});

// Fault 27.
test("frames that arrive byte by byte are one event each, whole", { timeout: 90_000 }, async (t) => {
  const rig = await startRigOnWires(t, { drips: true });
  const panel = await connected(rig);
  const since = performance.now();
  const dripped = rig.drip.bytes;

  for (const text of ["eins: ä, 漢字, 🧩", "zwei: \u2028 and \"quotes\""]) await delivers(rig, panel, text);

  const frames = rig.pushWire.frames("new_message", since);
  assert.equal(frames.length, 2, "push did not bring them");
  assert.ok(rig.drip.bytes - dripped >= frames.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0));
  assert.equal(opened(rig), 1);
  assertClean(panel);
});

for (const code of [4001, 4009]) {
  test(`close code ${code} forbids to come back: polling says why, and a new sign-in tries again`, { timeout: 90_000 }, async (t) => {
    const rig = await startRigOnWires(t);
    const panel = await connected(rig);
    const badge = await badgeOf(panel);
    const before = opened(rig);

    rig.pushWire.close(code);
    await badge.says("Polling", 10_000);
    assert.equal(await badge.tooltip(), "Using polling: Refused by the push server");
    await delivers(rig, panel, `polled after ${code}`);
    await pause(HURRY_MS);
    assert.equal(opened(rig), before, "it came back although the code forbids it");

    const token = await rig.backend.signIn();
    await rig.browser.inWorker((accessToken) => chrome.storage.local.set({ accessToken }), token);
    await badge.says("Connected", 10_000);
    assert.equal(opened(rig), before + 1);
    assertClean(panel, NETWORK_ERRORS);
  });
}

test("a wrong push key: polling goes on and names the key, the server is left alone, the right key connects", { timeout: 90_000 }, async (t) => {
  const rig = await startRigOnWires(t);
  await configure(rig.browser, { ...rig.servers, key: "no-such-key" }, rig.token);
  const panel = await rig.openOnSession();
  const badge = await badgeOf(panel);

  await badge.says("Polling", 20_000);
  await delivers(rig, panel, "polled with a wrong key");
  await until("the key is named", async () => /check key and host/.test(await badge.tooltip()), 30_000);
  const { sockets } = rig.browser.watch;
  const before = sockets.size;
  assert.ok(before <= 4, `${before} sockets for a key that is wrong`);
  await pause(HURRY_MS);
  assert.ok(sockets.size <= before + 1, "it tries the same key again and again");

  await configure(rig.browser, rig.servers, rig.token);
  await badge.says("Connected", 15_000);
  await delivers(rig, panel, "pushed with the right key");
  assertClean(panel, NETWORK_ERRORS);
});

// Faults 10, 123.
test("a half-open socket is noticed when the panel comes back into view, and what was missed is shown", { timeout: 90_000 }, async (t) => {
  const rig = await startRigOnWires(t);
  const panel = await connected(rig);
  const show = await hidden(panel);
  await delivers(rig, panel, "pushed while hidden");
  assert.equal(opened(rig), 1, "hiding cost the socket");

  rig.pushWire.stall();
  await rig.backend.write(rig.token, rig.session.sessionId, [{ role: "assistant", content: "into the void" }], { publish: true });
  await show();
  await until("a new socket was opened", () => opened(rig) === 2, 12_000);
  await until("what was missed is there", async () => (await countText(panel, "into the void")) === 1, 5_000);
  await panel.waitForState("connected", 10_000);

  const since = performance.now();
  await delivers(rig, panel, "after the void");
  assert.equal(rig.pushWire.frames("new_message", since).filter(({ connection }) => connection === 2).length, 1, "push did not bring it");
  assertClean(panel, NETWORK_ERRORS);
});

/** The page is hidden, as by another window; the function that it gives brings it back. */
async function hidden(panel) {
  const set = (state) =>
    panel.page.evaluate((value) => {
      Object.defineProperty(document, "visibilityState", { configurable: true, get: () => value });
      document.dispatchEvent(new Event("visibilitychange"));
    }, state);
  // A panel that opens is hidden for a moment: hiding counts only after it was seen.
  await set("visible");
  await set("hidden");
  return () => set("visible");
}

test("a subscription that is never acknowledged: polling covers it, and it is asked for again", { timeout: 90_000 }, async (t) => {
  const rig = await startRigOnWires(t);
  rig.pushWire.rule({ from: "server", event: "pusher_internal:subscription_succeeded", times: 1, do: "suppress" });
  const panel = await rig.openOnSession();

  await delivers(rig, panel, "before push");
  await panel.waitForState("connected", 40_000);
  const since = performance.now();
  await delivers(rig, panel, "by push");
  assert.equal(rig.pushWire.frames("new_message", since).length, 1);
  assertClean(panel, NETWORK_ERRORS);
});

// Faults 89, 90, 91.
test("a session whose channel is refused by 403: polling says so, another session is not held up by it", { timeout: 120_000 }, async (t) => {
  const rig = await startRigOnWires(t);
  const other = await rig.backend.createSession(rig.token, { title: "The other one" });
  rig.session = await rig.backend.createSession(rig.token, { title: "Refused" });
  const panel = await rig.openPanel();
  const forget = rig.restWire.rule({ path: AUTH, do: "answer", status: 403, body: { error: { code: "FORBIDDEN", message: "no" } } });
  await bindActiveTab(panel, rig.session.sessionId);
  const badge = await badgeOf(panel);

  await badge.says("Polling", 30_000);
  assert.match(await badge.tooltip(), /Pusher auth failed|Session refused/);
  await delivers(rig, panel, "polled all the same");
  const asked = rig.restWire.requests(AUTH).length;
  await pause(HURRY_MS);
  assert.ok(rig.restWire.requests(AUTH).length - asked <= 1, "it asks again and again");

  forget();
  await bindActiveTab(panel, other.sessionId);
  await badge.says("Connected", 15_000);
  assertClean(panel, [/\b403\b/]);
});

// Faults 93, 103.
test("an API that is busy is left alone as long as it says, and a message waits and is sent once", { timeout: 90_000 }, async (t) => {
  const rig = await startRigOnWires(t);
  const panel = await connected(rig);
  const since = performance.now();
  rig.restWire.rule({ method: "POST", path: /\/agent\/interact/, times: 1, do: "answer", status: 429, body: { error: { code: "RATE_LIMITED", message: "later" } }, headers: { "retry-after": "3" } });

  await converse(panel, "is it my turn?");

  const [first, second, ...more] = rig.restWire.requests(/\/agent\/interact/, since);
  assert.equal(more.length, 0, "it was sent more than twice");
  assert.ok(second.at - first.at >= 2_900, `it came back after ${Math.round(second.at - first.at)} ms`);
  const { messages } = await rig.backend.call("GET", `/api/session/${rig.session.sessionId}/messages`, { token: rig.token });
  assert.equal(messages.filter(({ content }) => content === "is it my turn?").length, 1);
  assertClean(panel, [/\b429\b/]);
});

// M7, M8.
test("a send whose answer is lost is tried again under the same id and stored once", { timeout: 90_000 }, async (t) => {
  const rig = await startRigOnWires(t);
  const panel = await connected(rig);
  const since = performance.now();
  rig.restWire.rule({ method: "POST", path: /\/agent\/interact/, times: 1, do: "answer", status: 502, afterwards: true });

  await converse(panel, "did you hear me?");
  await settled(panel);

  assert.ok(rig.restWire.requests(/\/agent\/interact/, since).length <= 2);
  const { messages } = await rig.backend.call("GET", `/api/session/${rig.session.sessionId}/messages`, { token: rig.token });
  assert.equal(messages.filter(({ content }) => content === "did you hear me?").length, 1);
  assert.equal(await countText(panel, "did you hear me?", "user"), 1);
  assertClean(panel, [/\b502\b/]);
});

// Fault 100.
test("a redirect is not followed: the token goes to no other address", { timeout: 120_000 }, async (t) => {
  const visits = [];
  const elsewhere = createServer(({ url, headers }, response) => {
    visits.push([url, headers.authorization]);
    response.writeHead(200, { "content-type": "application/json", "access-control-allow-origin": "*" }).end("{}");
  });
  await new Promise((done) => elsewhere.listen(0, "127.0.0.1", done));
  t.after(() => elsewhere.close());
  const rig = await startRigOnWires(t);
  rig.session = await rig.backend.createSession(rig.token, { title: "Led astray" });
  const panel = await rig.openPanel();
  for (const path of [AUTH, /\/messages/]) {
    for (const location of [`http://127.0.0.1:${elsewhere.address().port}/login`, "/login"]) {
      rig.restWire.rule({ path, times: 1, do: "answer", status: 302, headers: { location } });
    }
  }

  await bindActiveTab(panel, rig.session.sessionId);
  const redirected = (path) => rig.restWire.requests(path).filter(({ status }) => status === 302).length;
  await until("both addresses redirected twice", () => redirected(AUTH) === 2 && redirected(/\/messages/) === 2, 60_000);
  await panel.waitForState("connected", 60_000);

  await delivers(rig, panel, "nobody was led astray");
  assert.deepEqual(visits, []);
  assert.deepEqual(rig.restWire.requests(/\/login/), []);
  assertClean(panel, NETWORK_ERRORS);
});

// Fault 104.
test("an answer without length or end is cut at 8 MiB, and the log is read again", { timeout: 90_000 }, async (t) => {
  const rig = await startRigOnWires(t);
  rig.session = await rig.backend.createSession(rig.token, { title: "Flooded" });
  await rig.backend.write(rig.token, rig.session.sessionId, [{ role: "assistant", content: "behind the flood" }]);
  const panel = await rig.openPanel();
  rig.restWire.rule({ path: /\/messages/, times: 1, do: "flood" });

  await bindActiveTab(panel, rig.session.sessionId);
  await until("the message is there", async () => (await countText(panel, "behind the flood")) === 1, 30_000);

  const [flooded] = rig.restWire.requests(/\/messages/);
  await until("the connection was cut", () => flooded.isCut, 5_000);
  assert.ok(flooded.bytes > 8 << 20 && flooded.bytes <= 32 << 20, `${flooded.bytes} bytes were sent, buffers on the way included`);
  await panel.waitForState("connected");
  assertClean(panel, NETWORK_ERRORS);
});
