import assert from "node:assert/strict";
import { test } from "node:test";
import type { ClientSnapshot } from "sidewire";
import { idleSnapshot } from "./idle_snapshot";
import { statusNotice, type NoticeInput } from "./status_notice";
import type { ClientState } from "./store";

test("nothing is said while all is well", () => {
  assert.equal(statusNotice(input({ state: "connected", freshness: "fresh" })), null);
  assert.equal(statusNotice(input({ state: "connecting", freshness: "catchingUp" })), null);
  assert.equal(statusNotice(input({ state: "disconnected", freshness: "fresh" })), null);
});

test("polling says why and that it checks by itself", () => {
  const notice = statusNotice(
    input({ state: "fallback", reason: "not_configured", reasonLabel: "Pusher not configured", isPolling: true }),
  );

  assert.equal(notice?.text, "Live updates are off: Pusher not configured – checking every few seconds");
  assert.equal(notice.action, null);
});

test("offline comes before everything that follows from it", () => {
  const loadError = { status: null, code: "NETWORK", message: "no answer" };

  assert.match(text(statusNotice({ ...input({ state: "fallback", loadError }), isOnline: false })), /offline/);
  assert.match(text(statusNotice(input({ state: "fallback", reason: "offline" }))), /offline/);
});

test("a session that is gone offers a new chat", () => {
  for (const code of ["NOT_FOUND", "FORBIDDEN"]) {
    const notice = statusNotice(input({ state: "failed", loadError: { status: 404, code, message: "" } }));
    assert.equal(notice?.action?.type, "newChat");
  }
});

test("an expired sign-in offers to sign in again", () => {
  const loadError = { status: 401, code: "UNAUTHORIZED", message: "" };

  assert.equal(statusNotice(input({ state: "failed", loadError }))?.action?.type, "signIn");
  assert.equal(statusNotice(input({ state: "failed", reason: "no_token" }))?.action?.type, "signIn");
});

test("a load that may work later can be tried again", () => {
  const notice = statusNotice(input({ state: "connected", loadError: { status: 500, code: "SERVER", message: "boom" } }));

  assert.equal(notice?.text, "Messages could not be loaded: boom");
  assert.equal(notice.action?.type, "refresh");
});

test("a missing stretch is told, a short lag only quietly", () => {
  assert.equal(statusNotice(input({ state: "connected", freshness: "gap", sessionId: "s" }))?.tone, "warning");
  assert.equal(statusNotice(input({ state: "connected", freshness: "stale", sessionId: "s" }))?.tone, "quiet");
});

test("a conversation that could not be started is told in its own tab only", () => {
  const failed = { ...input({ state: "connected" }), sending: { type: "failed", tabId: 1, message: "503" } as const };

  assert.match(text(statusNotice({ ...failed, tabId: 1 })), /could not be started: 503/);
  assert.equal(statusNotice({ ...failed, tabId: 2 }), null);
});

test("signed out, the sign-in card speaks instead", () => {
  assert.equal(statusNotice({ ...input({ state: "failed", reason: "no_token" }), isSignedIn: false }), null);
});

test("settings that cannot be used lead to the settings", () => {
  const client: ClientState = { type: "unusable", message: "bad port" };

  assert.equal(statusNotice({ ...input({}), client })?.action?.type, "settings");
});

function input(snapshot: Partial<ClientSnapshot>): NoticeInput {
  return {
    snapshot: { ...idleSnapshot, freshness: "fresh", ...snapshot },
    client: usable,
    sending: { type: "idle" },
    tabId: 1,
    isSignedIn: true,
    isOnline: true,
  };
}

function text(notice: ReturnType<typeof statusNotice>): string {
  return notice?.text ?? "";
}

/** Only its `type` is looked at. */
const usable = { type: "ready", client: {} } as ClientState;
