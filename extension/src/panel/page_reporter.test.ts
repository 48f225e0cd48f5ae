import assert from "node:assert/strict";
import { test } from "node:test";
import type { ShownTab } from "../tabs/shown_tab";
import { createPageReporter } from "./page_reporter";

test("navigation in the same tab is reported once it is quiet", async () => {
  const reports: string[] = [];
  const reporter = createPageReporter((sessionId, fields) => reports.push(`${sessionId} ${fields.url}`), 5);

  reporter.note(tab(1, "https://a.example/"), "s1");
  reporter.note(tab(1, "https://a.example/1"), "s1");
  reporter.note(tab(1, "https://b.example/2"), "s1");
  await pause(30);

  assert.deepEqual(reports, ["s1 https://b.example/2"]);
});

test("switching tabs, a change of session and an unknown page report nothing", async () => {
  const reports: string[] = [];
  const reporter = createPageReporter((sessionId) => reports.push(sessionId), 1);

  reporter.note(tab(1, "https://a.example/"), "s1");
  reporter.note(tab(2, "https://b.example/"), "s2");
  reporter.note(tab(2, "https://b.example/2"), "s3");
  reporter.note(tab(2, null), "s3");
  reporter.note(null, null);
  await pause(20);

  assert.deepEqual(reports, []);
});

function tab(tabId: number, url: string | null): ShownTab {
  return { tabId, sessionId: null, url, domain: null, offers: [], scope: "tab" };
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
