import { ArrowUp, LoaderCircle } from "lucide-react";
import { useEffect, useLayoutEffect, useState, type KeyboardEvent, type RefObject, type SubmitEvent } from "react";
import { texts } from "../texts";
import { draftOf, noDrafts, withDraft, withoutSent } from "./drafts";
import type { Sending } from "./store";

/** What the composer needs. */
export interface ComposerProps {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly tabId: number | null;
  readonly isSignedIn: boolean;
  readonly sending: Sending;
  /** Resolves with whether the message was taken; otherwise the text stays. */
  readonly onSend: (content: string) => Promise<boolean>;
}

/** Where messages are typed. Enter sends, Shift+Enter breaks the line; every tab keeps its own text. */
export function Composer({ field, tabId, isSignedIn, sending, onSend }: ComposerProps) {
  const [drafts, setDrafts] = useState(noDrafts);
  const draft = draftOf(drafts, tabId);
  const canSend = isSignedIn && draft.trim() !== "";
  useGrowingHeight(field, draft);
  useEffect(() => {
    if (isSignedIn) field.current?.focus();
  }, [field, isSignedIn]);

  const send = async (): Promise<void> => {
    if (!canSend || sending.type === "opening") return;
    if (await onSend(draft.trim())) setDrafts((all) => withoutSent(all, tabId, draft));
    field.current?.focus();
  };
  const handleKey = (event: KeyboardEvent): void => {
    // While an input method composes, Enter confirms a candidate.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
    event.preventDefault();
    void send();
  };

  return (
    <form
      className="composer"
      onSubmit={(event: SubmitEvent) => {
        event.preventDefault();
        void send();
      }}
    >
      <textarea
        ref={field}
        className="composer-field"
        aria-label={texts.messageLabel}
        placeholder={isSignedIn ? texts.messagePlaceholder : texts.messagePlaceholderSignedOut}
        rows={1}
        value={draft}
        onChange={(event) => setDrafts(withDraft(drafts, tabId, event.currentTarget.value))}
        onKeyDown={handleKey}
      />
      <SendButton isEnabled={canSend} isBusy={sending.type === "opening"} />
    </form>
  );
}

function SendButton({ isEnabled, isBusy }: { readonly isEnabled: boolean; readonly isBusy: boolean }) {
  return (
    <button type="submit" className="send" aria-label={texts.send} title={texts.send} disabled={!isEnabled}>
      {isBusy ? <LoaderCircle className="spin" /> : <ArrowUp />}
    </button>
  );
}

function useGrowingHeight(field: RefObject<HTMLTextAreaElement | null>, text: string): void {
  useLayoutEffect(() => {
    const element = field.current;
    if (element === null) return;
    element.style.setProperty("height", "auto");
    element.style.setProperty("height", `${element.scrollHeight}px`);
  }, [field, text]);
}
