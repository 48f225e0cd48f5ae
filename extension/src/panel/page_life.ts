/** Tells the store what happens to the page: shown, hidden, online, offline. */

/** A panel is `hidden` at first, for 15 to 260 ms (measured, the latter on a busy machine). Longer than this it is. */
const FIRST_VISIBILITY_MS = 2_000;

/** What is told. */
export interface PageListener {
  setVisible(isVisible: boolean): void;
  setOnline(isOnline: boolean): void;
}

/** The parts of `document` and `window` in use. */
export interface Page {
  readonly document: Pick<Document, "visibilityState" | "addEventListener">;
  readonly window: Pick<Window, "addEventListener">;
  readonly navigator: Pick<Navigator, "onLine">;
}

/**
 * Follows the page. A panel counts as visible from the start, so that its first `hidden` and `visible` say nothing new;
 * one that is still hidden after a moment is told to be hidden.
 */
export function followPage(page: Page, listener: PageListener, settleMs = FIRST_VISIBILITY_MS): void {
  let isVisible = true;
  let hasBegun = false;
  const tellVisibility = (): void => {
    const now = page.document.visibilityState === "visible";
    hasBegun ||= now;
    if (now === isVisible || !hasBegun) return;
    isVisible = now;
    listener.setVisible(now);
  };
  const tellNetwork = (): void => listener.setOnline(page.navigator.onLine);

  page.document.addEventListener("visibilitychange", tellVisibility);
  setTimeout(() => {
    hasBegun = true;
    tellVisibility();
  }, settleMs);
  page.window.addEventListener("online", tellNetwork);
  page.window.addEventListener("offline", tellNetwork);
  if (!page.navigator.onLine) tellNetwork();
}
