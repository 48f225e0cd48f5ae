/** The text that "Copy diagnosis" puts on the clipboard: no content, no token. */

import type { ClientSnapshot, Diagnostics } from "sidewire";
import type { Config } from "../config";

/** What a diagnosis is made of. */
export interface DiagnosisInput {
  readonly version: string;
  readonly browser: string;
  readonly at: number;
  readonly isOnline: boolean;
  readonly config: Config;
  readonly snapshot: ClientSnapshot;
  readonly diagnostics: Diagnostics;
}

/** A diagnosis as JSON, times as ISO text. */
export function diagnosisText({ version, browser, at, isOnline, config, snapshot, diagnostics }: DiagnosisInput): string {
  const { key, ...settings } = config;
  return JSON.stringify(
    {
      product: "sidewire",
      version,
      browser,
      at: isoTime(at),
      isOnline,
      settings: { ...settings, hasKey: key !== "" },
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
