import assert from "node:assert/strict";
import { test } from "node:test";
import { createAccount, INCOGNITO_TOKEN_KEY, TOKEN_KEY, type Account } from "./account";
import { memoryStorage } from "./testing/memory_storage";

test("the token is stored after the storage is locked, in the area that was asked for and in no other", async () => {
  const world = createWorld();
  await world.account.signIn("t1", "local");
  assert.deepEqual(world.calls, ["lock", `write local ${TOKEN_KEY}`, `remove session ${TOKEN_KEY}`]);

  await world.account.signIn("t2", "session");

  assert.equal(await world.account.token(), "t2");
  assert.equal(world.storage.values.has(`local ${TOKEN_KEY}`), false);
});

test("a token that a backend's own sign-in stored in local is found", async () => {
  const world = createWorld();
  world.storage.values.set(`local ${TOKEN_KEY}`, "theirs");

  assert.equal(await world.account.token(), "theirs");
});

test("what cannot be a token is none", async () => {
  const world = createWorld();
  for (const value of ["", 7, null, { token: "t" }]) {
    world.storage.values.set(`local ${TOKEN_KEY}`, value);
    assert.equal(await world.account.token(), null);
  }
});

test("signing out removes the token from both areas and everything that belongs to the account", async () => {
  const world = createWorld();
  const gone = ["local sidewire:snapshot:s1", "local sidewire:outbox:s1", "local sidewire:seen", "session sidewire:connection", `local ${TOKEN_KEY}`, `session ${TOKEN_KEY}`];
  for (const name of [...gone, "local sidewire:config", "session sidewire:tabs"]) world.storage.values.set(name, "x");

  await world.account.signOut();

  assert.deepEqual([...world.storage.values.keys()], ["local sidewire:config", "session sidewire:tabs"]);
});

test("a token that moves to the other area is no change for who knows it", async () => {
  const world = createWorld();
  await world.account.signIn("t", "local");
  const heard: (string | null)[] = [];
  world.account.watch((token) => heard.push(token), "t");

  await world.account.move("session");
  await settled();
  assert.deepEqual(heard, []);

  await world.account.signOut();
  await settled();
  assert.deepEqual(heard, [null]);
});

test("who was not there when the user signed out is told by the change that woke him", async () => {
  const world = createWorld();
  await world.account.signIn("t", "local");
  const heard: (string | null)[] = [];

  // The worker is started by the event: when it looks, the token is gone already.
  world.storage.values.clear();
  world.account.watch((token) => heard.push(token));
  await world.storage.write("local", TOKEN_KEY, "");
  await settled();

  assert.deepEqual(heard, [null]);
});

test("messages that are kept move with the token, whether they were shown or not sent yet", async () => {
  const world = createWorld();
  await world.account.signIn("t", "local");
  world.storage.values.set("local sidewire:snapshot:s1", "shown");
  world.storage.values.set("local sidewire:outbox:s1", "unsent");
  world.storage.values.set("local sidewire:config", "stays");

  await world.account.move("session");

  assert.deepEqual([...world.storage.values.keys()].sort(), ["local sidewire:config", "session accessToken", "session sidewire:outbox:s1", "session sidewire:snapshot:s1"]);
  assert.equal(world.storage.values.get("session sidewire:outbox:s1"), "unsent");
});

test("moving when nobody is signed in stores nothing", async () => {
  const world = createWorld();

  await world.account.move("session");

  assert.equal(world.storage.values.size, 0);
});

// Fault 145.
test("incognito windows have a sign-in of their own, which is never kept on the device", async () => {
  const world = createWorld(true);
  world.storage.values.set(`local ${TOKEN_KEY}`, "regular");
  assert.equal(await world.account.token(), null);

  await world.account.signIn("private", "local");
  assert.equal(await world.account.token(), "private");
  assert.deepEqual([...world.storage.values.keys()], [`local ${TOKEN_KEY}`, `session ${INCOGNITO_TOKEN_KEY}`]);

  await world.account.signOut();
  assert.deepEqual([...world.storage.values.entries()], [[`local ${TOKEN_KEY}`, "regular"]]);
});

// Fault 144.
test("a browser without access levels and without a list of keys signs in and out all the same", async () => {
  const world = createWorld(false, () => {
    throw new TypeError("undefined is not a function");
  });

  await world.account.signIn("t", "local");
  assert.equal(await world.account.token(), "t");
  assert.deepEqual([...world.storage.values.keys()], [`session ${TOKEN_KEY}`], "nothing is stored where it cannot be locked");
  await world.account.signOut();
  assert.equal(await world.account.token(), null);
});

function createWorld(isIncognito = false, missing?: () => never): { account: Account; storage: ReturnType<typeof memoryStorage>; calls: string[] } {
  const calls: string[] = [];
  const storage = memoryStorage((call) => calls.push(call));
  const account = createAccount({
    storage,
    isIncognito,
    lockStorage: () => {
      missing?.();
      return Promise.resolve(void calls.push("lock"));
    },
    storageKeys: (area) => {
      missing?.();
      return Promise.resolve( [...storage.values.keys()].filter((name) => name.startsWith(area)).map((name) => name.slice(area.length + 1)));
    },
  });
  return { account, storage, calls };
}

function settled(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 5));
}
