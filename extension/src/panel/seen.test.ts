import assert from "node:assert/strict";
import { test } from "node:test";
import type { Session } from "sidewire";
import { memoryStorage } from "../testing/memory_storage";
import { createSeen, SEEN_KEY } from "./seen";

test("a session is unread when the server holds more than was read here", async () => {
  const seen = await createSeen(memoryStorage(), false);
  seen.begin([session("a", 3)]);
  assert.equal(seen.isUnread(session("a", 3)), false);
  assert.equal(seen.isUnread(session("a", 4)), true);

  seen.mark("a", 4);

  assert.equal(seen.isUnread(session("a", 4)), false);
});

test("at the very first look everything counts as read, later sessions do not", async () => {
  const seen = await createSeen(memoryStorage(), false);
  assert.equal(seen.isUnread(session("a", 3)), false);

  seen.begin([session("a", 3)]);
  seen.begin([session("b", 1)]);

  assert.equal(seen.isUnread(session("b", 1)), true);
  assert.equal(seen.isUnread(session("c", null)), false);
});

test("what was read is known after the panel was closed", async () => {
  const storage = memoryStorage();
  (await createSeen(storage, false)).mark("a", 7);

  const again = await createSeen(storage, false);

  assert.equal(again.isUnread(session("a", 7)), false);
  assert.equal(again.isUnread(session("a", 8)), true);
});

test("what another window reads counts here, and is told", async () => {
  const storage = memoryStorage();
  const [here, there] = [await createSeen(storage, false), await createSeen(storage, false)];
  here.begin([session("a", 1)]);
  let told = 0;
  here.subscribe(() => (told += 1));

  there.mark("a", 5);

  assert.equal(here.isUnread(session("a", 5)), false);
  assert.equal(told, 1);
});

test("200 sessions are remembered, the ones read last", async () => {
  const storage = memoryStorage();
  const seen = await createSeen(storage, false);
  for (let index = 0; index < 250; index += 1) seen.mark(`s${index}`, 1);

  const stored = storage.values.get(`local ${SEEN_KEY}`) as { read: readonly unknown[] };

  assert.equal(stored.read.length, 200);
  assert.equal(seen.isUnread(session("s49", 1)), true);
  assert.equal(seen.isUnread(session("s50", 1)), false);
});

// Fault 141.
test("what cannot be read is as if nothing were stored", async () => {
  for (const value of ["x", { v: 2, read: [] }, { v: 1, read: "x" }]) {
    const storage = memoryStorage();
    storage.values.set(`local ${SEEN_KEY}`, value);
    assert.equal((await createSeen(storage, false)).isUnread(session("a", 9)), false);
  }
  const odd = memoryStorage();
  odd.values.set(`local ${SEEN_KEY}`, { v: 1, read: [["a", 9], ["b"], 7] });
  assert.equal((await createSeen(odd, false)).isUnread(session("a", 9)), false);
});

// Fault 145.
test("in incognito windows nothing is stored", async () => {
  const storage = memoryStorage();
  const seen = await createSeen(storage, true);

  seen.mark("a", 3);

  assert.equal(storage.values.size, 0);
  assert.equal(seen.isUnread(session("a", 4)), true);
});

function session(sessionId: string, lastSequenceNumber: number | null): Session {
  return { sessionId, lastSequenceNumber, title: null, status: "active", url: null, domain: null, createdAt: null, updatedAt: null };
}
