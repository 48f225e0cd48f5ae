/** Storage in memory, for tests. */

import type { Storage } from "../platform/storage";

/** Storage in memory. */
export interface MemoryStorage extends Storage {
  /** By `area key`. */
  readonly values: Map<string, unknown>;
}

/** An empty storage that tells every change to `onCall`, such as `write local accessToken`. */
export function memoryStorage(onCall: (call: string) => void = () => undefined): MemoryStorage {
  const values = new Map<string, unknown>();
  const watchers = new Set<{ readonly name: string; readonly listener: (value: unknown) => void }>();
  const tell = (name: string, value: unknown): void => {
    for (const watcher of watchers) if (watcher.name === name) watcher.listener(value);
  };

  return {
    values,
    read: (area, key) => Promise.resolve(values.get(`${area} ${key}`)),
    write: (area, key, value) => {
      const name = `${area} ${key}`;
      onCall(`write ${name}`);
      values.set(name, value);
      tell(name, value);
      return Promise.resolve();
    },
    remove: (area, key) => {
      const name = `${area} ${key}`;
      onCall(`remove ${name}`);
      if (values.delete(name)) tell(name, undefined);
      return Promise.resolve();
    },
    watch: (area, key, listener) => {
      const watcher = { name: `${area} ${key}`, listener };
      watchers.add(watcher);
      return () => void watchers.delete(watcher);
    },
  };
}
