import { type AreaName, readKey, watchKey } from "./chrome_api.js";
import type { TokenProvider, TokenRequest } from "../types/index.js";

/** Settings of {@link chromeToken}. */
export interface ChromeTokenOptions {
  /** The storage key that holds the bearer token as plain text. Default `accessToken`. */
  readonly key?: string;
  /** The area it is in. Default `local`; keep content scripts away from it by `setAccessLevel`. */
  readonly area?: "local" | "session";
  /**
   * Gets another token when the server refused the present one; `null` if it cannot. What it gives is used for the
   * requests that wait; storing it is its own part, and tells everybody else.
   */
  readonly renew?: () => Promise<string | null>;
}

/** A token provider that can tell when its token appears, changes or goes away. */
export interface ChromeToken extends TokenProvider {
  /** Calls back after every change of the stored token. Returns the function that ends it. */
  onChange(listener: () => void): () => void;
}

/**
 * A token provider that reads `chrome.storage` for every request, so that a sign-in or sign-out anywhere in the
 * extension counts at once. Give it to `createClient` and to {@link attachLifecycle}.
 *
 * ```ts
 * const token = chromeToken({ key: "accessToken" });
 * const client = createClient({ apiBase: "https://api.example.com", token });
 * attachLifecycle(client, { token });
 * ```
 */
export function chromeToken(options: ChromeTokenOptions = {}): ChromeToken {
  const { key = "accessToken", area = "local", renew } = options;
  const read = async ({ renew: isRefused }: TokenRequest): Promise<string | null> => {
    if (isRefused && renew) return renew();
    return tokenIn(await readKey(area, key));
  };
  const onChange = (listener: () => void): (() => void) => watchKey(area satisfies AreaName, key, listener);
  return Object.assign(read, { onChange });
}

/** Anything but a text is no token. */
function tokenIn(value: unknown): string | null {
  return typeof value === "string" && value !== "" ? value : null;
}
