import { useId, useState, type SubmitEvent } from "react";
import type { SignInResult } from "../sign_in";
import { signInTexts, texts } from "../texts";

/** What the form needs. */
export interface SignInFormProps {
  /** Where the user signs in, for messages. */
  readonly apiBase: string;
  readonly onSignIn: (user: string) => Promise<SignInResult>;
  /** Takes an access token that the user has from elsewhere. */
  readonly onToken: (token: string) => Promise<void>;
  /** Whether the form takes the focus when it appears. */
  readonly isFocused?: boolean;
  /** Whether something else is the first thing to do here. */
  readonly isQuiet?: boolean;
}

type Kind = "user" | "token";

/** A user name, or an access token, and a button; says what went wrong. */
export function SignInForm({ apiBase, onSignIn, onToken, isFocused = false, isQuiet = false }: SignInFormProps) {
  const [kind, setKind] = useState<Kind>("user");
  const [value, setValue] = useState("");
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const errorId = useId();
  const typed = value.trim();

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (typed === "" || isRunning) return;
    setIsRunning(true);
    const next = kind === "token" ? await onToken(typed).then(() => null) : problemText(await onSignIn(typed), apiBase);
    setIsRunning(false);
    setProblem(next);
  };
  const change = (next: Kind): void => {
    setKind(next);
    setValue("");
    setProblem(null);
  };

  const label = kind === "user" ? texts.userLabel : texts.tokenLabel;
  return (
    <form className="sign-in" onSubmit={(event: SubmitEvent) => void submit(event)}>
      <input
        key={kind}
        className="input"
        type={kind === "user" ? "text" : "password"}
        aria-label={label}
        aria-describedby={errorId}
        placeholder={label}
        autoComplete={kind === "user" ? "username" : "off"}
        spellCheck={false}
        maxLength={kind === "user" ? 64 : 8_192}
        autoFocus={isFocused || kind === "token"}
        value={value}
        onChange={(event) => setValue(event.currentTarget.value)}
      />
      <button type="submit" className="button" data-kind={isQuiet ? "plain" : undefined} disabled={typed === "" || isRunning}>
        {isRunning ? texts.signingIn : texts.signIn}
      </button>
      <p id={errorId} className="field-error" role="alert">
        {problem}
      </p>
      <button type="button" className="text-button" onClick={() => change(kind === "user" ? "token" : "user")}>
        {kind === "user" ? texts.useToken : texts.useUser}
      </button>
    </form>
  );
}

function problemText(result: SignInResult, apiBase: string): string | null {
  const { type } = result;
  switch (type) {
    case "signedIn":
      return null;
    case "unreachable":
      return signInTexts.unreachable(apiBase);
    case "unsupported":
      return signInTexts.unsupported;
    case "refused":
      return result.message ?? signInTexts.refused;
    default:
      return type satisfies never;
  }
}
