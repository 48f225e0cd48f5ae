/**
 * Remembers the last result of `load` for a while; concurrent calls share one run, failures are not remembered.
 *
 * @param now The clock in ms, for tests.
 */
export function cached<T>(load: () => Promise<T>, now: () => number = Date.now): Cached<T> {
  let known: { value: T; at: number } | null = null;
  let inFlight: Promise<T> | null = null;
  let generation = 0;
  const run = (): Promise<T> => {
    const mine = generation;
    const started = load().then(
      (value) => {
        if (mine === generation) known = { value, at: now() };
        return value;
      },
    );
    return started.finally(() => {
      if (inFlight === shared) inFlight = null;
    });
  };
  let shared: Promise<T> | null = null;
  return {
    get(maxAgeMs) {
      if (known && now() - known.at < maxAgeMs) return Promise.resolve(known.value);
      if (inFlight) return inFlight;
      shared = run();
      inFlight = shared;
      return inFlight;
    },
    forget() {
      generation += 1;
      known = null;
      inFlight = null;
    },
  };
}

/** A remembered result. */
export interface Cached<T> {
  /** The remembered value if it is younger than `maxAgeMs`, else a fresh one. */
  get(maxAgeMs: number): Promise<T>;
  /** Forgets what is remembered and what is under way. */
  forget(): void;
}
