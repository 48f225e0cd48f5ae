import type { ClientSnapshot } from "sidewire";

/** The snapshot shown while there is no client: its configuration cannot be used. */
export const idleSnapshot: ClientSnapshot = Object.freeze({
  state: "failed",
  reason: null,
  reasonLabel: null,
  freshness: "stale",
  freshnessSince: null,
  freshnessCause: null,
  sessionId: null,
  isLoading: false,
  loadError: null,
  refusalCode: null,
  retryCount: 0,
  lastAttemptAt: null,
  isLoadingOlder: false,
  hasOlder: null,
  isPolling: false,
  isServerTyping: false,
  serverTypingContext: null,
  length: 0,
  revision: 0,
});
