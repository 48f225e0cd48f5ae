import { CircleOff } from "lucide-react";
import { texts, unavailableTexts } from "../texts";
import { codeExplanation, type Unavailability, type UnavailableKind } from "./availability";
import { Blank } from "./blank";

/** What is not available, and what can be done about it. */
export interface UnavailableProps {
  readonly problem: Unavailability;
  /** This extension's origin, which a server may have to allow. */
  readonly origin: string;
  readonly onNewChat: () => void;
  readonly onSignOut: () => void;
}

/** Takes the place of a conversation that the user may not see. */
export function Unavailable({ problem, origin, onNewChat, onSignOut }: UnavailableProps) {
  const { title, text } = words(problem.kind, origin);
  return (
    <Blank icon={<CircleOff />} title={title} text={text} tone="warning">
      <div className="blank-actions">
        <button type="button" className="button" onClick={onNewChat}>
          {texts.newChat}
        </button>
        {problem.kind === "account" && (
          <button type="button" className="button" data-kind="plain" onClick={onSignOut}>
            {unavailableTexts.switchAccount}
          </button>
        )}
      </div>
      {problem.code !== null && <ForDevelopers status={problem.status} code={problem.code} />}
    </Blank>
  );
}

/** Servers tell codes in development only, so this is never seen in production. */
function ForDevelopers({ status, code }: { readonly status: number; readonly code: string }) {
  return (
    <section className="developer" aria-label={unavailableTexts.developer}>
      <h3 className="choices-title">{unavailableTexts.developer}</h3>
      <p>
        <code>{unavailableTexts.code(status, code)}</code> {codeExplanation(code)}
      </p>
    </section>
  );
}

function words(kind: UnavailableKind, origin: string): { readonly title: string; readonly text: string } {
  switch (kind) {
    case "gone":
      return { title: unavailableTexts.goneTitle, text: unavailableTexts.goneText };
    case "account":
      return { title: unavailableTexts.accountTitle, text: unavailableTexts.accountText };
    case "origin":
      return { title: unavailableTexts.originTitle, text: unavailableTexts.originText(origin) };
    case "unknown":
      return { title: unavailableTexts.title, text: unavailableTexts.text };
    default:
      return kind satisfies never;
  }
}
