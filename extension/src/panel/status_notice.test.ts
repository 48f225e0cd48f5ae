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
  const loadError = { ...answer, code: "NETWORK", message: "no answer" };

  assert.match(text(statusNotice({ ...input({ state: "fallback", loadError }), isOnline: false })), /offline/);
  assert.match(text(statusNotice(input({ state: "fallback", reason: "offline" }))), /offline/);
});

test("of a session that is not available the page speaks that takes its place", () => {
  for (const code of ["NOT_FOUND", "FORBIDDEN"]) {
    assert.equal(statusNotice(input({ state: "failed", loadError: { ...answer, status: 404, code } })), null);
  }
});

// O8
test("when only push is refused for a session, the reason has the server's code in development", () => {
  const refused = { state: "fallback", reason: "session_refused", reasonLabel: "Session refused", isPolling: true } as const;

  assert.match(text(statusNotice(input({ ...refused, refusalCode: "USER_MISMATCH" }))), /Session refused \(USER_MISMATCH\) –/);
  assert.match(text(statusNotice(input(refused))), /Session refused –/);
});

// Fault 140.
test("that something could not be stored is told behind everything that is urgent, and can be dismissed", () => {
  const full = { ...input({ state: "connected" }), storageFailure: "full" } as const;

  assert.match(text(statusNotice(full)), /storage is full/);
  assert.equal(statusNotice(full)?.action?.type, "dismissStorage");
  assert.match(text(statusNotice({ ...full, isOnline: false })), /offline/);
  assert.match(text(statusNotice({ ...full, storageFailure: "unusable" })), /does not let the extension store/);
});

test("a newer version is offered when nothing else is to be said", () => {
  const ready = { ...input({ state: "connected" }), update: "2.0.0" };

  assert.equal(statusNotice(ready)?.text, "Version 2.0.0 is ready.");
  assert.equal(statusNotice(ready)?.action?.type, "update");
  assert.equal(statusNotice({ ...ready, isSignedIn: false })?.action?.type, "update");
  assert.match(text(statusNotice({ ...ready, isOnline: false })), /offline/);
});

// Fault 134.
test("of an extension that is gone the page speaks that takes the panel's place", () => {
  assert.equal(statusNotice({ ...input({ state: "failed" }), client: { type: "outdated" } }), null);
});

test("an expired sign-in offers to sign in again", () => {
  const loadError = { ...answer, status: 401, code: "UNAUTHORIZED" };

  assert.equal(statusNotice(input({ state: "failed", loadError }))?.action?.type, "signIn");
  assert.equal(statusNotice(input({ state: "failed", reason: "no_token" }))?.action?.type, "signIn");
});

test("a load that may work later can be tried again", () => {
  const notice = statusNotice(input({ state: "connected", loadError: { ...answer, status: 500, code: "SERVER", message: "boom" } }));

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
    update: null,
    storageFailure: null,
  };
}

function text(notice: ReturnType<typeof statusNotice>): string {
  return notice?.text ?? "";
}

const answer = { status: null, code: "", message: "", serverCode: null } as const;

/** Only its `type` is looked at. */
const usable = { type: "ready", client: {} } as ClientState;
