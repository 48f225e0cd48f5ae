import { type CallAnswered, Calls, parseAnswer, readOlder, readSession, readSessions } from "./calls.js";
import { cached } from "./cached.js";
import { Emitter } from "./emitter.js";
import { guarded, SidewireError } from "./errors.js";
import { History } from "./history.js";
import { RawClient, requireReady } from "./module.js";
import { RowCache } from "./rows.js";
import type {
  ChatMessage,
  ClientEvent,
  ClientOptions,
  ClientSnapshot,
  Counters,
  Gap,
  Session,
  SidewireClient,
} from "../types/index.js";

const FIVE_MINUTES = 300_000;

/**
 * Builds a client. It does nothing until `connect`, `startSync` or `loadMessages` is called.
 *
 * @throws SidewireError `not_initialized` before `init`, `bad_config` with a sentence that names the setting.
 */
export function createClient(options: ClientOptions): SidewireClient {
  requireReady();
  const { token, seed, ...settings } = options;
  const calls = new Calls();
  const emitter = new Emitter();
  const history = new History();
  const host = {
    token: async (renew: boolean) => (await token({ renew })) ?? null,
    onEvent: (event: unknown) => {
      const told = event as ClientEvent | CallAnswered;
      if (told.type === "callAnswered") {
        calls.answered(told);
        return;
      }
      history.note(told);
      emitter.emit(told);
    },
  };
  const [high, low] = seedHalves(seed);
  const raw = guarded(() => new RawClient({ ...settings, key: settings.key ?? null, pingAfterMs: settings.pingAfterMs ?? defaultPing() }, host, high, low));
  return assemble(raw, calls, emitter, history);
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

function assemble(raw: RawClient, calls: Calls, emitter: Emitter, history: History): SidewireClient {
  let closed = false;
  const open: Open = (call) => {
    if (closed) throw new SidewireError("closed", "The client was closed: build a new one with createClient");
    return guarded(call);
  };
  const views = viewsOf(raw, emitter, open);
  return {
    ...commandsOf(raw, open),
    ...sessionCallsOf(raw, calls, open),
    ...views,
    loadMessages: (sessionId) => loadMessages(sessionId, { raw, emitter, views, open, isClosed: () => closed }),
    subscribe: (listener) => emitter.subscribe(listener),
    on: (type, listener) => emitter.on(type, listener),
    onAny: (listener) => emitter.onAny(listener),
    diagnostics: () => open(() => history.diagnostics(raw.counters() as Counters, raw.socketId() ?? null)),
    close: () => {
      if (closed) return;
      // The last state stays readable: a view may render once more after the end.
      views.getSnapshot();
      views.messages();
      closed = true;
      raw.close();
      raw.free();
      calls.closeAll();
      emitter.end();
    },
  };
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
    setVisible: command((visible: boolean) => { raw.setVisible(visible); }),
    setOnline: command((online: boolean) => { raw.setOnline(online); }),
    persist: () => open(() => raw.persist()),
    restore: command((record: string) => { raw.restore(record); }),
    exportTrace: () => open(() => raw.exportTrace() ?? null),
  };
}

type Views = Pick<SidewireClient, "getSnapshot" | "messages" | "rows" | "gaps">;

function viewsOf(raw: RawClient, emitter: Emitter, open: Open): Views {
  const cache = new RowCache();
  let snapshot: ClientSnapshot | null = null;
  emitter.onChange(() => {
    snapshot = null;
  });
  const getSnapshot = (): ClientSnapshot => {
    snapshot ??= Object.freeze(open(() => raw.snapshot() as ClientSnapshot));
    return snapshot;
  };
  let all: { of: ClientSnapshot; messages: readonly ChatMessage[] } | null = null;
  return {
    getSnapshot,
    messages: () => {
      const of = getSnapshot();
      if (all?.of !== of) all = { of, messages: open(() => cache.allOf(raw, of.revision, of.length)) };
      return all.messages;
    },
    rows: (start, end) => open(() => cache.rowsOf(raw, start, end)),
    gaps: () => open(() => gapsOf(raw.gaps())),
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

function sessionCallsOf(raw: RawClient, calls: Calls, open: Open): SessionCalls {
  const sessions = cached(() => calls.begin(() => open(() => raw.listSessions())).then(readSessions));
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
