/** What one message shows besides its text. */

import type { ChatMessage, Json } from "sidewire";
import { sendFailureLabels, texts } from "../texts";

/** The line under a message. */
export type MessageFooter =
  | { readonly type: "none" }
  | { readonly type: "sending" }
  | { readonly type: "failedSend"; readonly text: string; readonly clientMessageId: string | null }
  | { readonly type: "failedAnswer"; readonly text: string };

/** The line that a message needs. */
export function messageFooter(message: ChatMessage): MessageFooter {
  if (message.delivery === "pending" || message.delivery === "queued") return { type: "sending" };
  if (message.delivery === "failed") {
    const text = sendFailureLabels[message.sendFailure ?? "server"];
    return { type: "failedSend", text, clientMessageId: message.clientMessageId };
  }
  if (message.role !== "user" && message.status === "failure") {
    return { type: "failedAnswer", text: errorText(message.raw["error"]) ?? texts.answerFailed };
  }
  return { type: "none" };
}

/** Whether a message continues the one before it: same author, a few minutes at most. */
export function continuesGroup(message: ChatMessage, previous: ChatMessage | null): boolean {
  if (previous === null || previous.role !== message.role) return false;
  if (message.timestamp === null || previous.timestamp === null) return true;
  return Math.abs(message.timestamp - previous.timestamp) < 5 * 60_000;
}

/** An address that a link in a message may lead to, or `null`. */
export function safeLink(href: string | undefined): string | null {
  if (href === undefined) return null;
  return /^(https?:\/\/|mailto:)/i.test(href.trim()) ? href.trim() : null;
}

function errorText(error: Json | undefined): string | null {
  if (typeof error !== "object" || error === null || !("message" in error)) return null;
  return typeof error["message"] === "string" && error["message"] !== "" ? error["message"].slice(0, 500) : null;
}
