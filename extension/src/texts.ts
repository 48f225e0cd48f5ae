/** Every word that the extension shows. */

import type { FallbackReason, SendFailure, TypingContext } from "sidewire";

/** Texts of the panel and of the options page. */
export const texts = {
  product: "Sidewire",
  newChat: "New chat",
  sessions: "Sessions",
  debug: "Debug",
  settings: "Settings",
  signOut: "Sign out",
  untitled: "Untitled chat",

  startFailed: "Sidewire could not start",
  startFailedHint: "Close and open the panel again. If that does not help, reload the extension.",

  emptyTitle: "What can I help with?",
  emptyText: "Messages stay with this tab: each tab has its own conversation.",
  loading: "Loading messages",
  notLoadedTitle: "Nothing to show yet",
  configBroken: "The settings cannot be used",

  messageLabel: "Message",
  messagePlaceholder: "Message…",
  messagePlaceholderSignedOut: "Sign in to send",
  send: "Send",

  log: "Conversation",
  you: "You",
  agent: "Agent",
  system: "System",
  newMessages: "New messages",
  jumpToLatest: "Jump to the latest message",
  sendingNow: "Sending…",
  retry: "Retry",
  answerFailed: "The agent could not finish this answer.",
  placeholder: "This message is too large to show here.",
  copyCode: "Copy code",
  copied: "Copied",
  imageNotLoaded: "Image, not loaded",
  today: "Today",
  yesterday: "Yesterday",

  sessionsLoading: "Loading sessions…",
  sessionsEmpty: "No conversations yet",
  sessionsFailed: "The list could not be loaded.",

  signInTitle: "Sign in to start",
  signInText: "Your conversations are kept on the server and come back when you sign in.",
  userLabel: "User name",
  signIn: "Sign in",
  signingIn: "Signing in…",

  tryAgain: "Try again",
  openSettings: "Open settings",
} as const;

/** What the agent is doing, in words. */
export const typingLabels: Record<TypingContext, string> = {
  thinking: "Thinking…",
  executing: "Executing…",
  verifying: "Verifying…",
  processing: "Processing…",
};

/** Why an own message did not arrive, and what to do. */
export const sendFailureLabels: Record<SendFailure, string> = {
  network: "Not sent: the server did not answer.",
  unauthorized: "Not sent: your sign-in has expired.",
  forbidden: "Not sent: you may not write in this conversation.",
  rejected: "Not sent: the server refused this message.",
  server: "Not sent: the server had a problem.",
};

/** The reasons of the seeds, used when the client gives no label. */
export const reasonLabels: Record<FallbackReason, string> = {
  not_configured: "Pusher not configured",
  no_token: "No token",
  auth_failed: "Pusher auth failed",
  session_refused: "Session refused",
  attempts_exhausted: "Connection lost",
  refused: "Connection refused by the server",
  rejected: "Connection rejected by the server",
  offline: "Offline",
};

/** Sentences of the line above the composer. */
export const noticeTexts = {
  liveOff: (reason: string): string => `Live updates are off: ${reason} – checking every few seconds`,
  liveOffIdle: (reason: string): string => `Live updates are off: ${reason}`,
  reconnecting: "Connection lost. Reconnecting…",
  offline: "You are offline. Messages arrive when the network is back.",
  failed: (reason: string): string => `Messages cannot be loaded: ${reason}`,
  failedPlain: "Messages cannot be loaded.",
  sessionGone: "This conversation is not available. It may be deleted or belong to another account.",
  expired: "Your sign-in has expired.",
  noAnswer: "The server does not answer. Trying again by itself.",
  rateLimited: "The server is busy. Trying again in a while.",
  loadFailed: (message: string): string => `Messages could not be loaded: ${message}`,
  gap: "Some messages may be missing.",
  stale: "Checking for missed messages…",
  notOpened: (message: string): string => `The conversation could not be started: ${message}`,
  signInAgain: "Sign in again",
} as const;

/** How signing in failed. */
export const signInTexts = {
  unreachable: (apiBase: string): string => `No answer from ${apiBase}. Is the server running?`,
  unsupported: "This server does not offer development sign-in. Check the address in Settings.",
  refused: "The server refused this user.",
} as const;

/** Words of the debug view. */
export const debugTexts = {
  title: "Debug",
  freshness: "Freshness",
  session: "Session",
  socket: "Socket",
  none: "none",
  polling: "Polling now",
  yes: "yes",
  no: "no",
  messages: "Messages",
  counters: "Counters",
  transitions: "Transitions",
  problems: "Problems",
  noTransitions: "No state change yet",
  noProblems: "Nothing malformed came in",
  copy: "Copy diagnosis",
  closeCode: (code: number, reason: string): string => (reason === "" ? `close ${code}` : `close ${code} ${reason}`),
} as const;

/** Words of the options page. */
export const optionsTexts = {
  title: "Sidewire settings",
  account: "Account",
  signedIn: "You are signed in.",
  signedOut: "You are signed out.",
  servers: "Servers",
  serversHint: "Where messages come from. Panels that are open switch over when you save.",
  apiBase: "API address",
  apiBaseHint: "For example https://api.example.com",
  wsHost: "Push server host",
  wsPort: "Port",
  tls: "Encrypted connection (TLS)",
  key: "App key",
  keyHint: "Without a key messages are fetched every few seconds.",
  save: "Save",
  saved: "Saved",
  reset: "Back to defaults",
  notAllowed: "Chrome did not allow access to this address. Nothing was saved.",
  saveFailed: "Could not be saved.",
  page: "Page address",
  pageLabel: "Tell the agent which page I am looking at",
  pageHint: "Needs Chrome's permission to see the addresses of your tabs. You can take it back here.",
  problems: {
    characters: "Only letters, digits, - and _.",
    host: "A host name such as push.example.com, without ws:// and port.",
    port: "A number from 1 to 65535.",
    address: "A full address that starts with https:// or http://, without query.",
    cleartext: "Only this computer may be reached without encryption.",
  },
} as const;
