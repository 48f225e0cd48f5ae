/** What `sidewire/testing` offers. Times are milliseconds. */
import type { ClientOptions, Json, Role, Session, SessionFields, SidewireClient, TypingContext } from "./index.js";

/** How to build a {@link Hub}. */
export interface HubOptions {
  /**
   * `virtual` (default): time stands still until {@link Hub.advance}, and equal tests give equal runs. `real`: the
   * host's own clock, or what a test runner puts in its place; needed for {@link Hub.install}.
   */
  readonly clock?: "virtual" | "real";
  /** Where a virtual clock starts, ms since the epoch. Default 1,700,000,000,000. */
  readonly startAt?: number;
  /** Time that everything takes one way, ms. Default 10. */
  readonly latencyMs?: number;
  /** The push server's silence limit, told in its handshake, in seconds. Default 120. */
  readonly activityTimeoutS?: number;
  /** Where ids and the clients' randomness come from. Default 1. */
  readonly seed?: number;
  /** The app key. Default `test-key`. */
  readonly key?: string;
}

/** A message in the hub's log, as its REST API and its events give it. */
export interface HubMessage {
  readonly messageId: string;
  readonly sessionId: string;
  readonly role: Role;
  readonly content: string;
  readonly timestamp: number;
  readonly sequenceNumber: number;
  readonly revision: number;
  readonly status: string;
  readonly clientMessageId?: string;
  readonly [field: string]: Json | undefined;
}

/** What to put into the log; everything else is filled in. */
export interface HubMessageFields {
  readonly content?: string;
  /** Default `assistant`. */
  readonly role?: Role;
  /** Default `sent`. */
  readonly status?: string;
  readonly [field: string]: Json | undefined;
}

/** The parts of the REST API that a fault can be about; `rest` is all of them. */
export type HubEndpoint = "auth" | "messages" | "interact" | "sessions" | "rest";

/** Something that goes wrong until it is healed, or `times` times. */
export type Fault =
  /** Answers with a status instead of doing what was asked. */
  | { readonly on: HubEndpoint; readonly do: "answer"; readonly status: number; readonly code?: string; readonly message?: string; readonly retryAfter?: number | string; readonly times?: number }
  /** Never answers. */
  | { readonly on: HubEndpoint; readonly do: "hang"; readonly times?: number }
  /** The connection breaks: before the request arrives, or with `afterwards` once it was carried out. */
  | { readonly on: HubEndpoint; readonly do: "drop"; readonly afterwards?: boolean; readonly times?: number }
  /** The answer takes `ms` longer. */
  | { readonly on: HubEndpoint; readonly do: "delay"; readonly ms: number; readonly times?: number }
  /** Events to the clients are lost, as by a push server that restarts. */
  | { readonly on: "push"; readonly do: "drop"; readonly times?: number }
  /** Events to the clients take `ms` longer; their order on one socket stays. */
  | { readonly on: "push"; readonly do: "delay"; readonly ms: number; readonly times?: number }
  /** New sockets are refused: 1006 at once. */
  | { readonly on: "socket"; readonly do: "refuse"; readonly times?: number }
  /** New sockets never open. */
  | { readonly on: "socket"; readonly do: "hang"; readonly times?: number }
  /** New sockets open and are closed with a code, before any frame. */
  | { readonly on: "socket"; readonly do: "close"; readonly code: number; readonly reason?: string; readonly times?: number };

/** A request as the hub saw it. */
export interface HubRequest {
  readonly at: number;
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  /** The bearer token, or `null`. */
  readonly token: string | null;
  /** The body: JSON, the fields of a form, or `null`. */
  readonly body: Json;
}

/** What {@link Hub.onInteract} gets. */
export interface Interaction {
  readonly sessionId: string;
  /** The user's message, stored and published already. */
  readonly message: HubMessage;
}

/** A push server and a REST API in memory, with everything that can go wrong. */
export interface Hub {
  /** Key and addresses, for a `createClient` of your own after {@link Hub.install}. Nothing listens there. */
  readonly settings: Required<Pick<ClientOptions, "url" | "apiBase">> & { readonly key: string };

  /**
   * A client on this hub: the shipped module with its real driver, on the hub's clock and network. Options as for
   * `createClient`; by default the token is `test-token` and `jitter` 0, so that every wait is exact.
   */
  createClient(options?: Partial<ClientOptions>): SidewireClient;
  /**
   * Puts the hub in the place of `WebSocket` and `fetch` for its own addresses, so that code which builds its own client
   * runs unchanged. Needs `clock: "real"`. Returns the function that takes it back.
   */
  install(): () => void;

  /** The hub's wall clock, ms since the epoch. */
  now(): number;
  /** Lets `ms` pass, and everything happen that is due in it. Await it. */
  advance(ms: number): Promise<void>;
  /** Lets time pass until the condition holds; rejects with `not_reached` after `timeoutMs` (default 60,000). */
  until(condition: () => boolean, timeoutMs?: number): Promise<void>;

  /** Begins a session of the signed-in user. */
  createSession(fields?: SessionFields): Session;
  /** Stores a message and publishes `new_message`. */
  addMessage(sessionId: string, fields: HubMessageFields): HubMessage;
  /** Changes a message, raises its revision and publishes `message_update`. */
  updateMessage(sessionId: string, messageId: string, fields: HubMessageFields): HubMessage;
  /** Stores a message with more text, as `updateMessage` does, and publishes only that text, as `message_delta`. */
  appendText(sessionId: string, messageId: string, text: string): HubMessage;
  /** The log of a session, oldest first. */
  messages(sessionId: string): readonly HubMessage[];
  /** Publishes `typing`. */
  setTyping(sessionId: string, isTyping: boolean, context?: TypingContext): void;
  /** Publishes any event on a session's channel. */
  publish(sessionId: string, event: string, payload: { readonly [field: string]: Json | undefined }): void;
  /** Called after each message of the user; answers by `addMessage`, for instance. One handler at a time. */
  onInteract(handler: (interaction: Interaction) => void): void;
  /** How many sockets are subscribed to a session's channel. */
  subscribers(sessionId: string): number;

  /** Begins a fault; returns the function that ends it. Of several that fit, the one begun last counts. */
  fault(fault: Fault): () => void;
  /** Ends all faults. */
  heal(): void;
  /** Closes every open socket: with a code, or by a cut (1006) without one. */
  closeSockets(code?: number, reason?: string): void;
  /** From now on this token is answered with 401. */
  refuseToken(token: string): void;

  /** Every request so far, oldest first. */
  readonly requests: readonly HubRequest[];
  /** How many sockets were opened so far. */
  readonly socketsOpened: number;
  /** Closes every client that the hub built, and forgets all timers. */
  close(): void;
}

/** Where a replayed trace ends. */
export interface ReplayEnd {
  readonly state: string;
  readonly reason: string | null;
  readonly freshness: string;
  readonly sessionId: string | null;
  /** How many messages the watched session holds. */
  readonly length: number;
}

/** What {@link replayTrace} gives. */
export interface Replay {
  /** Every effect and event, one a line, in order. */
  readonly lines: readonly string[];
  /** A digest of them: equal traces on equal versions give equal digests. */
  readonly hash: string;
  readonly end: ReplayEnd;
}
