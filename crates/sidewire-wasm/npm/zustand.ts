/**
 * A slice for a Zustand store that follows a client.
 *
 * ```ts
 * import { create } from "zustand";
 * import { createClient, init } from "sidewire";
 * import { createSyncSlice, type SyncSlice } from "sidewire/zustand";
 *
 * await init();
 * const client = createClient({ apiBase: "https://api.example.com", token: () => null });
 * const useStore = create<SyncSlice>()(createSyncSlice(client));
 * await useStore.getState().loadMessages("my-session");
 * ```
 *
 * It needs nothing of Zustand but the three arguments of a slice, so it works with 4 and 5, alone or among other slices,
 * with and without `immer`, `persist` and `devtools`.
 *
 * @packageDocumentation
 */
import { IDLE_SNAPSHOT, NO_MESSAGES } from "./idle.js";
import { sameFields } from "./selection.js";
import type { ChatMessage, ClientSnapshot, OutgoingMessage, SidewireClient } from "../types/index.js";

/** What a client says, as fields of a store. Written by the client only. */
export interface SyncState {
  /** What the connection is to a user. */
  readonly wsConnectionState: ClientSnapshot["state"];
  /** Why push does not work, in words such as `Pusher not configured`; `null` while it does. */
  readonly wsFallbackReason: string | null;
  /** The same as a code, to switch on. */
  readonly wsFallbackCode: ClientSnapshot["reason"];
  /** Whether the agent is typing. */
  readonly isServerTyping: boolean;
  readonly serverTypingContext: ClientSnapshot["serverTypingContext"];
  /** All messages of the watched session in order; the same frozen array until one changes. */
  readonly messages: readonly ChatMessage[];
  /** The session being watched. */
  readonly syncSessionId: string | null;
  /** How far the view may lag behind the server's log. */
  readonly freshness: ClientSnapshot["freshness"];
  readonly isLoadingMessages: boolean;
  readonly loadError: ClientSnapshot["loadError"];
}

/** What a store can ask of its client. All wait for the client if it was given as a promise. */
export interface SyncActions {
  /** Watches exactly this session. */
  startSync(sessionId: string): Promise<void>;
  /** Closes the connection and stops all timers. */
  stopSync(): Promise<void>;
  /** `startSync`, then resolves with the messages once the first page was answered; rejects with a `SidewireError`. */
  loadMessages(sessionId: string): Promise<readonly ChatMessage[]>;
  /** Shows the message at once, delivers it, and resolves with its `clientMessageId`. */
  sendMessage(message: string | OutgoingMessage): Promise<string>;
}

/** The slice. */
export type SyncSlice = SyncState & SyncActions;

/** A client, a promise of one, or a function that gives either and is called once. */
export type ClientSource = SidewireClient | Promise<SidewireClient> | (() => SidewireClient | Promise<SidewireClient>);

/** The part of a Zustand store that the slice uses. */
export interface SyncStore {
  getState(): object;
  subscribe(listener: () => void): unknown;
}

/**
 * The slice's creator, for `create` or to be spread among other slices.
 *
 * ```ts
 * const useStore = create<Mine & SyncSlice>()((...a) => ({ ...createMine(...a), ...createSyncSlice(client)(...a) }));
 * ```
 *
 * The store follows the client from its creation to the client's `close`. A state that comes from elsewhere, such as an
 * old one that `persist` brings back, never replaces what the client says.
 */
export function createSyncSlice(
  source: ClientSource,
): (set: (state: Partial<SyncState>) => void, get: () => unknown, store: SyncStore) => SyncSlice {
  return (set, _get, store) => {
    const given = typeof source === "function" ? source() : source;
    let told = stateOf("then" in given ? null : given);
    let isTelling = false;
    const tell = (): void => {
      isTelling = true;
      set(told);
      isTelling = false;
    };
    // A client that never comes is told by every action, and by the promise itself.
    follow(Promise.resolve(given), (state) => {
      if (sameFields(told, state)) return;
      told = state;
      tell();
    }).catch(() => undefined);
    store.subscribe(() => {
      if (!isTelling && !holds(store.getState(), told)) tell();
    });
    return { ...told, ...actionsOf(Promise.resolve(given)) };
  };
}

/**
 * A state without the slice's fields and actions, for `partialize` of `persist`: what the client says is read from the
 * server, not from storage.
 *
 * ```ts
 * persist(creator, { name: "settings", partialize: withoutSync });
 * ```
 */
export function withoutSync<T extends object>(state: T): Omit<T, keyof SyncSlice> {
  const fields = Object.entries(state).filter(([name]) => !OWN.has(name));
  return Object.fromEntries(fields) as Omit<T, keyof SyncSlice>;
}

async function follow(source: Promise<SidewireClient>, tell: (state: SyncState) => void): Promise<void> {
  const client = await source;
  const read = (): void => {
    tell(stateOf(client));
  };
  client.subscribe(read);
  read();
}

function stateOf(client: SidewireClient | null): SyncState {
  const snapshot = client?.getSnapshot() ?? IDLE_SNAPSHOT;
  return {
    wsConnectionState: snapshot.state,
    wsFallbackReason: snapshot.reasonLabel,
    wsFallbackCode: snapshot.reason,
    isServerTyping: snapshot.isServerTyping,
    serverTypingContext: snapshot.serverTypingContext,
    messages: client?.messages() ?? NO_MESSAGES,
    syncSessionId: snapshot.sessionId,
    freshness: snapshot.freshness,
    isLoadingMessages: snapshot.isLoading,
    loadError: snapshot.loadError,
  };
}

function holds(state: object, told: SyncState): boolean {
  const fields = new Map<string, unknown>(Object.entries(state));
  return Object.entries(told).every(([name, value]) => Object.is(fields.get(name), value));
}

function actionsOf(source: Promise<SidewireClient>): SyncActions {
  return {
    startSync: async (sessionId) => {
      (await source).startSync(sessionId);
    },
    stopSync: async () => {
      (await source).stopSync();
    },
    loadMessages: async (sessionId) => (await source).loadMessages(sessionId),
    sendMessage: async (message) => (await source).sendMessage(typeof message === "string" ? { content: message } : message),
  };
}

const OWN: ReadonlySet<string> = new Set([
  ...Object.keys(stateOf(null)),
  ...Object.keys(actionsOf(new Promise(() => undefined))),
]);
