import assert from "node:assert/strict";
import { test } from "node:test";
import {
  checkConfig,
  defaultConfig,
  formOf,
  originPattern,
  parseStoredConfig,
  sameConfig,
  type ConfigForm,
} from "./config";

const form: ConfigForm = {
  key: "app-key",
  wsHost: "127.0.0.1",
  wsPort: "3005",
  tls: false,
  apiBase: "http://127.0.0.1:3000",
};

test("build defaults are used as they are", () => {
  const config = defaultConfig({ pusherKey: "k", wsHost: "push.example.com", wsPort: "443", apiBase: "https://api.example.com/" });

  assert.deepEqual(config, {
    key: "k",
    wsHost: "push.example.com",
    wsPort: 443,
    tls: true,
    apiBase: "https://api.example.com",
  });
});

test("empty build defaults mean the local reference backend", () => {
  const config = defaultConfig({ pusherKey: "", wsHost: "", wsPort: "", apiBase: "" });

  assert.deepEqual(config, { key: "", wsHost: "127.0.0.1", wsPort: 3005, tls: false, apiBase: "http://127.0.0.1:3000" });
});

test("a valid form becomes a configuration and back", () => {
  const check = checkConfig(form);

  assert.equal(check.type, "valid");
  assert.deepEqual(formOf(check.config), form);
});

test("every wrong field is named", () => {
  const check = checkConfig({ key: "a b", wsHost: "http://x", wsPort: "70000", tls: true, apiBase: "ftp://x" });

  assert.deepEqual(check.type === "invalid" && check.problems.map((problem) => problem.field), [
    "key",
    "wsHost",
    "wsPort",
    "apiBase",
  ]);
});

test("cleartext is for loopback only", () => {
  const check = checkConfig({ ...form, wsHost: "push.example.com", apiBase: "http://api.example.com" });

  assert.deepEqual(check.type === "invalid" && check.problems, [
    { field: "tls", code: "cleartext" },
    { field: "apiBase", code: "cleartext" },
  ]);
});

test("an address with credentials, a query or a fragment is refused", () => {
  for (const apiBase of ["https://u:p@x.com", "https://x.com/?a=1", "https://x.com/#a", "x.com", ""]) {
    assert.equal(checkConfig({ ...form, apiBase }).type, "invalid", apiBase);
  }
});

test("a stored configuration is read back, anything else is ignored", () => {
  const stored = { v: 1, key: "k", wsHost: "localhost", wsPort: 3005, tls: false, apiBase: "http://localhost:3000" };

  assert.deepEqual(parseStoredConfig(stored), {
    key: "k",
    wsHost: "localhost",
    wsPort: 3005,
    tls: false,
    apiBase: "http://localhost:3000",
  });
  for (const value of [null, 1, "x", {}, { ...stored, v: 2 }, { ...stored, wsPort: "3005" }, { ...stored, wsPort: 0 }, { ...stored, apiBase: "javascript:1" }]) {
    assert.equal(parseStoredConfig(value), null);
  }
});

test("only hosts other than loopback need a permission", () => {
  const config = defaultConfig({ pusherKey: "", wsHost: "", wsPort: "", apiBase: "" });

  assert.equal(originPattern(config), null);
  assert.equal(originPattern({ ...config, apiBase: "https://api.example.com:8443/v1" }), "https://api.example.com/*");
});

test("configurations are compared field by field", () => {
  const config = defaultConfig({ pusherKey: "", wsHost: "", wsPort: "", apiBase: "" });

  assert.equal(sameConfig(config, { ...config }), true);
  assert.equal(sameConfig(config, { ...config, tls: true }), false);
});
