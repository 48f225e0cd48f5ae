/** What the extension's own pages tell the service worker. Every field is checked on arrival. */

/** A panel has given the tab in front of it a session, or none for a new chat. */
export interface BindTab {
  readonly type: "bindTab";
  readonly tabId: number;
  readonly sessionId: string | null;
}

/** A panel has opened and wants the map to exist. */
export interface Hello {
  readonly type: "hello";
}

/** Everything that the worker accepts. */
export type WorkerMessage = BindTab | Hello;

/** Who sent a message, as the browser says it. */
export interface Sender {
  readonly id: string | undefined;
  readonly url: string | undefined;
}

/** This extension: its id and the address that its pages begin with. */
export interface Identity {
  readonly id: string;
  readonly baseUrl: string;
}

/** Whether a message comes from a page of this extension. */
export function isOwnPage(sender: Sender, self: Identity): boolean {
  return sender.id === self.id && sender.url !== undefined && sender.url.startsWith(self.baseUrl);
}

/** Reads a message; anything unknown or malformed gives `null`. */
export function parseWorkerMessage(value: unknown): WorkerMessage | null {
  if (typeof value !== "object" || value === null) return null;
  const { type, tabId, sessionId } = value as Record<string, unknown>;
  if (type === "hello") return { type };
  if (type !== "bindTab" || !isTabId(tabId) || !(sessionId === null || isSessionId(sessionId))) return null;
  return { type, tabId, sessionId };
}

/** Whether a value can be a tab's or a window's number. */
export function isTabId(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}

/** Whether a value can name a session (the limit of design §4). */
export function isSessionId(value: unknown): value is string {
  return typeof value === "string" && /^[A-Za-z0-9_.@=,;-]{1,64}$/.test(value);
}
