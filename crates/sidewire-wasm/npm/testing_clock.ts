/** Time as the test hub sees it: virtual, or the one that the host has. */

/** What the hub and the clients under test need of time. */
export interface HubClock {
  /** Wall clock, ms since the epoch. */
  now(): number;
  setTimeout(run: () => void, ms?: number): number;
  clearTimeout(id: number): void;
  /** Lets so much time pass and everything that is due in it happen. */
  advance(ms: number, isBusy: () => boolean): Promise<void>;
}

interface Timer {
  readonly id: number;
  readonly at: number;
  readonly run: () => void;
}

/** A clock that stands still until it is advanced. Timers run in the order of their times, equal ones in the order in which they were set. */
export function virtualClock(startAt: number): HubClock {
  let now = startAt;
  let lastId = 0;
  const timers = new Map<number, Timer>();
  const next = (until: number): Timer | null => {
    let first: Timer | null = null;
    for (const timer of timers.values()) {
      if (timer.at <= until && (first === null || timer.at < first.at)) first = timer;
    }
    return first;
  };
  return {
    now: () => now,
    setTimeout: (run, ms = 0) => {
      lastId += 1;
      timers.set(lastId, { id: lastId, at: now + Math.max(0, ms), run });
      return lastId;
    },
    clearTimeout: (id) => {
      timers.delete(id);
    },
    advance: async (ms, isBusy) => {
      const until = now + ms;
      await quiet(isBusy);
      for (let timer = next(until); timer !== null; timer = next(until)) {
        timers.delete(timer.id);
        now = Math.max(now, timer.at);
        timer.run();
        await quiet(isBusy);
      }
      now = Math.max(now, until);
    },
  };
}

/** The host's own clock, looked up late: a test runner may put its own in the place of `setTimeout` and `Date`. */
export function realClock(): HubClock {
  const handles = new Map<number, ReturnType<typeof setTimeout>>();
  let lastId = 0;
  const clock: HubClock = {
    now: () => Date.now(),
    setTimeout: (run, ms) => {
      lastId += 1;
      const id = lastId;
      handles.set(id, setTimeout(() => {
        handles.delete(id);
        run();
      }, ms));
      return id;
    },
    clearTimeout: (id) => {
      clearTimeout(handles.get(id));
      handles.delete(id);
    },
    advance: (ms) => new Promise((resolve) => clock.setTimeout(resolve, ms)),
  };
  return clock;
}

/** Promises settle between two tasks of the host: after some tasks in which nobody was busy, all have. */
async function quiet(isBusy: () => boolean): Promise<void> {
  for (let calm = 0; calm < 2; calm = isBusy() ? 0 : calm + 1) await nextTask();
}

/** A task that no test runner's fake timers hold back. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      port1.close();
      resolve();
    };
    port2.postMessage(null);
  });
}
