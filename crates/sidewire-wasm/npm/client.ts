import { type CallAnswered, Calls, parseAnswer, readSession, readSessions } from "./calls.js";
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
    token: async () => (await token()) ?? null,
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
  const raw = guarded(() => new RawClient({ ...settings, key: settings.key ?? null }, host, high, low));
  return assemble(raw, calls, emitter, history);
}

function seedHalves(seed: bigint | undefined): readonly [number, number] {
  if (seed !== undefined) return [Number((seed >> 32n) & 0xffff_ffffn), Number(seed & 0xffff_ffffn)];
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return [high, low];
}

function assemble(raw: RawClient, calls: Calls, emitter: Emitter, history: History): SidewireClient {
  const rows = new RowCache();
  let closed = false;
  let snapshot: ClientSnapshot | null = null;
  emitter.onChange(() => {
    snapshot = null;
  });
  const open = <T>(call: () => T): T => {
    if (closed) throw new SidewireError("closed", "The client was closed: build a new one with createClient");
    return guarded(call);
  };
  const getSnapshot = (): ClientSnapshot => {
    if (closed && snapshot) return snapshot;
    snapshot ??= Object.freeze(open(() => raw.snapshot() as ClientSnapshot));
    return snapshot;
  };
  const messages = (): readonly ChatMessage[] => {
    const { revision, length } = getSnapshot();
    return closed ? [] : rows.allOf(raw, revision, length);
  };
  const sessions = cached(() => calls.begin(() => open(() => raw.listSessions())).then(readSessions));
  const changed = (body: string): Session => {
    sessions.forget();
    const session = readSession(parseAnswer(body));
    if (session) return session;
    throw new SidewireError("request_failed", "The server answered without a session", { serverCode: "BAD_ANSWER" });
  };

  return {
    connect: () => {
      open(() => {
        raw.connect();
      });
    },
    startSync: (sessionId) => {
      open(() => {
        raw.startSync(sessionId);
      });
    },
    leaveSession: () => {
      open(() => {
        raw.leaveSession();
      });
    },
    stopSync: () => {
      open(() => {
        raw.stopSync();
      });
    },
    loadMessages: (sessionId) => loadMessages(sessionId, { raw, emitter, getSnapshot, messages, open }),
    refresh: () => {
      open(() => {
        raw.refresh();
      });
    },
    sendMessage: ({ content, sessionId, url, domain }) =>
      open(() => raw.sendMessage(content, sessionId, url, domain)),
    retryMessage: (clientMessageId, sessionId) => {
      open(() => {
        raw.retryMessage(clientMessageId, sessionId);
      });
    },
    getSnapshot,
    subscribe: (listener) => emitter.subscribe(listener),
    on: (type, listener) => emitter.on(type, listener),
    onAny: (listener) => emitter.onAny(listener),
    messages,
    rows: (start, end) => open(() => rows.rowsOf(raw, start, end)),
    listSessions: ({ maxAgeMs = FIVE_MINUTES } = {}) => sessions.get(maxAgeMs),
    createSession: (fields = {}) =>
      calls.begin(() => open(() => raw.createSession(fields.url, fields.domain, fields.title))).then(changed),
    updateSession: (sessionId, fields) =>
      calls
        .begin(() => open(() => raw.updateSession(sessionId, fields.url, fields.domain, fields.title)))
        .then(changed),
    setVisible: (visible) => {
      open(() => {
        raw.setVisible(visible);
      });
    },
    setOnline: (online) => {
      open(() => {
        raw.setOnline(online);
      });
    },
    tokenChanged: () => {
      sessions.forget();
      open(() => {
        raw.tokenChanged();
      });
    },
    diagnostics: () =>
      history.diagnostics(
        open(() => raw.counters() as Counters),
        raw.socketId() ?? null,
      ),
    close: () => {
      if (closed) return;
      getSnapshot();
      closed = true;
      raw.close();
      raw.free();
      calls.closeAll();
      emitter.clear();
    },
  };
}

interface LoadContext {
  raw: RawClient;
  emitter: Emitter;
  getSnapshot: () => ClientSnapshot;
  messages: () => readonly ChatMessage[];
  open: <T>(call: () => T) => T;
}

/** Resolves once the first page was answered, rejects when it failed or another session was chosen meanwhile. */
function loadMessages(sessionId: string, context: LoadContext): Promise<readonly ChatMessage[]> {
  const { raw, emitter, getSnapshot, messages, open } = context;
  return new Promise((resolve, reject) => {
    const settle = (): boolean => {
      const { loadError, sessionId: shown } = getSnapshot();
      if (shown !== sessionId) {
        reject(new SidewireError("load_failed", "Another session was chosen before this one was loaded"));
      } else if (raw.isLoaded(sessionId)) {
        resolve(messages());
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
