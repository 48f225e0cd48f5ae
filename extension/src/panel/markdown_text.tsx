import { memo, type ReactNode } from "react";
import Markdown, { type Components } from "react-markdown";
import remarkGfm from "remark-gfm";
import { texts } from "../texts";
import { CodeBlock } from "./code_block";
import { safeLink } from "./message_view";

/** Markdown of an answer. */
export interface MarkdownTextProps {
  readonly text: string;
  readonly isStreaming: boolean;
}

/** An answer as a typed tree: no HTML, no image is loaded, links lead to the web and to mail only. */
export const MarkdownText = memo(function MarkdownText({ text, isStreaming }: MarkdownTextProps) {
  return (
    <div className="markdown" data-streaming={isStreaming || undefined}>
      <Markdown remarkPlugins={plugins} components={components} urlTransform={(url) => safeLink(url) ?? ""}>
        {text}
      </Markdown>
    </div>
  );
});

const plugins = [remarkGfm];

const components: Components = {
  a: ({ href, children }) => <SafeLink href={href}>{children}</SafeLink>,
  img: ({ src, alt }) => (
    <SafeLink href={typeof src === "string" ? src : undefined}>{alt || texts.imageNotLoaded}</SafeLink>
  ),
  pre: ({ children }) => <CodeBlock>{children}</CodeBlock>,
  table: ({ children }) => (
    <div className="table-scroll" tabIndex={0}>
      <table>{children}</table>
    </div>
  ),
};

function SafeLink({ href, children }: { readonly href: string | undefined; readonly children: ReactNode }) {
  const target = safeLink(href);
  if (target === null) return <span>{children}</span>;
  return (
    <a href={target} target="_blank" rel="noopener noreferrer">
      {children}
    </a>
  );
}
