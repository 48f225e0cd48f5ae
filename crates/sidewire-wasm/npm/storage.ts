import { type AreaName, chromeApi, storageArea } from "./chrome_api.js";
import type { StorageAdapter } from "../types/index.js";

/**
 * Keeps texts in memory: messages survive a client that is closed and built anew, not the page.
 *
 * ```ts
 * const storage = memoryStorage();
 * const client = createClient({ apiBase: "https://api.example.com", token, storage });
 * ```
 */
export function memoryStorage(): StorageAdapter {
  const values = new Map<string, string>();
  return {
    get: (key) => Promise.resolve(values.get(key) ?? null),
    set: (key, value) => {
      values.set(key, value);
      return Promise.resolve();
    },
    remove: (key) => {
      values.delete(key);
      return Promise.resolve();
    },
    keys: () => Promise.resolve([...values.keys()]),
  };
}

/**
 * Keeps texts in an area of `chrome.storage`: `local` survives a restart of the browser, `session` only the panel.
 * Close `local` to content scripts first, once per start of the service worker:
 * `chrome.storage.local.setAccessLevel({ accessLevel: "TRUSTED_CONTEXTS" })`.
 *
 * ```ts
 * const client = createClient({ apiBase: "https://api.example.com", token, storage: chromeStorage("local") });
 * ```
 *
 * @throws SidewireError `chrome_unavailable` where there is no `chrome.storage`.
 */
export function chromeStorage(area: Exclude<AreaName, "sync"> = "local"): StorageAdapter {
  chromeApi("storage");
  return {
    get: async (key) => {
      const value = (await storageArea(area).get(key))[key];
      return typeof value === "string" ? value : null;
    },
    set: (key, value) => storageArea(area).set({ [key]: value }),
    remove: (key) => storageArea(area).remove(key),
    keys: async () => {
      const found = storageArea(area);
      // Chrome 130 and newer; before that every value has to be read.
      return found.getKeys ? found.getKeys() : Object.keys(await found.get(null));
    },
  };
}
