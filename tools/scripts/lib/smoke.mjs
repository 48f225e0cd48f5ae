// The smoke: one message typed by keyboard into the real side panel, its answer seen, nothing doubled, no error.
import { mkdirSync } from "node:fs";
import { join, relative } from "node:path";

import { until } from "./browser.mjs";
import { info, UserError } from "./log.mjs";
import { countText, idsOnScreen, Observer } from "./observe.mjs";
import { ROOT, SCREENSHOT_DIR } from "./paths.mjs";
import { Rig } from "./rig.mjs";

const ANSWER_MS = 30_000;

/** Types a message and waits for its finished answer. Gives the observer's record. */
export async function converse(panel, text) {
  const observer = await Observer.start(panel);
  await panel.composer.click();
  await panel.page.keyboard.type(text);
  await observer.restart();
  await panel.page.keyboard.press("Enter");
  await until(`"${text}" was on screen as the user's message`, () => countText(panel, text, "user"), 10_000);
  await until("an answer was on screen", async () => (await observer.read()).bubbles.some(({ role }) => role === "assistant"), ANSWER_MS);
  await settled(panel);
  return observer.read();
}

/** The answer is complete: no typing indicator, nothing pending or streaming. */
export async function settled(panel) {
  const busy = panel.page.locator('[data-typing], [data-status="pending"], [data-status="streaming"]');
  await until("the answer was complete", async () => (await busy.count()) === 0, ANSWER_MS);
}

async function verify(panel, text, seen) {
  const problems = [];
  const demand = (condition, sentence) => condition || problems.push(sentence);
  const ids = await idsOnScreen(panel);
  const answer = seen.bubbles.find(({ role }) => role === "assistant");
  demand((await countText(panel, text, "user")) === 1, "the typed message is not on screen exactly once");
  demand(ids.length === new Set(ids).size && seen.doubles.length === 0, "a message was on screen twice");
  demand(seen.typing.length > 0, "no typing indicator was seen");
  demand(seen.typing.length === 0 || seen.typing[0].at <= answer.at, "the typing indicator came after the answer");
  demand((await panel.state()) === "connected", `the state is ${await panel.state()}, not connected`);
  demand(panel.errors.length === 0, `the console has errors: ${panel.errors.join(" | ")}`);
  demand(panel.foreignHosts.length === 0, `foreign hosts were contacted: ${panel.foreignHosts.join(", ")}`);
  if (problems.length > 0) throw new UserError(`Smoke: ${problems.join("; ")}.`);
  return answer;
}

/** Runs the smoke on a fresh product; gives its figures. */
export async function smoke({ push = "embedded", sockudo } = {}) {
  const rig = await Rig.start({ push, sockudo });
  try {
    return await tryOut(rig, push);
  } finally {
    await rig.stop();
  }
}

/** One conversation with a running product; gives its figures. `name`: of the picture that is taken. */
export async function tryOut(rig, name) {
  const screenshot = join(SCREENSHOT_DIR, `smoke-${name}.png`);
  mkdirSync(SCREENSHOT_DIR, { recursive: true });
  const panel = await rig.openOnSession();
  try {
    await panel.waitForState("connected");
    const text = `Smoke message ${Date.now()}`;
    const seen = await converse(panel, text);
    const answer = await verify(panel, text, seen);
    const echo = seen.bubbles.find(({ role }) => role === "user");
    info(`echo after ${echo.at} ms, typing after ${seen.typing[0].at} ms, answer after ${answer.at} ms`);
    return { transport: "push", pushServer: rig.backend.pushServer, echoMs: echo.at, roundTripMs: answer.at, screenshot: relative(ROOT, screenshot) };
  } finally {
    await panel.screenshot(screenshot).catch(() => {});
    if (panel.errors.length > 0) info(`console: ${panel.errors.join("\n   ")}`);
  }
}
