import assert from "node:assert/strict";

import { assertClean, bindActiveTab, restingAtEnd, startRig, test, until } from "../lib/harness.mjs";
import { traceTasks } from "../lib/main_thread.mjs";

const MOST_ROWS = 60;
const LONGEST_TASK_MS = 50;

/** Turns of a user and an agent, with an answer of some length now and then. */
function history(count) {
  const answer = (n) => `Answer **${n}** with \`code\`.\n\n- one\n- two\n\n${"Some more words. ".repeat(n % 7)}`;
  const table = "| a | b |\n|---|---|\n| 1 | 2 |\n\n```js\nconst x = 1;\n```";
  return Array.from({ length: count }, (_, n) => ({
    role: n % 2 === 0 ? "user" : "assistant",
    content: n % 2 === 0 ? `Question ${n}` : n % 50 === 1 ? table : answer(n),
    timestamp: 1_700_000_000_000 + n * 60_000,
  }));
}

async function openLong(rig, count) {
  const session = await rig.backend.createSession(rig.token, { title: "Long" });
  await rig.backend.write(rig.token, session.sessionId, history(count));
  const panel = await rig.openPanel();
  await bindActiveTab(panel, session.sessionId);
  await panel.waitForState("connected");
  await restingAtEnd(panel);
  return panel;
}


const log = (panel) => panel.page.getByRole("log");
const rows = (panel) => panel.bubbles().count();

/** A message that is fully in view, and where it is. */
function anchor(panel) {
  return log(panel).evaluate((element) => {
    const frame = element.getBoundingClientRect();
    for (const row of element.querySelectorAll("[data-message-id]")) {
      const { top, bottom } = row.getBoundingClientRect();
      if (top >= frame.top && bottom <= frame.bottom) return { id: row.dataset.messageId, top };
    }
    return null;
  });
}

test("a session of 10,000 messages: at most 60 rows, no long task while scrolling, old pages to the very first", { timeout: 300_000 }, async (t) => {
  const rig = await startRig(t);
  const panel = await openLong(rig, 10_000);
  assert.ok((await rows(panel)) <= MOST_ROWS, "too many rows at the start");

  const stop = await traceTasks(panel);
  let most = 0;
  const atStart = panel.page.getByText("Beginning of the conversation");
  await until(
    "the first message was reached",
    async () => {
      // As a reader who holds the scroll bar at the top.
      await log(panel).evaluate((element) => element.scrollTo(0, 0));
      most = Math.max(most, await rows(panel));
      return (await atStart.count()) === 1;
    },
    200_000,
  );
  await until(
    "the very first message is in view",
    async () => {
      await log(panel).evaluate((element) => element.scrollTo(0, 0));
      return (await panel.bubbles().first().innerText()).startsWith("Question 0\n");
    },
    10_000,
  );
  // Back to the end in leaps, as by Page Down.
  for (let step = 0; step < 60; step += 1) {
    await log(panel).evaluate((element) => element.scrollBy(0, element.scrollHeight / 60));
    most = Math.max(most, await rows(panel));
  }
  const [longest] = await stop();

  assert.ok(most <= MOST_ROWS, `${most} rows were in the page`);
  assert.ok(longest < LONGEST_TASK_MS, `a task took ${longest.toFixed(1)} ms of the processor`);
  await until("the last message is in view", async () => (await panel.bubbles().filter({ hasText: "Answer 9999" }).count()) === 1, 10_000);
  t.diagnostic(`${most} rows at most, longest task ${longest.toFixed(1)} ms`);
  assertClean(panel);
});

test("what is read stays where it is when older messages come in", async (t) => {
  const rig = await startRig(t);
  const panel = await openLong(rig, 400);
  const total = () => log(panel).evaluate((element) => element.scrollHeight);

  for (let page = 0; page < 3; page += 1) {
    const height = await total();
    // Near enough to the beginning to ask for more, and not at it.
    await log(panel).evaluate((element) => element.scrollTo(0, 500));
    // The list draws its rows a frame after it was scrolled.
    const before = await until("a message is in view", () => anchor(panel), 5_000);
    await until("older messages came", async () => (await total()) > height + 500, 10_000);
    await panel.page.waitForTimeout(100);
    const after = await log(panel).evaluate((element, id) => element.querySelector(`[data-message-id="${id}"]`)?.getBoundingClientRect().top, before.id);
    assert.ok(after !== undefined && Math.abs(after - before.top) <= 2, `the message in view moved from ${before.top} to ${after}`);
  }
  assertClean(panel);
});

test("a new message does not pull a reader away from what is read; the pill leads to it", async (t) => {
  const rig = await startRig(t);
  const panel = await openLong(rig, 60);
  const { page } = panel;
  await log(panel).evaluate((element) => element.scrollTo(0, element.scrollHeight / 2));
  const before = await anchor(panel);
  const pill = page.getByRole("button", { name: "New messages" });
  assert.equal(await pill.count(), 0);

  await rig.backend.write(rig.token, (await rig.backend.sessions(rig.token)).find(({ title }) => title === "Long").sessionId, [{ role: "assistant", content: "Breaking news" }], { publish: true });
  await pill.waitFor({ timeout: 10_000 });
  assert.equal((await anchor(panel)).top, before.top, "the view moved");

  await pill.click();
  await until("the new message is in view", async () => (await panel.bubbles().filter({ hasText: "Breaking news" }).count()) === 1, 10_000);
  assert.equal(await pill.count(), 0);
  assertClean(panel);
});
