import assert from "node:assert/strict";
import { test } from "node:test";
import { isOwnPage, parseWorkerMessage } from "./messages";

const self = { id: "abc", baseUrl: "chrome-extension://abc/" };

test("a message of an own page is accepted", () => {
  assert.equal(isOwnPage({ id: "abc", url: "chrome-extension://abc/dist/panel.html" }, self), true);
});

test("another extension, a content script and a page without address are refused", () => {
  assert.equal(isOwnPage({ id: "xyz", url: "chrome-extension://xyz/dist/panel.html" }, self), false);
  assert.equal(isOwnPage({ id: "abc", url: "https://example.com/chrome-extension://abc/" }, self), false);
  assert.equal(isOwnPage({ id: "abc", url: undefined }, self), false);
  assert.equal(isOwnPage({ id: undefined, url: "chrome-extension://abc/dist/panel.html" }, self), false);
});

test("bindTab is read field by field and extra fields are dropped", () => {
  const message = parseWorkerMessage({ type: "bindTab", tabId: 7, sessionId: "s-1", more: true });

  assert.deepEqual(message, { type: "bindTab", tabId: 7, sessionId: "s-1" });
});

test("a new chat binds no session", () => {
  assert.deepEqual(parseWorkerMessage({ type: "bindTab", tabId: 7, sessionId: null }), { type: "bindTab", tabId: 7, sessionId: null });
});

test("hello carries nothing", () => {
  assert.deepEqual(parseWorkerMessage({ type: "hello", tabId: 1 }), { type: "hello" });
});

test("anything else is dropped", () => {
  const wrong: unknown[] = [
    null,
    "bindTab",
    [],
    {},
    { type: "other", tabId: 7, sessionId: "s" },
    { type: "bindTab", tabId: "7", sessionId: "s" },
    { type: "bindTab", tabId: -1, sessionId: "s" },
    { type: "bindTab", tabId: 1.5, sessionId: "s" },
    { type: "bindTab", tabId: 7, sessionId: "" },
    { type: "bindTab", tabId: 7, sessionId: "a/b" },
    { type: "bindTab", tabId: 7, sessionId: "a".repeat(65) },
    { type: "bindTab", tabId: 7 },
  ];

  for (const value of wrong) assert.equal(parseWorkerMessage(value), null);
});
