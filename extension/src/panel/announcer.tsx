import { useEffect, useState } from "react";
import type { SidewireClient } from "sidewire";
import { createAnnouncements } from "./announcements";

/** Tells screen readers what the agent says. */
export function Announcer({ client }: { readonly client: SidewireClient }) {
  const [text, setText] = useState("");

  useEffect(() => {
    const announcements = createAnnouncements(client);
    const look = (): void => {
      const next = announcements.next();
      if (next !== null) setText(next);
    };
    look();
    return client.subscribe(look);
  }, [client]);

  return (
    <div className="visually-hidden" role="status" aria-live="polite" data-announcer>
      {text}
    </div>
  );
}
