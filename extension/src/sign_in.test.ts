import assert from "node:assert/strict";
import { test } from "node:test";
import { parseToken, signIn, type Post } from "./sign_in";

test("the token of the answer is handed on", async () => {
  let sent = "";
  const post: Post = (url, init) => {
    sent = `${url} ${init.body}`;
    return Promise.resolve({ status: 200, json: () => Promise.resolve({ accessToken: "t", expiresAt: 1 }) });
  };

  const result = await signIn(post, "http://127.0.0.1:3000", "ann");

  assert.equal(sent, 'http://127.0.0.1:3000/api/dev/sign-in {"user":"ann"}');
  assert.deepEqual(result, { type: "signedIn", token: "t" });
});

test("a server without development sign-in is told apart from a refusal", async () => {
  assert.deepEqual(await signIn(answering(404, null), "", "ann"), { type: "unsupported" });
  assert.deepEqual(await signIn(answering(403, { error: { code: "NO", message: "Not today" } }), "", "ann"), {
    type: "refused",
    message: "Not today",
  });
  assert.deepEqual(await signIn(answering(200, { accessToken: 7 }), "", "ann"), { type: "refused", message: null });
});

test("no answer is not an exception", async () => {
  const result = await signIn(() => Promise.reject(new TypeError("Failed to fetch")), "", "ann");

  assert.deepEqual(result, { type: "unreachable" });
});

test("an empty or foreign value is no token", () => {
  assert.equal(parseToken("abc"), "abc");
  for (const value of ["", undefined, null, 5, {}]) assert.equal(parseToken(value), null);
});

function answering(status: number, body: unknown): Post {
  return () => Promise.resolve({ status, json: () => Promise.resolve(body) });
}
