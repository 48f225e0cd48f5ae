import assert from "node:assert/strict";
import { test } from "node:test";
import type { StorageAdapter } from "sidewire";
import { memoryStorage } from "sidewire/chrome";
import type { TokenArea } from "./config";
import { messageStorage } from "./message_storage";

const KEY = "sidewire:outbox:s1";

test("messages are kept in the area in force and in no other", async () => {
  const world = createWorld("local");
  await world.storage.set(KEY, "one");

  world.area = "session";
  assert.equal(await world.storage.get(KEY), "one", "what the other area holds is found");
  await world.storage.set(KEY, "two");

  assert.deepEqual([await world.local.get(KEY), await world.session.get(KEY)], [null, "two"]);
});

test("what is removed is gone from both areas, and both are listed", async () => {
  const world = createWorld("local");
  await world.local.set("a", "1");
  await world.session.set("a", "2");
  await world.session.set("b", "3");
  assert.deepEqual([...(await world.storage.keys())].sort(), ["a", "b"]);

  await world.storage.remove("a");

  assert.deepEqual(await world.storage.keys(), ["b"]);
});

// Fault 140.
test("where there is no room the old place keeps what it has", async () => {
  const world = createWorld("local");
  await world.storage.set(KEY, "one");
  world.area = "session";
  Object.assign(world.session, { set: () => Promise.reject(new Error("quota")) });

  await assert.rejects(world.storage.set(KEY, "two"), /quota/);

  assert.equal(await world.storage.get(KEY), "one");
});

interface World {
  readonly storage: StorageAdapter;
  readonly local: StorageAdapter;
  readonly session: StorageAdapter;
  area: TokenArea;
}

function createWorld(first: TokenArea): World {
  const areas = { local: memoryStorage(), session: memoryStorage() };
  const world: World = { ...areas, area: first, storage: messageStorage(areas, () => world.area) };
  return world;
}
