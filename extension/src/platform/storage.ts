/** Storage that may fail: what cannot be stored is kept in memory, and that is told. */

/** The storage areas in use: `local` outlives the browser, `session` does not. */
export type Area = "local" | "session";

/** The storage of the browser, or what stands in for it. */
export interface Storage {
  read(area: Area, key: string): Promise<unknown>;
  write(area: Area, key: string, value: unknown): Promise<void>;
  remove(area: Area, key: string): Promise<void>;
  watch(area: Area, key: string, listener: (value: unknown) => void): () => void;
}

/** Why something is in memory only: the area is full, or it cannot be used. */
export type StorageFailure = "full" | "unusable";

/** No call waits longer than that for an answer. */
const PATIENCE_MS = 2_000;

/**
 * The same storage, whose calls neither reject nor hang. A value that could not be written is read back from memory as
 * long as this page lives, and watchers hear of it. `onFailure` is called for every such value.
 */
export function tolerantStorage(
  storage: Storage,
  onFailure: (failure: StorageFailure) => void,
  patienceMs = PATIENCE_MS,
): Storage {
  const kept = new Map<string, unknown>();
  const watchers = new Set<{ readonly name: string; readonly listener: (value: unknown) => void }>();

  const keep = (name: string, value: unknown, error: unknown): void => {
    kept.set(name, value);
    onFailure(/quota/i.test(String(error)) ? "full" : "unusable");
    for (const watcher of watchers) if (watcher.name === name) watcher.listener(value);
  };
  const change = async (name: string, value: unknown, call: () => Promise<void>): Promise<void> => {
    try {
      await soon(call, patienceMs);
      kept.delete(name);
    } catch (error) {
      keep(name, value, error);
    }
  };

  return {
    read: async (area, key) => {
      const name = `${area} ${key}`;
      if (kept.has(name)) return kept.get(name);
      return soon(() => storage.read(area, key), patienceMs).catch(() => undefined);
    },
    write: (area, key, value) => change(`${area} ${key}`, value, () => storage.write(area, key, value)),
    remove: (area, key) => change(`${area} ${key}`, undefined, () => storage.remove(area, key)),
    watch: (area, key, listener) => {
      const watcher = { name: `${area} ${key}`, listener };
      watchers.add(watcher);
      const end = watchStored(storage, area, key, listener);
      return () => {
        watchers.delete(watcher);
        end();
      };
    },
  };
}

function watchStored(storage: Storage, area: Area, key: string, listener: (value: unknown) => void): () => void {
  try {
    return storage.watch(area, key, listener);
  } catch {
    return () => undefined;
  }
}

/** What a call gives, unless it throws, rejects or takes too long. */
function soon<T>(call: () => Promise<T>, patienceMs: number): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error("no answer")), patienceMs);
    new Promise<T>((begin) => begin(call())).then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
