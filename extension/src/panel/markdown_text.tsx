import { ImageOff } from "lucide-react";
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

/** Each block finds its own direction: one that is written from right to left does not turn its neighbours round. */
const components: Components = {
  a: ({ href, children }) => <SafeLink href={href}>{children}</SafeLink>,
  img: ({ src, alt }) => <Picture address={typeof src === "string" ? src : undefined} alt={alt ?? ""} />,
  pre: ({ node, children }) => <CodeBlock language={languageOf(node)}>{children}</CodeBlock>,
  p: ({ children }) => <p dir="auto">{children}</p>,
  li: ({ children, className }) => <li dir="auto" className={className}>{children}</li>,
  h1: ({ children }) => <h3 dir="auto" data-level="1">{children}</h3>,
  h2: ({ children }) => <h4 dir="auto" data-level="2">{children}</h4>,
  h3: ({ children }) => <h5 dir="auto">{children}</h5>,
  h4: ({ children }) => <h6 dir="auto">{children}</h6>,
  h5: ({ children }) => <h6 dir="auto">{children}</h6>,
  td: ({ children }) => <td dir="auto">{children}</td>,
  th: ({ children }) => <th dir="auto">{children}</th>,
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
    <a href={target} target="_blank" rel="noopener noreferrer" title={target}>
      {children}
    </a>
  );
}

/** An image tells its server who looks at it and when, so none is loaded: it is a link to it. */
function Picture({ address, alt }: { readonly address: string | undefined; readonly alt: string }) {
  const target = safeLink(address);
  const words = (
    <>
      <ImageOff aria-hidden="true" />
      {alt === "" ? texts.imageNotLoaded : `${texts.imageNotLoaded}: ${alt}`}
    </>
  );
  if (target === null) return <span className="picture">{words}</span>;
  return (
    <a className="picture" href={target} target="_blank" rel="noopener noreferrer" title={texts.imageHint}>
      {words}
    </a>
  );
}

/** The language that the fence names: `language-rust` on the code inside. */
function languageOf(node: unknown): string | null {
  const code = (node as { readonly children?: readonly { readonly properties?: { readonly className?: unknown } }[] } | undefined)?.children?.[0];
  const names = code?.properties?.className;
  const name = Array.isArray(names) ? names.find((value): value is string => typeof value === "string" && value.startsWith("language-")) : undefined;
  return name === undefined ? null : name.slice("language-".length, "language-".length + 30);
}
