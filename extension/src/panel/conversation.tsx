import { ArrowUpRight, CornerDownRight, MessageCircle, TriangleAlert } from "lucide-react";
import type { ClientSnapshot, SidewireClient } from "sidewire";
import { texts } from "../texts";
import { unavailability } from "./availability";
import { Blank } from "./blank";
import { MessageList } from "./message_list";
import type { PanelState } from "./store";
import { Unavailable, type UnavailableProps } from "./unavailable";

/** A conversation that a tab without one may go on with. */
export interface Offer {
  readonly sessionId: string;
  readonly title: string;
}

/** What is to be shown, and what can be done about it. */
export interface ConversationProps extends Pick<UnavailableProps, "onNewChat" | "onSignOut"> {
  readonly client: SidewireClient | null;
  readonly snapshot: ClientSnapshot;
  readonly state: PanelState;
  readonly offers: readonly Offer[];
  readonly origin: string;
  readonly onSuggestion: (text: string) => void;
  readonly onChoose: (sessionId: string) => void;
}

/** The messages of the shown session, or why there are none. Never those of another session. */
export function Conversation(props: ConversationProps) {
  const { client, snapshot, state, origin, onNewChat, onSignOut } = props;
  const { sessionId } = state;
  if (client === null) return <NotLoaded />;
  if (state.tab === null) return <Skeleton />;
  if (sessionId === null) return <Empty {...props} />;
  if (snapshot.sessionId !== sessionId) return <Skeleton />;

  const problem = unavailability(snapshot);
  if (problem !== null) return <Unavailable problem={problem} origin={origin} onNewChat={onNewChat} onSignOut={onSignOut} />;
  if (snapshot.length > 0) return <MessageList client={client} sessionId={sessionId} snapshot={snapshot} />;
  if (snapshot.loadError !== null) return <NotLoaded />;
  return snapshot.isLoading ? <Skeleton /> : <Empty {...props} />;
}

function Empty({ state, offers, onSuggestion, onChoose }: ConversationProps) {
  return (
    <Blank icon={<MessageCircle />} title={texts.emptyTitle} text={texts.emptyText[state.tab?.scope ?? "tab"]}>
      {state.sessionId === null && offers.length > 0 && (
        <section className="choices" aria-label={texts.continueLabel}>
          <h3 className="choices-title">{texts.continueLabel}</h3>
          {offers.map(({ sessionId, title }) => (
            <button key={sessionId} type="button" className="choice" data-kind="offer" onClick={() => onChoose(sessionId)}>
              <CornerDownRight />
              <bdi>{title}</bdi>
            </button>
          ))}
        </section>
      )}
      <section className="choices" aria-label={texts.suggestionsLabel}>
        {texts.suggestions.map((text) => (
          <button key={text} type="button" className="choice" onClick={() => onSuggestion(text)}>
            <bdi>{text}</bdi>
            <ArrowUpRight />
          </button>
        ))}
      </section>
    </Blank>
  );
}

/** Why is told above the composer. */
function NotLoaded() {
  return <Blank icon={<TriangleAlert />} title={texts.notLoadedTitle} text={texts.notLoadedText} tone="warning" />;
}

function Skeleton() {
  return (
    <div className="skeleton" role="status" aria-label={texts.loading}>
      <span className="skeleton-bubble" data-side="right" />
      <span className="skeleton-bubble" data-side="left" />
      <span className="skeleton-bubble" data-side="left" data-size="short" />
      <span className="skeleton-bubble" data-side="right" data-size="short" />
      <span className="skeleton-bubble" data-side="left" />
    </div>
  );
}
