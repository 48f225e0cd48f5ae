/** Where messages are kept for the next time: in the area that holds the token, so that they never outlive it. */

import type { StorageAdapter } from "sidewire";
import type { TokenArea } from "./config";

/** The keys of messages: those that were shown, and own ones on their way. */
export const MESSAGE_KEYS = /^sidewire:(?:snapshot|outbox):/;

/** One store over both areas. */
export type Areas = Readonly<Record<TokenArea, StorageAdapter>>;

/** Reads from either area, writes to the one in force, and leaves nothing of what it writes in the other. */
export function messageStorage(areas: Areas, area: () => TokenArea): StorageAdapter {
  const here = (): StorageAdapter => areas[area()];
  const there = (): StorageAdapter => areas[area() === "local" ? "session" : "local"];
  return {
    get: async (key) => (await here().get(key)) ?? (await there().get(key)),
    set: async (key, value) => {
      await here().set(key, value);
      await there().remove(key);
    },
    remove: async (key) => {
      await Promise.all([here().remove(key), there().remove(key)]);
    },
    keys: async () => {
      const [own, other] = await Promise.all([here().keys(), there().keys()]);
      return [...new Set([...own, ...other])];
    },
  };
}
