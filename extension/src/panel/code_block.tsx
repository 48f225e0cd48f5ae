import { useRef, type ReactNode } from "react";
import { texts } from "../texts";
import { CopyButton } from "./copy_button";

/** Code and the language that it says it is in. */
export interface CodeBlockProps {
  readonly language: string | null;
  readonly children: ReactNode;
}

/** Code of an answer, with its language and a button that copies it. */
export function CodeBlock({ language, children }: CodeBlockProps) {
  const code = useRef<HTMLPreElement>(null);
  return (
    <figure className="code-block" dir="ltr">
      <figcaption className="code-head">
        <span className="code-language">{language}</span>
        <CopyButton label={texts.copyCode} read={() => code.current?.textContent ?? ""} />
      </figcaption>
      <pre ref={code} tabIndex={0}>
        {children}
      </pre>
    </figure>
  );
}
