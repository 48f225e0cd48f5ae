// The backends of docs/your-backend.md, each run as it stands there, with the shipped client and a real push server.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";

import { createClient, init } from "sidewire/inline";
import { WebSocket } from "ws";

import { BackendProcess } from "../../tools/scripts/lib/backend.mjs";
import { until } from "../../tools/scripts/lib/browser.mjs";
import { run, which } from "../../tools/scripts/lib/exec.mjs";
import { inRoot, inTarget } from "../../tools/scripts/lib/paths.mjs";
import { freePort } from "../../tools/scripts/lib/ports.mjs";

const SOURCES = inRoot("docs", "examples", "backend");
const RUNS = {
  Node: () => [process.execPath, [join(SOURCES, "server.mjs")]],
  PHP: (port) => ["php", ["-S", `127.0.0.1:${port}`, join(SOURCES, "server.php")]],
  Rust: () => [inTarget("debug", "examples", "own_backend"), []],
};

// Node 20 has no WebSocket of its own.
globalThis.WebSocket ??= WebSocket;
init();

let push;
before(async () => {
  push = await BackendProcess.start({ push: "embedded" });
  await run("cargo", ["build", "--quiet", "-p", "sidewire-backend", "--example", "own_backend"]);
});
after(() => push.stop());

for (const [name, command] of Object.entries(RUNS)) {
  const skip = name === "PHP" && !which("php") ? "there is no php here" : false;
  test(`a conversation with the backend in ${name}, by push, each message once`, { skip, timeout: 60_000 }, async (context) => {
    const apiBase = await start(context, command);
    const client = createClient({ key: push.key, url: push.push, apiBase, token: () => "demo-token" });
    context.after(() => client.close());

    const { sessionId } = await client.createSession({ title: "First" });
    await client.loadMessages(sessionId);
    await until("connected", () => client.getSnapshot().state === "connected");
    client.sendMessage({ content: "one" });
    await until("the answer was there", () => client.messages().length === 2);
    const renamed = await client.updateSession(sessionId, { title: "Renamed" });

    assert.deepEqual(client.messages().map(({ role, content, delivery }) => [role, content, delivery]), [
      ["user", "one", null],
      ["assistant", "You said: one", null],
    ]);
    assert.equal(renamed.title, "Renamed");
    assert.equal((await client.listSessions({ maxAgeMs: 0 }))[0]?.sessionId, sessionId);
    const { counters, problems } = client.diagnostics();
    assert.equal(counters.polls, 0, "what came, came by push");
    assert.deepEqual(problems, []);
  });

  test(`the backend in ${name} gives the log page by page, the same answer to a retry, and nothing to strangers`, { skip, timeout: 60_000 }, async (context) => {
    const apiBase = await start(context, command);
    const call = caller(apiBase);
    const { sessionId } = await call("POST", "/api/session", {});
    const send = (content, clientMessageId) => call("POST", "/api/agent/interact", { sessionId, content, clientMessageId });

    const first = await send("one", "k1");
    const again = await send("one", "k1");
    for (const key of ["k2", "k3"]) await send(key, key);
    const page = (query) => call("GET", `/api/session/${sessionId}/messages?${query}`);
    const numbers = ({ messages }) => messages.map((message) => message.sequenceNumber);
    const all = await page("limit=50");

    assert.deepEqual(again, first);
    assert.deepEqual(numbers(all), [1, 2, 3, 4, 5, 6]);
    assert.deepEqual(numbers(await page("limit=2")), [5, 6]);
    assert.deepEqual(numbers(await page("limit=2&afterSequence=1")), [2, 3]);
    assert.deepEqual(numbers(await page("limit=2&beforeSequence=4")), [2, 3]);
    const changed = await page("limit=2&changedSince=3");
    assert.deepEqual([numbers(changed), changed.hasMore, changed.revision], [[4, 5], true, 5]);
    assert.deepEqual([all.hasMore, all.lastSequenceNumber, all.revision], [false, 6, 6]);
    assert.equal((await fetch(`${apiBase}/api/session`)).status, 401);
    assert.equal(await refused(apiBase, { socket_id: "1.2", channel_name: "private-session-nobody" }), 403);
    assert.equal(await refused(apiBase, { socket_id: "x", channel_name: `private-session-${sessionId}` }), 400);
  });
}

async function start(context, command) {
  const port = await freePort();
  const data = mkdtempSync(join(tmpdir(), "sidewire-docs-"));
  const [file, args] = command(port);
  const env = { ...process.env, PORT: String(port), PUSH: push.push.replace(/^ws/, "http"), APP_KEY: push.key, DATA: join(data, "db.json") };
  const child = spawn(file, args, { env, stdio: ["ignore", "ignore", "ignore"] });
  context.after(() => {
    child.kill();
    rmSync(data, { recursive: true, force: true });
  });
  const apiBase = `http://127.0.0.1:${port}`;
  await until("the backend answered", () => fetch(`${apiBase}/api/session`).then(() => true, () => false));
  return apiBase;
}

function caller(apiBase) {
  return async (method, path, body) => {
    const headers = { authorization: "Bearer demo-token", "content-type": "application/json" };
    const response = await fetch(apiBase + path, { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) });
    assert.equal(response.status, 200, `${method} ${path}`);
    return response.json();
  };
}

async function refused(apiBase, form) {
  const response = await fetch(`${apiBase}/api/pusher/auth`, { method: "POST", headers: { authorization: "Bearer demo-token" }, body: new URLSearchParams(form) });
  return response.status;
}
