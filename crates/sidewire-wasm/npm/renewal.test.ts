import assert from "node:assert/strict";
import { test } from "node:test";

import { createHub } from "sidewire/testing";

import { renewedAhead } from "./renewal.js";

/** A JWT that ends so many seconds after the epoch. */
const jwt = (exp: unknown, name = ""): string => `h.${btoa(JSON.stringify({ sub: "me", exp, name }))}.s`;

/** A provider that gives `tokens` in turn, one more with every renewal, and notes what it was asked. */
function provided(...tokens: readonly (string | null)[]): { ask: (renew: boolean) => Promise<string | null>; asked: boolean[] } {
  const asked: boolean[] = [];
  const provider = ({ renew }: { renew: boolean }): string | null => {
    asked.push(renew);
    return tokens[asked.filter((wanted) => wanted).length] ?? null;
  };
  return { ask: renewedAhead(provider, () => 1_000_000), asked };
}

test("a token that is good for more than a minute, or tells no end, is used as it is", async () => {
  for (const token of [jwt(1061), jwt("soon"), jwt(undefined), "opaque", "a.b.c", "h.bnVsbA==.s"]) {
    const { ask, asked } = provided(token, "never");

    assert.deepEqual([await ask(false), await ask(false)], [token, token]);
    assert.deepEqual(asked, [false, false]);
  }
});

test("a token in its last minute is renewed beside the requests, once", async () => {
  const old = jwt(1059);
  const { ask, asked } = provided(old, "new");

  assert.equal(await ask(false), old, "no request waits");
  assert.equal(await ask(false), "new");
  assert.equal(await ask(false), "new");
  assert.deepEqual(asked.filter((renew) => renew), [true]);
});

test("requests wait for the renewal of a token that has expired, together", async () => {
  const { ask, asked } = provided(jwt(999), "new");

  assert.deepEqual(await Promise.all([ask(false), ask(false)]), ["new", "new"]);
  assert.deepEqual(asked.filter((renew) => renew), [true]);
});

test("a provider that does not renew, fails to, or gave another token meanwhile loses nothing", async () => {
  const old = jwt(999, "old");
  const cannot = provided(old, null);
  const ignores = renewedAhead(() => old, () => 1_000_000);
  const fails = renewedAhead(({ renew }) => (renew ? Promise.reject(new Error("no")) : old), () => 1_000_000);

  // What the provider gave is used, and the server says what it thinks of it.
  assert.deepEqual([await ignores(false), await fails(false)], [old, old]);
  assert.equal(await cannot.ask(false), old);
  assert.equal(await cannot.ask(true), null, "a renewal that the engine asks for is not taken from anywhere else");

  const tokens = [old, jwt(998, "other"), null];
  const signedOut = renewedAhead(({ renew }) => (renew ? "renewed" : (tokens.shift() ?? null)), () => 1_000_000);
  assert.deepEqual([await signedOut(false), await signedOut(false), await signedOut(false)], ["renewed", "renewed", null]);
});

test("a client renews an expired token before its first request: nothing is refused", async () => {
  const hub = createHub();
  const { sessionId } = hub.createSession();
  const old = jwt(hub.now() / 1000 - 5);
  const fresh = jwt(hub.now() / 1000 + 3600);
  hub.refuseToken(old);
  let current = old;
  let renewals = 0;
  const client = hub.createClient({
    token: ({ renew }) => {
      if (renew) {
        renewals += 1;
        current = fresh;
      }
      return current;
    },
  });

  client.startSync(sessionId);
  await hub.until(() => client.getSnapshot().state === "connected");

  assert.ok(hub.requests.length >= 2);
  assert.ok(hub.requests.every(({ token }) => token === fresh));
  assert.equal(renewals, 1);
  hub.close();
});
