import assert from "node:assert/strict";
import { test } from "node:test";
import { tolerantStorage, type Storage } from "./storage";

// Fault 140.
test("a value for which there is no room is kept in memory, told, and heard by watchers", async () => {
  const failures: string[] = [];
  const heard: unknown[] = [];
  const storage = tolerantStorage(broken(() => Promise.reject(new Error("Resource::kQuotaBytes quota exceeded"))), (failure) => failures.push(failure));
  storage.watch("local", "a", (value) => heard.push(value));

  await storage.write("local", "a", 1);

  assert.equal(await storage.read("local", "a"), 1);
  assert.deepEqual([failures, heard], [["full"], [1]]);
});

// Fault 142.
test("a call that never answers is waited for only so long", async () => {
  const failures: string[] = [];
  const storage = tolerantStorage(broken(() => new Promise(() => undefined)), (failure) => failures.push(failure), 5);

  assert.equal(await storage.read("local", "a"), undefined);
  await storage.write("local", "a", 1);
  await storage.remove("local", "a");

  assert.equal(await storage.read("local", "a"), undefined);
  assert.deepEqual(failures, ["unusable", "unusable"]);
});

// Fault 144.
test("without any storage everything is in memory", async () => {
  const nothing = (): never => {
    throw new TypeError("Cannot read properties of undefined (reading 'local')");
  };
  const storage = tolerantStorage(broken(nothing, nothing), () => undefined);
  const end = storage.watch("local", "a", () => undefined);

  assert.equal(await storage.read("session", "a"), undefined);
  await storage.write("session", "a", "x");

  assert.equal(await storage.read("session", "a"), "x");
  assert.equal(await storage.read("local", "a"), undefined, "the areas stay apart");
  end();
});

test("what is stored later is read from the storage again", async () => {
  const stored = new Map<string, unknown>();
  let isFull = true;
  const storage = tolerantStorage(
    {
      ...broken(() => Promise.resolve()),
      read: (_, key) => Promise.resolve(stored.get(key)),
      write: (_, key, value) => (isFull ? Promise.reject(new Error("quota")) : Promise.resolve(void stored.set(key, value))),
    },
    () => undefined,
  );
  await storage.write("local", "a", 1);

  isFull = false;
  await storage.write("local", "a", 2);
  stored.set("a", 3);

  assert.equal(await storage.read("local", "a"), 3);
});

test("a watcher that has ended hears nothing", async () => {
  const heard: unknown[] = [];
  const storage = tolerantStorage(broken(() => Promise.reject(new Error("quota"))), () => undefined);
  const end = storage.watch("local", "a", (value) => heard.push(value));

  end();
  await storage.write("local", "a", 1);

  assert.deepEqual(heard, []);
});

function broken(answer: () => Promise<never> | Promise<void>, watch: () => () => void = () => () => undefined): Storage {
  return { read: answer, write: answer, remove: answer, watch };
}
