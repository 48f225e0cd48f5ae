import assert from "node:assert/strict";
import { test } from "node:test";
import { defaultConfig, type Servers } from "../config";
import { testConnection, type Step, type TestHost, type TestSocket } from "./connection_test";

const servers: Servers = defaultConfig({ pusherKey: "app-key", wsHost: "", wsPort: "", apiBase: "", isGiven: false });
const remote: Servers = { ...servers, apiBase: "https://api.example.com", wsHost: "push.example.com", tls: true };

test("everything that works is told with its time, and the token goes into one header only", async () => {
  const world = createWorld();

  const steps = await run(world);

  assert.deepEqual(states(steps), ["permission ok", "api ok", "push ok", "signing ok"]);
  assert.match(textOf(steps, "api"), /Works, \d+ ms/);
  assert.deepEqual(world.requests.map(({ url }) => url), ["http://127.0.0.1:3000/api/session", "http://127.0.0.1:3000/api/pusher/auth"]);
  assert.equal(world.requests[1]?.body, "socket_id=1.2&channel_name=private-session-s1");
  for (const request of world.requests) {
    assert.equal(request.headers["Authorization"], "Bearer secret");
    assert.deepEqual([request.credentials, request.redirect], ["omit", "error"]);
    assert.equal(request.url.includes("secret") || (request.body ?? "").includes("secret"), false);
  }
  assert.deepEqual(world.dialled, ["ws://127.0.0.1:3005/app/app-key?protocol=7"]);
  assert.equal(world.isClosed, true, "the socket is closed when the test is over");
});

test("a permission that Chrome has not given is named", async () => {
  const steps = await run({ ...createWorld(), isAllowed: false }, remote);

  assert.equal(states(steps)[0], "permission failed");
  assert.match(textOf(steps, "permission"), /does not let/);
});

test("a server that cannot be reached, one that is silent, and each refusal are told apart", async () => {
  const texts = new Map<unknown, RegExp>([
    ["unreachable", /No answer: check the address/],
    ["silent", /within 8 seconds/],
    [401, /sign-in is missing or has expired/],
    [403, /may not use the API/],
    [404, /not this API/],
    [429, /fewer requests/],
    [503, /503: the server had a problem/],
    ["html", /none of this API/],
  ]);
  for (const [api, words] of texts) {
    const steps = await run({ ...createWorld(), api });
    assert.equal(steps.find(({ name }) => name === "api")?.state, "failed");
    assert.match(textOf(steps, "api"), words);
  }
});

test("a socket that never opens means host, port or TLS; one that is closed before a frame means key or quota", async () => {
  const texts = new Map<Push, RegExp>([
    ["refused port", /check host, port and TLS/],
    ["black hole", /check host, port and TLS/],
    ["bad address", /check host, port and TLS/],
    ["closed after open", /app key is wrong, or the server is over its quota/],
    ["close 4001", /Refused with code 4001: no such app/],
    ["error frame", /Refused with code 4003: over quota/],
    ["no protocol", /does not speak the Pusher protocol/],
    ["mute", /does not speak the Pusher protocol/],
  ]);
  for (const [push, words] of texts) {
    const steps = await run({ ...createWorld(), push });
    assert.equal(steps.find(({ name }) => name === "push")?.state, "failed", push);
    assert.match(textOf(steps, "push"), words, push);
    assert.equal(textOf(steps, "signing"), "Not tried.");
  }
});

test("without an app key push is not tried, without a conversation nothing is signed", async () => {
  assert.match(textOf(await run(createWorld(), { ...servers, key: "" }), "push"), /without an app key/);
  assert.match(textOf(await run({ ...createWorld(), sessions: [] }), "signing"), /no conversation yet/);
});

test("a channel that is not signed tells status and code", async () => {
  const steps = await run({ ...createWorld(), signing: { status: 403, body: { error: { code: "USER_MISMATCH" } } } });

  assert.match(textOf(steps, "signing"), /403: .*\(USER_MISMATCH\)/);
});

type Push = "works" | "refused port" | "black hole" | "bad address" | "closed after open" | "close 4001" | "error frame" | "no protocol" | "mute";

interface Request {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly body: string | null;
  readonly credentials: string | undefined;
  readonly redirect: string | undefined;
}

interface World {
  readonly requests: Request[];
  readonly dialled: string[];
  isClosed: boolean;
  isAllowed: boolean;
  api: unknown;
  push: Push;
  sessions: readonly unknown[];
  signing: { readonly status: number; readonly body: unknown };
}

function createWorld(): World {
  return {
    requests: [],
    dialled: [],
    isClosed: false,
    isAllowed: true,
    api: 200,
    push: "works",
    sessions: [{ sessionId: "s1" }],
    signing: { status: 200, body: { auth: "k:sig" } },
  };
}

function run(world: World, tested = servers): Promise<readonly Step[]> {
  let clock = 0;
  const host: TestHost = {
    now: () => (clock += 10),
    token: () => Promise.resolve("secret"),
    hasOrigin: () => Promise.resolve(world.isAllowed),
    openSocket: (url) => {
      world.dialled.push(url);
      if (world.push === "bad address") throw new SyntaxError("bad");
      return socketOf(world);
    },
    fetch: (url, { headers, body, credentials, redirect, signal }) => {
      world.requests.push({ url, headers: headers as Record<string, string>, body: body instanceof URLSearchParams ? body.toString() : null, credentials, redirect });
      if (url.endsWith("/auth")) return Promise.resolve({ status: world.signing.status, json: () => Promise.resolve(world.signing.body) });
      if (world.api === "unreachable") return Promise.reject(new TypeError("Failed to fetch"));
      if (world.api === "silent") return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new Error("aborted"))));
      if (world.api === "html") return Promise.resolve({ status: 200, json: () => Promise.reject(new SyntaxError("<")) });
      return Promise.resolve({ status: world.api as number, json: () => Promise.resolve({ sessions: world.sessions }) });
    },
  };
  return testConnection(tested, host, () => undefined, 30);
}

function socketOf(world: World): TestSocket {
  const socket: TestSocket = { onopen: null, onmessage: null, onclose: null, close: () => void (world.isClosed = true) };
  const open = (): void => socket.onopen?.();
  const say = (data: unknown): void => socket.onmessage?.({ data: JSON.stringify(data) });
  const end = (code: number, reason = ""): void => socket.onclose?.({ code, reason });
  const established = { event: "pusher:connection_established", data: '{"socket_id":"1.2"}' };
  const acts: Record<Push, readonly (() => void)[]> = {
    works: [open, () => say(established)],
    "refused port": [() => end(1006)],
    "black hole": [],
    "bad address": [],
    "closed after open": [open, () => end(1006)],
    "close 4001": [open, () => end(4001, "no such app")],
    "error frame": [open, () => say({ event: "pusher:error", data: { code: 4003, message: "over quota" } }), () => end(1006)],
    "no protocol": [open, () => say({ hello: "world" })],
    mute: [open],
  };
  setTimeout(() => acts[world.push].forEach((act) => act()));
  return socket;
}

function states(steps: readonly Step[]): readonly string[] {
  return steps.map(({ name, state }) => `${name} ${state}`);
}

function textOf(steps: readonly Step[], name: Step["name"]): string {
  return steps.find((step) => step.name === name)?.text ?? "";
}
