/** The longest that a frame is waited for: a page that is not painted has none. */
const LATEST_MS = 100;

/** Runs `tell` before the next frame is painted; where nothing is painted, soon. */
export function beforeFrame(tell: () => void): void {
  if (typeof requestAnimationFrame !== "function") {
    setTimeout(tell, 16);
    return;
  }
  const once = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    tell();
  };
  const frame = requestAnimationFrame(once);
  const timer = setTimeout(once, LATEST_MS);
}
