import assert from "node:assert/strict";
import { test } from "node:test";
import { carried, isTrap, restart, type RestartHost } from "./restart";

// Fault 147.
test("a module that traps is started anew three times in five minutes, then it is told", () => {
  const world = createWorld();

  const outcomes = [0, 60_000, 120_000, 180_000].map((at) => {
    world.at = at;
    return restart(world.host, new Map());
  });

  assert.deepEqual(outcomes, ["restarting", "restarting", "restarting", "givenUp"]);
  assert.equal(world.reloads, 3);
});

// Fault 147.
test("after five minutes earlier restarts do not count any more", () => {
  const world = createWorld();
  for (const at of [0, 1, 2, 300_003]) {
    world.at = at;
    assert.equal(restart(world.host, new Map()), "restarting");
  }
});

test("what was typed survives the restart", () => {
  const world = createWorld();

  restart(world.host, new Map([[7, "half a sentence"], [null, "x"]]));

  assert.deepEqual([...carried(world.host).drafts], [[7, "half a sentence"], [null, "x"]]);
});

// Fault 141.
test("a state that makes no sense is none", () => {
  for (const state of [null, 7, "x", { restarts: "often", drafts: {} }, { restarts: ["a"], drafts: [[1], ["a", "b"], 7] }]) {
    const { restarts, drafts } = carried({ readState: () => state });
    assert.deepEqual([restarts.length, drafts.size], [0, 0]);
  }
});

// Fault 147.
test("only a trap is one", () => {
  assert.equal(isTrap(new WebAssembly.RuntimeError("unreachable")), true);
  assert.equal(isTrap(new Error("unreachable")), false);
  assert.equal(isTrap(null), false);
});

function createWorld(): { host: RestartHost; at: number; reloads: number } {
  let state: unknown = null;
  const world = {
    at: 0,
    reloads: 0,
    host: {
      now: () => world.at,
      readState: () => state,
      // As the browser does it.
      writeState: (next: unknown) => void (state = structuredClone(next)),
      reload: () => void (world.reloads += 1),
    },
  };
  return world;
}
