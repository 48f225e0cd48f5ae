import type { StorageAdapter } from "../types/index.js";

/** What the module asks of a store: `keys`, `load`, `save` or `remove`. */
export type StoreHost = (call: string, key: string, value: string) => Promise<string | null | string[]>;

/** The module's side of an adapter. Rejects with `quota` or `failed` alone: errors may hold what was to be stored. */
export function storeHost(adapter: StorageAdapter | null | undefined): StoreHost {
  const run = async (call: string, key: string, value: string): Promise<string | null | string[]> => {
    if (!adapter) return null;
    if (call === "keys") return [...(await adapter.keys())];
    if (call === "load") return (await adapter.get(key)) ?? null;
    await (call === "save" ? adapter.set(key, value) : adapter.remove(key));
    return null;
  };
  return (call, key, value) =>
    run(call, key, value).catch((error: unknown) => {
      throw new Error(/quota/i.test(String(error)) || nameOf(error) === "QuotaExceededError" ? "quota" : "failed");
    });
}

function nameOf(error: unknown): string {
  return error instanceof Error || error instanceof DOMException ? error.name : "";
}
