import type { ReactNode } from "react";

/** What a page without messages shows. */
export interface BlankProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly text?: string;
  readonly tone?: "plain" | "warning";
  readonly children?: ReactNode;
}

/** A page that takes the conversation's place: an icon, a sentence, and what can be done. */
export function Blank({ icon, title, text, tone = "plain", children }: BlankProps) {
  return (
    <div className="blank">
      <span className="blank-icon" data-tone={tone} aria-hidden="true">
        {icon}
      </span>
      <h2 className="blank-title">{title}</h2>
      {text !== undefined && <p className="blank-text">{text}</p>}
      {children}
    </div>
  );
}
