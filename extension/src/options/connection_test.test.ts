import assert from "node:assert/strict";
import { test } from "node:test";
import type { DoctorCheck, DoctorCode, DoctorFinding, DoctorOptions } from "sidewire/chrome";
import { defaultConfig, type Servers } from "../config";
import { stepOf, testConnection, type Step } from "./connection_test";

const servers: Servers = defaultConfig({ pusherKey: "app-key", wsHost: "", wsPort: "", apiBase: "", isGiven: false });

test("what was typed is what is tried, with the token that is stored", async () => {
  let tried: DoctorOptions | null = null;
  const steps: Step[] = [];
  const doctor = (options: DoctorOptions): Promise<readonly DoctorFinding[]> => {
    tried = options;
    const found = [finding("wasm", "works", true), finding("api", "works", true, { ms: 12 })];
    found.forEach((one) => options.onFinding?.(one));
    return Promise.resolve(found);
  };

  await testConnection(servers, { doctor, token: () => Promise.resolve("secret") }, (step) => steps.push(step));

  const { token, onFinding, ...settings } = tried as unknown as DoctorOptions;
  assert.deepEqual(settings, { key: "app-key", wsHost: "127.0.0.1", wsPort: 3005, tls: false, apiBase: "http://127.0.0.1:3000" });
  assert.equal(await token({ renew: false }), "secret");
  assert.equal(typeof onFinding, "function");
  assert.deepEqual(steps, [{ name: "api", state: "ok", text: "Works, 12 ms for an answer." }]);
});

test("a server that cannot be reached, one that is silent, and each refusal are told apart", () => {
  const texts: readonly (readonly [DoctorCode, RegExp])[] = [
    ["unreachable", /No answer: check the address/],
    ["timeout", /within 8 seconds/],
    ["cors", /allow the extension's origin \(CORS\)/],
    ["redirected", /leads to another address/],
    ["unauthorized", /sign-in is missing or has expired/],
    ["forbidden", /may not use the API/],
    ["not_found", /not this API/],
    ["rate_limited", /fewer requests/],
    ["server_failed", /503: the server had a problem/],
    ["bad_answer", /none of this API/],
  ];
  for (const [code, words] of texts) {
    const step = stepOf(finding("api", code, false, { status: 503 }));
    assert.ok(step !== null);
    assert.equal(step.state, "failed");
    assert.match(step.text, words);
  }
});

test("a socket that never opens means host, port or TLS; one that is closed before a frame means key or quota", () => {
  const texts: readonly (readonly [DoctorCode, RegExp])[] = [
    ["nothing_listens", /check host and port/],
    ["tls_mismatch", /change the box for TLS/],
    ["no_websocket", /opens no WebSocket/],
    ["closed_early", /app key is wrong, or the server is over its quota/],
    ["refused", /Refused with code 4001: no such app/],
    ["not_pusher", /does not speak the Pusher protocol/],
  ];
  for (const [code, words] of texts) {
    assert.match(stepOf(finding("push", code, false, { status: 4001, serverCode: "no such app" }))?.text ?? "", words);
  }
});

test("what was not tried says why, and a channel that is not signed tells status and code", () => {
  assert.deepEqual(stepOf(finding("push", "no_key", null)), { name: "push", state: "skipped", text: "Not tried: without an app key there is no push. Messages are fetched instead." });
  assert.match(stepOf(finding("auth", "no_session", null))?.text ?? "", /no conversation yet/);
  assert.match(stepOf(finding("auth", "forbidden", false, { status: 403, serverCode: "USER_MISMATCH" }))?.text ?? "", /403: .*\(USER_MISMATCH\)/);
  assert.match(stepOf(finding("hosts", "host_not_granted", false))?.text ?? "", /does not let the extension access this address yet/);
});

test("what holds in this extension anyway is a line only when it does not", () => {
  for (const check of ["settings", "wasm", "storage", "connect", "token", "subscription"] as const) {
    assert.equal(stepOf(finding(check, "works", true)), null);
    assert.equal(stepOf(finding(check, "not_tried", null)), null);
  }
  assert.match(stepOf(finding("subscription", "subscription_refused", false))?.text ?? "", /does not accept the server's signature\./);
});

function finding(check: DoctorCheck, code: DoctorCode, ok: boolean | null, more: Partial<DoctorFinding> = {}): DoctorFinding {
  return { check, ok, code, detail: "", fix: null, ms: null, status: null, serverCode: null, ...more };
}
