import { useId, useState, type SubmitEvent } from "react";
import type { SignInResult } from "../sign_in";
import { signInTexts, texts } from "../texts";

/** What the form needs. */
export interface SignInFormProps {
  /** Where the user signs in, for messages. */
  readonly apiBase: string;
  readonly onSignIn: (user: string) => Promise<SignInResult>;
  /** Whether the form takes the focus when it appears. */
  readonly isFocused?: boolean;
}

/** A user name and a button; says what went wrong. */
export function SignInForm({ apiBase, onSignIn, isFocused = false }: SignInFormProps) {
  const [user, setUser] = useState("");
  const [isRunning, setIsRunning] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const errorId = useId();

  const submit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (user.trim() === "" || isRunning) return;
    setIsRunning(true);
    const result = await onSignIn(user.trim());
    setIsRunning(false);
    setProblem(problemText(result, apiBase));
  };

  return (
    <form className="sign-in" onSubmit={(event: SubmitEvent) => void submit(event)}>
      <input
        className="input"
        aria-label={texts.userLabel}
        aria-describedby={errorId}
        placeholder={texts.userLabel}
        autoComplete="username"
        spellCheck={false}
        maxLength={64}
        autoFocus={isFocused}
        value={user}
        onChange={(event) => setUser(event.currentTarget.value)}
      />
      <button type="submit" className="button" disabled={user.trim() === "" || isRunning}>
        {isRunning ? texts.signingIn : texts.signIn}
      </button>
      <p id={errorId} className="field-error" role="alert">
        {problem}
      </p>
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
