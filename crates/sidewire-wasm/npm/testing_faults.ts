/** Which fault counts for what happens now. */
import type { Fault, HubEndpoint } from "../types/testing.js";

type FaultOn<P extends Fault["on"]> = Extract<Fault, { on: P }>;

/** The faults in force. */
export class Faults {
  private active: { readonly fault: Fault; left: number }[] = [];

  begin(fault: Fault): () => void {
    const entry = { fault, left: fault.times ?? Infinity };
    this.active.push(entry);
    return () => {
      this.active = this.active.filter((other) => other !== entry);
    };
  }

  heal(): void {
    this.active = [];
  }

  /** The fault for a request, used up by one. */
  request(endpoint: HubEndpoint): FaultOn<HubEndpoint> | null {
    return this.take((fault): fault is FaultOn<HubEndpoint> => fault.on === endpoint || fault.on === "rest");
  }

  /** The fault for an event that is about to leave. */
  push(): FaultOn<"push"> | null {
    return this.take((fault): fault is FaultOn<"push"> => fault.on === "push");
  }

  /** The fault for a new socket. */
  socket(): FaultOn<"socket"> | null {
    return this.take((fault): fault is FaultOn<"socket"> => fault.on === "socket");
  }

  private take<F extends Fault>(fits: (fault: Fault) => fault is F): F | null {
    const entry = this.active.findLast(({ fault, left }) => left > 0 && fits(fault));
    if (!entry || !fits(entry.fault)) return null;
    entry.left -= 1;
    return entry.fault;
  }
}
