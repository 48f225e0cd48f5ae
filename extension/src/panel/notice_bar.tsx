import type { Notice, NoticeAction } from "./status_notice";

/** A notice and what happens when its button is pressed. */
export interface NoticeBarProps {
  readonly notice: Notice | null;
  readonly onAction: (action: NoticeAction) => void;
}

/** The sentence above the composer. Always present, so that screen readers hear the change. */
export function NoticeBar({ notice, onAction }: NoticeBarProps) {
  const action = notice?.action ?? null;
  return (
    <div className="notice" role="status" data-notice={notice?.tone}>
      {notice !== null && <bdi className="notice-text">{notice.text}</bdi>}
      {action !== null && (
        <button type="button" className="text-button" onClick={() => onAction(action)}>
          {action.label}
        </button>
      )}
    </div>
  );
}
