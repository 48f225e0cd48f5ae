import assert from "node:assert/strict";
import { test } from "node:test";

import type { RawClient } from "./module.js";
import { RowCache } from "./rows.js";

interface Row {
  slot: number;
  version: number;
  content: string | null;
}

/** The four methods of the module that the cache uses, over rows that a test edits. */
function module(rows: Row[], life = 1): { raw: RawClient; decoded: () => number; setLife: (life: number) => void } {
  let decoded = 0;
  const fake = {
    timelineLife: () => life,
    rowKeys: (start: number, end: number) =>
      Uint32Array.from(rows.slice(start, end).flatMap((row) => [row.slot, row.version])),
    rowJson: (index: number) => {
      decoded += 1;
      const row = rows[index];
      return row && JSON.stringify({ id: `m${String(row.slot)}`, placeholder: false, raw: { content: row.content, extra: { deep: [1] } } });
    },
  };
  return {
    raw: fake as unknown as RawClient,
    decoded: () => decoded,
    setLife: (next) => {
      life = next;
    },
  };
}

test("an unchanged message keeps its identity when its neighbours change", () => {
  const rows = [
    { slot: 0, version: 1, content: "a" },
    { slot: 1, version: 1, content: "b" },
  ];
  const { raw, decoded } = module(rows);
  const cache = new RowCache();
  const before = cache.rowsOf(raw, 0, 2);

  rows.splice(1, 1, { slot: 1, version: 2, content: "b2" });
  rows.unshift({ slot: 2, version: 1, content: "older" });
  const after = cache.rowsOf(raw, 0, 3);

  assert.equal(after[1], before[0]);
  assert.notEqual(after[2], before[1]);
  assert.deepEqual(after.map((m) => m.content), ["older", "a", "b2"]);
  assert.equal(decoded(), 4);
});

test("the whole list is the same array until the revision changes", () => {
  const { raw } = module([{ slot: 0, version: 1, content: "a" }]);
  const cache = new RowCache();

  const first = cache.allOf(raw, 5, 1);

  assert.equal(cache.allOf(raw, 5, 1), first);
  assert.notEqual(cache.allOf(raw, 6, 1), first);
  assert.equal(cache.allOf(raw, 6, 1)[0], first[0]);
});

test("messages are frozen to the bottom", () => {
  const { raw } = module([{ slot: 0, version: 1, content: "a" }]);
  const [message] = new RowCache().rowsOf(raw, 0, 1);

  assert.ok(message && Object.isFrozen(message) && Object.isFrozen(message.raw) && Object.isFrozen(message.raw["extra"]));
});

test("a slot of another life of the timeline is another message", () => {
  const rows = [{ slot: 0, version: 1, content: "first user's" }];
  const { raw, setLife } = module(rows);
  const cache = new RowCache();
  cache.allOf(raw, 0, 1);

  rows[0] = { slot: 0, version: 1, content: "second user's" };
  setLife(2);

  assert.equal(cache.allOf(raw, 0, 1)[0]?.content, "second user's");
});

test("a message without content reads as an empty text", () => {
  const { raw } = module([{ slot: 0, version: 1, content: null }]);

  assert.equal(new RowCache().rowsOf(raw, 0, 1)[0]?.content, "");
});
