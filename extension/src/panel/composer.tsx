import { ArrowUp, LoaderCircle } from "lucide-react";
import { useEffect, useLayoutEffect, useSyncExternalStore, type KeyboardEvent, type RefObject, type SubmitEvent } from "react";
import { texts } from "../texts";
import { draftOf, withDraft, withoutSent, type DraftStore } from "./drafts";
import type { Sending } from "./store";

/** What the composer needs. */
export interface ComposerProps {
  readonly field: RefObject<HTMLTextAreaElement | null>;
  readonly drafts: DraftStore;
  readonly tabId: number | null;
  readonly isSignedIn: boolean;
  readonly sending: Sending;
  /** Resolves with whether the message was taken; otherwise the text stays. */
  readonly onSend: (content: string) => Promise<boolean>;
}

/** Where messages are typed. Enter sends, Shift+Enter breaks the line; every tab keeps its own text. */
export function Composer({ field, drafts: store, tabId, isSignedIn, sending, onSend }: ComposerProps) {
  const drafts = useSyncExternalStore(store.subscribe, store.get);
  const draft = draftOf(drafts, tabId);
  const canSend = isSignedIn && draft.trim() !== "";
  useGrowingHeight(field, draft);
  useEffect(() => {
    if (isSignedIn) field.current?.focus();
  }, [field, isSignedIn]);

  const send = async (): Promise<void> => {
    if (!canSend || sending.type === "opening") return;
    if (await onSend(draft.trim())) store.set(withoutSent(store.get(), tabId, draft));
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
        aria-description={texts.sendHint}
        placeholder={isSignedIn ? texts.messagePlaceholder : texts.messagePlaceholderSignedOut}
        dir="auto"
        rows={1}
        value={draft}
        onChange={(event) => store.set(withDraft(store.get(), tabId, event.currentTarget.value))}
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
