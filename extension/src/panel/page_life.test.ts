import assert from "node:assert/strict";
import { test } from "node:test";
import { followPage, type Page } from "./page_life";

test("the first hidden and visible of a panel that opens say nothing", async () => {
  const world = createWorld("hidden");

  followPage(world.page, world.listener, 10);
  world.becomes("visible");
  await pause(20);

  assert.deepEqual(world.calls, []);
});

test("a panel that is hidden as soon as it was seen is told at once", () => {
  const world = createWorld("hidden");

  followPage(world.page, world.listener, 1_000);
  world.becomes("visible");
  world.becomes("hidden");

  assert.deepEqual(world.calls, ["visible false"]);
});

test("a panel that stays hidden is told once, and later changes are told each", async () => {
  const world = createWorld("hidden");

  followPage(world.page, world.listener, 5);
  await pause(15);
  world.becomes("visible");
  world.becomes("visible");
  world.becomes("hidden");

  assert.deepEqual(world.calls, ["visible false", "visible true", "visible false"]);
});

test("the network is told when it changes, and at once when there is none", () => {
  const world = createWorld("visible");
  followPage(world.page, world.listener, 5);
  assert.deepEqual(world.calls, []);

  world.network(false);
  world.network(true);
  assert.deepEqual(world.calls, ["online false", "online true"]);

  const offline = createWorld("visible");
  offline.network(false);
  followPage(offline.page, offline.listener, 5);
  assert.deepEqual(offline.calls, ["online false"]);
});

function createWorld(first: DocumentVisibilityState): {
  page: Page;
  listener: { setVisible(isVisible: boolean): void; setOnline(isOnline: boolean): void };
  calls: string[];
  becomes(state: DocumentVisibilityState): void;
  network(isOnline: boolean): void;
} {
  const calls: string[] = [];
  const handlers = new Map<string, () => void>();
  const state = { visibility: first, onLine: true };
  const addEventListener = ((type: string, handler: () => void) => void handlers.set(type, handler)) as Document["addEventListener"];
  const page = {
    document: { get visibilityState() { return state.visibility; }, addEventListener },
    window: { addEventListener: addEventListener as Window["addEventListener"] },
    navigator: { get onLine() { return state.onLine; } },
  };
  return {
    page,
    calls,
    listener: {
      setVisible: (isVisible) => void calls.push(`visible ${String(isVisible)}`),
      setOnline: (isOnline) => void calls.push(`online ${String(isOnline)}`),
    },
    becomes: (next) => {
      state.visibility = next;
      handlers.get("visibilitychange")?.();
    },
    network: (isOnline) => {
      state.onLine = isOnline;
      handlers.get(isOnline ? "online" : "offline")?.();
    },
  };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
