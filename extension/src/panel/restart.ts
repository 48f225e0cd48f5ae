/** What happens when the WebAssembly module has trapped: nothing of it can be used again, so the page begins anew. */

import type { Drafts } from "./drafts";

/** More often than that within the span, something is wrong that a fresh start does not mend. */
const MAX_RESTARTS = 3;
const SPAN_MS = 5 * 60_000;

/** What is carried from the page that stopped to the next one. */
export interface Carried {
  /** When the page was started anew, ms since the epoch. */
  readonly restarts: readonly number[];
  readonly drafts: Drafts;
}

/** The parts of the page in use. `history.state` outlives a reload and nothing else. */
export interface RestartHost {
  readonly now: () => number;
  readonly readState: () => unknown;
  readonly writeState: (state: unknown) => void;
  readonly reload: () => void;
}

/** What the page before this one left, or nothing. */
export function carried(host: Pick<RestartHost, "readState">): Carried {
  const state = host.readState();
  if (typeof state !== "object" || state === null) return { restarts: [], drafts: new Map() };
  const { restarts, drafts } = state as Record<string, unknown>;
  return {
    restarts: Array.isArray(restarts) ? restarts.filter((at) => typeof at === "number") : [],
    drafts: new Map(Array.isArray(drafts) ? drafts.filter(isDraft) : []),
  };
}

/** Starts the page anew with what was typed, or says that this has been tried often enough. */
export function restart(host: RestartHost, drafts: Drafts): "restarting" | "givenUp" {
  const now = host.now();
  const recent = carried(host).restarts.filter((at) => now - at < SPAN_MS);
  const isGivenUp = recent.length >= MAX_RESTARTS;
  // Whoever presses "Try again" after that begins to count anew.
  host.writeState({ restarts: isGivenUp ? [] : [...recent, now], drafts: [...drafts] });
  if (isGivenUp) return "givenUp";
  host.reload();
  return "restarting";
}

/** Whether an error means that the module has stopped for good. */
export function isTrap(error: unknown): boolean {
  return error instanceof WebAssembly.RuntimeError;
}

function isDraft(entry: unknown): entry is [number | null, string] {
  if (!Array.isArray(entry)) return false;
  const [tabId, text] = entry as unknown[];
  return (tabId === null || typeof tabId === "number") && typeof text === "string";
}
