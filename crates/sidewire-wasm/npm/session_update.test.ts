import assert from "node:assert/strict";
import { test } from "node:test";

import type { ClientEvent, ClientSnapshot, Session, SessionUpdate, SidewireClient } from "sidewire";
import { createHub, type Hub } from "sidewire/testing";

import { readUpdate, withUpdate } from "./sessions.js";

test("a session_update is an event, and the cached list has it before anybody hears of it", async () => {
  const { hub, client, sessionId } = await connected();
  const [before] = await listed(hub, client);
  const [asked, snapshot] = [hub.requests.length, client.getSnapshot()];
  const heard: [SessionUpdate, Promise<readonly Session[]>, ClientSnapshot][] = [];
  client.on("sessionUpdate", (event) => heard.push([event, client.listSessions(), client.getSnapshot()]));

  hub.publish(sessionId, "session_update", { status: "completed", updatedAt: hub.now(), metadata: { title: "Trip", mood: 7 } });
  await hub.advance(50);

  const [event, list, during] = heard[0] ?? assert.fail("nothing was heard");
  const updatedAt = hub.now() - 50;
  assert.deepEqual(event, { type: "sessionUpdate", sessionId, status: "completed", updatedAt, metadata: { title: "Trip", mood: 7 } });
  assert.deepEqual((await list)[0], { ...before, status: "completed", title: "Trip", updatedAt });
  assert.deepEqual([heard.length, hub.requests.length, during], [1, asked, snapshot]);
  hub.close();
});

test("an update of a session that the list does not hold asks the server the next time", async () => {
  const { hub, client, sessionId } = await connected();
  await listed(hub, client);
  hub.publish(sessionId, "session_update", { status: "failed" });
  await hub.advance(50);
  const asked = hub.requests.length;

  const list = await listed(hub, client);
  const unknown = readUpdate({ type: "sessionUpdate", sessionId: "elsewhere", payload: "{}" });

  assert.equal(hub.requests.length, asked);
  assert.equal(withUpdate(list, unknown), null);
  hub.close();
});

test("what an update does not tell stays, what is of another type is nothing, and an older one changes nothing", () => {
  const session: Session = { sessionId: "s", title: "T", status: "active", url: null, domain: "d", createdAt: 1, updatedAt: 50, lastSequenceNumber: 4 };
  const told = (payload: object): readonly Session[] | null =>
    withUpdate([session], readUpdate({ type: "sessionUpdate", sessionId: "s", payload: JSON.stringify(payload) }));

  assert.deepEqual(told({ status: "done" }), [{ ...session, status: "done" }]);
  assert.deepEqual(told({ status: 7, updatedAt: {}, metadata: ["title"] }), [session]);
  assert.deepEqual(told({ metadata: { title: null, url: "https://a.example", domain: 5 } }), [{ ...session, url: "https://a.example" }]);
  assert.deepEqual(told({ status: "old", updatedAt: 49 }), [session]);
  assert.deepEqual(told({ status: "new", updatedAt: "1970-01-01T00:00:00.051Z" })?.map(({ status }) => status), ["new"]);
  // Fault 75: a name that means something to JavaScript is a field like any other.
  const polluted = readUpdate({ type: "sessionUpdate", sessionId: "s", payload: '{"metadata":{"__proto__":{"title":"no"}}}' });
  assert.deepEqual([withUpdate([session], polluted)?.[0]?.title, ({} as { title?: string }).title], ["T", undefined]);
});

test("an application's error is an event with its words, which stay out of the log and the problems", async () => {
  const lines: string[] = [];
  const { hub, client, sessionId } = await connected({ logger: (entry) => lines.push(JSON.stringify(entry)) });
  const heard: ClientEvent[] = [];
  client.on("applicationError", (event) => heard.push(event));

  hub.publish(sessionId, "error", { code: "BUSY", message: "private words" });
  await hub.advance(50);

  assert.deepEqual(heard, [{ type: "applicationError", sessionId, code: "BUSY", message: "private words" }]);
  assert.ok(lines.some((line) => line.includes("applicationError")));
  assert.ok(!lines.join("").includes("private") && client.diagnostics().problems.length === 0);
  hub.close();
});

test("a problem names the field that was wrong, in the event and in the diagnostics", async () => {
  const { hub, client, sessionId } = await connected();
  const paths: (string | null)[] = [];
  client.on("problem", ({ path }) => paths.push(path));

  hub.publish(sessionId, "new_message", { message: { messageId: {}, content: "x" } });
  await hub.advance(50);

  assert.deepEqual(paths, ["message.messageId"]);
  assert.deepEqual(client.diagnostics().problems.map(({ path }) => path), paths);
  hub.close();
});

test("loadMessages starts the sync and gives the messages of the first page", async () => {
  const hub = createHub();
  const { sessionId } = hub.createSession();
  hub.addMessage(sessionId, { content: "old" });
  const client = hub.createClient();

  const loaded = client.loadMessages(sessionId);
  assert.equal(client.getSnapshot().sessionId, sessionId);
  await hub.advance(500);

  assert.deepEqual((await loaded).map(({ content }) => content), ["old"]);
  assert.equal(await loaded, client.messages());
  assert.equal(client.getSnapshot().state, "connected");
  hub.close();
});

test("turns of a client stay the same objects until a message in them changes, and can be read after its end", async () => {
  const { hub, client, sessionId } = await connected();
  hub.addMessage(sessionId, { role: "user", content: "first" });
  hub.addMessage(sessionId, { content: "answer" });
  await hub.advance(50);
  const before = client.turns();
  const again = client.turns();
  hub.addMessage(sessionId, { role: "user", content: "second" });
  await hub.advance(50);

  const after = client.turns();
  client.close();

  assert.equal(again, before);
  assert.deepEqual(after.map(({ user, answers }) => [user?.content, answers.length]), [["first", 1], ["second", 0]]);
  assert.equal(after[0], before[0]);
  assert.equal(client.turns(), after);
  hub.close();
});

test("polling keeps to the intervals that were chosen", async () => {
  const hub = createHub();
  const { sessionId } = hub.createSession();
  const client = hub.createClient({ key: null, pollActiveMs: 5000, pollIdleMs: 60_000 });
  client.startSync(sessionId);
  const askedIn = async (ms: number): Promise<number> => {
    const before = hub.requests.length;
    await hub.advance(ms);
    return hub.requests.length - before;
  };
  await hub.advance(10_000);

  const active = await askedIn(20_000);
  await hub.advance(120_000);
  const idle = await askedIn(240_000);

  // Polls count from the answer; by default there would be 6 and 8.
  assert.ok(active >= 3 && active <= 4, String(active));
  assert.ok(idle >= 3 && idle <= 4, String(idle));
  hub.close();
});

async function connected(options: Parameters<Hub["createClient"]>[0] = {}): Promise<{ hub: Hub; client: SidewireClient; sessionId: string }> {
  const hub = createHub();
  const { sessionId } = hub.createSession();
  const client = hub.createClient(options);
  client.startSync(sessionId);
  await hub.until(() => client.getSnapshot().state === "connected");
  return { hub, client, sessionId };
}

async function listed(hub: Hub, client: SidewireClient): Promise<readonly Session[]> {
  const list = client.listSessions();
  await hub.advance(100);
  return list;
}
