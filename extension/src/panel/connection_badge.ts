/** From the state of the connection to what the badge shows. */

import type { ClientSnapshot } from "sidewire";

/** Icon of a badge. */
export type BadgeIcon = "live" | "working" | "polling" | "failed" | "offline";

/** Colour of a badge. */
export type BadgeTone = "good" | "busy" | "warning" | "bad" | "neutral";

/** One badge. */
export interface Badge {
  readonly label: string;
  readonly icon: BadgeIcon;
  readonly tone: BadgeTone;
  readonly tooltip: string;
}

/** The badge for a snapshot. */
export function connectionBadge(
  snapshot: Pick<ClientSnapshot, "state" | "reasonLabel">,
  isOnline: boolean,
): Badge {
  const { state, reasonLabel } = snapshot;
  if (!isOnline) return badge("Offline", "offline", "neutral", "The browser is offline");
  switch (state) {
    case "connected":
      return badge("Connected", "live", "good", "Live updates are on");
    case "connecting":
      return badge("Connecting", "working", "busy", "Opening the connection");
    case "reconnecting":
      return badge("Reconnecting", "working", "busy", "The connection was lost and is being opened again");
    case "fallback":
      return badge("Polling", "polling", "warning", reasonLabel === null ? "Using polling" : `Using polling: ${reasonLabel}`);
    case "failed":
      return badge("Disconnected", "failed", "bad", reasonLabel === null ? "No connection" : `No connection: ${reasonLabel}`);
    case "disconnected":
      return badge("Offline", "offline", "neutral", "Not connected");
    default:
      return state satisfies never;
  }
}

function badge(label: string, icon: BadgeIcon, tone: BadgeTone, tooltip: string): Badge {
  return { label, icon, tone, tooltip };
}
