import type { ReactNode } from "react";
import { texts } from "../texts";

/** A button that shows an icon and says a label. */
export interface IconButtonProps {
  readonly label: string;
  readonly children: ReactNode;
  readonly isPressed?: boolean;
  readonly isDisabled?: boolean;
  /** Whether there is something unread behind it. */
  readonly isMarked?: boolean;
  readonly onClick: () => void;
}

/** A square button with an icon; the label is its name and its tooltip. */
export function IconButton({ label, children, isPressed, isDisabled = false, isMarked = false, onClick }: IconButtonProps) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      aria-description={isMarked ? texts.unread : undefined}
      aria-pressed={isPressed}
      title={label}
      disabled={isDisabled}
      data-marked={isMarked || undefined}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
