/** The test hub's memory: sessions and their logs, as a backend would keep them. */
import { SidewireError } from "./errors.js";
import type { Session, SessionFields } from "../types/index.js";
import type { HubMessage, HubMessageFields } from "../types/testing.js";

/** How far a page reaches. */
export interface PageQuery {
  readonly limit: number;
  readonly cursor: "newest" | "changedSince" | "afterSequence" | "beforeSequence" | "since";
  readonly value: number;
}

interface Stored {
  session: Session;
  messages: HubMessage[];
  revision: number;
}

/** Sessions and their logs. Equal calls give equal ids and numbers. */
export class HubLog {
  private stored = new Map<string, Stored>();
  private lastMessage = 0;
  private readonly now: () => number;

  constructor(now: () => number) {
    this.now = now;
  }

  createSession(fields: SessionFields): Session {
    const at = this.now();
    const session: Session = Object.freeze({
      sessionId: `session-${this.stored.size + 1}`,
      title: fields.title ?? null,
      status: "active",
      url: fields.url ?? null,
      domain: fields.domain ?? null,
      createdAt: at,
      updatedAt: at,
      lastSequenceNumber: 0,
    });
    this.stored.set(session.sessionId, { session, messages: [], revision: 0 });
    return session;
  }

  updateSession(sessionId: string, fields: SessionFields): Session | null {
    const stored = this.stored.get(sessionId);
    if (!stored) return null;
    stored.session = Object.freeze({ ...stored.session, ...fields, updatedAt: this.now() });
    return stored.session;
  }

  /** Newest first. */
  sessions(): readonly Session[] {
    return [...this.stored.values()].reverse().map(({ session, messages }) => ({ ...session, lastSequenceNumber: messages.length }));
  }

  has(sessionId: string): boolean {
    return this.stored.has(sessionId);
  }

  messages(sessionId: string): readonly HubMessage[] {
    return [...this.of(sessionId).messages];
  }

  add(sessionId: string, fields: HubMessageFields): HubMessage {
    const stored = this.of(sessionId);
    this.lastMessage += 1;
    stored.revision += 1;
    const message: HubMessage = Object.freeze({
      role: "assistant",
      content: "",
      status: "sent",
      timestamp: this.now(),
      ...fields,
      messageId: `message-${this.lastMessage}`,
      sessionId,
      sequenceNumber: stored.messages.length + 1,
      revision: stored.revision,
    });
    stored.messages.push(message);
    return message;
  }

  update(sessionId: string, messageId: string, fields: HubMessageFields): HubMessage {
    const stored = this.of(sessionId);
    const index = stored.messages.findIndex((message) => message.messageId === messageId);
    const before = stored.messages[index];
    if (!before) throw new SidewireError("bad_session_id", `The hub has no message "${messageId}" in session "${sessionId}"`);
    stored.revision += 1;
    const { sequenceNumber } = before;
    const after: HubMessage = Object.freeze({ ...before, ...fields, messageId, sessionId, sequenceNumber, revision: stored.revision, updatedAt: this.now() });
    stored.messages[index] = after;
    return after;
  }

  /** The body of one page. */
  page(sessionId: string, { limit, cursor, value }: PageQuery): object {
    const { messages, revision } = this.of(sessionId);
    const fits = messages.filter((message) => matches(message, cursor, value));
    const isFromEnd = cursor === "newest" || cursor === "beforeSequence";
    if (cursor === "changedSince") fits.sort((a, b) => a.revision - b.revision);
    const page = isFromEnd ? fits.slice(-limit) : fits.slice(0, limit);
    const hasMore = fits.length > page.length;
    const complete = cursor === "changedSince" && hasMore ? (page.at(-1)?.revision ?? revision) : revision;
    return { messages: page, hasMore, lastSequenceNumber: messages.length, revision: complete };
  }

  private of(sessionId: string): Stored {
    const stored = this.stored.get(sessionId);
    if (stored) return stored;
    throw new SidewireError("bad_session_id", `The hub has no session "${sessionId}": begin one with hub.createSession()`);
  }
}

function matches(message: HubMessage, cursor: PageQuery["cursor"], value: number): boolean {
  switch (cursor) {
    case "newest":
      return true;
    case "changedSince":
      return message.revision > value;
    case "afterSequence":
      return message.sequenceNumber > value;
    case "beforeSequence":
      return message.sequenceNumber < value;
    case "since":
      return message.timestamp >= value;
    default: {
      const never: never = cursor;
      return never;
    }
  }
}
