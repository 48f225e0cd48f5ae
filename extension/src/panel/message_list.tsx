import { ArrowDown, LoaderCircle } from "lucide-react";
import { useEffect, useMemo, useRef, type MouseEvent } from "react";
import type { ClientSnapshot, Gap, SidewireClient } from "sidewire";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import { texts } from "../texts";
import { MessageRow, type SendActions } from "./message_row";
import { beginsTurn, continuesGroup } from "./message_view";
import { dayLabel } from "./times";
import { useIsOnline } from "./use_client";
import { useGrowth } from "./use_growth";
import { useOlder, type Older } from "./use_older";
import { useStickToBottom, type StickToBottom } from "./use_stick_to_bottom";

/** Which messages to show. */
export interface MessageListProps {
  readonly client: SidewireClient;
  readonly sessionId: string;
  readonly snapshot: ClientSnapshot;
}

const FIRST_MESSAGE = "sidewire-first-message";

/** Height of what stands above the first message: the virtual list must know it. As `--older-height` in messages.css. */
const OLDER_PX = 40;

/** The messages of one session: only those in view are read and rendered. */
export function MessageList({ client, sessionId, snapshot }: MessageListProps) {
  const { length, revision } = snapshot;
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const firstKey = keyOf(client, 0);
  const growth = useGrowth(firstKey, length);
  const stick = useStickToBottom(scroller, list, length, revision, growth);
  const older = useOlder(client, snapshot, list);
  const isOnline = useIsOnline();
  const gaps = gapsByRow(client);
  const actions = useMemo(() => actionsOf(client, sessionId), [client, sessionId]);

  useEffect(markFirst, []);

  const handleScroll = (): void => {
    stick.onScroll();
    older.onScroll();
  };
  const handleClick = ({ target }: MouseEvent): void => {
    if (target instanceof Element && target.closest(".show-all, summary") !== null) stick.hold();
  };
  return (
    <div className="log-frame">
      <div
        ref={scroller}
        className="log"
        role="log"
        aria-live="off"
        aria-label={texts.log}
        aria-busy={snapshot.isLoadingOlder}
        tabIndex={0}
        onClickCapture={handleClick}
      >
        <OlderMessages older={older} hasOlder={snapshot.hasOlder} isLoading={snapshot.isLoadingOlder} />
        <Virtualizer
          ref={list}
          scrollRef={scroller}
          startMargin={OLDER_PX}
          shift={growth === "older"}
          data={{ length }}
          onScroll={handleScroll}
          onResize={stick.onResize}
        >
          {(_, index) => rowAt(client, index, length, { gap: gaps.get(index) ?? null, isOnline, actions })}
        </Virtualizer>
      </div>
      <JumpButton stick={stick} />
    </div>
  );
}

function OlderMessages({ older, hasOlder, isLoading }: { readonly older: Older; readonly hasOlder: boolean | null; readonly isLoading: boolean }) {
  return (
    <div className="older">
      {isLoading && (
        <span className="older-note" role="status">
          <LoaderCircle className="spin" />
          {texts.loadingOlder}
        </span>
      )}
      {!isLoading && hasOlder === true && (
        <button type="button" className="text-button" onClick={older.load}>
          {texts.loadOlder}
        </button>
      )}
      {hasOlder === false && <span className="older-note">{texts.beginning}</span>}
    </div>
  );
}

function JumpButton({ stick }: { readonly stick: StickToBottom }) {
  if (stick.isAtBottom) return null;
  return (
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
  );
}

/** For `npm run measure:panel`: when messages were there for the first time. */
function markFirst(): void {
  if (performance.getEntriesByName(FIRST_MESSAGE).length === 0) performance.mark(FIRST_MESSAGE);
}

interface RowSettings {
  readonly gap: Gap | null;
  readonly isOnline: boolean;
  readonly actions: SendActions;
}

function rowAt(client: SidewireClient, index: number, length: number, { gap, isOnline, actions }: RowSettings) {
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
      gap={gap}
      isContinued={day === null && gap === null && continuesGroup(message, before)}
      isTurn={beginsTurn(message, before)}
      place={index === length - 1 ? "last" : isFollowed ? "inner" : "end"}
      isOnline={isOnline || message.delivery === null}
      actions={actions}
    />
  );
}

/** What a message is known by, before and after the server has stored it. */
function keyOf(client: SidewireClient, index: number): string | null {
  const [message] = client.rows(index, index + 1);
  return message === undefined ? null : (message.clientMessageId ?? message.id);
}

function gapsByRow(client: SidewireClient): ReadonlyMap<number, Gap> {
  return new Map(client.gaps().map((gap) => [gap.index, gap]));
}

function actionsOf(client: SidewireClient, sessionId: string): SendActions {
  return {
    retry: (clientMessageId) => client.retryMessage(clientMessageId, sessionId),
    discard: (clientMessageId) => void client.cancelMessage(clientMessageId, sessionId),
  };
}
