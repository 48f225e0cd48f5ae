/** What a client is built with. */
import type { Logger, LogLevel } from "./log.js";
import type { KeepOptions, StorageAdapter } from "./storage.js";

/** Why a token is asked for. */
export interface TokenRequest {
  /**
   * The server has refused the token given last, or it is a JWT that ends within a minute: fetch another one if you
   * can. Asked at most once per token for either reason.
   */
  readonly renew: boolean;
}

/** Gives the bearer token when a request is about to leave; `null` when signed out. May ignore its argument. */
export type TokenProvider = (request: TokenRequest) => string | null | Promise<string | null>;

/** How to build a client. */
export interface ClientOptions {
  /** The Pusher app key. Without one the client polls, with reason `not_configured`. */
  key?: string | null;
  /** `ws://host:port` or `wss://host:port` of the push server. Wins over `wsHost`, `wsPort` and `tls`. */
  url?: string;
  /** Host of the push server. Default `127.0.0.1`. */
  wsHost?: string;
  /** Port of the push server. Default 3005. */
  wsPort?: number;
  /** Whether to use `wss`. Default: true unless the host is loopback. */
  tls?: boolean;
  /** Accepted for compatibility with pusher-js and ignored: Sidewire never contacts another host. */
  cluster?: string;
  /** Base address of the REST API, such as `https://api.example.com`. */
  apiBase: string;
  /** Absolute address or path of the channel authorisation endpoint. Default `/api/pusher/auth`. */
  authEndpoint?: string;
  /** Channel name before the session id. Default `private-session-`. */
  channelPrefix?: string;
  /** Allow `ws:` and `http:` to hosts other than loopback. Default false. */
  allowCleartext?: boolean;
  /** Asked for every request. */
  token: TokenProvider;
  /** Time for a connection, handshake included. Default 8000. */
  connectTimeoutMs?: number;
  /** Polling interval while messages arrive. Default 3000. */
  pollActiveMs?: number;
  /** Polling interval after a minute without news, or when hidden. Default 30000. */
  pollIdleMs?: number;
  /** Spread of every delay: 1 = as designed, 0 = none. Default 1. */
  jitter?: number;
  /** When subscribers are told of changes: at the end of the microtask batch (default), or once per painted frame. */
  notify?: "microtask" | "frame";
  /** Silence after which the server is asked whether it lives. Default 30000; 20000 in a service worker. */
  pingAfterMs?: number;
  /** How many sessions left most recently stay subscribed, so that a switch back is instant. Default 2, at most 6. */
  warmChannels?: number;
  /** Whether to try to reconnect while the page is hidden. Default `keep`. */
  whileHidden?: "keep" | "pause";
  /** Keep the last inputs in memory (2 MiB at most) for `exportTrace`. Default false. */
  record?: boolean;
  /**
   * Where messages are kept across restarts: those of the sessions seen last, shown at once when one is opened again,
   * and own messages until the server has acknowledged them. All of it goes when the token goes. Default: nowhere.
   * `sidewire/chrome` has `chromeStorage()` and `memoryStorage()`.
   */
  storage?: StorageAdapter | null;
  /** How much is kept in `storage`. */
  keep?: KeepOptions;
  /**
   * Who a token belongs to, in any words that differ between people; what is stored for one is never shown to another.
   * Default: issuer and subject of a JWT. With other tokens, what was stored under one token is forgotten when the
   * client starts with another one; tell the user's id here to keep it.
   */
  account?: (token: string) => string | null;
  /** Seed of all randomness, for tests. Default: drawn from `crypto.getRandomValues`. */
  seed?: bigint;
  /** Gets what is logged. Default: the console, if `logLevel` is given; else nothing is logged. */
  logger?: Logger;
  /** How much is logged. Default: `info` with a `logger`, else `silent`. */
  logLevel?: LogLevel;
}
