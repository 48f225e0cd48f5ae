import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { test } from "node:test";
import { promisify } from "node:util";

/** Runs a script of its own in Node: whether the module is loaded is a state of the process. Gives what it printed. */
async function inNode(script: string): Promise<unknown> {
  const preamble = `
    import { readFileSync } from "node:fs";
    import { fileURLToPath } from "node:url";
    const bytes = readFileSync(fileURLToPath(import.meta.resolve("sidewire/sidewire_wasm_bg.wasm")));
    const codeOf = (work) => Promise.resolve().then(work).then(() => "ok", (error) => error.code);
    const options = { apiBase: "http://127.0.0.1:9", token: () => null };
    const print = (value) => process.stdout.write(JSON.stringify(value));
  `;
  const { stdout } = await promisify(execFile)(process.execPath, ["--input-type=module", "-e", preamble + script]);
  return JSON.parse(stdout);
}

test("importing any entry in Node does nothing: no global, no timer, no request, no console", async () => {
  const seen = await inNode(`
    const before = new Set(Reflect.ownKeys(globalThis));
    const calls = [];
    for (const name of ["fetch", "setTimeout", "setInterval", "queueMicrotask"]) {
      const real = globalThis[name];
      globalThis[name] = (...args) => (calls.push(name), real(...args));
    }
    for (const name of ["log", "warn", "error", "info"]) console[name] = () => calls.push(name);
    const names = [];
    for (const entry of ["", "/inline", "/chrome", "/zustand", "/react", "/testing"]) names.push(Object.keys(await import("sidewire" + entry)).length);
    print({ calls, added: Reflect.ownKeys(globalThis).filter((key) => !before.has(key)).map(String), empty: names.filter((count) => count === 0).length });
  `);

  assert.deepEqual(seen, { calls: [], added: [], empty: 0 });
});

test("before init everything says not_initialized, with a sentence", async () => {
  const seen = await inNode(`
    const { createClient, createTabSessions } = await import("sidewire");
    const message = await Promise.resolve().then(() => createClient(options)).catch((error) => error.message);
    print([await codeOf(() => createClient(options)), await codeOf(() => createTabSessions()), message]);
  `);

  assert.deepEqual((seen as string[]).slice(0, 2), ["not_initialized", "not_initialized"]);
  assert.match((seen as string[])[2] ?? "", /^Sidewire is not loaded yet: call init\(\)/);
});

test("init takes bytes, a buffer, a module, an answer, a promise of one, and each in an object", async () => {
  const forms = [
    "new Uint8Array(bytes)",
    "new Uint8Array(bytes).buffer",
    "new WebAssembly.Module(bytes)",
    "new Response(bytes)",
    "new Response(bytes, { headers: { 'Content-Type': 'application/wasm' } })",
    "Promise.resolve(new Response(bytes))",
    "{ module: new WebAssembly.Module(bytes) }",
    "{ module: Promise.resolve(bytes) }",
    "'data:application/wasm;base64,' + bytes.toString('base64')",
    "new URL('data:application/wasm;base64,' + bytes.toString('base64'))",
    "new Request('data:application/wasm;base64,' + bytes.toString('base64'))",
  ];
  const script = (form: string): string => `
    const { init, createClient } = await import("sidewire");
    print(await codeOf(async () => { await init(${form}); createClient(options).close(); }));
  `;

  assert.deepEqual(await Promise.all(forms.map((form) => inNode(script(form)))), forms.map(() => "ok"));
});

test("concurrent calls share one load, a failed one may be tried again, later ones do nothing", async () => {
  const seen = await inNode(`
    const { init, createClient } = await import("sidewire");
    const bad = await Promise.all([codeOf(() => init(new Uint8Array(4))), codeOf(() => init(bytes))]);
    const good = await Promise.all([codeOf(() => init(bytes)), codeOf(() => init(new Uint8Array(4)))]);
    const client = createClient(options);
    const later = await codeOf(() => init(new Uint8Array(4)));
    print({ bad, good, later, alive: client.getSnapshot().state });
  `);

  assert.deepEqual(seen, {
    bad: ["wasm_unavailable", "wasm_unavailable"],
    good: ["ok", "ok"],
    later: "ok",
    alive: "disconnected",
  });
});

test("the inline entry is ready when init returns, and shares its module with the other one", async () => {
  const seen = await inNode(`
    const { init, createClient } = await import("sidewire/inline");
    const web = await import("sidewire");
    const slow = web.init(bytes);
    init();
    const client = createClient(options);
    await slow;
    print([init(), web.createClient === createClient, client.getSnapshot().state, client.persist().length > 0]);
  `);

  assert.deepEqual(seen, [null, true, "disconnected", true]);
});

test("a file that is not there, or cannot be fetched, is told with what to do", async () => {
  const seen = await inNode(`
    const { init } = await import("sidewire");
    const told = [];
    for (const input of [undefined, new Response("", { status: 404 })]) {
      await init(input).catch((error) => told.push([error.code, error.message, error.docs]));
    }
    print(told);
  `);

  const [node, missing] = seen as [string[], string[]];
  assert.equal(node[0], "wasm_unavailable");
  assert.match(node[1] ?? "", /import "sidewire\/inline" instead/);
  assert.match(missing[1] ?? "", /status 404/);
  assert.equal(missing[2], "sidewire/docs/errors.md#wasm_unavailable");
});

test("an error is an Error with a stable code and the section about it", async () => {
  const seen = await inNode(`
    const { init, createClient, SidewireError } = await import("sidewire");
    await init(bytes);
    try { createClient({ ...options, key: "k", url: "http://nowhere" }); } catch (error) {
      print([error instanceof Error, error instanceof SidewireError, error.name, error.code, error.docs, error.message]);
    }
  `);

  assert.deepEqual((seen as unknown[]).slice(0, 5), [true, true, "SidewireError", "bad_config", "sidewire/docs/errors.md#bad_config"]);
  assert.match(String((seen as unknown[])[5]), /^url must start with wss:\/\/ or ws:\/\/ \(see sidewire\/docs\/errors\.md#bad_config\)$/);
});
