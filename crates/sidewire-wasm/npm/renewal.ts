import { claimsOf } from "./jwt.js";
import type { TokenProvider } from "../types/index.js";

/** How long before its end a token is renewed, ms. */
const AHEAD_MS = 60_000;

/** One renewal: of which token, and what came of it. */
interface Renewal {
  readonly of: string;
  readonly answer: Promise<string>;
  /** The answer, once it is there. */
  fresh: string | null;
}

/**
 * A provider that renews a JWT before it expires, once per token: beside the request while the token is good, before the
 * request when it is not. A provider that cannot renew, or fails to, loses nothing: the token that it gave is used.
 */
export function renewedAhead(provider: TokenProvider, now: () => number): (renew: boolean) => Promise<string | null> {
  let last: Renewal | null = null;
  const begin = (of: string): Renewal => {
    const renewal: Renewal = { of, fresh: null, answer: renewed(provider, of) };
    void renewal.answer.then((fresh) => (renewal.fresh = fresh));
    return renewal;
  };
  return async (renew) => {
    const given = (await provider({ renew })) ?? null;
    if (given === null || renew) return given;
    const left = endOf(given) - now();
    if (!(left < AHEAD_MS)) return given;
    if (last?.of !== given) last = begin(given);
    return left > 0 ? (last.fresh ?? given) : last.answer;
  };
}

async function renewed(provider: TokenProvider, token: string): Promise<string> {
  try {
    return (await provider({ renew: true })) ?? token;
  } catch {
    return token;
  }
}

/** When a JWT expires, in ms since the epoch; NaN for any other token. */
function endOf(token: string): number {
  const claims = claimsOf(token);
  return claims !== null && "exp" in claims && typeof claims.exp === "number" ? claims.exp * 1000 : NaN;
}
