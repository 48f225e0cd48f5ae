/** Traces of the flight recorder: their name as a file, what an imported one says about itself, and the last frames. */

/** What an imported trace says about itself. */
export type TraceCheck =
  | { readonly type: "trace"; readonly summary: TraceSummary }
  /** Written by another version. */
  | { readonly type: "other"; readonly version: string }
  | { readonly type: "none" };

/** The header of a trace and what its lines come to. */
export interface TraceSummary {
  readonly version: number;
  readonly inputs: number;
  /** From the first input to the last, ms. */
  readonly spanMs: number;
  /** Inputs that did not fit any more; a trace with any cannot be replayed. */
  readonly dropped: number;
  /** How many inputs of each kind, the most frequent first. */
  readonly kinds: readonly (readonly [string, number])[];
  /** Where the trace says that the servers were. */
  readonly servers: readonly string[];
}

/** One thing that came in, as the debug view lists it. */
export interface FrameLine {
  /** Monotonic ms of the engine. */
  readonly at: number;
  readonly kind: string;
  /** The event's name, a status, or nothing. */
  readonly name: string;
  /** Characters of its text. */
  readonly size: number;
}

/** A trace is a file of 2 MiB and a bit; what is much larger is none. */
export const MAX_TRACE_BYTES = 8 << 20;

const VERSION = 1;
const FRAME_KINDS = new Set(["frame", "opened", "closed", "answer", "failure", "binary"]);

/** The name of a trace that is exported now, such as `sidewire-trace-2026-01-31T12-00-00.jsonl`. */
export function traceFileName(now: Date): string {
  return `sidewire-trace-${now.toISOString().slice(0, 19).replaceAll(":", "-")}.jsonl`;
}

/** Reads a file that may be a trace. */
export function checkTrace(text: string): TraceCheck {
  const [first = "", ...rest] = text.split("\n").filter((line) => line.trim() !== "");
  const header = object(first);
  const version = header?.["sidewireTrace"];
  if (header === null || version === undefined) return { type: "none" };
  if (version !== VERSION) return { type: "other", version: JSON.stringify(version).slice(0, 20) };

  const lines = rest.map(object);
  if (lines.some((line) => line === null)) return { type: "none" };
  const entries = lines.filter((line) => line !== null);
  const inputs = entries.filter((line) => typeof line["i"] === "string" && typeof line["t"] === "number");
  const times = inputs.map((line) => Number(line["t"]));
  const dropped = entries.map((line) => Number(line["dropped"] ?? 0)).reduce((sum, count) => sum + count, 0);
  return {
    type: "trace",
    summary: {
      version: VERSION,
      inputs: inputs.length,
      spanMs: times.length === 0 ? 0 : (times.at(-1) ?? 0) - (times[0] ?? 0),
      dropped,
      kinds: counted(inputs.map((line) => String(line["i"]))),
      servers: serversOf(header["config"]),
    },
  };
}

/** The last things that came in, the newest first. */
export function lastFrames(trace: string, most: number): readonly FrameLine[] {
  const frames: FrameLine[] = [];
  const lines = trace.trimEnd().split("\n");
  for (let index = lines.length - 1; index > 0 && frames.length < most; index -= 1) {
    const line = object(lines[index] ?? "");
    if (line === null || typeof line["i"] !== "string" || !FRAME_KINDS.has(line["i"])) continue;
    const text = typeof line["d"] === "string" ? line["d"] : "";
    frames.push({ at: Number(line["t"]), kind: line["i"], name: nameOf(line, text), size: text.length });
  }
  return frames;
}

function nameOf(line: Record<string, unknown>, text: string): string {
  if (typeof line["c"] === "number") return String(line["c"]);
  const event = object(text)?.["event"];
  return typeof event === "string" ? event.slice(0, 60) : line["i"] === "failure" ? text.slice(0, 60) : "";
}

function counted(names: readonly string[]): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].sort(([, a], [, b]) => b - a);
}

/** Every address that the configuration in the header names. */
function serversOf(config: unknown): readonly string[] {
  if (typeof config !== "object" || config === null) return [];
  const addresses = Object.values(config).filter((value) => typeof value === "string" && /^(?:wss?|https?):\/\//.test(value));
  return [...new Set(addresses as string[])];
}

function object(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}
