import { KeyRound, Server } from "lucide-react";
import type { SignInResult } from "../sign_in";
import { texts } from "../texts";
import { Blank } from "./blank";
import { SignInForm } from "./sign_in_form";

/** What the first run needs. */
export interface FirstRunProps {
  readonly apiBase: string;
  readonly isConfigured: boolean;
  readonly isIncognito: boolean;
  readonly onSignIn: (user: string) => Promise<SignInResult>;
  readonly onToken: (token: string) => Promise<void>;
  readonly onSettings: () => void;
}

/** Takes the place of the conversation while nobody is signed in: which server, and who. */
export function FirstRun({ apiBase, isConfigured, isIncognito, onSignIn, onToken, onSettings }: FirstRunProps) {
  return (
    <Blank
      icon={isConfigured ? <KeyRound /> : <Server />}
      title={isConfigured ? texts.signInTitle : texts.welcomeTitle}
      text={isConfigured ? texts.signInText : texts.serverMissing}
    >
      {isConfigured ? <ServerLine apiBase={apiBase} onSettings={onSettings} /> : <ServerChoice onSettings={onSettings} />}
      <SignInForm apiBase={apiBase} onSignIn={onSignIn} onToken={onToken} isFocused={isConfigured} isQuiet={!isConfigured} />
      {isIncognito && <p className="blank-text">{texts.incognitoText}</p>}
    </Blank>
  );
}

function ServerChoice({ onSettings }: Pick<FirstRunProps, "onSettings">) {
  return (
    <>
      <button type="button" className="button" onClick={onSettings}>
        {texts.serverChoose}
      </button>
      <p className="or-line">{texts.serverLocal}</p>
    </>
  );
}

function ServerLine({ apiBase, onSettings }: Pick<FirstRunProps, "apiBase" | "onSettings">) {
  return (
    <p className="server-line">
      <span className="server-name" title={apiBase}>
        {apiBase.replace(/^https?:\/\//, "")}
      </span>
      <button type="button" className="text-button" aria-label={`${texts.server}: ${texts.serverChange}`} onClick={onSettings}>
        {texts.serverChange}
      </button>
    </p>
  );
}
