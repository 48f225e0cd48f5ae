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
        if (mine !== generation) return value;
        const current = missed.reduce<T>((changed, change) => change(changed) ?? changed, value);
        known = { value: current, at: now() };
        return current;
      },
    );
    return started.finally(() => {
      if (inFlight === shared) inFlight = null;
    });
  };
  let shared: Promise<T> | null = null;
  /** What changed while a run was under way: its answer may be older. */
  let missed: ((value: T) => T | null)[] = [];
  return {
    get(maxAgeMs) {
      if (known && now() - known.at < maxAgeMs) return Promise.resolve(known.value);
      if (inFlight) return inFlight;
      missed = [];
      shared = run();
      inFlight = shared;
      return inFlight;
    },
    change(change) {
      if (inFlight) missed.push(change);
      if (!known) return;
      const value = change(known.value);
      known = value === null ? null : { value, at: known.at };
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
  /** Changes what is remembered, and what is under way once it comes; `null` forgets what is remembered. */
  change(change: (value: T) => T | null): void;
  /** Forgets what is remembered and what is under way. */
  forget(): void;
}
