// Opens the real side panel and reads from the page itself when it painted and when the first message was there.
import { until } from "./browser.mjs";
import { Rig } from "./rig.mjs";

/** Messages of the session that is shown. */
export const MESSAGES = 200;

/** Times of the panel that is open, in ms since `opened` (wall clock) and since its document began. */
function timesOf(panel, opened) {
  return panel.page.evaluate((clicked) => {
    const paint = performance.getEntriesByName("first-contentful-paint")[0];
    const message = performance.getEntriesByName("sidewire-first-message")[0];
    if (!paint || !message) return null;
    const before = performance.timeOrigin - clicked;
    const both = (at) => ({ fromClick: Math.round(before + at), fromDocument: Math.round(at) });
    return { firstPaint: both(paint.startTime), firstMessage: both(message.startTime) };
  }, opened);
}

/** By another page of the extension, so that the first panel of this browser is the one that is measured. */
async function giveTabItsSession(rig, sessionId) {
  const [tab] = await rig.browser.inWorker(() => chrome.tabs.query({ active: true }));
  const page = await rig.browser.main.contexts()[0].newPage();
  await page.goto(`chrome-extension://${rig.browser.extensionId}/dist/options.html`);
  const message = { type: "bindTab", tabId: tab.id, sessionId };
  await until("the tab has its session", () => page.evaluate((bind) => chrome.runtime.sendMessage(bind).catch(() => false), message));
  await page.close();
  await rig.browser.inWorker((id) => chrome.tabs.update(id, { active: true }), tab.id);
}

async function open(rig) {
  const opened = Date.now();
  const panel = await rig.openPanel();
  return { panel, times: await until("the panel has painted its first message", () => timesOf(panel, opened), 20_000) };
}

/** One browser: opened for the first time, then again and again. */
export async function measurePanel(runs) {
  const rig = await Rig.start({ push: "embedded" });
  try {
    const [session] = await rig.backend.sessions(rig.token);
    await rig.backend.write(rig.token, session.sessionId, Array.from({ length: MESSAGES }, (_, n) => ({ role: n % 2 ? "assistant" : "user", content: `Message **${n}** of a conversation` })));
    await giveTabItsSession(rig, session.sessionId);
    // Who watches also slows down: every page would wait for its debugger.
    rig.browser.watch.close();
    const cold = await open(rig);
    await until("what is shown is stored", () => rig.browser.inWorker(async () => Object.keys(await chrome.storage.local.get(null)).some((key) => key.startsWith("sidewire:snapshot:"))), 10_000);
    await cold.panel.close();
    const warm = [];
    for (let run = 0; run < runs; run += 1) {
      const { panel, times } = await open(rig);
      warm.push(times);
      await panel.close();
    }
    return { cold: cold.times, warm };
  } finally {
    await rig.stop();
  }
}
