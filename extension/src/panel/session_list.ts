/** The conversations as the list shows them. */

import type { Session } from "sidewire";
import { sessionStatusLabels } from "../texts";
import type { Seen } from "./seen";
import { sessionTime, sessionTitle } from "./session_title";

/** One entry. */
export interface SessionItem {
  readonly sessionId: string;
  readonly title: string;
  /** Where it was begun, unless that is its title. */
  readonly domain: string | null;
  /** In words; `null` for the ordinary case. */
  readonly status: SessionStatus | null;
  /** When it changed last, ms since the epoch. */
  readonly time: number | null;
  readonly isUnread: boolean;
  readonly isShown: boolean;
}

/** How a conversation stands, when there is something to say about it. */
export interface SessionStatus {
  readonly kind: "completed" | "failed" | "interrupted" | "other";
  readonly label: string;
}

/** What the list depends on. */
export interface SessionListInput {
  readonly sessions: readonly Session[];
  /** The session in front, and what the header calls it. */
  readonly shown: { readonly sessionId: string | null; readonly title: string };
  readonly seen: Pick<Seen, "isUnread">;
  /** Only entries that hold all of its words are listed. */
  readonly filter: string;
}

/** The entries, the newest first, as the server gives them. */
export function sessionItems({ sessions, shown, seen, filter }: SessionListInput): readonly SessionItem[] {
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== "");
  return sessions
    .map((session) => {
      const isShown = session.sessionId === shown.sessionId;
      const title = isShown ? shown.title : sessionTitle(session, null);
      return {
        sessionId: session.sessionId,
        title,
        domain: session.domain === title ? null : session.domain,
        status: statusOf(session.status),
        time: sessionTime(session),
        isUnread: !isShown && seen.isUnread(session),
        isShown,
      };
    })
    .filter(({ title, domain }) => words.every((word) => `${title} ${domain ?? ""}`.toLowerCase().includes(word)));
}

/** The index that the focus moves to from `index`, or `null` when the key is none of the list's. */
export function nextFocus(key: string, index: number, count: number): number | null {
  if (count === 0) return null;
  switch (key) {
    case "ArrowDown":
      return Math.min(index + 1, count - 1);
    case "ArrowUp":
      return Math.max(index - 1, 0);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

function statusOf(status: string): SessionStatus | null {
  if (status === "active" || status === "") return null;
  const label = Object.hasOwn(sessionStatusLabels, status) ? sessionStatusLabels[status] : undefined;
  const kind = status === "completed" || status === "failed" || status === "interrupted" ? status : "other";
  return { kind, label: label ?? status.slice(0, 30) };
}
