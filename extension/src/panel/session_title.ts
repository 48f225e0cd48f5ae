/** What a conversation is called. */

import type { Session } from "sidewire";
import { texts } from "../texts";

const TITLE_LENGTH = 60;

/** The name of a session: its title, else its first words, else its domain. */
export function sessionTitle(session: Session | null, firstWords: string | null): string {
  return firstLine(session?.title ?? "") || firstLine(firstWords ?? "") || session?.domain || texts.untitled;
}

/** The first line of a text without Markdown marks, cut at a word. */
export function firstLine(text: string): string {
  const line = text.split("\n").map(plain).find((candidate) => candidate !== "") ?? "";
  if (line.length <= TITLE_LENGTH) return line;
  const cut = line.slice(0, TITLE_LENGTH + 1);
  const space = cut.lastIndexOf(" ");
  return `${space > TITLE_LENGTH / 2 ? cut.slice(0, space) : line.slice(0, TITLE_LENGTH)}…`;
}

/** When a session was last used, in ms; `null` if the server did not say. */
export function sessionTime(session: Session): number | null {
  const value = session.updatedAt ?? session.createdAt;
  const time = typeof value === "string" ? Date.parse(value) : value;
  return time === null || Number.isNaN(time) ? null : time;
}

function plain(line: string): string {
  return line.replace(/^[#>\s*-]+/, "").replace(/[*_`]/g, "").trim();
}
