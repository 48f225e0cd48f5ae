import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test, type TestContext } from "node:test";
import { pathToFileURL } from "node:url";

const address = new URL("tools/scripts/lib/env-file.mjs", pathToFileURL(`${process.cwd()}/`)).href;

interface Built {
  readonly defaults: { readonly pusherKey: string; readonly wsHost: string; readonly wsPort: number; readonly apiBase: string; readonly isGiven: boolean };
  readonly keyInjected: boolean;
  readonly notice: string;
  readonly error: string;
}

/** What a build finds in this environment and this `.env.local`. */
function built(t: TestContext, environment: Record<string, string>, file?: string): Built {
  const folder = mkdtempSync(join(tmpdir(), "sidewire-defaults-"));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, ".env.local");
  if (file !== undefined) writeFileSync(path, file);
  const script = `
    import { buildDefaults, keyNotice } from ${JSON.stringify(address)};
    try {
      const { defaults, keyInjected } = buildDefaults(${JSON.stringify(path)});
      console.log(JSON.stringify({ defaults, keyInjected, notice: keyNotice(keyInjected), error: "" }));
    } catch (error) {
      console.log(JSON.stringify({ defaults: {}, keyInjected: false, notice: "", error: error.message }));
    }`;
  const clean = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith("WEBPACK_")));
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { env: { ...clean, ...environment }, encoding: "utf8" });
  return JSON.parse(stdout) as Built;
}

// J1
test("the four variables set the defaults of the extension", (t) => {
  const { defaults } = built(t, { WEBPACK_PUSHER_KEY: "k", WEBPACK_PUSHER_WS_HOST: "push.example.com", WEBPACK_PUSHER_WS_PORT: "443", WEBPACK_API_BASE: "https://api.example.com" });

  assert.deepEqual(defaults, { pusherKey: "k", wsHost: "push.example.com", wsPort: 443, apiBase: "https://api.example.com", isGiven: true });
});

// J2
test("what is not in the environment is taken from .env.local, with quotes, comments and export", (t) => {
  const file = ["# a comment", "export WEBPACK_PUSHER_KEY='from file'", 'WEBPACK_API_BASE = "https://file.example.com"', "OTHER=1", ""].join("\n");

  const { defaults } = built(t, { WEBPACK_API_BASE: "https://environment.example.com" }, file);

  assert.deepEqual([defaults.pusherKey, defaults.apiBase, defaults.wsPort], ["from file", "https://environment.example.com", 3005]);
});

test("without any of them the extension is set to this computer, and says so to nobody as chosen", (t) => {
  const { defaults, keyInjected } = built(t, {});

  assert.deepEqual([defaults.wsHost, defaults.apiBase, defaults.isGiven, keyInjected], ["127.0.0.1", "http://127.0.0.1:3000", false, false]);
});

// J3
test("the build says whether the key was injected, and never what it is", (t) => {
  const given = built(t, { WEBPACK_PUSHER_KEY: "super-secret" });
  const none = built(t, {});

  assert.match(given.notice, /push key: injected by WEBPACK_PUSHER_KEY/);
  assert.match(none.notice, /push key: the development default/);
  assert.ok(!given.notice.includes("super-secret"));
});

test("a port that is none is named with what it must be", (t) => {
  assert.match(built(t, { WEBPACK_PUSHER_WS_PORT: "eighty" }).error, /WEBPACK_PUSHER_WS_PORT is "eighty": it must be a port number from 1 to 65535/);
});

interface Stamp {
  readonly unlessFresh: (job: { name: string; title: string; inputs: readonly string[]; outputs: readonly string[]; extra: string }, work: () => void) => Promise<boolean>;
}

// J2
test("a change of the defaults is noticed by the next build, an unchanged one is not built again", async (t) => {
  const { unlessFresh } = (await import(new URL("tools/scripts/lib/stamp.mjs", pathToFileURL(`${process.cwd()}/`)).href)) as Stamp;
  const name = `test-of-defaults-${process.pid}`;
  t.after(() => rmSync(join(".sidewire", "stamps", name), { force: true }));
  let builds = 0;
  const build = (extra: string): Promise<boolean> => unlessFresh({ name, title: name, inputs: ["manifest.json"], outputs: ["manifest.json"], extra }, () => void (builds += 1));

  assert.deepEqual([await build("key one"), await build("key one"), await build("key two")], [true, false, true]);
  assert.equal(builds, 2);
});
