/** Every word that the extension's pages show. What the browser shows is in `_locales/en/messages.json`. */

import type { FallbackReason, SendFailure, TabScope, TypingContext } from "sidewire";
import type { Appearance, TokenArea } from "./config";
import { problemTexts, testTexts } from "./texts_check";

export { debugTexts } from "./texts_debug";

/** Texts of the panel, and those that it shares with the options page. */
export const texts = {
  product: "Sidewire",
  newChat: "New chat",
  sessions: "Sessions",
  debug: "Debug",
  settings: "Settings",
  signOut: "Sign out",
  untitled: "Untitled chat",
  notAvailable: "Not available",
  close: "Close",
  dismiss: "Dismiss",

  startFailed: "Sidewire could not start",
  startBlocked: "WebAssembly is blocked for this extension, and Sidewire needs it. An administrator or another extension may have changed the content security policy.",
  startMissing: "A part of Sidewire could not be loaded. Reinstalling the extension helps if it keeps happening.",
  crashed: "Sidewire stopped working several times within five minutes",
  crashedText: "Your messages are safe on the server. Try again, or reload the extension if it keeps happening.",

  outdatedTitle: "Sidewire was updated",
  outdatedText: "This panel belongs to the version before. Reload it to go on; nothing that you sent is lost.",
  reloadPanel: "Reload panel",

  emptyTitle: "What can I help with?",
  emptyText: { tab: "This tab has a conversation of its own.", window: "The tabs of this window share one conversation.", global: "All windows share one conversation." } satisfies Record<TabScope, string>,
  suggestions: ["What can you do?", "Summarise this page", "Compare the options in a table", "Show me an example with code"],
  suggestionsLabel: "Suggestions",
  continueLabel: "Go on with",
  loading: "Loading messages",
  notLoadedTitle: "Nothing to show yet",
  notLoadedText: "The messages could not be loaded. Why is told below.",
  configBroken: "The settings cannot be used",

  messageLabel: "Message",
  messagePlaceholder: "Message…",
  messagePlaceholderSignedOut: "Sign in to send",
  send: "Send",
  sendHint: "Enter sends, Shift+Enter begins a new line",

  log: "Conversation",
  you: "You",
  agent: "Agent",
  system: "System",
  newMessages: "New messages",
  jumpToLatest: "Jump to the latest message",
  loadingOlder: "Loading older messages",
  beginning: "Beginning of the conversation",
  loadOlder: "Load older messages",
  sendingNow: "Sending…",
  queued: "Waiting to be sent…",
  queuedOffline: "Waiting for the network…",
  retry: "Retry",
  discard: "Discard",
  cancel: "Cancel",
  answerFailed: "The agent could not finish this answer.",
  placeholder: "This message cannot be shown: it is too large or too deeply nested.",
  showAll: (size: string): string => `Show all (${size})`,
  cutShort: "The rest is not shown.",
  copyCode: "Copy code",
  copyMessage: "Copy message",
  copied: "Copied",
  imageNotLoaded: "Image",
  imageHint: "Images are not loaded by themselves. Open it in a tab.",
  actionLabel: (name: string): string => (name === "" ? "Action" : `Action: ${name}`),
  contentScript: "The agent could not read this page. Reload the tab, and use an ordinary web page: browser pages and the store are closed to extensions.",
  today: "Today",
  yesterday: "Yesterday",
  gap: (count: number): string => (count === 1 ? "One message is missing here" : `${count} messages are missing here`),

  sessionsLoading: "Loading…",
  sessionsEmpty: "No conversations yet",
  sessionsFailed: "The list could not be loaded.",
  sessionsFilter: "Search conversations",
  sessionsNoMatch: "Nothing found",
  rename: "Rename",
  renameLabel: "Name of the conversation",
  renameFailed: "It could not be renamed.",
  unread: "unread",
  inThisTab: "shown here",

  welcomeTitle: "Welcome to Sidewire",
  signInTitle: "Sign in to start",
  signInText: "Your conversations are kept on the server and come back when you sign in.",
  incognitoText: "Incognito: this sign-in and its conversations are separate, and nothing is kept on this device.",
  server: "Server",
  serverChange: "Change",
  serverChoose: "Choose a server",
  serverMissing: "Connect it to your server to begin.",
  serverLocal: "or sign in to one on this computer",
  userLabel: "User name",
  tokenLabel: "Access token",
  useToken: "Use an access token instead",
  useUser: "Use a user name instead",
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

/** How a conversation stands, in words. Others are shown as the server says them. */
export const sessionStatusLabels: Readonly<Record<string, string>> = {
  active: "Active",
  completed: "Completed",
  failed: "Failed",
  interrupted: "Interrupted",
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
  expired: "Your sign-in has expired.",
  noAnswer: "The server does not answer. Trying again by itself.",
  rateLimited: "The server is busy. Trying again in a while.",
  loadFailed: (message: string): string => `Messages could not be loaded: ${message}`,
  gap: "Some messages may be missing.",
  stale: "Checking for missed messages…",
  notOpened: (message: string): string => `The conversation could not be started: ${message}`,
  signInAgain: "Sign in again",
  update: (version: string): string => `Version ${version} is ready.`,
  updateNow: "Update",
  storageFull: "The extension's storage is full. Everything works, but less is kept for the next time.",
  storageUnusable: "The browser does not let the extension store anything. Everything works until the panel is closed.",
} as const;

/** The page that takes the conversation's place when it is not available. */
export const unavailableTexts = {
  title: "This conversation is not available",
  text: "It may be deleted, or it belongs to another account.",
  goneTitle: "This conversation does not exist any more",
  goneText: "It was deleted, or it never existed on this server.",
  accountTitle: "This conversation belongs to another account",
  accountText: "Sign in with the account that began it, or start a new chat.",
  originTitle: "The server refuses this extension",
  originText: (origin: string): string => `It does not accept requests from ${origin}. Whoever runs the server has to allow that origin.`,
  developer: "For developers",
  code: (status: number, code: string): string => `${status} ${code}`,
  codeTexts: {
    SESSION_NOT_FOUND: "The server has no session with this id. Is the panel pointed at the right server and database?",
    USER_MISMATCH: "The session exists, but its owner is not the user of this access token. Compare the token's user with the session's.",
  },
  switchAccount: "Sign in as someone else",
} as const;

/** How signing in failed. */
export const signInTexts = {
  unreachable: (apiBase: string): string => `No answer from ${apiBase}. Is the server running?`,
  unsupported: "This server does not offer development sign-in. Use an access token, or check the address in Settings.",
  refused: "The server refused this user.",
} as const;

/** Words of the options page. */
export const optionsTexts = {
  title: "Sidewire settings",
  account: "Account",
  signedIn: "You are signed in.",
  signedOut: "You are signed out.",
  incognito: "Incognito: this sign-in is separate and ends with the incognito session.",
  tokenArea: "Keep me signed in",
  tokenAreas: { local: "On this device, until I sign out", session: "Until the browser is closed" } satisfies Record<TokenArea, string>,
  tokenHint: "Web pages and content scripts cannot read it either way.",
  servers: "Servers",
  serversHint: "Where messages come from. Panels that are open switch over when you save.",
  apiBase: "API address",
  apiBaseHint: "For example https://api.example.com",
  wsHost: "Push server host",
  wsPort: "Port",
  tls: "Encrypted connection (TLS)",
  key: "App key",
  keyHint: "Without a key messages are fetched every few seconds.",
  polling: "Without live updates, ask the server every",
  pollActive: "seconds, while messages arrive",
  pollIdle: "seconds, when it is quiet",
  save: "Save",
  saved: "Saved",
  reset: "Back to defaults",
  notAllowed: (host: string): string =>
    `Chrome did not allow access to ${host}, so nothing was saved. Save again and choose “Allow” when Chrome asks. If it does not ask, whoever manages this browser can allow the host.`,
  saveFailed: "Could not be saved.",
  conversations: "Conversations",
  scope: "A conversation belongs to",
  scopes: { tab: "its tab", window: "its window: all tabs of a window share one", global: "all windows: there is one at a time" } satisfies Record<TabScope, string>,
  pageLabel: "Tell the agent which page I am looking at",
  pageHint: "Needs Chrome's permission to see the addresses of your tabs; conversations then also find their tabs again after a restart. You can take it back here.",
  appearance: "Appearance",
  appearances: { system: "As the system", light: "Light", dark: "Dark" } satisfies Record<Appearance, string>,
  problems: problemTexts,
  test: testTexts,
} as const;

/** Words of the badge, as the package has them. */
export { badgeTexts } from "sidewire/badge";
