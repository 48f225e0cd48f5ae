/** What a screen reader is told: each new message of the agent once, when it is complete. */

import type { ChatMessage, SidewireClient } from "sidewire";
import { texts } from "../texts";

/** Longer answers are begun only: the rest can be read in the conversation. */
const MAX_SPOKEN = 600;

/** Statuses of a message that is still being written. */
const UNFINISHED = new Set(["pending", "streaming"]);

/** Finds what is to be said. One per session that is shown. */
export interface Announcements {
  /** Looks at the newest messages; gives what has not been said yet, or `null`. */
  next(): string | null;
}

/**
 * Watches the session that a client shows. What was there when it was first looked at is not news; a message that was
 * still being written then is.
 */
export function createAnnouncements(client: Pick<SidewireClient, "getSnapshot" | "rows">): Announcements {
  const said = new Set<string>();
  let sessionId: string | null = null;
  let isBegun = false;

  const begin = (shown: string | null): void => {
    sessionId = shown;
    isBegun = false;
    said.clear();
  };
  const finished = (): readonly ChatMessage[] => {
    const { length } = client.getSnapshot();
    const newest = client.rows(Math.max(0, length - 5), length);
    return newest.filter(({ role, status }) => role !== "user" && !UNFINISHED.has(status));
  };

  return {
    next: () => {
      const snapshot = client.getSnapshot();
      if (snapshot.sessionId !== sessionId) begin(snapshot.sessionId);
      if (snapshot.isLoading) return null;
      const messages = finished();
      const fresh = isBegun ? messages.filter(({ id }) => !said.has(id)) : [];
      isBegun = true;
      for (const { id } of messages) said.add(id);
      return fresh.length === 0 ? null : fresh.map(spoken).join("\n");
    },
  };
}

/** A message as it is spoken: who says it, without the marks of Markdown. */
export function spoken({ role, content, status, placeholder }: ChatMessage): string {
  const who = role === "system" ? texts.system : texts.agent;
  if (status === "failure") return `${who}: ${texts.answerFailed}`;
  if (placeholder) return `${who}: ${texts.placeholder}`;
  const plain = content
    .replace(/```[\s\S]*?(?:```|$)/g, " ")
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/[*_`#>|~]+/g, " ")
    .replace(/\s+/g, " ")
    .trim();
  return `${who}: ${plain.length > MAX_SPOKEN ? `${plain.slice(0, MAX_SPOKEN)}…` : plain}`;
}
