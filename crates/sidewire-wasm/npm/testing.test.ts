import assert from "node:assert/strict";
import { test } from "node:test";

import type { ChatMessage, ClientEvent, LogEntry, SidewireClient } from "sidewire";
import { createHub, type Hub, replayTrace } from "sidewire/testing";

test("a conversation over push takes the hub's time and none of ours", async () => {
  const { hub, client, sessionId } = await connected();

  hub.addMessage(sessionId, { content: "Hello" });
  await hub.advance(10);

  assert.deepEqual(texts(client), ["Hello"]);
  assert.equal(hub.subscribers(sessionId), 1);
  hub.close();
});

// A3
test("a cluster is accepted and leads nowhere but to the configured servers", async () => {
  const { hub, client, sessionId } = await connected({ cluster: "eu" });

  assert.equal(hub.subscribers(sessionId), 1);
  assert.equal(client.getSnapshot().state, "connected");
  hub.close();
});

test("equal hubs give equal runs, ids and times included", async () => {
  const run = async (): Promise<unknown> => {
    const events: ClientEvent[] = [];
    const { hub, client, sessionId } = await connected({}, (event) => events.push(event));
    client.sendMessage({ content: "mine", sessionId });
    hub.closeSockets();
    await hub.advance(30_000);
    const result = [events, client.messages(), hub.requests, client.diagnostics()];
    hub.close();
    return result;
  };

  assert.deepEqual(await run(), await run());
});

test("a sent message is shown at once, stored once, and can be answered", async () => {
  const { hub, client, sessionId } = await connected();
  hub.onInteract(({ message }) => hub.addMessage(sessionId, { content: `You said ${message.content}` }));

  client.sendMessage({ content: "this" });
  const atOnce = client.messages().map((message) => [message.content, message.delivery]);
  await hub.advance(100);

  assert.deepEqual(atOnce, [["this", "pending"]]);
  assert.deepEqual(texts(client), ["this", "You said this"]);
  assert.deepEqual(hub.messages(sessionId).map((message) => message.content), ["this", "You said this"]);
  hub.close();
});

test("an answer that is lost after the message was stored leaves one message", async () => {
  const { hub, client, sessionId } = await connected();
  hub.fault({ on: "interact", do: "drop", afterwards: true, times: 1 });

  client.sendMessage({ content: "once" });
  await hub.advance(60_000);

  assert.deepEqual(texts(client), ["once"]);
  assert.equal(hub.messages(sessionId).length, 1);
  hub.close();
});

test("a text grows by its pieces, and a lost one is read", async () => {
  const { hub, client, sessionId } = await connected();
  const { messageId } = hub.addMessage(sessionId, { content: "Let", status: "streaming" });
  await hub.advance(10);
  const [before] = client.messages();
  const reads = hub.requests.length;

  hub.appendText(sessionId, messageId, " me \ud83d");
  hub.appendText(sessionId, messageId, "\ude00");
  await hub.advance(10);

  const [grown] = client.messages();
  assert.equal(grown?.content, "Let me \u{1f600}");
  assert.equal(grown.status, "streaming");
  assert.equal(grown.raw["content"], "Let");
  assert.ok(Object.isFrozen(grown) && grown !== before);
  assert.equal(hub.requests.length, reads);

  hub.fault({ on: "push", do: "drop", times: 1 });
  hub.appendText(sessionId, messageId, " lost");
  hub.appendText(sessionId, messageId, " seen");
  await hub.advance(1000);
  assert.deepEqual(texts(client), ["Let me \u{1f600} lost seen"]);
  assert.equal(hub.requests.length, reads + 1);

  hub.updateMessage(sessionId, messageId, { content: "Done.", status: "success" });
  await hub.advance(10);
  assert.deepEqual(texts(client), ["Done."]);
  hub.close();
});

test("lost events are repaired from the log", async () => {
  const { hub, client, sessionId } = await connected();
  hub.fault({ on: "push", do: "drop", times: 1 });

  hub.addMessage(sessionId, { content: "lost" });
  hub.addMessage(sessionId, { content: "seen" });
  await hub.advance(1000);

  assert.deepEqual(texts(client), ["lost", "seen"]);
  hub.close();
});

test("a refused signature falls back with its reason, and a healed one does not stay", async () => {
  const hub = createHub();
  const { sessionId } = hub.createSession();
  const client = hub.createClient();
  hub.fault({ on: "auth", do: "answer", status: 403, code: "USER_MISMATCH" });

  client.startSync(sessionId);
  await hub.until(() => client.getSnapshot().state === "fallback");
  const reason = client.getSnapshot().reason;
  hub.heal();
  client.tokenChanged();
  await hub.until(() => client.getSnapshot().state === "connected");

  assert.equal(reason, "session_refused");
  hub.close();
});

for (const [name, fault, seen] of [
  ["refused", { on: "socket", do: "refuse" }, "attempts_exhausted"],
  ["hanging", { on: "socket", do: "hang" }, "attempts_exhausted"],
  ["closed with 4001", { on: "socket", do: "close", code: 4001 }, "refused"],
] as const) {
  test(`a socket that is ${name} ends in polling as ${seen}`, async () => {
    const hub = createHub();
    const { sessionId } = hub.createSession();
    const client = hub.createClient();
    hub.fault(fault);

    client.startSync(sessionId);
    await hub.until(() => client.getSnapshot().state === "fallback");
    hub.addMessage(sessionId, { content: "polled" });
    await hub.until(() => client.messages().length === 1);

    assert.equal(client.getSnapshot().reason, seen);
    hub.close();
  });
}

test("a silent push server is noticed, because it answers pings no more", async () => {
  const { hub, client } = await connected();
  const before = hub.socketsOpened;

  hub.closeSockets(4200, "restart");
  await hub.until(() => client.getSnapshot().state === "connected" && hub.socketsOpened > before);

  assert.equal(hub.socketsOpened, before + 1);
  hub.close();
});

test("a request that hangs is given up, one that is told to wait waits as long as it was told", async () => {
  const { hub, client, sessionId } = await connected();
  hub.fault({ on: "messages", do: "answer", status: 429, retryAfter: 30, times: 1 });

  client.refresh();
  await hub.advance(100);
  const asked = messageRequests(hub);
  await hub.advance(29_000);
  const stillAsked = messageRequests(hub);
  hub.addMessage(sessionId, { content: "later" });
  await hub.advance(60_000);

  assert.equal(stillAsked, asked);
  assert.ok(messageRequests(hub) > asked);
  hub.close();
});

test("a refused token is renewed once by the provider", async () => {
  const hub = createHub();
  const { sessionId } = hub.createSession();
  hub.refuseToken("old");
  const asked: boolean[] = [];
  const client = hub.createClient({
    token: ({ renew }) => {
      asked.push(renew);
      return asked.includes(true) ? "new" : "old";
    },
  });

  client.startSync(sessionId);
  await hub.until(() => client.getSnapshot().state === "connected");

  assert.equal(asked.filter((renew) => renew).length, 1);
  hub.close();
});

test("typing comes and goes", async () => {
  const { hub, client, sessionId } = await connected();

  hub.setTyping(sessionId, true, "thinking");
  await hub.advance(20);
  const { isServerTyping, serverTypingContext } = client.getSnapshot();
  hub.setTyping(sessionId, false);
  await hub.advance(20);

  assert.deepEqual([isServerTyping, serverTypingContext], [true, "thinking"]);
  assert.equal(client.getSnapshot().isServerTyping, false);
  hub.close();
});

test("sessions are listed newest first, begun and renamed", async () => {
  const hub = createHub();
  hub.createSession({ title: "old" });
  const client = hub.createClient();

  const [, created] = await Promise.all([hub.advance(100), client.createSession({ title: "new" })]);
  const [, renamed] = await Promise.all([hub.advance(100), client.updateSession(created.sessionId, { title: "newer" })]);
  const [, listed] = await Promise.all([hub.advance(100), client.listSessions()]);

  assert.equal(renamed.title, "newer");
  assert.deepEqual(listed.map((session) => session.title), ["newer", "old"]);
  hub.close();
});

test("a trace of a client replays to the state that the client is in", async () => {
  const { hub, client, sessionId } = await connected({ record: true });
  hub.addMessage(sessionId, { content: "Hello" });
  await hub.advance(100);

  const { end, lines, hash } = replayTrace(client.exportTrace() ?? "");

  const { state, reason, freshness, length } = client.getSnapshot();
  assert.deepEqual(end, { state, reason, freshness, sessionId, length });
  assert.ok(lines.some((line) => line.startsWith("OpenSocket")), lines[0]);
  assert.match(hash, /^[0-9a-f]{16}$/);
  assert.equal(replayTrace(client.exportTrace() ?? "").hash, hash);
  hub.close();
});

test("what is no trace is refused with a code", () => {
  assert.throws(() => replayTrace("garbage"), { code: "bad_trace" });
});

test("code that builds its own client runs on an installed hub, with the real clock", async () => {
  const { init, createClient } = await import("sidewire/inline");
  const hub = createHub({ clock: "real", latencyMs: 1 });
  const uninstall = hub.install();
  const { sessionId } = hub.createSession();
  init();
  const client = createClient({ ...hub.settings, token: () => "t" });

  client.startSync(sessionId);
  await hub.until(() => client.getSnapshot().state === "connected", 5000);
  hub.addMessage(sessionId, { content: "Hello" });
  await hub.until(() => client.messages().length === 1, 5000);

  assert.deepEqual(texts(client), ["Hello"]);
  client.close();
  uninstall();
});

test("what is waited for in vain is told with the condition", async () => {
  const hub = createHub();

  await assert.rejects(hub.until(() => hub.socketsOpened === 7, 1000), { code: "not_reached", message: /socketsOpened === 7/ });
});

test("installing needs the real clock, and says so", () => {
  assert.throws(() => createHub().install(), { code: "bad_config" });
});

test("a session that the hub does not have is refused with a sentence", () => {
  assert.throws(() => createHub().addMessage("nowhere", {}), { code: "bad_session_id" });
});

test("after closing, state and messages stay readable and everything else says closed", async () => {
  const { hub, client, sessionId } = await connected();
  hub.addMessage(sessionId, { content: "Hello" });
  await hub.advance(20);
  let seen: readonly ChatMessage[] = [];
  client.subscribe(() => (seen = client.messages()));

  client.close();
  client.close();

  assert.equal(client.getSnapshot().state, "disconnected");
  assert.deepEqual([seen, client.messages(), client.rows(0, 1)].map((list) => list.length), [1, 1, 1]);
  assert.throws(() => client.refresh(), { code: "closed" });
});

test("a listener that closes the client while it is closed harms nothing", async () => {
  const { client } = await connected();
  client.on("stateChange", () => client.close());

  client.close();

  assert.equal(client.getSnapshot().state, "disconnected");
});

test("a log names states and codes, with the hub's time, and no word of a message", async () => {
  const entries: LogEntry[] = [];
  const { hub, client } = await connected({ logger: (entry) => entries.push(entry), logLevel: "debug" });

  client.sendMessage({ content: "my secret" });
  hub.closeSockets();
  await hub.advance(10_000);

  assert.ok(entries.some(({ message }) => message === "connecting → connected (caught_up)"));
  assert.ok(entries.every(({ at }) => at >= 1_700_000_000_000 && at <= hub.now()));
  assert.ok(!JSON.stringify(entries).includes("secret"));
  hub.close();
});

async function connected(
  options: Parameters<Hub["createClient"]>[0] = {},
  onAny?: (event: ClientEvent) => void,
): Promise<{ hub: Hub; client: SidewireClient; sessionId: string }> {
  const hub = createHub();
  const { sessionId } = hub.createSession();
  const client = hub.createClient(options);
  if (onAny) client.onAny(onAny);
  client.startSync(sessionId);
  await hub.until(() => client.getSnapshot().state === "connected");
  return { hub, client, sessionId };
}

const texts = (client: SidewireClient): readonly string[] => client.messages().map((message) => message.content);

const messageRequests = (hub: Hub): number => hub.requests.filter(({ path }) => path.includes("/messages")).length;
