/** What a client tells. */
import type { Cause, CloseInfo, ConnectionState, FallbackReason, Freshness, Json, LoadError, SendFailure, TypingContext } from "./index.js";

/** Everything a client tells, by `type`. */
export type ClientEvent =
  | {
      readonly type: "stateChange";
      readonly previous: ConnectionState;
      readonly current: ConnectionState;
      readonly cause: Cause;
      readonly reason: FallbackReason | null;
      readonly close: CloseInfo | null;
    }
  | { readonly type: "freshnessChange"; readonly freshness: Freshness; readonly cause: Cause }
  | {
      readonly type: "loadChange";
      /** The session being watched. */
      readonly sessionId: string | null;
      readonly isLoading: boolean;
      readonly isPolling: boolean;
      readonly error: LoadError | null;
      /** Reads that failed in a row. */
      readonly retryCount: number;
      readonly isLoadingOlder: boolean;
      readonly hasOlder: boolean | null;
    }
  | {
      /** Rows changed. With a change of `length` every row from `start` on may stand elsewhere. */
      readonly type: "timelineChange";
      readonly sessionId: string;
      readonly revision: number;
      /** First row that may differ, in indices as they are now. */
      readonly start: number;
      /** The row after the last one that may differ; all rows behind are the ones from before. */
      readonly end: number;
      /** How many rows there are now. */
      readonly length: number;
    }
  | { readonly type: "newMessage"; readonly sessionId: string; readonly messageId: string }
  | {
      readonly type: "typingChange";
      readonly sessionId: string;
      readonly isTyping: boolean;
      readonly context: TypingContext | null;
    }
  | {
      readonly type: "interactResponse";
      readonly sessionId: string;
      readonly taskId: string | null;
      readonly action: string | null;
      readonly thought: string | null;
      readonly status: string | null;
    }
  | SessionUpdate
  | {
      /** Your own `error` event, in your words. */
      readonly type: "applicationError";
      readonly sessionId: string;
      /** At most 200 characters, `""` if it had none; so is `message`. */
      readonly code: string;
      readonly message: string;
    }
  | {
      readonly type: "reconnecting";
      readonly attempt: number;
      readonly maxAttempts: number;
      readonly delayMs: number;
    }
  | {
      readonly type: "sendChange";
      readonly sessionId: string;
      readonly clientMessageId: string;
      /**
       * `pending`: waiting for the server, on the wire or in the queue. `failed`: refused, or several tries brought
       * nothing; `retryMessage` tries again. `cancelled`: taken back by `cancelMessage`, the message is gone.
       */
      readonly state: "pending" | "sent" | "failed" | "cancelled";
      readonly failure: SendFailure | null;
    }
  | {
      /** Messages are missing for good. What follows them is shown, and `gaps()` lists what is marked. */
      readonly type: "discontinuity";
      readonly sessionId: string;
      /** First and last missing sequence number. */
      readonly from: number;
      readonly to: number;
      readonly cause: GapCause;
      /** `marked`: the gap is in `gaps()` from now on. `reloaded`: the session is read anew from its newest page on. */
      readonly action: "marked" | "reloaded";
    }
  | {
      readonly type: "problem";
      readonly code: ProblemCode;
      /** One sentence, at most 200 characters, without contents or secrets. */
      readonly detail: string;
      /**
       * The field that was wrong, such as `message.messageId` of an event or `messages[3].messageId` of a page; `null`
       * when it was no single field.
       */
      readonly path: string | null;
    };

/** How a session stands, as the server says in its `session_update`. `listSessions` knows it already. */
export interface SessionUpdate {
  readonly type: "sessionUpdate";
  readonly sessionId: string;
  /** Such as `active`, `completed`, `failed` or `interrupted`; `null` when the event does not tell. */
  readonly status: string | null;
  /** Milliseconds since the epoch or ISO 8601, as the server writes it. */
  readonly updatedAt: number | string | null;
  /** Whatever else the server tells; `title`, `url` and `domain` in it reach the list of sessions. */
  readonly metadata: { readonly [key: string]: Json } | null;
}

/**
 * How it turned out that messages are missing: `unanswered`, several reads brought nothing for the hole;
 * `not_in_log`, a page of older messages passes over these numbers; `log_cut`, the log ends before these numbers, which it
 * once had.
 */
export type GapCause = "unanswered" | "not_in_log" | "log_cut";

/** What was wrong with something that came in. */
export type ProblemCode =
  | "malformed_frame"
  | "too_large"
  | "malformed_event"
  | "foreign_session"
  | "server_error"
  | "bad_auth_answer"
  | "bad_page"
  | "request_failed"
  | "bad_state"
  | "storage_full"
  | "storage_failed";
