import { type CallAnswered, Calls, parseAnswer, readOlder } from "./calls.js";
import { cached } from "./cached.js";
import { Emitter } from "./emitter.js";
import { beforeFrame } from "./frames.js";
import { guarded, SidewireError } from "./errors.js";
import { History } from "./history.js";
import { createLog } from "./log.js";
import { RawClient, requireReady } from "./module.js";
import { OwnerWatch } from "./owner.js";
import { renewedAhead } from "./renewal.js";
import { RowCache } from "./rows.js";
import { readSession, readSessions, readUpdate, type SessionPayload, withUpdate } from "./sessions.js";
import { storeHost } from "./store.js";
import { groupTurns } from "./turns.js";
import type {
  ChatMessage,
  ClientEvent,
  ClientOptions,
  ClientSnapshot,
  Counters,
  Gap,
  Session,
  SessionUpdate,
  SidewireClient,
  Turn,
} from "../types/index.js";

const FIVE_MINUTES = 300_000;

/**
 * Builds a client. It does nothing until `connect`, `startSync` or `loadMessages` is called.
 *
 * ```ts
 * const client = createClient({
 *   key: "dev-key",
 *   url: "wss://push.example.com",
 *   apiBase: "https://api.example.com",
 *   token: () => localStorage.getItem("accessToken"), // asked for every request; may be async
 * });
 * client.subscribe(() => console.log(client.getSnapshot().state, client.messages().length));
 * client.startSync("my-session");
 * ```
 *
 * @throws SidewireError `not_initialized` before `init`, `bad_config` with a sentence that names the setting.
 */
export function createClient(options: ClientOptions): SidewireClient {
  requireReady();
  return buildClient(options, RawClient);
}

/** Builds a client on one instance of the module, with the wall clock in ms that its surroundings go by. */
export function buildClient(options: ClientOptions, Raw: typeof RawClient, now: () => number = Date.now): SidewireClient {
  const { token, seed, logger, logLevel, notify, storage, keep, account, ...settings } = options;
  const calls = new Calls();
  const emitter = new Emitter(notify === "frame" ? beforeFrame : undefined);
  const history = new History(now);
  const owner = new OwnerWatch(account, (name, renewed) => {
    if (!isEnded()) raw.setOwner(name, renewed);
  });
  const ask = renewedAhead(token, now);
  const host = {
    token: async (renew: boolean) => {
      const given = await ask(renew);
      if (storage) owner.see(given);
      return given;
    },
    store: storeHost(storage),
    frame: encodeFrame,
    onEvent: (event: unknown) => {
      const told = event as Exclude<ClientEvent, SessionUpdate> | CallAnswered | SessionPayload;
      if (told.type === "callAnswered") {
        calls.answered(told);
        return;
      }
      const seen = told.type === "sessionUpdate" ? readUpdate(told) : told;
      history.note(seen);
      emitter.emit(seen);
    },
    onTimeline: (sessionId: string, revision: number, start: number, end: number, length: number) => {
      emitter.emitRows(sessionId, revision, start, end, length);
    },
  };
  const [high, low] = seedHalves(seed);
  const kept = { storage: Boolean(storage), keepSessions: keep?.sessions, keepMessages: keep?.messages };
  const asked = { ...settings, ...kept, key: settings.key ?? null, pingAfterMs: settings.pingAfterMs ?? defaultPing() };
  const raw = guarded(() => new Raw(asked, host, high, low));
  const log = createLog(logger, logLevel, now);
  if (log) emitter.onAny(log);
  const { client, isEnded } = assemble({ raw, calls, emitter, history, now });
  return client;
}

const encoder = new TextEncoder();

/** The text of a socket's message as UTF-8: see `RawHost` of the module. */
function encodeFrame({ data }: MessageEvent<unknown>, buffer: Uint8Array): number {
  if (typeof data !== "string") return -1;
  const { read, written } = encoder.encodeInto(data, buffer);
  return read < data.length ? -1 - data.length : written;
}

/** A service worker dies after 30 s without events: its pings must come sooner. */
function defaultPing(): number {
  return "ServiceWorkerGlobalScope" in globalThis ? 20_000 : 30_000;
}

function seedHalves(seed: bigint | undefined): readonly [number, number] {
  if (seed !== undefined) return [Number((seed >> 32n) & 0xffff_ffffn), Number(seed & 0xffff_ffffn)];
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return [high, low];
}

type Open = <T>(call: () => T) => T;

interface Parts {
  readonly raw: RawClient;
  readonly calls: Calls;
  readonly emitter: Emitter;
  readonly history: History;
  readonly now: () => number;
}

function assemble({ raw, calls, emitter, history, now }: Parts): { client: SidewireClient; isEnded: () => boolean } {
  let phase: "open" | "closing" | "closed" = "open";
  const isClosed = (): boolean => phase === "closed";
  const open: Open = (call) => {
    if (isClosed()) throw new SidewireError("closed", "The client was closed: build a new one with createClient");
    return guarded(call);
  };
  emitter.onInterest((wanted) => {
    if (!isClosed()) raw.tellMessages(wanted);
  });
  const { keepLast, ...views } = viewsOf(raw, emitter, open);
  const client: SidewireClient = {
    ...commandsOf(raw, open),
    ...sessionCallsOf({ raw, calls, emitter, open, now }),
    ...views,
    loadMessages: (sessionId) => loadMessages(sessionId, { raw, emitter, views, open, isClosed }),
    subscribe: (listener) => emitter.subscribe(listener),
    on: (type, listener) => emitter.on(type, listener),
    onAny: (listener) => emitter.onAny(listener),
    diagnostics: () => open(() => history.diagnostics(raw.counters() as Counters, raw.socketId() ?? null)),
    close: () => {
      // A listener that closes while the end is being told is a second call of this.
      if (phase !== "open") return;
      phase = "closing";
      keepLast();
      raw.close();
      phase = "closed";
      raw.free();
      calls.closeAll();
      emitter.end();
    },
  };
  return { client, isEnded: isClosed };
}

type Commands = Pick<
  SidewireClient,
  | "connect"
  | "startSync"
  | "leaveSession"
  | "stopSync"
  | "refresh"
  | "sendMessage"
  | "retryMessage"
  | "cancelMessage"
  | "setVisible"
  | "setOnline"
  | "persist"
  | "restore"
  | "exportTrace"
>;

function commandsOf(raw: RawClient, open: Open): Commands {
  const command =
    <A extends readonly unknown[]>(run: (...args: A) => void) =>
    (...args: A): void => {
      open(() => {
        run(...args);
      });
    };
  return {
    connect: command(() => { raw.connect(); }),
    startSync: command((sessionId: string) => { raw.startSync(sessionId); }),
    leaveSession: command(() => { raw.leaveSession(); }),
    stopSync: command(() => { raw.stopSync(); }),
    refresh: command(() => { raw.refresh(); }),
    sendMessage: ({ content, sessionId, url, domain }) => open(() => raw.sendMessage(content, sessionId, url, domain)),
    retryMessage: command((id: string, sessionId?: string) => { raw.retryMessage(id, sessionId); }),
    cancelMessage: (id, sessionId) => open(() => raw.cancelMessage(id, sessionId)),
    setVisible: command((visible: boolean) => { raw.setVisible(visible); }),
    setOnline: command((online: boolean) => { raw.setOnline(online); }),
    persist: () => open(() => raw.persist()),
    restore: command((record: string) => { raw.restore(record); }),
    exportTrace: () => open(() => raw.exportTrace() ?? null),
  };
}

type Views = Pick<SidewireClient, "getSnapshot" | "messages" | "rows" | "turns" | "gaps">;

const NO_TURNS: readonly Turn[] = Object.freeze([]);

/** Events that change nothing of the snapshot. */
const NO_STATE: ReadonlySet<string> = new Set(["newMessage", "sessionUpdate", "applicationError"]);

/** What stays readable after the end: a view may render once more. */
interface Last {
  readonly snapshot: ClientSnapshot;
  readonly messages: readonly ChatMessage[];
}

function viewsOf(raw: RawClient, emitter: Emitter, open: Open): Views & { keepLast: () => void } {
  const cache = new RowCache();
  let snapshot: ClientSnapshot | null = null;
  // Of the rows, where they changed after the snapshot was made.
  let [isStale, revision, length] = [false, 0, 0];
  let last: Last | null = null;
  let turns: readonly Turn[] = NO_TURNS;
  emitter.onChange((event) => {
    if (!NO_STATE.has(event.type)) snapshot = null;
  });
  emitter.onRows((sessionId, ...[changed, start, end, count]) => {
    // With no snapshot at hand it is unknown which session is shown; noting a foreign change costs time only.
    if (snapshot && snapshot.sessionId !== sessionId) return;
    cache.note(start, end, count);
    [isStale, revision, length] = [true, changed, count];
  });
  const getSnapshot = (): ClientSnapshot => {
    if (last) return last.snapshot;
    // A change of rows alone, the most frequent one, asks for nothing but two numbers.
    if (snapshot && isStale) snapshot = Object.freeze({ ...snapshot, revision, length });
    snapshot ??= Object.freeze(open(() => raw.snapshot() as ClientSnapshot));
    isStale = false;
    return snapshot;
  };
  const messages = (): readonly ChatMessage[] => {
    if (last) return last.messages;
    const view = getSnapshot();
    return open(() => cache.allOf(raw, view));
  };
  return {
    getSnapshot,
    messages,
    rows: (start, end) =>
      last ? last.messages.slice(Math.max(0, start), Math.max(0, end)) : open(() => cache.rowsOf(raw, start, end)),
    turns: () => (turns = groupTurns(messages(), turns)),
    gaps: () => open(() => gapsOf(raw.gaps())),
    keepLast: () => {
      const ended = { state: "disconnected", isLoading: false, isLoadingOlder: false, isPolling: false, isServerTyping: false, serverTypingContext: null } as const;
      last = { snapshot: Object.freeze({ ...getSnapshot(), ...ended }), messages: messages() };
    },
  };
}

function gapsOf(flat: Float64Array): readonly Gap[] {
  const gaps: Gap[] = [];
  for (let i = 0; i + 2 < flat.length; i += 3) {
    gaps.push(Object.freeze({ from: flat[i] ?? 0, to: flat[i + 1] ?? 0, index: flat[i + 2] ?? 0 }));
  }
  return gaps;
}

type SessionCalls = Pick<SidewireClient, "loadOlder" | "listSessions" | "createSession" | "updateSession" | "tokenChanged">;

function sessionCallsOf({ raw, calls, emitter, open, now }: Omit<Parts, "history"> & { open: Open }): SessionCalls {
  const sessions = cached(() => calls.begin(() => open(() => raw.listSessions())).then(readSessions), now);
  // The first to listen, so that everybody else finds the list changed.
  emitter.on("sessionUpdate", (update) => {
    sessions.change((list) => withUpdate(list, update));
  });
  const changed = (body: string): Session => {
    sessions.forget();
    const session = readSession(parseAnswer(body));
    if (session) return session;
    throw new SidewireError("request_failed", "The server answered without a session", { serverCode: "BAD_ANSWER" });
  };
  return {
    loadOlder: () => calls.begin(() => open(() => raw.loadOlder()), "load_failed").then(readOlder),
    listSessions: ({ maxAgeMs = FIVE_MINUTES } = {}) => sessions.get(maxAgeMs),
    createSession: ({ url, domain, title } = {}) =>
      calls.begin(() => open(() => raw.createSession(url, domain, title))).then(changed),
    updateSession: (sessionId, { url, domain, title }) =>
      calls.begin(() => open(() => raw.updateSession(sessionId, url, domain, title))).then(changed),
    tokenChanged: () => {
      sessions.forget();
      open(() => {
        raw.tokenChanged();
      });
    },
  };
}

interface LoadContext {
  raw: RawClient;
  emitter: Emitter;
  views: Views;
  open: Open;
  isClosed: () => boolean;
}

/** Resolves once the first page was answered, rejects when it failed or another session was chosen meanwhile. */
function loadMessages(sessionId: string, context: LoadContext): Promise<readonly ChatMessage[]> {
  const { raw, emitter, views, open, isClosed } = context;
  return new Promise((resolve, reject) => {
    const settle = (): boolean => {
      if (isClosed()) {
        reject(new SidewireError("closed", "The client was closed before the messages came"));
        return true;
      }
      const { loadError, sessionId: shown } = views.getSnapshot();
      if (shown !== sessionId) {
        reject(new SidewireError("load_failed", "Another session was chosen before this one was loaded"));
      } else if (raw.isLoaded(sessionId)) {
        resolve(views.messages());
      } else if (loadError) {
        const { status, code, message } = loadError;
        reject(new SidewireError("load_failed", message, { status, serverCode: code }));
      } else {
        return false;
      }
      return true;
    };
    open(() => {
      raw.startSync(sessionId);
    });
    if (settle()) return;
    const end = emitter.subscribe(() => {
      if (settle()) end();
    });
  });
}
