/**
 * The same as `sidewire`, with the module inside the script: nothing to fetch, and `init` is done when it returns.
 * Made for service workers, whose listeners have to be registered in the first turn.
 *
 * ```ts
 * import { createClient, init } from "sidewire/inline";
 *
 * init();
 * const client = createClient({ apiBase: "https://api.example.com", token: () => null });
 * client.connect();
 * ```
 *
 * @packageDocumentation
 */
import { bytesOf, loadSync } from "./module.js";
import base64 from "./wasm/inline_bytes.js";

export { createClient } from "./client.js";
export { SidewireError } from "./errors.js";
export { createTabSessions } from "./tabs.js";
export type * from "../types/index.js";

/**
 * Loads the module at once. Further calls do nothing; `await init()` works as well.
 *
 * @throws SidewireError `wasm_blocked` when the content security policy forbids WebAssembly; the message names the
 *   manifest line to add.
 */
export function init(): void {
  loadSync(bytesOf(base64));
}
