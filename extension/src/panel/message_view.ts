/** What one message shows besides its text. */

import type { ChatMessage, Json } from "sidewire";
import { sendFailureLabels, texts } from "../texts";

/** The line under a message. */
export type MessageFooter =
  | { readonly type: "none" }
  | { readonly type: "sending" }
  /** Not on its way: it can still be taken back. */
  | { readonly type: "queued"; readonly text: string; readonly clientMessageId: string | null }
  | { readonly type: "failedSend"; readonly text: string; readonly clientMessageId: string | null }
  | { readonly type: "failedAnswer"; readonly text: string; readonly hint: string | null };

/** Words of a server are shown up to that length. */
const MAX_WORDS = 200;

/** The line that a message needs. */
export function messageFooter(message: ChatMessage, isOnline = true): MessageFooter {
  const { clientMessageId } = message;
  if (message.delivery === "pending") return { type: "sending" };
  if (message.delivery === "queued") {
    return { type: "queued", text: isOnline ? texts.queued : texts.queuedOffline, clientMessageId };
  }
  if (message.delivery === "failed") {
    return { type: "failedSend", text: sendFailureLabels[message.sendFailure ?? "server"], clientMessageId };
  }
  if (message.role !== "user" && message.status === "failure") {
    const words = errorWords(message.raw["error"]);
    return { type: "failedAnswer", text: words?.message ?? texts.answerFailed, hint: failureHint(words) };
  }
  return { type: "none" };
}

/** Whether a message continues the one before it: same author, a few minutes at most. */
export function continuesGroup(message: ChatMessage, previous: ChatMessage | null): boolean {
  if (previous === null || previous.role !== message.role) return false;
  if (message.timestamp === null || previous.timestamp === null) return true;
  return Math.abs(message.timestamp - previous.timestamp) < 5 * 60_000;
}

/** Whether a message begins a turn: a user's message and all that answers it, up to the next one. */
export function beginsTurn(message: ChatMessage, previous: ChatMessage | null): boolean {
  return previous === null || (message.role === "user" && previous.role !== "user");
}

/** An address that a link in a message may lead to, or `null`. */
export function safeLink(href: string | undefined): string | null {
  // Browsers drop tabs and line breaks from addresses before they read the scheme.
  const address = href?.replace(/[\t\n\r]/g, "").trim() ?? "";
  return /^(https?:\/\/|mailto:)/i.test(address) ? address : null;
}

/** What the agent wants to do or did, as data. */
export interface ShownAction {
  /** Its kind, or `""`. */
  readonly name: string;
  readonly text: string;
}

/** The action in a message: it is shown and never carried out. `null` when there is none. */
export function shownAction(message: ChatMessage): ShownAction | null {
  const payload = message.raw["actionPayload"];
  if (payload === undefined || payload === null || payload === "") return null;
  const text = typeof payload === "string" ? payload : JSON.stringify(payload, null, 2);
  return { name: actionName(payload), text: text.length > 2_000 ? `${text.slice(0, 2_000)}…` : text };
}

function actionName(payload: Json): string {
  if (typeof payload !== "object" || payload === null || Array.isArray(payload)) return "";
  const { type, action, name } = payload as { readonly [key: string]: Json };
  const first = [type, action, name].find((value) => typeof value === "string");
  return typeof first === "string" ? first.slice(0, 40) : "";
}

interface ErrorWords {
  readonly code: string;
  readonly message: string | null;
}

function errorWords(error: Json | undefined): ErrorWords | null {
  if (typeof error === "string" && error !== "") return { code: "", message: error.slice(0, MAX_WORDS) };
  if (typeof error !== "object" || error === null || Array.isArray(error)) return null;
  const { code, message } = error as { readonly [key: string]: Json };
  return {
    code: typeof code === "string" ? code : "",
    message: typeof message === "string" && message !== "" ? message.slice(0, MAX_WORDS) : null,
  };
}

/** The agent works in pages by a script that the browser keeps out of some of them, and that a reload brings back. */
function failureHint(words: ErrorWords | null): string | null {
  const isScriptMissing = /content[ _-]?script/i.test(`${words?.code ?? ""} ${words?.message ?? ""}`);
  return isScriptMissing ? texts.contentScript : null;
}
