import assert from "node:assert/strict";
import { test } from "node:test";
import { createClient, init } from "sidewire/inline";
import { checkTrace, lastFrames, traceFileName } from "./trace_file";

init();

test("what the recorder exports is recognised, with its servers and what went in", () => {
  const client = createClient({ key: "k", url: "ws://127.0.0.1:1", apiBase: "http://127.0.0.1:2", token: () => null, record: true, seed: 1n });
  client.setOnline(false);
  client.setVisible(false);
  const trace = client.exportTrace() ?? "";
  client.close();

  const check = checkTrace(trace);

  assert.equal(check.type, "trace");
  assert.ok(check.summary.inputs >= 2, trace);
  assert.equal(check.summary.dropped, 0);
  assert.ok(check.summary.kinds.some(([kind]) => kind === "online"));
  assert.ok(check.summary.servers.some((server) => server.includes("127.0.0.1:2")), trace);
});

test("a trace tells its span and what is missing of it", () => {
  const check = checkTrace('{"sidewireTrace":1,"config":{}}\n{"dropped":7}\n{"t":100,"i":"wall"}\n{"t":350,"i":"wall"}\n{"t":400,"i":"timeout"}\n');

  assert.deepEqual(check, {
    type: "trace",
    summary: { version: 1, inputs: 3, spanMs: 300, dropped: 7, kinds: [["wall", 2], ["timeout", 1]], servers: [] },
  });
});

test("a file that is none, or of another version, is said to be that", () => {
  for (const text of ["", "hello", "{}", "[1]", '{"sidewireTrace":1}\nnot json', "\u0000\u0001"]) {
    assert.deepEqual(checkTrace(text), { type: "none" }, JSON.stringify(text));
  }
  assert.deepEqual(checkTrace('{"sidewireTrace":9}'), { type: "other", version: "9" });
});

test("the last frames come first, with name and size, without contents", () => {
  const frame = JSON.stringify({ t: 5, i: "frame", n: 1, d: '{"event":"new_message","data":"xxxx"}' });
  const answer = JSON.stringify({ t: 9, i: "answer", n: 2, c: 404, d: "{}" });
  const trace = ['{"sidewireTrace":1}', frame, '{"t":6,"i":"timeout"}', answer, '{"t":10,"i":"failure","n":3,"d":"network"}'].join("\n");

  assert.deepEqual(lastFrames(trace, 2), [
    { at: 10, kind: "failure", name: "network", size: 7 },
    { at: 9, kind: "answer", name: "404", size: 2 },
  ]);
  assert.equal(lastFrames(trace, 9)[2]?.name, "new_message");
});

test("a file's name holds the moment", () => {
  assert.equal(traceFileName(new Date(Date.UTC(2026, 0, 31, 12, 5, 9))), "sidewire-trace-2026-01-31T12-05-09.jsonl");
});
