import { KeyRound } from "lucide-react";
import { texts } from "../texts";
import type { SignInResult } from "../sign_in";
import { SignInForm } from "./sign_in_form";

/** What signing in needs. */
export interface SignInCardProps {
  readonly apiBase: string;
  readonly onSignIn: (user: string) => Promise<SignInResult>;
}

/** Takes the place of the conversation while nobody is signed in. */
export function SignInCard({ apiBase, onSignIn }: SignInCardProps) {
  return (
    <div className="blank">
      <span className="blank-icon" aria-hidden="true">
        <KeyRound />
      </span>
      <h2 className="blank-title">{texts.signInTitle}</h2>
      <p className="blank-text">{texts.signInText}</p>
      <SignInForm apiBase={apiBase} onSignIn={onSignIn} isFocused />
    </div>
  );
}
