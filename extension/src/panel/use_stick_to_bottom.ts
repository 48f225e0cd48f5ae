/** Keeps a virtual list at its end unless the user has scrolled up. */

import { useLayoutEffect, useRef, useState, type RefObject } from "react";
import type { VirtualizerHandle } from "virtua";
import type { Growth } from "./use_growth";

/** This close to the end counts as the end. */
const NEAR_PX = 32;

/** How a list follows its end. */
export interface StickToBottom {
  readonly isAtBottom: boolean;
  /** Whether messages were added below what is in view. */
  readonly hasUnseen: boolean;
  readonly onScroll: () => void;
  readonly onResize: () => void;
  readonly jump: () => void;
  /** The reader opens something in a message: it grows below what is read, and the view stays. */
  readonly hold: () => void;
}

/** Follows the end of the list in `scroller` as it grows. Older messages, above, are nothing new. */
export function useStickToBottom(
  scroller: RefObject<HTMLElement | null>,
  list: RefObject<VirtualizerHandle | null>,
  length: number,
  revision: number,
  growth: Growth,
): StickToBottom {
  const isPinned = useRef(true);
  const lastTop = useRef(0);
  const lastIndex = useRef(length - 1);
  const [isAtBottom, setIsAtBottom] = useState(true);
  const [known, setKnown] = useState({ length, seen: length });
  if (known.length !== length) {
    const added = growth === "older" ? length - known.length : 0;
    setKnown({ length, seen: known.seen + added });
  }
  const toEnd = (): void => list.current?.scrollToIndex(lastIndex.current, { align: "end" });
  const pin = (isNow: boolean): void => {
    isPinned.current = isNow;
    setIsAtBottom(isNow);
    setKnown(({ length: now }) => ({ length: now, seen: now }));
  };

  useLayoutEffect(() => {
    lastIndex.current = length - 1;
    if (isPinned.current) list.current?.scrollToIndex(length - 1, { align: "end" });
  }, [list, length, revision]);

  return {
    isAtBottom,
    hasUnseen: !isAtBottom && length > known.seen,
    onScroll: () => {
      if (scroller.current === null) return;
      const isUp = scroller.current.scrollTop < lastTop.current - 1;
      lastTop.current = scroller.current.scrollTop;
      if (isNearEnd(scroller.current)) pin(true);
      else if (isUp && isPinned.current) pin(false);
    },
    onResize: () => {
      if (isPinned.current) toEnd();
    },
    jump: () => {
      pin(true);
      toEnd();
    },
    hold: () => {
      isPinned.current = false;
      // By the second frame the message has grown and was measured.
      requestAnimationFrame(() => requestAnimationFrame(() => pin(scroller.current === null || isNearEnd(scroller.current))));
    },
  };
}

function isNearEnd({ scrollTop, scrollHeight, clientHeight }: HTMLElement): boolean {
  return scrollHeight - scrollTop - clientHeight <= NEAR_PX;
}
