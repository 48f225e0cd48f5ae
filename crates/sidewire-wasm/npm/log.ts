import type { ClientEvent, LogEntry, Logger, LogLevel } from "../types/index.js";

const RANK: Readonly<Record<LogLevel, number>> = { silent: 0, error: 1, warn: 2, info: 3, debug: 4 };

/** What an entry is made of besides its time. */
type Line = Pick<LogEntry, "level" | "message" | "fields">;

/**
 * A listener that logs events, or `null` when nothing is wanted: without a level a logger gets `info`, and without
 * either nothing is logged.
 */
export function createLog(
  logger: Logger | undefined,
  logLevel: LogLevel | undefined,
  now: () => number = Date.now,
): ((event: ClientEvent) => void) | null {
  const wanted = RANK[logLevel ?? (logger ? "info" : "silent")];
  if (wanted === 0) return null;
  const sink = logger ?? toConsole;
  return (event) => {
    const line = lineOf(event);
    if (RANK[line.level] <= wanted) sink(Object.freeze({ at: now(), event: event.type, ...line }));
  };
}

/** Words of people and of servers stay out: only ids, codes and counts go in. */
function lineOf(event: ClientEvent): Line {
  switch (event.type) {
    case "stateChange": {
      const { previous, current, cause, reason, close } = event;
      const isTrouble = current === "failed" || current === "fallback";
      const why = reason === null ? cause : `${cause}, ${reason}`;
      return line(isTrouble ? "warn" : "info", `${previous} → ${current} (${why})`, {
        previous,
        current,
        cause,
        reason,
        closeCode: close?.code ?? null,
      });
    }
    case "freshnessChange":
      return line("debug", `the view is ${event.freshness} (${event.cause})`, { freshness: event.freshness, cause: event.cause });
    case "loadChange":
      return loadLine(event);
    case "timelineChange":
      return line("debug", "the timeline changed", { sessionId: event.sessionId, revision: event.revision });
    case "newMessage":
      return line("debug", "a new message", { sessionId: event.sessionId, messageId: event.messageId });
    case "typingChange":
      return line("debug", event.isTyping ? "typing began" : "typing ended", { sessionId: event.sessionId, context: event.context });
    case "interactResponse":
      return line("debug", "the agent answered", { sessionId: event.sessionId, taskId: event.taskId, status: event.status });
    case "sessionUpdate":
      return line("debug", "a session changed", { sessionId: event.sessionId, status: event.status });
    case "applicationError":
      return line("warn", "the application told an error", { sessionId: event.sessionId });
    case "reconnecting": {
      const { attempt, maxAttempts, delayMs } = event;
      return line("info", `try ${attempt} of ${maxAttempts} in ${delayMs} ms`, { attempt, maxAttempts, delayMs });
    }
    case "sendChange": {
      const { sessionId, clientMessageId, state, failure } = event;
      const level = state === "failed" ? "warn" : "debug";
      return line(level, failure === null ? `a message is ${state}` : `a message failed (${failure})`, { sessionId, clientMessageId, state, failure });
    }
    case "discontinuity": {
      const { sessionId, from, to } = event;
      return line("warn", `messages ${from} to ${to} are missing`, { sessionId, from, to });
    }
    case "problem":
      return line("warn", `something that came in was wrong: ${event.code}`, { code: event.code, path: event.path });
    default: {
      const never: never = event;
      return never;
    }
  }
}

function loadLine(event: Extract<ClientEvent, { type: "loadChange" }>): Line {
  const { sessionId, isLoading, isPolling, error } = event;
  const fields = { sessionId, isLoading, isPolling, status: error?.status ?? null, code: error?.code ?? null };
  if (error) return line("warn", `loading failed (${error.code})`, fields);
  return line("debug", isLoading ? "loading" : "loaded", fields);
}

function line(level: LogEntry["level"], message: string, fields: LogEntry["fields"]): Line {
  return { level, message, fields };
}

/* eslint-disable no-console -- the console is the default sink of a log */
const CONSOLE: Readonly<Record<LogEntry["level"], (...data: unknown[]) => void>> = {
  error: (...data) => { console.error(...data); },
  warn: (...data) => { console.warn(...data); },
  info: (...data) => { console.info(...data); },
  debug: (...data) => { console.debug(...data); },
};
/* eslint-enable no-console */

function toConsole({ level, message, fields }: LogEntry): void {
  CONSOLE[level](`[sidewire] ${message}`, fields);
}
