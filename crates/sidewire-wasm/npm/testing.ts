/**
 * A push server and a REST API in memory, for tests of your own panel: the client is the shipped one, time is virtual,
 * and whatever can go wrong goes wrong when you say so. Works in Node and in a browser, with any test runner.
 *
 * ```ts
 * import { createHub } from "sidewire/testing";
 *
 * const hub = createHub();
 * const { sessionId } = hub.createSession();
 * const client = hub.createClient();
 *
 * client.startSync(sessionId);
 * await hub.until(() => client.getSnapshot().state === "connected");
 * hub.addMessage(sessionId, { content: "Hello" });
 * await hub.advance(100);
 * console.log(client.messages().map((message) => message.content)); // ["Hello"]
 *
 * hub.closeSockets();
 * await hub.advance(100);
 * console.log(client.getSnapshot().state); // "reconnecting"
 * ```
 *
 * @packageDocumentation
 */
import { SidewireError } from "./errors.js";
import { bytesOf } from "./module.js";
import { createTestHub } from "./testing_hub.js";
import testingBytes from "./wasm/testing_bytes.js";
import { initSync, RawHub, replay } from "./wasm/sidewire_testing.js";
import type { Hub, HubOptions, Replay, ReplayEnd } from "../types/testing.js";

export type * from "../types/testing.js";

let isLoaded = false;

function load(): void {
  if (isLoaded) return;
  initSync({ module: bytesOf(testingBytes) });
  isLoaded = true;
}

/** Builds a hub. Nothing has to be loaded or awaited first. */
export function createHub(options: HubOptions = {}): Hub {
  load();
  return createTestHub(options, RawHub);
}

/**
 * Runs a trace of `client.exportTrace()` through a fresh engine, as it would run natively.
 *
 * @throws SidewireError `bad_trace` when it is no trace of this version, or has lost its beginning.
 */
export function replayTrace(trace: string): Replay {
  load();
  const told = JSON.parse(replay(trace)) as { error: string } | { output: string; hash: string; end: ReplayEnd };
  if ("error" in told) throw new SidewireError("bad_trace", `The trace cannot be replayed: ${told.error}`);
  const lines = told.output === "" ? [] : told.output.trimEnd().split("\n");
  return Object.freeze({ lines: Object.freeze(lines), hash: told.hash, end: Object.freeze(told.end) });
}
