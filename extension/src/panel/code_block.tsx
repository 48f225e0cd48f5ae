import { useRef, type ReactNode } from "react";
import { texts } from "../texts";
import { CopyButton } from "./copy_button";

/** Code of an answer, with a button that copies it. */
export function CodeBlock({ children }: { readonly children: ReactNode }) {
  const code = useRef<HTMLPreElement>(null);
  return (
    <div className="code-block">
      <CopyButton label={texts.copyCode} read={() => code.current?.textContent ?? ""} />
      <pre ref={code} tabIndex={0}>
        {children}
      </pre>
    </div>
  );
}
