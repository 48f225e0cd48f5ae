import assert from "node:assert/strict";
import { test } from "node:test";
import { draftOf, withDraft, withoutSent } from "./drafts";

test("every tab has its own draft", () => {
  const drafts = withDraft(withDraft(new Map(), 1, "one"), 2, "two");

  assert.equal(draftOf(drafts, 1), "one");
  assert.equal(draftOf(drafts, 2), "two");
  assert.equal(draftOf(drafts, 3), "");
});

test("text typed before the tab was known goes to the first tab", () => {
  const early = withDraft(new Map(), null, "hel");
  const drafts = withDraft(early, 1, "hello");

  assert.equal(draftOf(early, 1), "hel");
  assert.equal(draftOf(drafts, 1), "hello");
  assert.equal(draftOf(drafts, 2), "");
});

test("sending takes away what was sent and keeps what was typed meanwhile", () => {
  const drafts = withDraft(new Map(), 1, "hello");

  assert.equal(draftOf(withoutSent(drafts, 1, "hello"), 1), "");
  assert.equal(draftOf(withoutSent(withDraft(drafts, 1, "hello and more"), 1, "hello"), 1), "and more");
  assert.equal(draftOf(withoutSent(withDraft(drafts, 1, "other"), 1, "hello"), 1), "other");
});
