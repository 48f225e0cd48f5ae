import { Activity, Settings2, SquarePen } from "lucide-react";
import { texts } from "../texts";
import { IconButton } from "./icon_button";
import { SessionsMenu, type SessionsMenuProps } from "./sessions_menu";

/** What the header shows and offers. */
export interface HeaderProps extends SessionsMenuProps {
  readonly isDebugOpen: boolean;
  readonly onNewChat: () => void;
  readonly onToggleDebug: () => void;
  readonly onSettings: () => void;
}

/** Title of the conversation, and everything that is not the conversation itself. */
export function Header(props: HeaderProps) {
  const startNewChat = (): void => {
    props.onNewChat();
    props.composer.current?.focus();
  };

  return (
    <header className="header">
      <SessionsMenu
        sessions={props.sessions}
        sessionId={props.sessionId}
        title={props.title}
        isSignedIn={props.isSignedIn}
        composer={props.composer}
        onChoose={props.onChoose}
        onSignOut={props.onSignOut}
      />
      <h1 className="title" title={props.title}>
        {props.title}
      </h1>
      <IconButton label={texts.newChat} isDisabled={!props.isSignedIn} onClick={startNewChat}>
        <SquarePen />
      </IconButton>
      <IconButton label={texts.debug} isPressed={props.isDebugOpen} onClick={props.onToggleDebug}>
        <Activity />
      </IconButton>
      <IconButton label={texts.settings} onClick={props.onSettings}>
        <Settings2 />
      </IconButton>
    </header>
  );
}
