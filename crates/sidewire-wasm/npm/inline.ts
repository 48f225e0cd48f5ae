/**
 * The same as `sidewire`, with the module inside the script: nothing to fetch, and `initSync` may run in the first
 * turn of a service worker.
 *
 * @packageDocumentation
 */
import { loadSync } from "./module.js";
import base64 from "./wasm/inline_bytes.js";

export { createClient } from "./client.js";
export { SidewireError } from "./errors.js";
export { createTabSessions } from "./tabs.js";
export type * from "../types/index.js";

/** Loads the module at once. Further calls do nothing. Throws `wasm_blocked` or `wasm_unavailable`. */
export function initSync(): void {
  loadSync(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
}

/** The same as {@link initSync}, for code that awaits. */
export function init(): Promise<void> {
  return Promise.resolve().then(initSync);
}
