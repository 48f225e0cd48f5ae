// Runs a built example in Chromium: a conversation in the real side panel, and one in its service worker.
import { Browser, until } from "../browser.mjs";
import { UserError } from "../log.mjs";

const ANSWER = 'li[data-role="assistant"][data-status="success"]';
const ANSWER_MS = 30_000;

/** What an example reads from its storage. */
export const settingsOf = (backend) => ({ key: backend.key, url: backend.push, apiBase: backend.api });

export async function openExample(dist, backend, user) {
  const token = await backend.signIn(user);
  const browser = await Browser.start({ executable: backend.chromium, extension: dist });
  browser.watch.allow(backend.api, backend.push);
  const stored = { settings: settingsOf(backend), accessToken: token };
  await browser.inWorker((values) => chrome.storage.local.set(values), stored);
  return { browser, token };
}

/** Types a message and waits for the agent's answer; both have to be on the page, the message once. */
export async function converseOnPage(page, text) {
  await page.locator("#state", { hasText: "connected" }).waitFor({ timeout: ANSWER_MS });
  await page.getByRole("textbox", { name: "Message" }).fill(text);
  await page.keyboard.press("Enter");
  await page.locator(ANSWER).first().waitFor({ timeout: ANSWER_MS });
  const count = await page.locator('li[data-role="user"]', { hasText: text }).count();
  if (count !== 1) throw new UserError(`the message is on the page ${count} times`);
}

async function converseInWorker(page, text) {
  const answer = await page.evaluate((content) => chrome.runtime.sendMessage({ type: "ask", text: content }), text);
  if (!/^connected: ./.test(String(answer))) throw new UserError(`the worker said "${answer}"`);
}

/** Ends the worker as idling does, and wakes it by a message, which must not be lost. */
async function wake(browser, page) {
  const session = await browser.main.newBrowserCDPSession();
  const { targetInfos } = await session.send("Target.getTargets");
  const worker = targetInfos.find((target) => target.type === "service_worker" && target.url.includes(browser.extensionId));
  await session.send("Target.closeTarget", { targetId: worker.targetId });
  await session.detach();
  await converseInWorker(page, "after a kill");
}

/** Gives what was seen, by host. */
export async function runExtension(name, dist, backend) {
  const { browser } = await openExample(dist, backend, `packaging-${name}`);
  try {
    const panel = await browser.openPanel();
    await converseOnPage(panel.page, `Hello from ${name}`);
    await converseInWorker(panel.page, `Hello from the worker of ${name}`);
    await wake(browser, panel.page);
    if (panel.errors.length > 0) throw new UserError(`console: ${panel.errors.join(" | ")}`);
    if (panel.foreignHosts.length > 0) throw new UserError(`foreign hosts: ${panel.foreignHosts.join(", ")}`);
    return { panel: "ok", worker: "ok", wake: "ok" };
  } finally {
    await browser.close();
  }
}

/** Until the page of a side panel answers questions. */
export const untilReady = (page, name) => until(`${name} was there`, () => page.evaluate((key) => typeof globalThis[key] === "function", name));
