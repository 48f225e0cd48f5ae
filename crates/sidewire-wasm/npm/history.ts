import type { ClientEvent, Counters, Diagnostics, ProblemEntry, Transition } from "../types/index.js";

const TRANSITIONS_KEPT = 200;
const PROBLEMS_KEPT = 50;

/** The last transitions and problems, for a debug view. */
export class History {
  private transitions: Transition[] = [];
  private problems: ProblemEntry[] = [];
  private readonly now: () => number;

  /** @param now The wall clock, ms. */
  constructor(now: () => number) {
    this.now = now;
  }

  note(event: ClientEvent): void {
    const at = this.now();
    if (event.type === "stateChange") {
      const { previous, current, cause, reason, close } = event;
      this.transitions = [...this.transitions, Object.freeze({ at, previous, current, cause, reason, close })].slice(
        -TRANSITIONS_KEPT,
      );
    } else if (event.type === "problem") {
      const { code, detail, path } = event;
      this.problems = [...this.problems, Object.freeze({ at, code, detail, path })].slice(-PROBLEMS_KEPT);
    }
  }

  diagnostics(counters: Counters, socketId: string | null): Diagnostics {
    return Object.freeze({
      counters: Object.freeze(counters),
      transitions: Object.freeze([...this.transitions]),
      problems: Object.freeze([...this.problems]),
      socketId,
    });
  }
}
