import { unlessClosed } from "./closed.js";
import type { SidewireClient } from "../types/index.js";

/** What {@link attachLifecycle} follows besides the page. */
export interface LifecycleOptions {
  /** Tells when the token changes: a `chromeToken()`, or anything else with `onChange`. */
  readonly token?: { onChange(listener: () => void): () => void };
  /** The page or worker to follow. Default: this one. For tests. */
  readonly scope?: LifecycleScope;
}

/** The parts of a page or worker that tell about its life. */
export interface LifecycleScope {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
  readonly navigator?: { readonly onLine: boolean };
  readonly document?: {
    readonly visibilityState: string;
    addEventListener(type: string, listener: () => void): void;
    removeEventListener(type: string, listener: () => void): void;
  };
}

/** A panel is `hidden` for its first 15 to 54 ms (Chromium 156); only what it is after that counts. */
const FIRST_VISIBILITY_MS = 250;

/**
 * Tells a client everything that happens to its page: hidden and visible, frozen and resumed, kept in the back/forward
 * cache and restored, offline and online, and with `token` every change of the token. Works in a worker too, where
 * there is only the network to tell.
 *
 * ```ts
 * const detach = attachLifecycle(client, { token });
 * ```
 *
 * @returns The function that ends it. It ends by itself when the client is closed.
 */
export function attachLifecycle(client: SidewireClient, options: LifecycleOptions = {}): () => void {
  const scope: LifecycleScope = options.scope ?? globalThis;
  const { document } = scope;
  const ends: (() => void)[] = [];
  const detach = (): void => {
    for (const end of ends.splice(0)) end();
  };
  const tell = (call: () => void) => (): void => {
    if (!unlessClosed(call)) detach();
  };
  const listen = (target: Listening, types: readonly string[], listener: () => void): void => {
    for (const type of types) target.addEventListener(type, listener);
    ends.push(() => {
      for (const type of types) target.removeEventListener(type, listener);
    });
  };

  const tellNetwork = tell(() => {
    if (scope.navigator) client.setOnline(scope.navigator.onLine);
  });
  listen(scope, ["online", "offline"], tellNetwork);
  tellNetwork();
  if (document) {
    const tellVisible = tell(() => { client.setVisible(document.visibilityState === "visible"); });
    const tellHidden = tell(() => { client.setVisible(false); });
    const timer = setTimeout(tellVisible, FIRST_VISIBILITY_MS);
    ends.push(() => {
      clearTimeout(timer);
    });
    listen(document, ["visibilitychange", "resume"], tellVisible);
    listen(document, ["freeze"], tellHidden);
    // A page that comes back from the back/forward cache has lost its socket without a word; being looked at makes the
    // client ask socket and log at once.
    listen(scope, ["pageshow"], tellVisible);
    listen(scope, ["pagehide"], tellHidden);
  }
  if (options.token) ends.push(options.token.onChange(tell(() => { client.tokenChanged(); })));
  return detach;
}

interface Listening {
  addEventListener(type: string, listener: () => void): void;
  removeEventListener(type: string, listener: () => void): void;
}
