import { MessageCircle, TriangleAlert } from "lucide-react";
import type { ReactNode } from "react";
import type { ClientSnapshot, SidewireClient } from "sidewire";
import { texts } from "../texts";
import { MessageList } from "./message_list";

/** What is to be shown. */
export interface ConversationProps {
  readonly client: SidewireClient | null;
  readonly snapshot: ClientSnapshot;
  readonly sessionId: string | null;
}

/** The messages of the shown session, or why there are none. Never those of another session. */
export function Conversation({ client, snapshot, sessionId }: ConversationProps) {
  if (client === null) return <NotLoaded />;
  if (sessionId === null) return <Empty />;
  if (snapshot.sessionId !== sessionId) return <Skeleton />;
  if (snapshot.length > 0) return <MessageList client={client} sessionId={sessionId} length={snapshot.length} revision={snapshot.revision} />;
  if (snapshot.loadError !== null) return <NotLoaded />;
  return snapshot.isLoading ? <Skeleton /> : <Empty />;
}

function Empty() {
  return <Blank icon={<MessageCircle />} title={texts.emptyTitle} text={texts.emptyText} />;
}

/** Why is told above the composer. */
function NotLoaded() {
  return <Blank icon={<TriangleAlert />} title={texts.notLoadedTitle} isProblem />;
}

interface BlankProps {
  readonly icon: ReactNode;
  readonly title: string;
  readonly text?: string;
  readonly isProblem?: boolean;
}

function Blank({ icon, title, text, isProblem = false }: BlankProps) {
  return (
    <div className="blank">
      <span className="blank-icon" data-tone={isProblem ? "warning" : undefined} aria-hidden="true">
        {icon}
      </span>
      <h2 className="blank-title">{title}</h2>
      {text !== undefined && <p className="blank-text">{text}</p>}
    </div>
  );
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
