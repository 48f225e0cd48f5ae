/** Text that was typed and not sent, one per tab, so that nothing typed for one tab is sent in another. */

/** Drafts by tab; `null` stands for "no tab known yet". */
export type Drafts = ReadonlyMap<number | null, string>;

/** Keeps the drafts outside of React, so that they can be saved when everything else fails. */
export interface DraftStore {
  readonly get: () => Drafts;
  readonly set: (drafts: Drafts) => void;
  readonly subscribe: (listener: () => void) => () => void;
}

/** A store that begins with what the page before left. */
export function createDraftStore(first: Drafts): DraftStore {
  const listeners = new Set<() => void>();
  let drafts = first;
  return {
    get: () => drafts,
    set: (next) => {
      drafts = next;
      for (const listener of listeners) listener();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** The draft of a tab. Text typed before the tab was known belongs to the first one that is. */
export function draftOf(drafts: Drafts, tabId: number | null): string {
  return drafts.get(tabId) ?? drafts.get(null) ?? "";
}

/** The drafts after the text of a tab changed. */
export function withDraft(drafts: Drafts, tabId: number | null, text: string): Drafts {
  const next = new Map(drafts);
  next.delete(null);
  if (text === "") next.delete(tabId);
  else next.set(tabId, text);
  return next;
}

/** The drafts after `sent` left the composer of a tab: what was typed meanwhile stays. */
export function withoutSent(drafts: Drafts, tabId: number | null, sent: string): Drafts {
  const text = draftOf(drafts, tabId);
  return withDraft(drafts, tabId, text.startsWith(sent) ? text.slice(sent.length).trimStart() : text);
}
