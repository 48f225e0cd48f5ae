/**
 * The TypeScript contract of Sidewire. Written by hand, checked against the Rust side by
 * `tests/contract` (names) and by the compiler (shapes). Times are milliseconds.
 */
import type { ClientEvent, ProblemCode } from "./events.js";

export type * from "./events.js";
export type * from "./log.js";
export type * from "./options.js";
export type * from "./storage.js";
export type * from "./tabs.js";

/** What the connection is to a user. */
export type ConnectionState =
  | "disconnected"
  | "connecting"
  | "connected"
  | "reconnecting"
  | "failed"
  | "fallback";

/** Why push does not work, set while the state is `fallback` or `failed`. */
export type FallbackReason =
  | "not_configured"
  | "no_token"
  | "auth_failed"
  | "session_refused"
  | "attempts_exhausted"
  | "refused"
  | "rejected"
  | "offline";

/** What brought a state change about. */
export type Cause =
  | "command"
  | "caught_up"
  | "connect_timeout"
  | "socket_closed"
  | "heartbeat_timeout"
  | "auth_refused"
  | "subscribe_failed"
  | "attempts_exhausted"
  | "environment"
  | "rest_refused";

/** How far the view may lag behind the server's log. */
export type Freshness = "fresh" | "catchingUp" | "stale" | "gap";

/** What the agent is doing. */
export type TypingContext = "thinking" | "executing" | "verifying" | "processing";

/** Who wrote a message. */
export type Role = "user" | "assistant" | "system";

/** Why an own message could not be delivered. */
export type SendFailure = "network" | "unauthorized" | "forbidden" | "rejected" | "server";

/** Any JSON value. */
export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** One message, frozen. The same object is handed out until something visible in it changes. */
export interface ChatMessage {
  /** The server's `messageId`, or the `clientMessageId` while the server has none. */
  readonly id: string;
  readonly sessionId: string;
  readonly role: Role;
  /** The text, with what came of it in pieces (`message_delta`); `""` when the server sent none. */
  readonly content: string;
  /** Server time in ms since the epoch; the local wall clock for an own message not yet stored; `null` if unknown. */
  readonly timestamp: number | null;
  /** `sent`, `pending`, `streaming`, `success`, `failure`, or whatever else the server says. */
  readonly status: string;
  readonly sequenceNumber: number | null;
  /** The sender's own id, if it was told. */
  readonly clientMessageId: string | null;
  /**
   * Set on own messages that the server has not confirmed. `queued`: it waits for the network, for its turn, or for
   * another try, and can be taken back. `pending`: it is on the wire. `failed`: see `sendFailure`.
   */
  readonly delivery: "queued" | "pending" | "failed" | null;
  /** Why `delivery` is `failed`. */
  readonly sendFailure: SendFailure | null;
  /** True when the message could not be shown as it is (too large or nested too deeply). */
  readonly placeholder: boolean;
  /** The message object exactly as the server sent it, unknown fields included, pieces of text that came later not. */
  readonly raw: { readonly [key: string]: Json };
}

/** A message of the user with everything that answers it. Frozen; the same object until a message in it changes. */
export interface Turn {
  /** The id of its first message. */
  readonly id: string;
  /** What the user wrote; `null` for what stands before the user's first message. */
  readonly user: ChatMessage | null;
  /** Everything after it and before the user's next message, in order. */
  readonly answers: readonly ChatMessage[];
}

/** One conversation as the session list shows it. */
export interface Session {
  readonly sessionId: string;
  readonly title: string | null;
  readonly status: string;
  readonly url: string | null;
  readonly domain: string | null;
  readonly createdAt: number | string | null;
  readonly updatedAt: number | string | null;
  readonly lastSequenceNumber: number | null;
}

/** What can be told about a session. */
export interface SessionFields {
  url?: string;
  domain?: string;
  title?: string;
}

/** Counters since the client was created. */
export interface Counters {
  readonly framesReceived: number;
  readonly framesMalformed: number;
  readonly framesStale: number;
  readonly eventsForeign: number;
  readonly socketsOpened: number;
  readonly authRequests: number;
  readonly messageRequests: number;
  readonly polls: number;
  readonly messagesInserted: number;
  readonly messagesUpdated: number;
  readonly messagesDuplicate: number;
}

/** The state of a client. Frozen; the same object until something in it changes. */
export interface ClientSnapshot {
  readonly state: ConnectionState;
  readonly reason: FallbackReason | null;
  /** The reason in words, such as `Pusher not configured`. */
  readonly reasonLabel: string | null;
  readonly freshness: Freshness;
  /** Since when, in ms since the epoch; `null` before the first change. */
  readonly freshnessSince: number | null;
  /** What brought the present freshness about. */
  readonly freshnessCause: Cause | null;
  /** The session being watched. */
  readonly sessionId: string | null;
  /** True until the first page of the watched session was answered. */
  readonly isLoading: boolean;
  /** Why the last load failed, in one sentence, or `null`. */
  readonly loadError: LoadError | null;
  /**
   * The server's own code in its refusal to sign the watched session's channel, such as `SESSION_NOT_FOUND` or
   * `USER_MISMATCH`; `null` when it gave none. Servers tell it in development only.
   */
  readonly refusalCode: string | null;
  /** Reads of the watched session that failed in a row; 0 after one that worked. */
  readonly retryCount: number;
  /** When its messages were last asked for, in ms since the epoch; `null` before the first time. */
  readonly lastAttemptAt: number | null;
  /** Whether {@link SidewireClient.loadOlder} was called and its messages are still to come. */
  readonly isLoadingOlder: boolean;
  /**
   * Whether there are messages before the oldest one. `null` before the first page came, and when the server cannot be
   * asked because it numbers nothing.
   */
  readonly hasOlder: boolean | null;
  /** Whether polling runs right now. */
  readonly isPolling: boolean;
  readonly isServerTyping: boolean;
  readonly serverTypingContext: TypingContext | null;
  /** How many messages the watched session holds. */
  readonly length: number;
  /** Grows with every change of the watched session's messages. */
  readonly revision: number;
}

/** Why messages could not be loaded. */
export interface LoadError {
  /** HTTP status, or `null` when there was no answer. */
  readonly status: number | null;
  /** `NETWORK`, `TIMEOUT`, `NO_TOKEN`, `NOT_CONFIGURED`, `UNAUTHORIZED`, `FORBIDDEN`, `NOT_FOUND`, `RATE_LIMITED`, `SERVER` or `BAD_ANSWER`. */
  readonly code: string;
  readonly message: string;
  /** The server's own code, such as `SESSION_NOT_FOUND`, when it gave one. */
  readonly serverCode: string | null;
}

/** A WebSocket close as the browser told it. */
export interface CloseInfo {
  /** The close code; 1006 when there was none. */
  readonly code: number;
  readonly reason: string;
}

/** Missing sequence numbers, both ends included. */
export interface Gap {
  readonly from: number;
  readonly to: number;
  /** The row before which the marker stands; `length` when nothing follows. */
  readonly index: number;
}

/** What {@link SidewireClient.loadOlder} brought. */
export interface OlderPage {
  /** How many messages are new; they stand at the beginning of the list. */
  readonly added: number;
  /** As in {@link ClientSnapshot.hasOlder}. */
  readonly hasOlder: boolean | null;
}

/** A message to send. */
export interface OutgoingMessage {
  content: string;
  /** Default: the session being watched. */
  sessionId?: string;
  /** Address of the page that the user looks at, if it may be told. */
  url?: string;
  domain?: string;
}

/** One state change with its time, for a debug view. */
export interface Transition {
  /** Wall clock, ms since the epoch. */
  readonly at: number;
  readonly previous: ConnectionState;
  readonly current: ConnectionState;
  readonly cause: Cause;
  readonly reason: FallbackReason | null;
  readonly close: CloseInfo | null;
}

/** One problem with its time, for a debug view. */
export interface ProblemEntry {
  readonly at: number;
  readonly code: ProblemCode;
  readonly detail: string;
  /** The field that was wrong, or `null`. */
  readonly path: string | null;
}

/** What a debug view shows. Holds no content and no token. */
export interface Diagnostics {
  readonly counters: Counters;
  /** The last 200, oldest first. */
  readonly transitions: readonly Transition[];
  /** The last 50, oldest first. */
  readonly problems: readonly ProblemEntry[];
  /** The push server's id of the open socket, or `null`. */
  readonly socketId: string | null;
}

/** A client: one connection, one watched session at a time. */
export interface SidewireClient {
  /** Opens the connection without watching a session. Harmless when already open. */
  connect(): void;
  /** Watches exactly this session: loads it, joins its channel, leaves any other. Idempotent. */
  startSync(sessionId: string): void;
  /** Watches no session but keeps the connection. */
  leaveSession(): void;
  /** Closes the connection and stops all timers until the next `connect` or `startSync`. */
  stopSync(): void;
  /** `startSync`, then resolves with the messages once the first page was answered; rejects with a `SidewireError`. */
  loadMessages(sessionId: string): Promise<readonly ChatMessage[]>;
  /** Fetches what is missing in the watched session now. */
  refresh(): void;
  /**
   * Reads the page before the oldest message of the watched session and resolves when its messages are in the list.
   * With nothing more to read it resolves without a request. Concurrent calls share one.
   *
   * Rejects with a `SidewireError` `load_failed`: the request failed, no session is watched (`serverCode`
   * `NO_SESSION`), or the session was left meanwhile (`LEFT`). It is not repeated by itself; after a failure the
   * next call waits as long as the server asked, or a growing pause.
   *
   * A server that numbers nothing gives its newest 100 messages; what lies before cannot be asked for.
   */
  loadOlder(): Promise<OlderPage>;
  /**
   * Shows the message at once, delivers it, and returns its `clientMessageId`. Throws `no_session` when there is none.
   *
   * Messages of a session leave one after the other. Without a network, and while the server asks for patience
   * (`Retry-After`), they wait. A try that brings nothing is repeated with the same id, five times with growing pauses;
   * then the message and what waits behind it are `failed`.
   */
  sendMessage(message: OutgoingMessage): string;
  /** Tries a failed message again, with the same id. `sessionId` defaults to the session being watched. */
  retryMessage(clientMessageId: string, sessionId?: string): void;
  /**
   * Takes back a message that is `queued` or `failed` and returns true; the message is gone. Returns false for one that
   * is on the wire, sent, or unknown. If an earlier try reached the server without its answer reaching us, the
   * message appears again as sent. `sessionId` defaults to the session being watched; throws `no_session` without one.
   */
  cancelMessage(clientMessageId: string, sessionId?: string): boolean;

  /** The present state; the same object until something changes. */
  getSnapshot(): ClientSnapshot;
  /** Calls back after changes, once per microtask batch, or per frame with `notify: "frame"`. Returns the function that ends it. Made for `useSyncExternalStore`. */
  subscribe(listener: () => void): () => void;
  /** Listens to one kind of event. Returns the function that ends it. */
  on<T extends ClientEvent["type"]>(
    type: T,
    listener: (event: Extract<ClientEvent, { type: T }>) => void,
  ): () => void;
  /** Every event, for logs. */
  onAny(listener: (event: ClientEvent) => void): () => void;

  /** All messages of the watched session in order; the same array until one changes. */
  messages(): readonly ChatMessage[];
  /** The messages `start` to `end` (exclusive) of the watched session; unchanged ones keep their identity. */
  rows(start: number, end: number): readonly ChatMessage[];

  /**
   * The messages of the watched session as turns: what the user wrote with everything that answers it. A turn is the
   * same object until a message in it changes, and so is the list.
   */
  turns(): readonly Turn[];

  /** Holes in the watched session that the server could not fill. */
  gaps(): readonly Gap[];

  /** What to store so that a restarted host can go on: pass it to {@link SidewireClient.restore}. */
  persist(): string;
  /** Goes on with what `persist` gave. Garbage or another version is a fresh start, told by a `problem` event. */
  restore(record: string): void;
  /** What went in since the start, for a bug report; no message text, no token. `null` unless `record` is set. */
  exportTrace(): string | null;

  /**
   * The user's sessions, newest first. Cached for `maxAgeMs` (default 5 minutes); concurrent calls share one request. What
   * the server says in a `session_update` is in the cached list at once, without a request.
   */
  listSessions(options?: { maxAgeMs?: number }): Promise<readonly Session[]>;
  createSession(fields?: SessionFields): Promise<Session>;
  updateSession(sessionId: string, fields: SessionFields): Promise<Session>;

  /** Tell the client when the page is shown or hidden. */
  setVisible(visible: boolean): void;
  /** Tell the client what the browser thinks of the network. */
  setOnline(online: boolean): void;
  /** Tell the client that the token appeared, changed or went away. */
  tokenChanged(): void;
  /** For a debug view. */
  diagnostics(): Diagnostics;
  /** Closes the connection and frees the memory. The client cannot be used afterwards. */
  close(): void;
}

/** The codes of {@link SidewireError}. */
export type ErrorCode =
  | "not_initialized"
  | "wasm_blocked"
  | "wasm_unavailable"
  | "bad_config"
  | "bad_session_id"
  | "no_session"
  | "closed"
  | "request_failed"
  | "load_failed"
  | "no_provider"
  | "chrome_unavailable"
  | "bad_trace"
  | "not_reached";
