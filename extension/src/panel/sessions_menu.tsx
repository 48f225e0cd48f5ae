import { Menu } from "@base-ui/react/menu";
import { Check, LogOut, MessagesSquare } from "lucide-react";
import { useRef, type RefObject } from "react";
import type { Session } from "sidewire";
import { texts } from "../texts";
import { sessionTime, sessionTitle } from "./session_title";
import { listTime } from "./times";
import type { Sessions } from "./use_sessions";

/** What the menu shows and offers. */
export interface SessionsMenuProps {
  readonly sessions: Sessions;
  readonly sessionId: string | null;
  /** What the shown session is called in the header. */
  readonly title: string;
  readonly isSignedIn: boolean;
  /** Gets the focus after a choice. */
  readonly composer: RefObject<HTMLTextAreaElement | null>;
  readonly onChoose: (sessionId: string) => void;
  readonly onSignOut: () => void;
}

/** All conversations of the user; the chosen one belongs to this tab from then on. */
export function SessionsMenu(props: SessionsMenuProps) {
  const { sessions, sessionId, title, isSignedIn, composer, onChoose, onSignOut } = props;
  const hasChosen = useRef(false);

  const handleOpen = (isOpen: boolean): void => {
    if (isOpen) sessions.reload();
    if (isOpen) hasChosen.current = false;
  };
  const choose = (value: string): void => {
    hasChosen.current = true;
    onChoose(value);
  };

  return (
    <Menu.Root modal={false} onOpenChange={handleOpen}>
      <Menu.Trigger className="icon-button" aria-label={texts.sessions} title={texts.sessions} disabled={!isSignedIn}>
        <MessagesSquare />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner className="menu-positioner" align="start" sideOffset={6} collisionPadding={8}>
          <Menu.Popup className="menu" finalFocus={() => (hasChosen.current ? composer.current : true)}>
            <div className="menu-scroll">
              <SessionsState sessions={sessions} />
              <Menu.RadioGroup value={sessionId} onValueChange={choose}>
                {sessions.list.map((session) => {
                  const name = session.sessionId === sessionId ? title : sessionTitle(session, null);
                  return <SessionItem key={session.sessionId} session={session} title={name} />;
                })}
              </Menu.RadioGroup>
            </div>
            <Menu.Separator className="menu-separator" />
            <Menu.Item className="menu-item" onClick={onSignOut}>
              <LogOut />
              <span className="menu-title">{texts.signOut}</span>
            </Menu.Item>
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  );
}

function SessionsState({ sessions }: { readonly sessions: Sessions }) {
  if (sessions.status === "failed") return <p className="menu-note">{texts.sessionsFailed}</p>;
  if (sessions.list.length > 0) return null;
  return <p className="menu-note">{sessions.status === "loading" ? texts.sessionsLoading : texts.sessionsEmpty}</p>;
}

function SessionItem({ session, title }: { readonly session: Session; readonly title: string }) {
  const time = sessionTime(session);
  return (
    <Menu.RadioItem className="menu-item" value={session.sessionId} label={title} closeOnClick>
      <span className="menu-check">
        <Menu.RadioItemIndicator>
          <Check />
        </Menu.RadioItemIndicator>
      </span>
      <span className="menu-title">
        <span>{title}</span>
        {session.domain !== null && session.domain !== title && <span className="menu-detail">{session.domain}</span>}
      </span>
      {time !== null && <span className="menu-time">{listTime(time)}</span>}
    </Menu.RadioItem>
  );
}
