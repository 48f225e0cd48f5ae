/** What a client tells. */
import type { Cause, CloseInfo, ConnectionState, FallbackReason, Freshness, LoadError, SendFailure, TypingContext } from "./index.js";

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
    }
  | { readonly type: "timelineChange"; readonly sessionId: string; readonly revision: number }
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
      readonly state: "pending" | "sent" | "failed";
      readonly failure: SendFailure | null;
    }
  | {
      /** Messages are missing for good; the engine gave up filling the hole. `gaps()` lists them. */
      readonly type: "discontinuity";
      readonly sessionId: string;
      /** First and last missing sequence number. */
      readonly from: number;
      readonly to: number;
    }
  | { readonly type: "problem"; readonly code: ProblemCode; readonly detail: string };

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
  | "application_error"
  | "bad_state";
