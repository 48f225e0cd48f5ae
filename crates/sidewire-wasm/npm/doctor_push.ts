import { finding, type DoctorCode, type DoctorFinding, type Facts } from "./doctor_findings.js";
import { answers, field, PROBE_MS } from "./doctor_rest.js";
import { isLoopback, type Places, webOrigin } from "./doctor_settings.js";

const MAX_WORDS = 200;

/** A socket that the push server has established. */
export interface Line {
  readonly socketId: string;
  /** Subscribes to a channel and tells what came of it. */
  subscribe(channel: string, auth: string): Promise<DoctorFinding>;
  close(): void;
}

/** Connects as a client does. `line` is `null` unless the server established the connection. */
export async function checkPush(places: Places, mayUseCleartext: boolean, patienceMs: number): Promise<{ readonly finding: DoctorFinding; readonly line: Line | null }> {
  const { key, push } = places;
  if (key === null) return { finding: finding("push", "no_key"), line: null };
  const about = `${push.protocol}//${push.host}`;
  const started = performance.now();
  const socket = openOrNull(`${socketBase(push)}/app/${key}?protocol=7`);
  if (socket === null) return { finding: finding("push", await whyClosed(push, mayUseCleartext), { about }), line: null };
  const first = await firstWord(socket, patienceMs);
  const ms = performance.now() - started;
  if (first.type === "established") {
    const line: Line = { socketId: first.socketId, subscribe: (channel, auth) => subscribe(socket, channel, auth, patienceMs), close: () => { socket.close(); } };
    return { finding: finding("push", "works", { about: "The push server establishes a connection.", ms }), line };
  }
  socket.close();
  const [code, facts] = await causeOf(first, push, mayUseCleartext);
  return { finding: finding("push", code, { about, ms, ...facts }), line: null };
}

/** `URL.origin` of `ws:` is not the same everywhere. */
function socketBase(push: URL): string {
  return `${push.protocol}//${push.host}${push.pathname}`.replace(/\/+$/, "");
}

type Word =
  | { readonly type: "established"; readonly socketId: string }
  | { readonly type: "error"; readonly code: number; readonly words: string }
  | { readonly type: "closed"; readonly isOpened: boolean; readonly code: number; readonly words: string }
  | { readonly type: "other" }
  | { readonly type: "silence"; readonly isOpened: boolean };

function firstWord(socket: WebSocket, patienceMs: number): Promise<Word> {
  return new Promise((resolve) => {
    let isOpened = false;
    const timer = setTimeout(() => { end({ type: "silence", isOpened }); }, patienceMs);
    const end = (word: Word): void => {
      clearTimeout(timer);
      resolve(word);
    };
    socket.onopen = () => { isOpened = true; };
    socket.onclose = ({ code, reason }) => { end({ type: "closed", isOpened, code, words: reason.slice(0, MAX_WORDS) }); };
    socket.onmessage = ({ data }) => { end(wordOf(data)); };
  });
}

/** `data` of a frame is JSON in a string. */
function wordOf(text: unknown): Word {
  const { event, data } = frameOf(text);
  const socketId = field(data, "socket_id");
  if (event === "pusher:connection_established" && typeof socketId === "string") return { type: "established", socketId };
  return event === "pusher:error" ? { type: "error", ...errorOf(data) } : { type: "other" };
}

function errorOf(data: unknown): { readonly code: number; readonly words: string } {
  const [code, message] = [field(data, "code"), field(data, "message")];
  return { code: typeof code === "number" ? code : 0, words: typeof message === "string" ? message.slice(0, MAX_WORDS) : "" };
}

/** A browser does not tell why a socket never opened; once it did, a close before any frame means key or quota. */
async function causeOf(word: Exclude<Word, { type: "established" }>, push: URL, mayUseCleartext: boolean): Promise<readonly [DoctorCode, Facts]> {
  switch (word.type) {
    case "error":
      return ["refused", { status: word.code, serverCode: word.words }];
    case "closed":
      if (word.code >= 4_000 && word.code < 4_400) return ["refused", { status: word.code, serverCode: word.words }];
      return word.isOpened ? ["closed_early", { status: word.code }] : [await whyClosed(push, mayUseCleartext), {}];
    case "silence":
      return [word.isOpened ? "not_pusher" : await whyClosed(push, mayUseCleartext), {}];
    case "other":
      return ["not_pusher", {}];
    default:
      return word satisfies never;
  }
}

/** Whether a server is there, and which of `http` and `https` it speaks. Another computer is not asked in cleartext. */
async function whyClosed(push: URL, mayUseCleartext: boolean): Promise<DoctorCode> {
  const own = webOrigin(push);
  if (await answers(`${own}/`, PROBE_MS)) return "no_websocket";
  const other = own.startsWith("https:") ? own.replace("https:", "http:") : own.replace("http:", "https:");
  const mayAsk = other.startsWith("https:") || isLoopback(push.hostname) || mayUseCleartext;
  return mayAsk && (await answers(`${other}/`, PROBE_MS)) ? "tls_mismatch" : "nothing_listens";
}

function subscribe(socket: WebSocket, channel: string, auth: string, patienceMs: number): Promise<DoctorFinding> {
  return new Promise((resolve) => {
    const started = performance.now();
    const timer = setTimeout(() => { end("timeout", { about: "The push server" }); }, patienceMs);
    const end = (code: DoctorCode, facts: Facts): void => {
      clearTimeout(timer);
      resolve(finding("subscription", code, { ms: performance.now() - started, ...facts }));
    };
    const refused = (code: number, words: string): void => { end("subscription_refused", { status: code, serverCode: words }); };
    socket.onclose = ({ code, reason }) => { refused(code, reason.slice(0, MAX_WORDS)); };
    socket.onmessage = ({ data: text }) => {
      const { event, data, channel: of } = frameOf(text);
      if (event === "pusher_internal:subscription_succeeded" && of === channel) end("works", { about: "The push server accepts the signature." });
      if (event !== "pusher:error" && event !== "pusher:subscription_error") return;
      const { code, words } = errorOf(data);
      refused(code || Number(field(data, "status") ?? 0), words);
    };
    socket.send(JSON.stringify({ event: "pusher:subscribe", data: { auth, channel } }));
  });
}

interface Frame {
  readonly event: unknown;
  readonly channel: unknown;
  readonly data: unknown;
}

function frameOf(text: unknown): Frame {
  const frame = parse(text);
  return { event: field(frame, "event"), channel: field(frame, "channel"), data: parse(field(frame, "data")) };
}

function parse(value: unknown): unknown {
  if (typeof value !== "string") return value;
  try {
    return JSON.parse(value);
  } catch {
    return null;
  }
}

function openOrNull(address: string): WebSocket | null {
  try {
    return new WebSocket(address);
  } catch {
    return null;
  }
}
