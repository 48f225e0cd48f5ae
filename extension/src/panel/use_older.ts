/** Asks for older messages when the reader comes near the beginning. */

import { useCallback, useEffect, useRef, type RefObject } from "react";
import type { ClientSnapshot, SidewireClient } from "sidewire";
import type { VirtualizerHandle } from "virtua";

/** This close to the first message older ones are asked for. */
const NEAR_PX = 800;

/** How older messages are loaded. */
export interface Older {
  readonly onScroll: () => void;
  /** Asks by hand, also after it has failed. */
  readonly load: () => void;
}

/** One page at a time. After a failure only the reader asks again: a server in trouble is left alone. */
export function useOlder(
  client: SidewireClient,
  snapshot: Pick<ClientSnapshot, "hasOlder" | "isLoadingOlder" | "length">,
  list: RefObject<VirtualizerHandle | null>,
): Older {
  const hasFailed = useRef(false);
  const { hasOlder, isLoadingOlder, length } = snapshot;

  const load = useCallback((): void => {
    hasFailed.current = false;
    client.loadOlder().catch(() => {
      hasFailed.current = true;
    });
  }, [client]);

  const loadIfNear = useCallback((): void => {
    const isNear = (list.current?.scrollOffset ?? Number.POSITIVE_INFINITY) < NEAR_PX;
    if (isNear && hasOlder === true && !isLoadingOlder && !hasFailed.current) load();
  }, [list, hasOlder, isLoadingOlder, load]);

  // A page that fills less than the view leaves the reader near the beginning, without any scrolling. The list has
  // measured its rows and moved to its end by the second frame.
  useEffect(() => {
    let frame = requestAnimationFrame(() => {
      frame = requestAnimationFrame(loadIfNear);
    });
    return () => cancelAnimationFrame(frame);
  }, [loadIfNear, length]);

  return { onScroll: loadIfNear, load };
}
