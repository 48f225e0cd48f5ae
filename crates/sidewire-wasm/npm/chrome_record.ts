import { type AreaName, readKey, storageArea } from "./chrome_api.js";
import { unlessClosed } from "./closed.js";
import { report } from "./report.js";
import type { ClientSnapshot, SidewireClient } from "../types/index.js";

/** Settings of {@link keepRecord}. */
export interface KeepRecordOptions {
  /** The storage key. Default `sidewire:connection`. */
  readonly key?: string;
  /** The area. Default `session`: it survives the worker, not the browser. */
  readonly area?: "local" | "session";
  /** Told what goes wrong with a write. Default: `reportError`. */
  readonly onError?: (error: unknown) => void;
}

/**
 * Makes a client go on after its host was killed, as a service worker is after 30 s without events: restores what an
 * earlier life stored, then stores `client.persist()` whenever session or connection change. Holds no message, no token.
 *
 * ```ts
 * const client = createClient({ apiBase: "https://api.example.com", token: chromeToken() });
 * const restored = await keepRecord(client);
 * if (!restored) client.startSync("my-session");
 * ```
 *
 * @returns Whether there was something to go on with. It stores until the client is closed.
 */
export async function keepRecord(client: SidewireClient, options: KeepRecordOptions = {}): Promise<boolean> {
  const { key = "sidewire:connection", area = "session", onError = report } = options;
  const stored = await readKey(area satisfies AreaName, key);
  if (typeof stored === "string") client.restore(stored);

  let kept: ClientSnapshot | null = null;
  const store = (): void => {
    const snapshot = client.getSnapshot();
    if (kept && kept.sessionId === snapshot.sessionId && kept.state === snapshot.state) return;
    kept = snapshot;
    // The end of a client is told once more; what is stored of it stays.
    unlessClosed(() => {
      storageArea(area).set({ [key]: client.persist() }).catch(onError);
    });
  };
  client.subscribe(store);
  return typeof stored === "string" && client.getSnapshot().sessionId !== null;
}
