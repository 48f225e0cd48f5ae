/** How far each session was read here, so that the list can mark what is new. */

import type { Session } from "sidewire";
import type { Storage } from "../platform/storage";

/** The storage key, in `local`: `{v, read: [[sessionId, sequenceNumber]…]}`, the session read last at the end. */
export const SEEN_KEY = "sidewire:seen";

/** Sessions beyond that many are forgotten, the ones read longest ago first. */
const MAX_SESSIONS = 200;

/** Marks what was read. */
export interface Seen {
  /** Whether a session holds messages that were not read here. */
  readonly isUnread: (session: Session) => boolean;
  /** A session was looked at up to this message. */
  readonly mark: (sessionId: string, sequenceNumber: number) => void;
  /** The list of an account that has never been looked at here: all of it counts as read. */
  readonly begin: (sessions: readonly Session[]) => void;
  /** The account is another one. */
  readonly forget: () => void;
  readonly subscribe: (listener: () => void) => () => void;
  /** Grows with every change. */
  readonly revision: () => number;
}

/** Reads what is stored. In incognito windows nothing is stored, and everything is new after each start. */
export async function createSeen(storage: Storage, isIncognito: boolean): Promise<Seen> {
  let read = isIncognito ? null : parse(await storage.read("local", SEEN_KEY));
  let revision = 0;
  const listeners = new Set<() => void>();

  const changed = (): void => {
    revision += 1;
    for (const listener of listeners) listener();
  };
  const store = (): void => {
    if (!isIncognito && read !== null) void storage.write("local", SEEN_KEY, { v: 1, read: [...read] });
    changed();
  };
  // Another window reads as well.
  if (!isIncognito) {
    storage.watch("local", SEEN_KEY, (value) => {
      const next = parse(value);
      if (JSON.stringify([...(next ?? [])]) === JSON.stringify([...(read ?? [])])) return;
      read = next;
      changed();
    });
  }

  return {
    isUnread: ({ sessionId, lastSequenceNumber }) => read !== null && (lastSequenceNumber ?? 0) > (read.get(sessionId) ?? 0),
    mark: (sessionId, sequenceNumber) => {
      if (sequenceNumber <= (read?.get(sessionId) ?? 0)) return;
      read = withMark(read ?? new Map(), sessionId, sequenceNumber);
      store();
    },
    begin: (sessions) => {
      if (read !== null) return;
      read = new Map();
      for (const { sessionId, lastSequenceNumber } of sessions.slice(0, MAX_SESSIONS).reverse()) read.set(sessionId, lastSequenceNumber ?? 0);
      store();
    },
    forget: () => {
      read = null;
      changed();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    revision: () => revision,
  };
}

function withMark(read: ReadonlyMap<string, number>, sessionId: string, sequenceNumber: number): Map<string, number> {
  const next = new Map(read);
  next.delete(sessionId);
  next.set(sessionId, sequenceNumber);
  for (const oldest of next.keys()) {
    if (next.size <= MAX_SESSIONS) break;
    next.delete(oldest);
  }
  return next;
}

function parse(value: unknown): Map<string, number> | null {
  if (typeof value !== "object" || value === null) return null;
  const { v, read } = value as Record<string, unknown>;
  if (v !== 1 || !Array.isArray(read)) return null;
  return new Map(read.filter(isMark).slice(-MAX_SESSIONS));
}

function isMark(entry: unknown): entry is [string, number] {
  if (!Array.isArray(entry)) return false;
  const [sessionId, sequenceNumber] = entry as unknown[];
  return typeof sessionId === "string" && typeof sequenceNumber === "number";
}
