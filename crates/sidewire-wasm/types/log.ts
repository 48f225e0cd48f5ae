/** What a client writes to a log. */
import type { ClientEvent } from "./events.js";

/** How much is logged; each level includes those before it. `silent` logs nothing. */
export type LogLevel = "silent" | "error" | "warn" | "info" | "debug";

/** One line of a log. Holds no message text, no token and nothing that a server wrote for people. */
export interface LogEntry {
  /** Wall clock, ms since the epoch. */
  readonly at: number;
  readonly level: Exclude<LogLevel, "silent">;
  /** What happened: the `type` of the event it is about. */
  readonly event: ClientEvent["type"];
  /** One sentence in English, such as `connecting → connected (caught_up)`. */
  readonly message: string;
  /** Ids, codes and counts, for a log that can be searched. */
  readonly fields: { readonly [name: string]: string | number | boolean | null };
}

/** Takes log entries. Called synchronously; what it throws is reported and harms nothing. */
export type Logger = (entry: LogEntry) => void;
