import { CircleAlert, RotateCw, Trash2, X } from "lucide-react";
import { memo, useState } from "react";
import type { ChatMessage, Gap, Role } from "sidewire";
import { texts } from "../texts";
import { CopyButton } from "./copy_button";
import { ErrorBoundary } from "./error_boundary";
import { shownText, sizeText } from "./long_text";
import { MarkdownText } from "./markdown_text";
import { messageFooter, shownAction } from "./message_view";
import { clockTime } from "./times";

/** What can be done with an own message that is not stored yet. */
export interface SendActions {
  readonly retry: (clientMessageId: string) => void;
  /** Takes a message back that is not on its way. */
  readonly discard: (clientMessageId: string) => void;
}

/** One message and how it stands among the others. */
export interface MessageRowProps {
  readonly message: ChatMessage;
  /** Set on the first message of a day. */
  readonly day: string | null;
  /** Messages that are missing before this one. */
  readonly gap: Gap | null;
  /** Whether it follows a message of the same author. */
  readonly isContinued: boolean;
  /** Whether a turn begins with it. */
  readonly isTurn: boolean;
  /** Where it stands: inside a group of one author's messages, at its end, or at the end of all. */
  readonly place: "inner" | "end" | "last";
  readonly isOnline: boolean;
  readonly actions: SendActions;
}

const authors: Record<Role, string> = { user: texts.you, assistant: texts.agent, system: texts.system };

/** One message. Messages are frozen, so an unchanged one is never rendered again. */
export const MessageRow = memo(function MessageRow(props: MessageRowProps) {
  const { message, day, gap, isContinued, isTurn, place, isOnline, actions } = props;
  return (
    <>
      {gap !== null && <GapMarker gap={gap} />}
      {day !== null && <div className="day">{day}</div>}
      <article
        className="row"
        data-message-id={message.id}
        data-role={message.role}
        data-status={message.status}
        data-delivery={message.delivery ?? undefined}
        data-continued={isContinued || undefined}
        data-turn={isTurn || undefined}
        data-place={place}
        aria-label={authors[message.role]}
      >
        <div className="bubble" dir="auto">
          <MessageBody message={message} />
          <Action message={message} />
        </div>
        <Footer message={message} isOnline={isOnline} actions={actions} />
      </article>
    </>
  );
});

function GapMarker({ gap }: { readonly gap: Gap }) {
  const text = texts.gap(gap.to - gap.from + 1);
  return (
    <div className="gap-marker" role="separator" aria-label={text} data-gap={`${gap.from}-${gap.to}`}>
      <span>{text}</span>
    </div>
  );
}

function MessageBody({ message }: { readonly message: ChatMessage }) {
  const [isWhole, setIsWhole] = useState(false);
  if (message.placeholder) return <p className="plain muted">{texts.placeholder}</p>;
  const { text, isCut, isMarkdown } = shownText(message.content, isWhole);
  return (
    <>
      {message.role === "assistant" && isMarkdown ? (
        <ErrorBoundary resetKey={text} fallback={<p className="plain">{text}</p>}>
          <MarkdownText text={text} isStreaming={message.status === "streaming"} />
        </ErrorBoundary>
      ) : (
        <p className="plain">{text}</p>
      )}
      {isCut && (
        <button type="button" className="text-button show-all" onClick={() => setIsWhole(true)}>
          {texts.showAll(sizeText(message.content))}
        </button>
      )}
    </>
  );
}

/** What the agent wants to do is data here: nothing carries it out. */
function Action({ message }: { readonly message: ChatMessage }) {
  const action = shownAction(message);
  if (action === null) return null;
  return (
    <details className="action">
      <summary>{texts.actionLabel(action.name)}</summary>
      <pre tabIndex={0}>{action.text}</pre>
    </details>
  );
}

function Footer({ message, isOnline, actions }: Pick<MessageRowProps, "message" | "isOnline" | "actions">) {
  const footer = messageFooter(message, isOnline);
  const { type } = footer;
  switch (type) {
    case "none":
      return <Details message={message} />;
    case "sending":
      return <p className="footer" data-kind="sending">{texts.sendingNow}</p>;
    case "queued":
      return (
        <p className="footer" data-kind="queued">
          {footer.text}
          <Discard label={texts.cancel} clientMessageId={footer.clientMessageId} actions={actions} />
        </p>
      );
    case "failedAnswer":
      return <FailedAnswer text={footer.text} hint={footer.hint} />;
    case "failedSend":
      return <FailedSend text={footer.text} clientMessageId={footer.clientMessageId} actions={actions} />;
    default:
      return type satisfies never;
  }
}

function FailedAnswer({ text, hint }: { readonly text: string; readonly hint: string | null }) {
  if (hint !== null) {
    return (
      <p className="hint-card" role="note" title={text}>
        {hint}
      </p>
    );
  }
  return (
    <p className="footer" data-kind="failed">
      <FailureText text={text} />
    </p>
  );
}

function FailureText({ text }: { readonly text: string }) {
  return (
    <span className="failure-text">
      <CircleAlert aria-hidden="true" />
      <bdi>{text}</bdi>
    </span>
  );
}

interface SendStateProps {
  readonly text: string;
  readonly clientMessageId: string | null;
  readonly actions: SendActions;
}

function FailedSend({ text, clientMessageId, actions }: SendStateProps) {
  return (
    <p className="footer" data-kind="failed">
      <FailureText text={text} />
      {clientMessageId !== null && (
        <button type="button" className="text-button" onClick={() => actions.retry(clientMessageId)}>
          <RotateCw />
          {texts.retry}
        </button>
      )}
      <Discard label={texts.discard} clientMessageId={clientMessageId} actions={actions} />
    </p>
  );
}

function Discard({ label, clientMessageId, actions }: Omit<SendStateProps, "text"> & { readonly label: string }) {
  if (clientMessageId === null) return null;
  return (
    <button type="button" className="text-button" onClick={() => actions.discard(clientMessageId)}>
      {label === texts.cancel ? <X /> : <Trash2 />}
      {label}
    </button>
  );
}

/** Shown when the message is pointed at or focused: when it was written, and a button that copies it. */
function Details({ message }: { readonly message: ChatMessage }) {
  const isFinal = message.status !== "streaming" && message.content !== "";
  return (
    <div className="details">
      {message.timestamp !== null && <Time at={message.timestamp} />}
      {message.role === "assistant" && isFinal && (
        <CopyButton label={texts.copyMessage} read={() => message.content} kind="inline" />
      )}
    </div>
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
