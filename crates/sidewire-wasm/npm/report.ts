/** Tells an error that nobody catches to whoever watches the page or worker. */
export function report(error: unknown): void {
  if (typeof reportError === "function") reportError(error);
  // eslint-disable-next-line no-console -- Node has no reportError, and the error's author must see it
  else console.error(error);
}
