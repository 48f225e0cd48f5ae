/** Text that was typed and not sent, one per tab, so that nothing typed for one tab is sent in another. */

/** Drafts by tab; `null` stands for "no tab known yet". */
export type Drafts = ReadonlyMap<number | null, string>;

/** No drafts. */
export const noDrafts: Drafts = new Map();

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
