/** Keeping messages across restarts. */

/**
 * Where a client keeps messages: a few texts under keys that begin with `sidewire:`. `memoryStorage()` and
 * `chromeStorage()` of `sidewire/chrome` are two; another one needs these four methods. Anything may take its time or
 * fail: a call that never resolves delays nothing. Only one order matters: what a client that is gone had asked for is
 * done before anything that a later one asks for, as in `chrome.storage`.
 */
export interface StorageAdapter {
  /** The text under a key; `null` or `undefined` when there is none. */
  get(key: string): Promise<string | null | undefined>;
  /** Keeps a text, in the place of any other. Rejects when there is no room: with an error that says "quota". */
  set(key: string, value: string): Promise<void>;
  /** Forgets a key; harmless when there is none. */
  remove(key: string): Promise<void>;
  /** All keys. Others than the client's own are left alone. */
  keys(): Promise<readonly string[]>;
}

/** How much a client keeps in its `storage`. */
export interface KeepOptions {
  /** Sessions whose newest messages are kept: those seen last. Default 5, at most 50; 0 keeps none. */
  sessions?: number;
  /** Most messages of each. Default 200, at most 1000; 0 keeps none. */
  messages?: number;
}
