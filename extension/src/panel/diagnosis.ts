/** The text that "Copy diagnosis" puts on the clipboard: no content, no token. */

import type { ClientSnapshot, Diagnostics } from "sidewire";

/** What a diagnosis is made of. */
export interface DiagnosisInput {
  readonly version: string;
  readonly at: number;
  readonly isOnline: boolean;
  readonly snapshot: ClientSnapshot;
  readonly diagnostics: Diagnostics;
}

/** A diagnosis as JSON, times as ISO text. */
export function diagnosisText({ version, at, isOnline, snapshot, diagnostics }: DiagnosisInput): string {
  return JSON.stringify(
    {
      product: "sidewire",
      version,
      at: isoTime(at),
      isOnline,
      snapshot,
      counters: diagnostics.counters,
      socketId: diagnostics.socketId,
      transitions: diagnostics.transitions.map((entry) => ({ ...entry, at: isoTime(entry.at) })),
      problems: diagnostics.problems.map((entry) => ({ ...entry, at: isoTime(entry.at) })),
    },
    null,
    2,
  );
}

/** The name of a counter in words: `framesReceived` → `frames received`. */
export function counterName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}

/** A code in words: `connect_timeout` and `catchingUp` → `connect timeout`, `catching up`. */
export function codeName(code: string): string {
  return counterName(code.replaceAll("_", " "));
}

function isoTime(time: number): string {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? String(time) : date.toISOString();
}
