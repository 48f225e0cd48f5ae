import type { ChatMessage, ClientSnapshot } from "../types/index.js";

/** What there is to show while there is no client: on a server, or before `init` is done. Frozen. For hooks of your own. */
export const IDLE_SNAPSHOT: ClientSnapshot = Object.freeze({
  state: "disconnected",
  reason: null,
  reasonLabel: null,
  freshness: "stale",
  freshnessSince: null,
  freshnessCause: null,
  sessionId: null,
  isLoading: false,
  loadError: null,
  refusalCode: null,
  lastAttemptAt: null,
  retryCount: 0,
  hasOlder: null,
  isLoadingOlder: false,
  isPolling: false,
  isServerTyping: false,
  serverTypingContext: null,
  length: 0,
  revision: 0,
});

/** No message. One array for all, so that nothing renders for its sake. */
export const NO_MESSAGES: readonly ChatMessage[] = Object.freeze([]);
