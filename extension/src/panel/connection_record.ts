/** `sidewire:connection`: the session that was shown last and when it was connected, so that a reopened panel goes on. */

import type { SidewireClient } from "sidewire";
import type { Storage } from "../platform/storage";

/** The storage key of the record (`SidewireClient.persist()`), in `session`. */
export const CONNECTION_KEY = "sidewire:connection";

/** The record of one panel. */
export interface ConnectionRecord {
  /** Lets a client go on from the stored record if that is about this session. Only the first watch of a panel does. */
  restore(client: SidewireClient, sessionId: string): void;
  /** Stores the record whenever the client connects or loses its connection. */
  follow(client: SidewireClient | null): void;
  /** Stores the record now. */
  store(client: SidewireClient | null): void;
}

/** Reads what is stored. Nothing of incognito windows is. */
export async function createConnectionRecord(storage: Storage, isIncognito: boolean): Promise<ConnectionRecord> {
  let stored = isIncognito ? null : asText(await storage.read("session", CONNECTION_KEY));
  let unfollow = (): void => undefined;
  const store = (client: SidewireClient | null): void => {
    if (isIncognito || client === null) return;
    void storage.write("session", CONNECTION_KEY, client.persist());
  };

  return {
    restore: (client, sessionId) => {
      const record = stored;
      stored = null;
      if (record !== null && sessionIn(record) === sessionId) client.restore(record);
    },
    follow: (client) => {
      unfollow();
      unfollow =
        client?.on("stateChange", ({ previous, current }) => {
          if (previous === "connected" || current === "connected") store(client);
        }) ?? (() => undefined);
    },
    store,
  };
}

function sessionIn(record: string): unknown {
  try {
    return (JSON.parse(record) as { readonly sessionId?: unknown } | null)?.sessionId;
  } catch {
    return null;
  }
}

function asText(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}
