import assert from "node:assert/strict";
import { test } from "node:test";
import { tabInfo, updateEvent, type BrowserTab, type BrowserTabChange } from "./tab_events";

const tab: BrowserTab = { id: 7, windowId: 1, active: false, incognito: false };

test("navigation tells the new address", () => {
  const event = updateEvent(7, { status: "loading", url: "https://b.example/" }, tab);

  assert.deepEqual(event, { type: "navigated", tabId: 7, url: "https://b.example/" });
});

test("a reload tells the address again, and none where none may be seen", () => {
  assert.deepEqual(updateEvent(7, { status: "loading" }, { ...tab, url: "https://a.example/" }), { type: "navigated", tabId: 7, url: "https://a.example/" });
  assert.deepEqual(updateEvent(7, { status: "loading" }, tab), { type: "navigated", tabId: 7, url: null });
});

test("a tab that is grouped, muted or finished has gone nowhere", () => {
  const grouped: BrowserTabChange & { readonly groupId: number } = { groupId: 3 };

  assert.equal(updateEvent(7, grouped, tab), null);
  assert.equal(updateEvent(7, { status: "complete" }, tab), null);
});

test("a tab that is being opened is where it is going to", () => {
  assert.equal(tabInfo({ ...tab, url: "", pendingUrl: "https://a.example/" })?.url, "https://a.example/");
  assert.equal(tabInfo({ ...tab, url: "https://b.example/", pendingUrl: "https://a.example/" })?.url, "https://b.example/");
});

test("incognito and active are told, a tab without a number is left out", () => {
  assert.deepEqual(tabInfo({ ...tab, active: true, incognito: true }), { tabId: 7, windowId: 1, incognito: true, active: true });
  assert.equal(tabInfo({ ...tab, id: undefined }), null);
});
