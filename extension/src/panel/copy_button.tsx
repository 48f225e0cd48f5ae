import { Check, Copy } from "lucide-react";
import { useEffect, useState } from "react";
import { texts } from "../texts";

const SHOWN_MS = 1_500;

/** What is copied. */
export interface CopyButtonProps {
  readonly label: string;
  readonly read: () => string;
  /** `wide` shows the label beside the icon. */
  readonly kind?: "icon" | "inline" | "wide";
}

const classes = { icon: "copy-button", inline: "inline-button", wide: "text-button" } as const;

/** Copies a text and says so for a moment. */
export function CopyButton({ label, read, kind = "icon" }: CopyButtonProps) {
  const [isCopied, setIsCopied] = useState(false);

  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), SHOWN_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);

  const copy = async (): Promise<void> => {
    await navigator.clipboard.writeText(read());
    setIsCopied(true);
  };

  const name = isCopied ? texts.copied : label;
  return (
    <button
      type="button"
      className={classes[kind]}
      aria-label={name}
      title={name}
      onClick={() => void copy().catch(() => setIsCopied(false))}
    >
      {isCopied ? <Check /> : <Copy />}
      {kind === "wide" && name}
    </button>
  );
}
