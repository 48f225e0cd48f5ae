/** The one sentence above the composer: what is wrong and what can be done. `null` when all is well. */

import type { ClientSnapshot, LoadError } from "sidewire";
import type { StorageFailure } from "../platform/storage";
import { noticeTexts, reasonLabels, texts } from "../texts";
import { unavailability } from "./availability";
import type { ClientState, Sending } from "./store";

/** How loud a notice is. `quiet` ones appear after a moment only. */
export type NoticeTone = "quiet" | "info" | "warning" | "error";

/** What a notice offers to do. */
export type NoticeAction =
  | { readonly type: "refresh"; readonly label: string }
  | { readonly type: "newChat"; readonly label: string }
  | { readonly type: "signIn"; readonly label: string }
  | { readonly type: "settings"; readonly label: string }
  | { readonly type: "update"; readonly label: string }
  | { readonly type: "dismissStorage"; readonly label: string };

/** One notice. */
export interface Notice {
  readonly tone: NoticeTone;
  readonly text: string;
  readonly action: NoticeAction | null;
}

/** All that a notice depends on. */
export interface NoticeInput {
  readonly snapshot: ClientSnapshot;
  readonly client: ClientState;
  readonly sending: Sending;
  readonly tabId: number | null;
  readonly isSignedIn: boolean;
  readonly isOnline: boolean;
  readonly update: string | null;
  readonly storageFailure: StorageFailure | null;
}

/** The most important thing to say, or `null`. */
export function statusNotice(input: NoticeInput): Notice | null {
  const { snapshot, client, sending } = input;
  if (client.type === "unusable") {
    return notice("error", `${texts.configBroken}: ${client.message}`, settings());
  }
  if (client.type === "outdated") return null;
  if (!input.isSignedIn) return asideNotice(input);
  if (sending.type === "failed" && sending.tabId === input.tabId) {
    return notice("error", noticeTexts.notOpened(sending.message));
  }
  if (!input.isOnline || snapshot.reason === "offline") return notice("warning", noticeTexts.offline);
  // The page that takes the conversation's place says it all.
  if (unavailability(snapshot) !== null) return null;
  if (snapshot.loadError !== null) return loadNotice(snapshot.loadError);
  return stateNotice(snapshot) ?? freshnessNotice(snapshot) ?? asideNotice(input);
}

/** What has nothing to do with the conversation, and can wait. */
function asideNotice({ update, storageFailure }: NoticeInput): Notice | null {
  if (storageFailure !== null) {
    const text = storageFailure === "full" ? noticeTexts.storageFull : noticeTexts.storageUnusable;
    return notice("info", text, { type: "dismissStorage", label: texts.dismiss });
  }
  return update === null ? null : notice("info", noticeTexts.update(update), { type: "update", label: noticeTexts.updateNow });
}

function loadNotice(error: LoadError): Notice {
  switch (error.code) {
    case "NO_TOKEN":
    case "UNAUTHORIZED":
      return notice("error", noticeTexts.expired, { type: "signIn", label: noticeTexts.signInAgain });
    case "NETWORK":
    case "TIMEOUT":
      return notice("warning", noticeTexts.noAnswer, refresh());
    case "RATE_LIMITED":
      return notice("warning", noticeTexts.rateLimited);
    default:
      return notice("error", noticeTexts.loadFailed(error.message), refresh());
  }
}

function stateNotice(snapshot: ClientSnapshot): Notice | null {
  const { state } = snapshot;
  const reason = reasonOf(snapshot);
  switch (state) {
    case "fallback":
      return notice(
        "info",
        (snapshot.isPolling ? noticeTexts.liveOff : noticeTexts.liveOffIdle)(reason ?? reasonLabels.attempts_exhausted),
      );
    case "reconnecting":
      return notice("info", noticeTexts.reconnecting);
    case "failed":
      return failedNotice(snapshot, reason);
    case "connected":
    case "connecting":
    case "disconnected":
      return null;
    default:
      return state satisfies never;
  }
}

/** The reason in words; in development the server's own code with it. */
function reasonOf({ reason, reasonLabel, refusalCode }: ClientSnapshot): string | null {
  const words = reasonLabel ?? (reason === null ? null : reasonLabels[reason]);
  return words === null || refusalCode === null ? words : `${words} (${refusalCode})`;
}

function failedNotice(snapshot: ClientSnapshot, reason: string | null): Notice {
  const text = reason === null ? noticeTexts.failedPlain : noticeTexts.failed(reason);
  const needsSignIn = snapshot.reason === "no_token" || snapshot.reason === "auth_failed";
  return notice("error", text, needsSignIn ? { type: "signIn", label: noticeTexts.signInAgain } : settings());
}

function freshnessNotice(snapshot: ClientSnapshot): Notice | null {
  if (snapshot.sessionId === null || snapshot.isLoading) return null;
  const { freshness } = snapshot;
  switch (freshness) {
    case "gap":
      return notice("warning", noticeTexts.gap, refresh());
    case "stale":
      return notice("quiet", noticeTexts.stale);
    case "fresh":
    case "catchingUp":
      return null;
    default:
      return freshness satisfies never;
  }
}

function notice(tone: NoticeTone, text: string, action: NoticeAction | null = null): Notice {
  return { tone, text, action };
}

function refresh(): NoticeAction {
  return { type: "refresh", label: texts.tryAgain };
}

function settings(): NoticeAction {
  return { type: "settings", label: texts.openSettings };
}
