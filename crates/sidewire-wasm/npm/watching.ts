import { unlessClosed } from "./closed.js";
import type { SidewireClient } from "../types/index.js";

/** How many watchers a client has. */
const watchers = new WeakMap<SidewireClient, number>();

/**
 * Watches a session until the returned function is called. The session is left only if, at the end of that turn, nobody
 * watches any: React's StrictMode unmounts and mounts at once, and a switch lets go of one session to take another.
 */
export function watchSession(client: SidewireClient, sessionId: string): () => void {
  watchers.set(client, count(client) + 1);
  client.startSync(sessionId);
  return () => {
    watchers.set(client, count(client) - 1);
    queueMicrotask(() => {
      if (count(client) === 0) unlessClosed(() => { client.leaveSession(); });
    });
  };
}

function count(client: SidewireClient): number {
  return watchers.get(client) ?? 0;
}
