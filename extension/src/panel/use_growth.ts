/** Where a list has grown last: older messages keep what is in view where it is, newer ones do not. */

import { useState } from "react";

/** Where messages were added last. */
export type Growth = "none" | "older" | "newer";

interface Seen {
  readonly firstKey: string | null;
  readonly length: number;
  readonly growth: Growth;
}

/** How a list grew between two renders; a first message that is another one means that older messages came. */
export function growthOf(seen: Seen, firstKey: string | null, length: number): Growth {
  if (length <= seen.length) return "none";
  return seen.firstKey !== null && firstKey !== seen.firstKey ? "older" : "newer";
}

/** The last growth of a list; it holds until the next one. */
export function useGrowth(firstKey: string | null, length: number): Growth {
  const [seen, setSeen] = useState<Seen>({ firstKey, length, growth: "none" });
  if (seen.firstKey === firstKey && seen.length === length) return seen.growth;
  const growth = growthOf(seen, firstKey, length);
  setSeen({ firstKey, length, growth });
  return growth;
}
