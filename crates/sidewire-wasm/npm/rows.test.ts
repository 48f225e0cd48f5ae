import assert from "node:assert/strict";
import { test } from "node:test";

import { RowCache, type RowSource } from "./rows.js";

interface Row {
  slot: number;
  version: number;
  content: string | null;
  tail?: string;
}

interface Fake {
  raw: RowSource;
  /** Rows decoded so far. */
  decoded: () => number;
  /** Calls into the module so far. */
  calls: () => number;
  setLife: (life: number) => void;
}

/** The two methods of the module that the cache uses, over rows that a test edits. */
function module(rows: Row[], life = 1): Fake {
  let [decoded, calls] = [0, 0];
  const json = (row: Row): unknown[] => [
    ...[row.slot, row.version, `m${String(row.slot)}`, "user", "sent", 1, 1, null, null, null, 0],
    { content: row.content, extra: { deep: [1] } },
    ...(row.tail === undefined ? [] : [row.tail]),
  ];
  return {
    raw: {
      rowKeys: (start: number, end: number) => {
        calls += 1;
        return Uint32Array.from([life, ...rows.slice(start, end).flatMap((row) => [row.slot, row.version])]);
      },
      rowsJson: (indices: Uint32Array) => {
        calls += 1;
        decoded += indices.length;
        return JSON.stringify([life, "s", ...[...indices].flatMap((index) => rows[index] ?? []).map(json)]);
      },
    },
    decoded: () => decoded,
    calls: () => calls,
    setLife: (next) => {
      life = next;
    },
  };
}

const view = (revision: number, length: number): { sessionId: string; revision: number; length: number } => ({ sessionId: "s", revision, length });
const numbered = (count: number): Row[] => Array.from({ length: count }, (_, slot) => ({ slot, version: 1, content: String(slot) }));

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

test("a window is one call when nothing in it is new, and two however much is", () => {
  const { raw, calls } = module(numbered(50));
  const cache = new RowCache();

  cache.rowsOf(raw, 0, 50);
  assert.equal(calls(), 2);
  cache.rowsOf(raw, 10, 40);
  assert.equal(calls(), 3);
  cache.rowsOf(raw, 49, 50);
  assert.equal(calls(), 4);
});

test("the whole list is the same array until a change is noted", () => {
  const rows = numbered(5);
  const { raw, calls } = module(rows);
  const cache = new RowCache();

  const first = cache.allOf(raw, view(5, 5));
  assert.equal(cache.allOf(raw, view(5, 5)), first);
  assert.equal(calls(), 2);

  rows[1] = { slot: 1, version: 2, content: "new" };
  cache.note(1, 2, 5);
  const second = cache.allOf(raw, view(6, 5));
  assert.notEqual(second, first);
  assert.equal(second[0], first[0]);
  assert.equal(second[1]?.content, "new");
});

test("the whole list follows messages at its end, in its middle and at its start, without decoding the others", () => {
  const rows = numbered(100);
  const { raw, decoded } = module(rows);
  const cache = new RowCache();
  const before = cache.allOf(raw, view(1, 100));

  rows.push({ slot: 100, version: 1, content: "end" });
  cache.note(100, 101, 101);
  rows.splice(50, 0, { slot: 101, version: 1, content: "middle" });
  cache.note(50, 102, 102);
  const after = cache.allOf(raw, view(3, 102));
  rows.unshift({ slot: 102, version: 1, content: "start" });
  cache.note(0, 103, 103);
  const last = cache.allOf(raw, view(4, 103));

  assert.deepEqual(last.map((message) => message.content), rows.map((row) => row.content));
  assert.deepEqual(after.filter((message) => before.includes(message)), [...before]);
  assert.equal(decoded(), 103);
});

test("the whole list of another session is never taken for this one's", () => {
  const rows = numbered(3);
  const { raw, setLife } = module(rows);
  const cache = new RowCache();
  cache.allOf(raw, view(7, 3));

  rows[0] = { slot: 0, version: 1, content: "another session's" };
  setLife(2);

  assert.equal(cache.allOf(raw, { ...view(7, 3), sessionId: "other" })[0]?.content, "another session's");
});

test("the cache of decoded rows is bounded, and what it forgot is decoded anew", () => {
  const { raw, decoded } = module(numbered(6000));
  const cache = new RowCache();

  cache.rowsOf(raw, 0, 6000);
  cache.rowsOf(raw, 1000, 6000);
  assert.equal(decoded(), 6000);

  assert.equal(cache.rowsOf(raw, 0, 1)[0]?.content, "0");
  assert.equal(decoded(), 6001);
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
  cache.allOf(raw, view(0, 1));

  rows[0] = { slot: 0, version: 1, content: "second user's" };
  setLife(2);
  cache.note(0, 1, 1);

  assert.equal(cache.allOf(raw, view(0, 1))[0]?.content, "second user's");
});

test("a message without content reads as an empty text", () => {
  const { raw } = module([{ slot: 0, version: 1, content: null }]);

  assert.equal(new RowCache().rowsOf(raw, 0, 1)[0]?.content, "");
});
