import assert from "node:assert/strict";
import { test } from "node:test";
import type { LoadError } from "sidewire";
import { codeExplanation, unavailability } from "./availability";

const notFound: LoadError = { status: 404, code: "NOT_FOUND", message: "", serverCode: null };

test("without codes, as in production, nothing is told about why", () => {
  assert.deepEqual(unavailability({ loadError: notFound, refusalCode: null }), { kind: "unknown", status: 404, code: null });
  assert.deepEqual(unavailability({ loadError: { ...notFound, status: 403, code: "FORBIDDEN" }, refusalCode: null }), { kind: "unknown", status: 403, code: null });
});

test("a read's own code does not tell a foreign session from none", () => {
  const loadError = { ...notFound, serverCode: "SESSION_NOT_FOUND" };

  assert.deepEqual(unavailability({ loadError, refusalCode: null }), { kind: "unknown", status: 404, code: null });
  assert.deepEqual(unavailability({ loadError, refusalCode: "FORBIDDEN" }), { kind: "unknown", status: 404, code: null });
  assert.deepEqual(unavailability({ loadError, refusalCode: "USER_MISMATCH" }), { kind: "account", status: 404, code: "USER_MISMATCH" });
  assert.deepEqual(unavailability({ loadError, refusalCode: "SESSION_NOT_FOUND" }), { kind: "gone", status: 404, code: "SESSION_NOT_FOUND" });
});

test("an origin that is refused is told as that", () => {
  const loadError = { ...notFound, status: 403, code: "FORBIDDEN", serverCode: "ORIGIN_NOT_ALLOWED" };

  assert.deepEqual(unavailability({ loadError, refusalCode: null }), { kind: "origin", status: 403, code: "ORIGIN_NOT_ALLOWED" });
});

test("other failures leave the conversation where it is", () => {
  assert.equal(unavailability({ loadError: null, refusalCode: "USER_MISMATCH" }), null);
  for (const code of ["NETWORK", "TIMEOUT", "SERVER", "UNAUTHORIZED", "RATE_LIMITED"]) {
    assert.equal(unavailability({ loadError: { ...notFound, code }, refusalCode: null }), null);
  }
});

test("the two codes of the contract are explained, others are shown as they are", () => {
  assert.match(codeExplanation("USER_MISMATCH") ?? "", /owner is not the user/);
  assert.match(codeExplanation("SESSION_NOT_FOUND") ?? "", /no session with this id/);
  assert.equal(codeExplanation("toString"), null);
});
