import type { TypingContext } from "sidewire";
import { typingLabels } from "../texts";

/** What the agent is doing; `null` = nothing. Always present, so that screen readers hear the change. */
export function TypingIndicator({ context }: { readonly context: TypingContext | null }) {
  return (
    <div className="typing" role="status" data-typing={context ?? undefined}>
      {context !== null && (
        <>
          <span className="typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {typingLabels[context]}
        </>
      )}
    </div>
  );
}
