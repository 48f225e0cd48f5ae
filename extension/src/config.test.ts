import assert from "node:assert/strict";
import { test } from "node:test";
import {
  checkServers,
  defaultConfig,
  formOf,
  originPattern,
  parseStoredConfig,
  sameServers,
  type BuildDefaults,
  type ServersForm,
} from "./config";

const nothingGiven: BuildDefaults = { pusherKey: "", wsHost: "", wsPort: "", apiBase: "", isGiven: false };

const form: ServersForm = {
  key: "app-key",
  wsHost: "127.0.0.1",
  wsPort: "3005",
  tls: false,
  apiBase: "http://127.0.0.1:3000",
  pollActive: "3",
  pollIdle: "30",
};

test("build defaults are used as they are", () => {
  const config = defaultConfig({ pusherKey: "k", wsHost: "push.example.com", wsPort: "443", apiBase: "https://api.example.com/", isGiven: true });

  assert.deepEqual(config, {
    key: "k",
    wsHost: "push.example.com",
    wsPort: 443,
    tls: true,
    apiBase: "https://api.example.com",
    pollActiveMs: 3_000,
    pollIdleMs: 30_000,
    scope: "tab",
    tokenArea: "local",
    appearance: "system",
  });
});

test("empty build defaults mean the local reference backend", () => {
  const { key, wsHost, wsPort, tls, apiBase } = defaultConfig(nothingGiven);

  assert.deepEqual([key, wsHost, wsPort, tls, apiBase], ["", "127.0.0.1", 3005, false, "http://127.0.0.1:3000"]);
});

test("a valid form becomes servers and back", () => {
  const check = checkServers({ ...form, pollActive: "2.5" });

  assert.equal(check.type, "valid");
  assert.deepEqual(formOf(check.servers), { ...form, pollActive: "2.5" });
});

test("every wrong field is named", () => {
  const check = checkServers({ key: "a b", wsHost: "http://x", wsPort: "70000", tls: true, apiBase: "ftp://x", pollActive: "0", pollIdle: "x" });

  assert.deepEqual(check.type === "invalid" && check.problems.map((problem) => problem.field), [
    "key",
    "wsHost",
    "wsPort",
    "apiBase",
    "pollActive",
    "pollIdle",
  ]);
});

test("cleartext is for loopback only", () => {
  const check = checkServers({ ...form, wsHost: "push.example.com", apiBase: "http://api.example.com" });

  assert.deepEqual(check.type === "invalid" && check.problems, [
    { field: "tls", code: "cleartext" },
    { field: "apiBase", code: "cleartext" },
  ]);
});

test("an address with credentials, a query or a fragment is refused", () => {
  for (const apiBase of ["https://u:p@x.com", "https://x.com/?a=1", "https://x.com/#a", "x.com", ""]) {
    assert.equal(checkServers({ ...form, apiBase }).type, "invalid", apiBase);
  }
});

test("polling is bounded, and idle polling is not the faster one", () => {
  const problems = (pollActive: string, pollIdle: string): unknown => {
    const check = checkServers({ ...form, pollActive, pollIdle });
    return check.type === "invalid" ? check.problems.map(({ code }) => code) : [];
  };

  assert.deepEqual(problems("1", "5"), []);
  assert.deepEqual(problems("60", "600"), []);
  assert.deepEqual(problems("0.9", "30"), ["pollActive"]);
  assert.deepEqual(problems("61", "600"), ["pollActive"]);
  assert.deepEqual(problems("3", "4"), ["pollIdle"]);
  assert.deepEqual(problems("3", "601"), ["pollIdle"]);
  assert.deepEqual(problems("30", "20"), ["pollOrder"]);
  assert.deepEqual(problems("1e1", "-30"), ["pollActive", "pollIdle"]);
});

// Fault 141.
test("a stored configuration is read back, anything else is ignored", () => {
  const stored = { v: 2, ...defaultConfig(nothingGiven), key: "k", scope: "window", tokenArea: "session", appearance: "dark" };

  assert.deepEqual({ v: 2, ...parseStoredConfig(stored) }, stored);
  for (const value of [null, 1, "x", {}, { ...stored, v: 3 }, { ...stored, wsPort: "3005" }, { ...stored, wsPort: 0 }, { ...stored, apiBase: "javascript:1" }]) {
    assert.equal(parseStoredConfig(value), null);
  }
});

// Fault 141.
test("a configuration of the first version keeps its servers and gets the default preferences", () => {
  const config = parseStoredConfig({ v: 1, key: "k", wsHost: "localhost", wsPort: 3005, tls: false, apiBase: "http://localhost:3000" });

  assert.deepEqual(config, { ...defaultConfig(nothingGiven), key: "k", wsHost: "localhost", apiBase: "http://localhost:3000" });
});

// Fault 141.
test("a preference that makes no sense costs only itself", () => {
  const odd = { v: 2, ...defaultConfig(nothingGiven), scope: 7, tokenArea: "cloud", appearance: "pink" };

  assert.deepEqual(parseStoredConfig(odd), defaultConfig(nothingGiven));
});

test("only hosts other than loopback need a permission", () => {
  const config = defaultConfig(nothingGiven);

  assert.equal(originPattern(config), null);
  assert.equal(originPattern({ apiBase: "https://api.example.com:8443/v1" }), "https://api.example.com/*");
});

test("servers are compared field by field, preferences are not", () => {
  const config = defaultConfig(nothingGiven);

  assert.equal(sameServers(config, { ...config, appearance: "dark" } as typeof config), true);
  assert.equal(sameServers(config, { ...config, tls: true }), false);
  assert.equal(sameServers(config, { ...config, pollIdleMs: 31_000 }), false);
});
