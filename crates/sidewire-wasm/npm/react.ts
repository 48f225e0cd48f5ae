/**
 * React hooks over a client, all on `useSyncExternalStore`: no tearing, safe in StrictMode, and on a server they give
 * the state of a client that was never connected.
 *
 * ```tsx
 * import { createRoot } from "react-dom/client";
 * import { createClient, init } from "sidewire";
 * import { SidewireProvider, useMessages, useSend, useSession } from "sidewire/react";
 *
 * function Chat({ sessionId }: { sessionId: string }) {
 *   useSession(sessionId);
 *   const messages = useMessages();
 *   const { send } = useSend();
 *   return (
 *     <>
 *       {messages.map((message) => <p key={message.id}>{message.content}</p>)}
 *       <button onClick={() => send("Hello")}>Say hello</button>
 *     </>
 *   );
 * }
 *
 * await init();
 * const client = createClient({ apiBase: "https://api.example.com", token: () => null });
 * createRoot(document.body).render(
 *   <SidewireProvider client={client}><Chat sessionId="my-session" /></SidewireProvider>,
 * );
 * ```
 *
 * @packageDocumentation
 */
import { useCallback, useEffect, useMemo, useSyncExternalStore } from "react";

import { IDLE_SNAPSHOT, NO_MESSAGES } from "./idle.js";
import { needed, useClient } from "./react_context.js";
import { createSelection, sameFields } from "./selection.js";
import { watchSession } from "./watching.js";
import type { ChatMessage, ClientSnapshot, OlderPage, OutgoingMessage, SidewireClient, Turn } from "../types/index.js";

export { IDLE_SNAPSHOT } from "./idle.js";
export { SidewireProvider, type SidewireProviderProps, useClient } from "./react_context.js";
export { type SessionsView, useSessions } from "./react_sessions.js";
export type { Turn } from "../types/index.js";

/** The whole state; the same object until something in it changes. Renders again with every change. */
export function useSnapshot(): ClientSnapshot {
  return useSelection(snapshotOf, IDLE_SNAPSHOT, Object.is);
}

/** The parts of a snapshot that are about the connection. */
export type Connection = Pick<
  ClientSnapshot,
  "state" | "reason" | "reasonLabel" | "freshness" | "freshnessSince" | "freshnessCause" | "isPolling"
>;

/** How the connection is; the same object until one of its fields changes, however many messages arrive. */
export function useConnection(): Connection {
  return useSelection(connectionOf, IDLE_CONNECTION, sameFields);
}

/** Whether somebody is typing, and what they are at. */
export interface Typing {
  readonly isTyping: boolean;
  /** `thinking`, `executing`, `verifying` or `processing`; `null` while nobody types. */
  readonly context: ClientSnapshot["serverTypingContext"];
}

/** Whether the agent is typing in the watched session. */
export function useTyping(): Typing {
  return useSelection(typingOf, IDLE_TYPING, sameFields);
}

/** A part of a list, by index. */
export interface MessageWindow {
  /** First index, counted from 0. */
  readonly start: number;
  /** The index after the last one. */
  readonly end: number;
}

/**
 * The messages of the watched session in order: all of them, or those of a window, for a virtual list. The array is the
 * same until a message in it changes, and an unchanged message stays the same object, so `memo` works.
 *
 * ```tsx
 * const all = useMessages();
 * const inView = useMessages({ start: 100, end: 120 });
 * ```
 */
export function useMessages(window?: MessageWindow): readonly ChatMessage[] {
  const start = window?.start;
  const end = window?.end;
  const read = useCallback(
    (client: SidewireClient) => (start === undefined || end === undefined ? client.messages() : client.rows(start, end)),
    [start, end],
  );
  return useSelection(read, NO_MESSAGES, sameMessages);
}

/**
 * The messages of the watched session as turns: what the user wrote with everything that answers it. A turn is the same
 * object until a message in it changes.
 */
export function useTurns(): readonly Turn[] {
  return useSelection(turnsOf, NO_TURNS, Object.is);
}

/** Older messages of the watched session. */
export interface Older {
  /** Whether the server has older messages; `null` while nobody knows. */
  readonly hasOlder: ClientSnapshot["hasOlder"];
  readonly isLoading: boolean;
  /** Loads the page before the first message, see {@link SidewireClient.loadOlder}. */
  load(): Promise<OlderPage>;
}

type OlderState = Pick<Older, "hasOlder" | "isLoading">;

/** The way back into the past of the watched session. */
export function useOlder(): Older {
  const client = useClient();
  const { hasOlder, isLoading } = useSelection(olderOf, IDLE_OLDER, sameFields);
  return useMemo(() => ({ hasOlder, isLoading, load: () => needed(client).loadOlder() }), [client, hasOlder, isLoading]);
}

/** What {@link useSend} gives; the same object for the life of a client. */
export interface Send {
  /**
   * Shows a message at once and delivers it; returns its `clientMessageId`.
   *
   * @throws SidewireError `no_session` when none is watched and none is named.
   */
  send(message: string | OutgoingMessage): string;
  /** Tries a failed message again, with the same id. */
  retry(clientMessageId: string, sessionId?: string): void;
  /** Takes back a message that is queued or failed; false for one that is on its way or sent. */
  cancel(clientMessageId: string, sessionId?: string): boolean;
}

/** Functions to send with. They throw `not_initialized` while the provider has no client. */
export function useSend(): Send {
  const client = useClient();
  return useMemo(
    () =>
      Object.freeze({
        send: (message: string | OutgoingMessage) => needed(client).sendMessage(typeof message === "string" ? { content: message } : message),
        retry: (clientMessageId: string, sessionId?: string) => {
          needed(client).retryMessage(clientMessageId, sessionId);
        },
        cancel: (clientMessageId: string, sessionId?: string) => needed(client).cancelMessage(clientMessageId, sessionId),
      }),
    [client],
  );
}

/**
 * Watches a session as long as the component is mounted; `null` watches none. A client watches one session at a time:
 * of several components the last one that changed its session wins.
 *
 * StrictMode's double mount costs nothing: a session is left only if nobody asked for one in the same turn.
 */
export function useSession(sessionId: string | null): void {
  const client = useClient();
  useEffect(() => {
    if (client && sessionId !== null) return watchSession(client, sessionId);
    return undefined;
  }, [client, sessionId]);
}

function useSelection<T>(read: (client: SidewireClient, before: T) => T, idle: T, same: (a: T, b: T) => boolean): T {
  const client = useClient();
  const selection = useMemo(() => createSelection(client, read, idle, same), [client, read, idle, same]);
  return useSyncExternalStore(selection.subscribe, selection.get, () => idle);
}

function snapshotOf(client: SidewireClient): ClientSnapshot {
  return client.getSnapshot();
}

function connectionOf(client: SidewireClient): Connection {
  return connectionPart(client.getSnapshot());
}

function connectionPart(snapshot: ClientSnapshot): Connection {
  const { state, reason, reasonLabel, freshness, freshnessSince, freshnessCause, isPolling } = snapshot;
  return Object.freeze({ state, reason, reasonLabel, freshness, freshnessSince, freshnessCause, isPolling });
}

function typingOf(client: SidewireClient): Typing {
  const { isServerTyping, serverTypingContext } = client.getSnapshot();
  return Object.freeze({ isTyping: isServerTyping, context: serverTypingContext });
}

function turnsOf(client: SidewireClient): readonly Turn[] {
  return client.turns();
}

function olderOf(client: SidewireClient): OlderState {
  const { hasOlder, isLoadingOlder } = client.getSnapshot();
  return { hasOlder, isLoading: isLoadingOlder };
}

function sameMessages(a: readonly ChatMessage[], b: readonly ChatMessage[]): boolean {
  return a === b || (a.length === b.length && a.every((message, index) => message === b[index]));
}

const NO_TURNS: readonly Turn[] = Object.freeze([]);
const IDLE_CONNECTION = connectionPart(IDLE_SNAPSHOT);
const IDLE_OLDER: OlderState = Object.freeze({ hasOlder: null, isLoading: false });
const IDLE_TYPING: Typing = Object.freeze({ isTyping: false, context: null });
