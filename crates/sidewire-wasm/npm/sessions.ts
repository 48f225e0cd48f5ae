import { parseAnswer } from "./calls.js";
import type { Json, Session, SessionUpdate } from "../types/index.js";

/** Reads one session of an answer; what is missing or of another type becomes `null`. */
export function readSession(value: unknown): Session | null {
  if (typeof value !== "object" || value === null) return null;
  const fields = value as Record<string, unknown>;
  const sessionId = fields["sessionId"] ?? fields["id"];
  if (typeof sessionId !== "string" || sessionId === "") return null;
  const text = (name: string): string | null => (typeof fields[name] === "string" ? fields[name] : null);
  const time = (name: string): number | string | null =>
    typeof fields[name] === "number" || typeof fields[name] === "string" ? fields[name] : null;
  const head = fields["lastSequenceNumber"];
  return Object.freeze({
    sessionId,
    title: text("title"),
    status: text("status") ?? "active",
    url: text("url"),
    domain: text("domain"),
    createdAt: time("createdAt"),
    updatedAt: time("updatedAt"),
    lastSequenceNumber: typeof head === "number" ? head : null,
  });
}

/** Reads the list of sessions of an answer. */
export function readSessions(body: string): readonly Session[] {
  const answer = parseAnswer(body);
  const list: unknown =
    typeof answer === "object" && answer !== null && "sessions" in answer ? answer.sessions : answer;
  const entries: readonly unknown[] = Array.isArray(list) ? list : [];
  return Object.freeze(entries.map(readSession).filter((session) => session !== null));
}

/** What the module gives of a `session_update`. */
export interface SessionPayload {
  readonly type: "sessionUpdate";
  readonly sessionId: string;
  /** The payload: an object that the module has checked to be JSON. */
  readonly payload: string;
}

/** Reads a `session_update`; what is missing or of another type becomes `null`. */
export function readUpdate({ type, sessionId, payload }: SessionPayload): SessionUpdate {
  const { status, updatedAt, metadata } = JSON.parse(payload) as Record<string, Json | undefined>;
  return Object.freeze({
    type,
    sessionId,
    status: typeof status === "string" ? status : null,
    updatedAt: typeof updatedAt === "number" || typeof updatedAt === "string" ? updatedAt : null,
    metadata: isObject(metadata) ? metadata : null,
  });
}

/** The list with what an update tells; `null` when the list does not hold its session. An older update changes nothing. */
export function withUpdate(list: readonly Session[], update: SessionUpdate): readonly Session[] | null {
  const before = list.find(({ sessionId }) => sessionId === update.sessionId);
  if (!before) return null;
  if (momentOf(update.updatedAt) < momentOf(before.updatedAt)) return list;
  const told = (name: "title" | "url" | "domain"): string | null => {
    const value = update.metadata?.[name];
    return typeof value === "string" ? value : before[name];
  };
  const after: Session = Object.freeze({
    ...before,
    title: told("title"),
    status: update.status ?? before.status,
    url: told("url"),
    domain: told("domain"),
    updatedAt: update.updatedAt ?? before.updatedAt,
  });
  return Object.freeze(list.map((session) => (session === before ? after : session)));
}

/** NaN when it tells no moment: neither before nor after any other. */
function momentOf(time: number | string | null): number {
  return typeof time === "number" ? time : Date.parse(time ?? "");
}

function isObject(value: Json | undefined): value is { readonly [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
