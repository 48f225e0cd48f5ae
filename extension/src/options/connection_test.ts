/** Tries what was typed on the options page, and says what can be known about what does not work. */

import { originPattern, type Servers } from "../config";
import { testTexts } from "../texts_check";

/** How a part of the test went. `skipped`: there was nothing to try. */
export type StepState = "ok" | "failed" | "skipped";

/** One part of the test. */
export interface Step {
  readonly name: "permission" | "api" | "push" | "signing";
  readonly state: StepState;
  readonly text: string;
}

/** A socket as the test needs it. */
export interface TestSocket {
  onopen: (() => void) | null;
  onmessage: ((event: { readonly data: unknown }) => void) | null;
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null;
  close(): void;
}

/** An answer as the test needs it. */
export interface TestResponse {
  readonly status: number;
  json(): Promise<unknown>;
}

/** What the test needs from the outside. */
export interface TestHost {
  readonly fetch: (url: string, init: RequestInit) => Promise<TestResponse>;
  readonly openSocket: (url: string) => TestSocket;
  hasOrigin(pattern: string): Promise<boolean>;
  token(): Promise<string | null>;
  /** Monotonic, ms. */
  now(): number;
}

/** Nothing is waited for longer. */
const PATIENCE_MS = 8_000;

/** Runs the whole test; tells each part as soon as it is known. Never rejects. */
export async function testConnection(
  servers: Servers,
  host: TestHost,
  onStep: (step: Step) => void,
  patienceMs = PATIENCE_MS,
): Promise<readonly Step[]> {
  const steps: Step[] = [];
  const tell = (step: Step): void => {
    steps.push(step);
    onStep(step);
  };
  tell(await permissionStep(servers, host));
  const [api, push] = await Promise.all([
    apiStep(servers, host, patienceMs).then((result) => (tell(result.step), result)),
    pushStep(servers, host, patienceMs).then((result) => (tell(result.step), result)),
  ]);
  tell(await signingStep(servers, host, api.sessionId, push.socketId, patienceMs));
  push.close();
  return steps;
}

async function permissionStep(servers: Servers, host: TestHost): Promise<Step> {
  const pattern = originPattern(servers);
  if (pattern === null) return step("permission", "ok", testTexts.notNeeded);
  const isGiven = await host.hasOrigin(pattern).catch(() => false);
  return isGiven ? step("permission", "ok", testTexts.allowed) : step("permission", "failed", testTexts.notAllowed);
}

interface ApiResult {
  readonly step: Step;
  readonly sessionId: string | null;
}

async function apiStep({ apiBase }: Servers, host: TestHost, patienceMs: number): Promise<ApiResult> {
  const failed = (text: string): ApiResult => ({ step: step("api", "failed", text), sessionId: null });
  const answer = await ask(host, `${apiBase}/api/session`, {}, patienceMs);
  if (answer === "timeout") return failed(testTexts.timeout);
  if (answer === "unreachable") return failed(testTexts.apiUnreachable);
  if (answer.status !== 200) return failed(statusText(answer.status));

  const sessions = field(answer.body, "sessions");
  if (!Array.isArray(sessions)) return failed(testTexts.badAnswer);
  const sessionId = field(sessions[0], "sessionId");
  return { step: step("api", "ok", testTexts.ok(answer.ms)), sessionId: typeof sessionId === "string" ? sessionId : null };
}

interface PushResult {
  readonly step: Step;
  readonly socketId: string | null;
  close(): void;
}

/** A browser does not tell why a socket never opened; once it did, a close before any frame means key or quota. */
function pushStep(servers: Servers, host: TestHost, patienceMs: number): Promise<PushResult> {
  const nothing = (): void => undefined;
  if (servers.key === "") return Promise.resolve({ step: step("push", "skipped", testTexts.noKey), socketId: null, close: nothing });

  return new Promise((resolve) => {
    const started = host.now();
    const address = `${servers.tls ? "wss" : "ws"}://${servers.wsHost}:${servers.wsPort}/app/${servers.key}?protocol=7`;
    const socket = openOrNull(host, address);
    let isOpen = false;
    let isDone = false;
    const finish = (text: string, socketId: string | null = null): void => {
      if (isDone) return;
      isDone = true;
      clearTimeout(timer);
      if (socketId === null) socket?.close();
      const state = socketId === null ? "failed" : "ok";
      resolve({ step: step("push", state, text), socketId, close: () => socket?.close() });
    };
    const timer = setTimeout(() => finish(isOpen ? testTexts.pushSilent : testTexts.pushUnreachable), patienceMs);
    if (socket === null) { finish(testTexts.pushUnreachable); return; }

    socket.onopen = () => (isOpen = true);
    socket.onclose = ({ code, reason }) => {
      if (code >= 4_000 && code < 4_400) finish(testTexts.pushCode(code, reason.slice(0, 200)));
      else finish(isOpen ? testTexts.pushRefused : testTexts.pushUnreachable);
    };
    socket.onmessage = ({ data }) => {
      const frame = readFrame(data);
      if (frame.type === "established") finish(testTexts.ok(Math.round(host.now() - started)), frame.socketId);
      else if (frame.type === "error") finish(testTexts.pushCode(frame.code, frame.message));
      else finish(testTexts.pushSilent);
    };
  });
}

async function signingStep(
  { apiBase }: Servers,
  host: TestHost,
  sessionId: string | null,
  socketId: string | null,
  patienceMs: number,
): Promise<Step> {
  if (socketId === null) return step("signing", "skipped", testTexts.skipped);
  if (sessionId === null) return step("signing", "skipped", testTexts.noSession);
  const form = new URLSearchParams({ socket_id: socketId, channel_name: `private-session-${sessionId}` });
  const answer = await ask(host, `${apiBase}/api/pusher/auth`, { method: "POST", body: form }, patienceMs);
  if (answer === "timeout") return step("signing", "failed", testTexts.timeout);
  if (answer === "unreachable") return step("signing", "failed", testTexts.apiUnreachable);
  if (answer.status !== 200) {
    const code = field(field(answer.body, "error"), "code");
    return step("signing", "failed", testTexts.notSigned(answer.status, typeof code === "string" ? code.slice(0, 60) : ""));
  }
  const isSigned = typeof field(answer.body, "auth") === "string";
  return isSigned ? step("signing", "ok", testTexts.signed(answer.ms)) : step("signing", "failed", testTexts.badAnswer);
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly ms: number;
}

/** One request as the client makes them: the token in one header, no cookies, no redirect. */
async function ask(host: TestHost, url: string, init: RequestInit, patienceMs: number): Promise<Answer | "timeout" | "unreachable"> {
  const started = host.now();
  const abort = new AbortController();
  const { signal } = abort;
  const timer = setTimeout(() => abort.abort(), patienceMs);
  try {
    const token = await host.token();
    const headers: Record<string, string> = token === null ? {} : { Authorization: `Bearer ${token}` };
    const common: RequestInit = { headers, signal, credentials: "omit", redirect: "error", cache: "no-store", referrerPolicy: "no-referrer" };
    const response = await host.fetch(url, { ...init, ...common });
    const body = await response.json().catch(() => null);
    return { status: response.status, body, ms: Math.round(host.now() - started) };
  } catch {
    return signal.aborted ? "timeout" : "unreachable";
  } finally {
    clearTimeout(timer);
  }
}

function statusText(status: number): string {
  if (status === 401) return testTexts.unauthorized;
  if (status === 403) return testTexts.forbidden;
  if (status === 404 || status === 405) return testTexts.notFound;
  if (status === 429) return testTexts.rateLimited;
  return status >= 500 ? testTexts.failed(status) : testTexts.badAnswer;
}

type Frame =
  | { readonly type: "established"; readonly socketId: string }
  | { readonly type: "error"; readonly code: number; readonly message: string }
  | { readonly type: "other" };

/** `data` of a frame is JSON in a string. */
function readFrame(text: unknown): Frame {
  const frame = parse(text);
  const data = parse(field(frame, "data"));
  const event = field(frame, "event");
  const socketId = field(data, "socket_id");
  if (event === "pusher:connection_established" && typeof socketId === "string") return { type: "established", socketId };
  if (event !== "pusher:error") return { type: "other" };
  const [code, message] = [field(data, "code"), field(data, "message")];
  return { type: "error", code: typeof code === "number" ? code : 0, message: typeof message === "string" ? message.slice(0, 200) : "" };
}

function parse(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}

function openOrNull(host: TestHost, address: string): TestSocket | null {
  try {
    return host.openSocket(address);
  } catch {
    return null;
  }
}

function field(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

function step(name: Step["name"], state: StepState, text: string): Step {
  return { name, state, text };
}
