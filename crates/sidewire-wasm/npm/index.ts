/**
 * Sidewire: a chat session's messages, kept in sync over push and polling.
 *
 * ```ts
 * import { createClient, init } from "sidewire";
 *
 * await init();
 * const client = createClient({
 *   key: "dev-key",
 *   url: "ws://127.0.0.1:3005",
 *   apiBase: "http://127.0.0.1:3000",
 *   token: () => localStorage.getItem("token"),
 * });
 * client.subscribe(() => console.log(client.getSnapshot().state, client.messages()));
 * client.startSync("my-session");
 * ```
 *
 * @packageDocumentation
 */
import { load, type InitInput } from "./module.js";

export { createClient } from "./client.js";
export { SidewireError } from "./errors.js";
export type { InitInput, InitSource } from "./module.js";
export { createTabSessions } from "./tabs.js";
export type * from "../types/index.js";

/**
 * Loads the WebAssembly module. Call it once before anything else. Further calls do nothing, concurrent ones share one
 * load, and a failed one may be tried again.
 *
 * ```ts
 * await init(); // the file beside this script, which bundlers copy by themselves
 * await init(chrome.runtime.getURL("sidewire_wasm_bg.wasm")); // a copy of your own
 * await init(new Uint8Array(bytes)); // or bytes, a Request, a Response, a WebAssembly.Module
 * ```
 *
 * @param input Where the module is. Default: `wasm/sidewire_wasm_bg.wasm` beside this file.
 * @throws SidewireError `wasm_blocked` when the content security policy forbids WebAssembly; the message names the
 *   manifest line to add. `wasm_unavailable` when the file cannot be fetched or compiled.
 */
export function init(input?: InitInput): Promise<void> {
  return load(input ?? new URL("./wasm/sidewire_wasm_bg.wasm", import.meta.url));
}
