/** Telling the worker something until it says that it has it: it may die at any moment, and is started by the next try. */

/** How often, and how long. */
export interface Patience {
  /** Waits before the second and later tries, in ms: as many tries as waits and one. */
  readonly waitsMs: readonly number[];
  /** A try that has no answer after so many ms has failed. */
  readonly answerMs: number;
}

const PATIENCE: Patience = { waitsMs: [50, 200, 1_000, 3_000, 10_000], answerMs: 3_000 };

/**
 * Calls `tell` until it gives `true`, and says whether it did. A dying worker rejects, answers nothing at all, or leaves
 * the call hanging. Ends early once `isWanted` says no.
 */
export async function insist(tell: () => Promise<unknown>, isWanted: () => boolean, patience = PATIENCE): Promise<boolean> {
  for (const waitMs of [...patience.waitsMs, null]) {
    if (!isWanted()) return false;
    if (await askOnce(tell, patience.answerMs)) return true;
    // At once, too: what is not wanted any more is noticed by asking.
    if (waitMs === null || !isWanted()) return false;
    await pause(waitMs);
  }
  return false;
}

/** One try. Never rejects, and never waits longer. */
export async function askOnce(tell: () => Promise<unknown>, answerMs = PATIENCE.answerMs): Promise<boolean> {
  const patience = new AbortController();
  try {
    return (await Promise.race([tell(), pause(answerMs, patience.signal)])) === true;
  } catch {
    return false;
  } finally {
    patience.abort();
  }
}

function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal?.addEventListener("abort", () => clearTimeout(timer));
  });
}
