import { ArrowDown } from "lucide-react";
import { useCallback, useRef } from "react";
import type { SidewireClient } from "sidewire";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import { texts } from "../texts";
import { continuesGroup } from "./message_view";
import { MessageRow } from "./message_row";
import { dayLabel } from "./times";
import { useStickToBottom } from "./use_stick_to_bottom";

/** Which messages to show. */
export interface MessageListProps {
  readonly client: SidewireClient;
  readonly sessionId: string;
  readonly length: number;
  /** Grows with every change, so that the rows are read again. */
  readonly revision: number;
}

/** The messages of one session: only those in view are read and rendered. */
export function MessageList({ client, sessionId, length, revision }: MessageListProps) {
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const stick = useStickToBottom(scroller, list, length, revision);
  const retry = useCallback(
    (clientMessageId: string) => client.retryMessage(clientMessageId, sessionId),
    [client, sessionId],
  );

  return (
    <div className="log-frame">
      <div
        ref={scroller}
        className="log"
        role="log"
        aria-live={stick.isAtBottom ? "polite" : "off"}
        aria-label={texts.log}
        tabIndex={0}
      >
        <Virtualizer ref={list} scrollRef={scroller} data={{ length }} onScroll={stick.onScroll} onResize={stick.onResize}>
          {(_, index) => rowAt(client, index, length, retry)}
        </Virtualizer>
      </div>
      {!stick.isAtBottom && (
        <button
          type="button"
          className="jump"
          data-unseen={stick.hasUnseen || undefined}
          aria-label={stick.hasUnseen ? undefined : texts.jumpToLatest}
          title={texts.jumpToLatest}
          onClick={stick.jump}
        >
          <ArrowDown />
          {stick.hasUnseen && texts.newMessages}
        </button>
      )}
    </div>
  );
}

function rowAt(client: SidewireClient, index: number, length: number, onRetry: (clientMessageId: string) => void) {
  const before = index === 0 ? null : (client.rows(index - 1, index)[0] ?? null);
  const [message, after] = client.rows(index, Math.min(index + 2, length));
  if (message === undefined) return <div key={`row-${index}`} />;

  const day = dayLabel(message.timestamp, before?.timestamp ?? null);
  const isFollowed = after !== undefined && continuesGroup(after, message);
  return (
    <MessageRow
      key={message.clientMessageId ?? message.id}
      message={message}
      day={day}
      isContinued={day === null && continuesGroup(message, before)}
      place={index === length - 1 ? "last" : isFollowed ? "inner" : "end"}
      onRetry={onRetry}
    />
  );
}
