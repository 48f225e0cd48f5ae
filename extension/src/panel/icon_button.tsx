import type { ReactNode } from "react";

/** A button that shows an icon and says a label. */
export interface IconButtonProps {
  readonly label: string;
  readonly children: ReactNode;
  readonly isPressed?: boolean;
  readonly isDisabled?: boolean;
  readonly onClick: () => void;
}

/** A square button with an icon; the label is its name and its tooltip. */
export function IconButton({ label, children, isPressed, isDisabled = false, onClick }: IconButtonProps) {
  return (
    <button
      type="button"
      className="icon-button"
      aria-label={label}
      aria-pressed={isPressed}
      title={label}
      disabled={isDisabled}
      onClick={onClick}
    >
      {children}
    </button>
  );
}
