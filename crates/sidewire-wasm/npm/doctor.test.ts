import assert from "node:assert/strict";
import { afterEach, test } from "node:test";

import { doctor, type DoctorCheck, type DoctorFinding, type DoctorOptions } from "sidewire/chrome";

const TOKEN = "secret-token";
const settings: DoctorOptions = { key: "app-key", url: "wss://push.example.com", apiBase: "https://api.example.com/v1", token: () => TOKEN, patienceMs: 40 };

type Push = "works" | "refused port" | "black hole" | "bad address" | "closed after open" | "close 4001" | "error frame" | "no protocol" | "mute";

interface Request {
  readonly url: string;
  readonly init: RequestInit;
}

/** A browser and two servers that are made up; what is asked of them is written down. */
interface World {
  readonly requests: Request[];
  readonly dialled: string[];
  readonly sent: string[];
  closed: number;
  /** What the API answers: a status, or a way to fail. */
  api: number | "unreachable" | "silent" | "html" | "withheld";
  push: Push;
  /** Origins at which a web server is. */
  listening: readonly string[];
  sessions: readonly unknown[];
  signing: { readonly status: number; readonly body: unknown };
  subscription: object;
  isAllowed: boolean;
  isOnline: boolean;
  manifest: object | null;
}

const MANIFEST = { permissions: ["storage"], host_permissions: ["https://api.example.com/*"], content_security_policy: { extension_pages: "default-src 'self'; connect-src https: wss:" } };

const real = { fetch: globalThis.fetch, WebSocket: globalThis.WebSocket };
afterEach(() => {
  Object.assign(globalThis, real, { chrome: undefined, reportError: undefined });
});

function createWorld(part: Partial<World> = {}): World {
  const world: World = {
    requests: [],
    dialled: [],
    sent: [],
    closed: 0,
    api: 200,
    push: "works",
    listening: [],
    sessions: [{ sessionId: "s1" }],
    signing: { status: 200, body: { auth: "app-key:signature" } },
    subscription: { event: "pusher_internal:subscription_succeeded", channel: "private-session-s1", data: "{}" },
    isAllowed: true,
    isOnline: true,
    manifest: MANIFEST,
    ...part,
  };
  const chrome = { runtime: { getManifest: () => world.manifest }, permissions: { contains: () => Promise.resolve(world.isAllowed) } };
  Object.assign(globalThis, { fetch: fetchOf(world), WebSocket: socketOf(world), chrome: world.manifest === null ? undefined : chrome });
  // Node has one from version 21 on, which cannot be assigned to.
  Object.defineProperty(globalThis, "navigator", { value: { onLine: world.isOnline }, configurable: true });
  return world;
}

/** Asks whether a server is there, not what it says. */
const isProbe = (init: RequestInit): boolean => init.mode === "no-cors" || init.redirect === "manual";

function fetchOf(world: World) {
  return (url: string, init: RequestInit): Promise<object> => {
    world.requests.push({ url, init });
    const withheld = new TypeError("Failed to fetch");
    if (isProbe(init)) return world.listening.includes(new URL(url).origin) ? Promise.resolve({}) : Promise.reject(withheld);
    if (url.endsWith("/auth")) return Promise.resolve({ status: world.signing.status, json: () => Promise.resolve(world.signing.body) });
    const { api } = world;
    if (api === "unreachable" || api === "withheld") return Promise.reject(withheld);
    if (api === "silent") return untilAborted(init);
    if (api === "html") return Promise.resolve({ status: 200, json: () => Promise.reject(new SyntaxError("<")) });
    return Promise.resolve({ status: api, json: () => Promise.resolve({ sessions: world.sessions, error: { code: "WHY" } }) });
  };
}

/** Node does not wait for the timer of a signal. */
function untilAborted({ signal }: RequestInit): Promise<never> {
  return new Promise((_, reject) => {
    const held = setTimeout(() => undefined, 10_000);
    signal?.addEventListener("abort", () => {
      clearTimeout(held);
      reject(new Error("aborted"));
    });
  });
}

function socketOf(world: World) {
  return class {
    onopen: (() => void) | null = null;
    onmessage: ((event: { data: unknown }) => void) | null = null;
    onclose: ((event: { code: number; reason: string }) => void) | null = null;

    constructor(url: string) {
      world.dialled.push(url);
      if (world.push === "bad address") throw new SyntaxError("bad");
      const open = (): void => this.onopen?.();
      const end = (code: number, reason = ""): void => this.onclose?.({ code, reason });
      const acts: Record<Push, readonly (() => void)[]> = {
        works: [open, () => { this.say({ event: "pusher:connection_established", data: '{"socket_id":"1.2"}' }); }],
        "refused port": [() => { end(1006); }],
        "black hole": [],
        "bad address": [],
        "closed after open": [open, () => { end(1006); }],
        "close 4001": [open, () => { end(4001, "no such app"); }],
        "error frame": [open, () => { this.say({ event: "pusher:error", data: { code: 4003, message: "over quota" } }); }, () => { end(1006); }],
        "no protocol": [open, () => { this.say({ hello: "world" }); }],
        mute: [open],
      };
      setTimeout(() => { acts[world.push].forEach((act) => { act(); }); });
    }

    say(frame: object): void {
      this.onmessage?.({ data: JSON.stringify(frame) });
    }

    send(text: string): void {
      world.sent.push(text);
      setTimeout(() => { this.say(world.subscription); });
    }

    close(): void {
      world.closed += 1;
    }
  };
}

function by(findings: readonly DoctorFinding[], check: DoctorCheck): DoctorFinding {
  const found = findings.find((one) => one.check === check);
  assert.ok(found, `no finding about ${check}`);
  return found;
}

const codes = (findings: readonly DoctorFinding[]): readonly string[] => findings.map(({ check, code }) => `${check} ${code}`);

test("a set-up that works is told to work, check by check, and the token goes into one header only", async () => {
  const world = createWorld();
  const told: DoctorFinding[] = [];

  const findings = await doctor({ ...settings, onFinding: (one) => told.push(one) });

  const checks = ["settings", "wasm", "storage", "connect", "hosts", "token", "api", "push", "auth", "subscription"];
  assert.deepEqual(codes(findings), checks.map((check) => `${check} works`));
  assert.ok(findings.every(({ ok, fix }) => ok === true && fix === null));
  assert.deepEqual([...told].sort((a, b) => checks.indexOf(a.check) - checks.indexOf(b.check)), findings);
  assert.deepEqual(world.requests.map(({ url }) => url), ["https://api.example.com/v1/api/session", "https://api.example.com/v1/api/pusher/auth"]);
  assert.equal((world.requests[1]?.init.body as URLSearchParams).toString(), "socket_id=1.2&channel_name=private-session-s1");
  for (const { url, init } of world.requests) {
    assert.deepEqual([init.credentials, init.redirect, (init.headers as Record<string, string>)["Authorization"]], ["omit", "error", `Bearer ${TOKEN}`]);
    assert.equal(url.includes(TOKEN), false);
  }
  assert.deepEqual(world.dialled, ["wss://push.example.com/app/app-key?protocol=7"]);
  assert.deepEqual(world.sent.map((text) => JSON.parse(text) as unknown), [{ event: "pusher:subscribe", data: { auth: "app-key:signature", channel: "private-session-s1" } }]);
  assert.equal(world.closed, 1, "the socket is closed when it is over");
  assert.equal(JSON.stringify(findings).includes(TOKEN) || JSON.stringify(findings).includes("app-key"), false);
});

test("a manifest without the permission, the policy or the host is told with the line to add", async () => {
  const cases = [
    [{ manifest: { ...MANIFEST, permissions: [] } }, "storage", "no_storage", /"storage" to "permissions"/],
    [{ manifest: { ...MANIFEST, content_security_policy: { extension_pages: "connect-src 'self' https://api.example.com" } } }, "connect", "connect_blocked", /wss:\/\/push\.example\.com to connect-src/],
    [{ manifest: { ...MANIFEST, content_security_policy: { extension_pages: "default-src 'none'; connect-src wss://push.example.com" } } }, "connect", "connect_blocked", /https:\/\/api\.example\.com to connect-src/],
    [{ isAllowed: false, api: "withheld" as const, manifest: { ...MANIFEST, host_permissions: [] } }, "hosts", "host_missing", /"https:\/\/api\.example\.com\/\*" to "host_permissions"/],
    [{ isAllowed: false, api: "withheld" as const, manifest: { ...MANIFEST, host_permissions: [], optional_host_permissions: ["https://*/*"] } }, "hosts", "host_not_granted", /chrome\.permissions\.request/],
  ] as const;
  for (const [part, check, code, fix] of cases) {
    createWorld(part);
    const found = by(await doctor(settings), check);
    assert.deepEqual([found.code, found.ok], [code, false]);
    assert.match(found.fix ?? "", fix);
  }
});

test("an API that is read without a host permission needs none, and outside of an extension nothing is said about one", async () => {
  createWorld({ isAllowed: false });
  const byCors = by(await doctor(settings), "hosts");
  createWorld({ manifest: null });
  const page = await doctor(settings);

  assert.deepEqual([byCors.code, byCors.ok], ["host_by_cors", true]);
  assert.deepEqual(codes(page).slice(2, 5), ["storage no_extension", "connect no_extension", "hosts no_extension"]);
  assert.deepEqual(page.slice(2, 5).map(({ ok }) => ok), [null, null, null]);
});

test("a policy without connect-src takes default-src, and one with neither limits nothing", async () => {
  for (const [policy, ok] of [["default-src 'none'", false], ["script-src 'self'", true], ["default-src 'none'; connect-src *", true], ["connect-src https://*.example.com wss://push.example.com:*", true], ["connect-src https://api.example.com:8443 wss:", false]] as const) {
    createWorld({ manifest: { ...MANIFEST, content_security_policy: { extension_pages: policy } } });
    assert.equal(by(await doctor(settings), "connect").ok, ok, policy);
  }
});

test("a token that is missing, expired or cannot be had is told, and never shown", async () => {
  const jwt = (exp: number): string => ["{}", JSON.stringify({ exp }), "x"].map((part) => btoa(part)).join(".");
  const cases = [
    [() => null, "no_token", false],
    [() => Promise.reject(new Error("boom")), "token_failed", false],
    [() => jwt(1), "token_expired", false],
    [() => jwt(4_000_000_000), "works", true],
  ] as const;
  for (const [token, code, ok] of cases) {
    createWorld();
    const found = by(await doctor({ ...settings, token }), "token");
    assert.deepEqual([found.code, found.ok], [code, ok]);
  }
});

test("an API that cannot be reached, is silent, is withheld by CORS, redirects or refuses: each is told apart", async () => {
  const cases = [
    [{ api: "unreachable" }, "unreachable"],
    [{ api: "unreachable", isOnline: false }, "offline"],
    [{ api: "silent" }, "timeout"],
    [{ api: "withheld", isAllowed: false, listening: ["https://api.example.com"] }, "cors"],
    [{ api: "withheld", listening: ["https://api.example.com"] }, "redirected"],
    [{ api: "html" }, "bad_answer"],
    [{ api: 401 }, "unauthorized"],
    [{ api: 403 }, "forbidden"],
    [{ api: 404 }, "not_found"],
    [{ api: 429 }, "rate_limited"],
    [{ api: 503 }, "server_failed"],
  ] as const;
  for (const [part, code] of cases) {
    createWorld(part);
    const found = by(await doctor(settings), "api");
    assert.deepEqual([found.code, found.ok], [code, false], JSON.stringify(part));
    assert.equal(found.status, typeof part.api === "number" ? part.api : code === "bad_answer" ? 200 : null);
    assert.ok(found.fix);
  }
});

test("a socket that never opens: nothing listens, the wrong encryption, or no WebSocket; what opens tells more", async () => {
  const http = ["http://push.example.com"];
  const cases = [
    [{ push: "refused port" }, {}, "nothing_listens"],
    [{ push: "black hole" }, {}, "nothing_listens"],
    [{ push: "bad address" }, {}, "nothing_listens"],
    [{ push: "refused port", listening: ["https://push.example.com"] }, {}, "no_websocket"],
    [{ push: "refused port", listening: http }, { allowCleartext: true }, "tls_mismatch"],
    [{ push: "refused port", listening: ["https://127.0.0.1:3005"] }, { url: "ws://127.0.0.1:3005" }, "tls_mismatch"],
    [{ push: "closed after open" }, {}, "closed_early"],
    [{ push: "close 4001" }, {}, "refused"],
    [{ push: "error frame" }, {}, "refused"],
    [{ push: "no protocol" }, {}, "not_pusher"],
    [{ push: "mute" }, {}, "not_pusher"],
  ] as const;
  for (const [part, more, code] of cases) {
    createWorld(part);
    const findings = await doctor({ ...settings, ...more });
    const found = by(findings, "push");
    assert.deepEqual([found.code, found.ok], [code, false], JSON.stringify(part));
    assert.deepEqual(codes(findings).slice(-2), ["auth not_tried", "subscription not_tried"]);
  }
});

test("another computer is not asked in cleartext, and the token goes to no probe", async () => {
  const world = createWorld({ push: "refused port", api: "unreachable", listening: ["http://push.example.com"] });

  const found = by(await doctor(settings), "push");

  assert.equal(found.code, "nothing_listens");
  assert.equal(world.requests.some(({ url }) => url.startsWith("http:")), false);
  assert.ok(world.requests.filter(({ init }) => isProbe(init)).every(({ init }) => init.headers === undefined && init.credentials === "omit"));
});

test("a signature that is refused, is for another app, or that the push server does not accept is told", async () => {
  const cases = [
    [{ signing: { status: 403, body: { error: { code: "USER_MISMATCH" } } } }, "auth", "forbidden", "USER_MISMATCH"],
    [{ signing: { status: 401, body: { error: { code: `INVALID ${TOKEN}!` } } } }, "auth", "unauthorized", "INVALID …!"],
    [{ signing: { status: 200, body: {} } }, "auth", "bad_answer", null],
    [{ signing: { status: 200, body: { auth: "other:signature" } } }, "auth", "other_key", null],
    [{ subscription: { event: "pusher:error", data: { code: 4009, message: "Invalid signature" } } }, "subscription", "subscription_refused", "Invalid signature"],
    [{ subscription: { event: "pusher:subscription_error", channel: "private-session-s1", data: '{"type":"AuthError","status":401}' } }, "subscription", "subscription_refused", ""],
    [{ subscription: { event: "other" } }, "subscription", "timeout", null],
    [{ sessions: [] }, "auth", "no_session", null],
  ] as const;
  for (const [part, check, code, serverCode] of cases) {
    const world = createWorld(part);
    const found = by(await doctor(settings), check);
    assert.deepEqual([found.code, found.serverCode], [code, serverCode]);
    assert.equal(world.closed, 1, "the socket is left open");
  }
});

test("settings that cannot be used are told before anything is asked", async () => {
  const cases = [
    [{ wsPort: 70_000, url: "" }, "bad_port"],
    [{ url: "https://push.example.com" }, "bad_address"],
    [{ apiBase: "https://user:pass@api.example.com" }, "bad_address"],
    [{ authEndpoint: "sign here" }, "bad_address"],
    [{ apiBase: "http://api.example.com" }, "cleartext"],
    [{ url: "", wsHost: "push.example.com", tls: false }, "cleartext"],
  ] as const;
  for (const [part, code] of cases) {
    const world = createWorld();
    const findings = await doctor({ ...settings, ...part });
    assert.equal(by(findings, "settings").code, code, JSON.stringify(part));
    assert.equal(findings.length, 10);
    assert.deepEqual([world.requests, world.dialled], [[], []]);
  }
});

test("without an app key nothing is dialled, and a listener that throws spoils nothing", async () => {
  const world = createWorld();
  const reported: unknown[] = [];
  Object.assign(globalThis, { reportError: (error: unknown) => reported.push(error) });

  const findings = await doctor({ ...settings, key: null, onFinding: () => { throw new Error("mine"); } });

  assert.equal(reported.length, findings.length);
  assert.deepEqual(codes(findings).slice(-3), ["push no_key", "auth not_tried", "subscription not_tried"]);
  assert.deepEqual(world.dialled, []);
});
