import { CircleAlert, RotateCw } from "lucide-react";
import { memo } from "react";
import type { ChatMessage, Role } from "sidewire";
import { texts } from "../texts";
import { ErrorBoundary } from "./error_boundary";
import { MarkdownText } from "./markdown_text";
import { messageFooter } from "./message_view";
import { clockTime } from "./times";

/** One message and how it stands among the others. */
export interface MessageRowProps {
  readonly message: ChatMessage;
  /** Set on the first message of a day. */
  readonly day: string | null;
  /** Whether it follows a message of the same author. */
  readonly isContinued: boolean;
  /** Where it stands: inside a group of one author's messages, at its end, or at the end of all. */
  readonly place: "inner" | "end" | "last";
  readonly onRetry: (clientMessageId: string) => void;
}

const authors: Record<Role, string> = { user: texts.you, assistant: texts.agent, system: texts.system };

/** One message. Messages are frozen, so an unchanged one is never rendered again. */
export const MessageRow = memo(function MessageRow({ message, day, isContinued, place, onRetry }: MessageRowProps) {
  return (
    <>
      {day !== null && <div className="day">{day}</div>}
      <article
        className="row"
        data-message-id={message.id}
        data-role={message.role}
        data-status={message.status}
        data-delivery={message.delivery ?? undefined}
        data-continued={isContinued || undefined}
        data-place={place}
        aria-label={authors[message.role]}
      >
        <div className="bubble">
          <MessageBody message={message} />
        </div>
        <Footer message={message} onRetry={onRetry} />
      </article>
    </>
  );
});

function MessageBody({ message }: { readonly message: ChatMessage }) {
  if (message.placeholder) return <p className="plain muted">{texts.placeholder}</p>;
  if (message.role !== "assistant") return <p className="plain">{message.content}</p>;
  return (
    <ErrorBoundary resetKey={message.content} fallback={<p className="plain">{message.content}</p>}>
      <MarkdownText text={message.content} isStreaming={message.status === "streaming"} />
    </ErrorBoundary>
  );
}

function Footer({ message, onRetry }: Pick<MessageRowProps, "message" | "onRetry">) {
  const footer = messageFooter(message);
  const { type } = footer;
  switch (type) {
    case "none":
      return message.timestamp === null ? null : <Time at={message.timestamp} />;
    case "sending":
      return <p className="footer" data-kind="sending">{texts.sendingNow}</p>;
    case "failedAnswer":
      return (
        <p className="footer" data-kind="failed">
          <CircleAlert />
          {footer.text}
        </p>
      );
    case "failedSend":
      return <FailedSend text={footer.text} clientMessageId={footer.clientMessageId} onRetry={onRetry} />;
    default:
      return type satisfies never;
  }
}

interface FailedSendProps {
  readonly text: string;
  readonly clientMessageId: string | null;
  readonly onRetry: (clientMessageId: string) => void;
}

function FailedSend({ text, clientMessageId, onRetry }: FailedSendProps) {
  return (
    <p className="footer" data-kind="failed">
      <CircleAlert />
      {text}
      {clientMessageId !== null && (
        <button type="button" className="text-button" onClick={() => onRetry(clientMessageId)}>
          <RotateCw />
          {texts.retry}
        </button>
      )}
    </p>
  );
}

function Time({ at }: { readonly at: number }) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return null;
  return (
    <time className="time" dateTime={date.toISOString()} title={date.toLocaleString()}>
      {clockTime(at)}
    </time>
  );
}
