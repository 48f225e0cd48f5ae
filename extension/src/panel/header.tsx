import { Activity, PanelLeft, Settings2, SquarePen } from "lucide-react";
import { texts } from "../texts";
import { IconButton } from "./icon_button";

/** What the header shows and offers. */
export interface HeaderProps {
  readonly title: string;
  readonly isSignedIn: boolean;
  readonly hasUnread: boolean;
  readonly isDebugOpen: boolean;
  readonly onSessions: () => void;
  readonly onNewChat: () => void;
  readonly onToggleDebug: () => void;
  readonly onSettings: () => void;
}

/** Title of the conversation, and everything that is not the conversation itself. */
export function Header(props: HeaderProps) {
  return (
    <header className="header">
      <IconButton label={texts.sessions} isDisabled={!props.isSignedIn} isMarked={props.hasUnread} onClick={props.onSessions}>
        <PanelLeft />
      </IconButton>
      <h1 className="title" title={props.title}>
        <bdi>{props.title}</bdi>
      </h1>
      <IconButton label={texts.newChat} isDisabled={!props.isSignedIn} onClick={props.onNewChat}>
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
