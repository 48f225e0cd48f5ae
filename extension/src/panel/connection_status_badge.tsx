import { CloudOff, LoaderCircle, Radio, RefreshCw, Unplug, type LucideIcon } from "lucide-react";
import type { ClientSnapshot } from "sidewire";
import { connectionBadge, type BadgeIcon } from "./connection_badge";

const icons: Record<BadgeIcon, LucideIcon> = {
  live: Radio,
  working: LoaderCircle,
  polling: RefreshCw,
  failed: Unplug,
  offline: CloudOff,
};

/** What the badge depends on. */
export interface ConnectionStatusBadgeProps {
  readonly snapshot: Pick<ClientSnapshot, "state" | "reasonLabel">;
  readonly isOnline: boolean;
}

/** State of the connection: word, icon, colour, and the reason as tooltip. Part of the debug view only. */
export function ConnectionStatusBadge({ snapshot, isOnline }: ConnectionStatusBadgeProps) {
  const badge = connectionBadge(snapshot, isOnline);
  const Icon = icons[badge.icon];
  return (
    <span className="badge" data-badge={snapshot.state} data-tone={badge.tone} title={badge.tooltip}>
      <Icon className={badge.icon === "working" ? "spin" : undefined} aria-hidden="true" />
      {badge.label}
    </span>
  );
}
