/** Keeps a session's url and domain up to date while its tab moves from page to page. */

import { pageFields, type PageFields } from "../page_url";
import type { ShownTab } from "../tabs/shown_tab";

/** Pages that change their address by script do it in bursts: the last one counts. */
const QUIET_MS = 2_000;

/** Watches the tab in front. */
export interface PageReporter {
  note(tab: ShownTab | null, sessionId: string | null): void;
}

/** Calls `report` once a tab with a session has stayed on a new, known page for a while. */
export function createPageReporter(
  report: (sessionId: string, fields: PageFields) => void,
  quietMs = QUIET_MS,
): PageReporter {
  let previous: { readonly tabId: number; readonly sessionId: string | null; readonly url: string | null } | null = null;
  const timers = new Map<string, ReturnType<typeof setTimeout>>();

  const schedule = (sessionId: string, fields: PageFields): void => {
    clearTimeout(timers.get(sessionId));
    const run = (): void => {
      timers.delete(sessionId);
      report(sessionId, fields);
    };
    timers.set(sessionId, setTimeout(run, quietMs));
  };

  return {
    note: (tab, sessionId) => {
      const last = previous;
      previous = tab === null ? null : { tabId: tab.tabId, sessionId, url: tab.url };
      if (tab === null || sessionId === null || last === null) return;
      if (last.tabId !== tab.tabId || last.sessionId !== sessionId || last.url === tab.url) return;
      const fields = pageFields(tab.url);
      if (fields !== null) schedule(sessionId, fields);
    },
  };
}
